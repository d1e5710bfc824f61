"""The papers of the story: the senders' own tables, signed scans, photos of boards."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import IO

from PIL import Image, ImageDraw

from core.export import Column, workbook
from payroll.tables import Amounts

_PAPER, _INK, _PEN = (250, 249, 244), (60, 60, 66), (28, 44, 120)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of the sender's table."""

    number: int
    name: str
    id_number: str
    team: str
    trade: str
    card: str
    amounts: Amounts


_COLUMNS = (
    Column("序号", lambda row: row.number, 6),
    Column("姓名", lambda row: row.name, 22),
    Column("身份证号码", lambda row: row.id_number, 22),
    Column("班组", lambda row: row.team),
    Column("工种", lambda row: row.trade),
    Column("出勤天数", lambda row: row.amounts.days, 10, "0.0"),
    Column("日工资", lambda row: row.amounts.rate),
    Column("加班工资", lambda row: row.amounts.overtime),
    Column("应发工资", lambda row: row.amounts.gross),
    Column("借支", lambda row: row.amounts.advance),
    Column("代扣", lambda row: row.amounts.deduction),
    Column("实发工资", lambda row: row.amounts.net),
    Column("工资卡银行账号", lambda row: row.card, 24),
)


def table(rows: Sequence[SheetRow]) -> IO[bytes]:
    """The subcontractor's workbook; the caller closes."""
    return workbook(rows, _COLUMNS, sheet="工资支付表")


def signed_scan(lines: int, random: Random) -> IO[bytes]:
    """A scanned table with a scribble for each worker."""
    page = Image.new("RGB", (620, 60 + 20 * lines), _PAPER)
    pen = ImageDraw.Draw(page)
    for row in range(lines + 1):
        top = 40 + 20 * row
        pen.line((30, top, 590, top), _INK)
        if row < lines:
            pen.line([(40 + 20 * n, top + 12) for n in range(14)], (150, 150, 155), 3)
            scribble = [(440 + 9 * n, top + 10 + random.uniform(-6, 6)) for n in range(12)]
            pen.line(scribble, _PEN, 2)
    return _as_jpeg(page)


def board_photo(random: Random) -> IO[bytes]:
    """A board on a site's fence, as a telephone takes it."""
    page = Image.new("RGB", (640, 426), (176, 196, 214))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 290, 640, 426), (150, 132, 108))
    pen.rectangle((120, 60, 520, 334), (24, 90, 160))
    pen.rectangle((131, 71, 509, 323), (244, 246, 248))
    for row in range(12):
        width = random.randrange(170, 340)
        pen.line((150, 100 + 16 * row, 150 + width, 100 + 16 * row), _INK, 4)
    pen.rectangle((430, 252, 494, 316), _INK)
    return _as_jpeg(page)


def _as_jpeg(page: Image.Image) -> IO[bytes]:
    file = BytesIO()
    page.save(file, "JPEG", quality=70)
    file.seek(0)
    return file
