"""The files that people bring: samples, scans, photos, and files that are not what they say."""

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload
from pypdf import PdfReader

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def photo(name: str, words: str) -> FilePayload:
    """A JPEG as a phone takes it."""
    return FilePayload(name=name, mimeType="image/jpeg", buffer=_picture(words, "JPEG"))


def scan(name: str, words: str) -> FilePayload:
    """A PDF of one page as a scanner makes it."""
    return FilePayload(name=name, mimeType="application/pdf", buffer=_picture(words, "PDF"))


def mislabelled(name: str) -> FilePayload:
    """A picture that is called a workbook."""
    return FilePayload(name=name, mimeType=_XLSX, buffer=_picture("not a table", "PNG"))


def empty(name: str) -> FilePayload:
    """A file of no bytes."""
    return FilePayload(name=name, mimeType=_XLSX, buffer=b"")


def _picture(words: str, kind: str) -> bytes:
    picture = Image.new("RGB", (1200, 900), "#f4f1e8")
    ImageDraw.Draw(picture).multiline_text((80, 80), words, fill="#222222", font_size=48)
    buffer = BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def corrected(sample: str, days: Mapping[int, float]) -> FilePayload:
    """A pay sheet with other days in some rows, the pay and the totals that follow."""
    book = openpyxl.load_workbook(SAMPLES / sample)
    sheet: Worksheet = book.worksheets[0]
    headings = {cell.value: cell.column for cell in sheet[3]}
    for row, worked in days.items():
        said = {name: sheet.cell(row, column) for name, column in headings.items() if name}
        said["出勤天数"].value = worked
        said["应发工资"].value = worked * said["日工资"].value + said["加班工资"].value
        kept = said["借支"].value + said["代扣"].value
        said["实发工资"].value = said["应发工资"].value - kept
    for name in ("出勤天数", "应发工资", "实发工资"):
        team = whole = 0
        for cells in sheet.iter_rows(min_row=4):
            label = f"{cells[0].value or ''}{cells[1].value or ''}"
            cell = cells[headings[name] - 1]
            if label.endswith("小计"):
                cell.value, team = team, 0
            elif label == "合计":
                cell.value = whole
            elif isinstance(cells[0].value, int):
                team, whole = team + cell.value, whole + cell.value
    buffer = BytesIO()
    book.save(buffer)
    return FilePayload(name="9月工资表（已改）.xlsx", mimeType=_XLSX, buffer=buffer.getvalue())


def comments_in(path: Path) -> dict[str, str]:
    """The comments of a workbook by cell."""
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def words_of(pdf: bytes) -> str:
    """What a PDF says, without spaces."""
    pages = PdfReader(BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
