"""The register as a workbook, masked or in full for a stated purpose; attendance; a template."""

from collections.abc import Iterator
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from core import months
from core.actor import Actor
from core.disclosure import hand_out
from core.export import Column, workbook
from projects.models import Project
from workers import selectors
from workers.models import AttendanceMonth, Engagement
from workers.services.full_view import WHAT, require_full_sight
from workers.tables import NAMED_FIELDS, ROSTER

MASKED = (
    Column("姓名", lambda row: row.name, 16),
    Column("身份证号码", lambda row: row.id_number, 22),
    Column("工种", lambda row: row.trade, 12),
    Column("班组", lambda row: row.team, 14),
    Column("用人单位", lambda row: row.employer, 28),
    Column("进场日期", lambda row: row.entered_on),
    Column("退场日期", lambda row: row.left_on),
    Column("劳动合同编号", lambda row: row.contract_number, 18),
    Column("工资卡", lambda row: row.card, 12),
    Column("联系方式", lambda row: row.phone, 14),
    Column("缺少", lambda row: "、".join(row.missing), 30),
)
#: Named as a roster names them, so that the workbook comes back in as the same rows.
FULL = (
    Column("姓名", lambda line: line.name, 16),
    Column("性别", lambda line: line.gender, 6),
    Column("民族", lambda line: line.nation, 10),
    Column("身份证号码", lambda line: line.id_number, 22),
    Column("工种", lambda line: line.trade, 12),
    Column("班组", lambda line: line.team, 14),
    Column("进场日期", lambda line: line.entered_on),
    Column("退场日期", lambda line: line.left_on),
    Column("劳动合同编号", lambda line: line.contract_number, 18),
    Column("工资卡银行账号", lambda line: line.card, 24),
    Column("开户银行", lambda line: line.bank, 20),
    Column("联系方式", lambda line: line.phone, 14),
    Column("用人单位", lambda line: line.employer, 28),
)


def register_workbook(rows: QuerySet[Engagement]) -> IO[bytes]:
    """The rows of the register's list in their order, masked as its pages show them."""
    lines = map(selectors.register_row, rows.iterator(chunk_size=500))
    return workbook(lines, MASKED, sheet="实名制名册")


def full_workbook(
    rows: QuerySet[Engagement],
    *,
    actor: Actor,
    now: datetime,
    project: Project,
    purpose: str,
    reason: str,
    watermark: str,
) -> IO[bytes]:
    """The same rows in full, after their handing out was put on record.

    :raises Forbidden: the actor sees masked values only.
    :raises Refused: no purpose was stated; nothing leaves.
    """
    require_full_sight(actor, project)

    def book() -> IO[bytes]:
        lines = map(selectors.full_line, rows.iterator(chunk_size=500))
        return workbook(lines, FULL, sheet="实名制名册", watermark=watermark)

    return hand_out(
        actor,
        now=now,
        subject=project.subject,
        what=f"实名制名册（{WHAT}）",
        purpose=purpose,
        reason=reason,
        within=project.subject,
        getter=book,
    )


def attendance_workbook(rows: QuerySet[AttendanceMonth], *, month: date) -> IO[bytes]:
    """A month's grid in the list's order, all pages of it; names masked, the sum in days."""
    columns = (
        Column("姓名", lambda row: row.name, 12),
        Column("用人单位", lambda row: row.employer, 30),
        Column("班组", lambda row: row.team, 12),
        Column("工种", lambda row: row.trade, 12),
        *(
            Column(str(day), lambda row, at=day - 1: row.marks[at].sign, 4)  # type: ignore[misc]
            for day in range(1, months.days_in(month) + 1)
        ),
        Column("合计（天）", lambda row: row.days, 12, "0.0"),
    )
    lines = map(selectors.attendance_row, rows.iterator(chunk_size=500))
    days = selectors.attendance_list(month).sums_of(rows)["days"]
    return workbook(lines, columns, sheet="考勤", totals={"合计（天）": days})


def roster_template() -> IO[bytes]:
    """An empty roster with the columns' names, and beside it a sheet that explains them.

    The roster's sheet holds no example row: an invented worker would be entered with the others.
    """
    book = Workbook()
    roster = book.active
    roster.title = "花名册"
    for number, column in enumerate(ROSTER.columns, start=1):
        _style_head(roster.cell(row=1, column=number, value=column.label))
        letter = get_column_letter(number)
        roster.column_dimensions[letter].width = 22 if column.sealed else 14
        # Typed numbers stay text: a spreadsheet keeps only 15 digits of an 18-digit ID.
        for row in range(2, 502):
            roster[f"{letter}{row}"].number_format = "@"
    roster.freeze_panes = "A2"
    _add_explanation(book)
    file = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - the caller closes
    book.save(file)
    file.seek(0)
    return file


def _add_explanation(book: Workbook) -> None:
    sheet = book.create_sheet("填写说明")
    sheet.append(
        ["花名册每人一行，一张表只填一家用人单位的工人；列的先后可以变，不用的列可以留空。"]
    )
    sheet.append(["列名", "是否要填", "怎么填（示例均为虚构）"])
    for cell in sheet[2]:
        _style_head(cell)
    for line in _explanation_rows():
        sheet.append(line)
    for letter, width in zip("ABC", (20, 24, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def _explanation_rows() -> Iterator[list[str]]:
    for column in ROSTER.columns:
        if column.field.required:
            need = "必填"
        elif column.name in NAMED_FIELDS:
            need = "要填；可先入库，3 日内补齐"
        else:
            need = "选填"
        yield [column.label, need, _HOW[column.name]]


#: What a stranger to the form has to know of each column.
_HOW = {
    "name": "与身份证一致。示例：张小明；阿不都热合曼·买买提",
    "gender": "男或女；与身份证号不符时以证号为准",
    "nation": "示例：汉族、维吾尔族",
    "id": "18 位，末位可为 X。示例：650102********123X（填写时要写全）",
    "trade": "国家标准工种名称。示例：钢筋工、砌筑工、木工、电工",
    "team": "示例：钢筋一班",
    "entry": "示例：2026-03-02、2026/3/2、2026年3月2日都可以",
    "exit": "还在场的留空",
    "contract": "劳动合同或书面用工协议的编号。示例：XJ-2026-0001",
    "card": "本人工资卡，16 至 19 位；一人一卡",
    "bank": "示例：中国建设银行乌鲁木齐某某支行",
    "phone": "11 位手机号，或带区号的座机号",
}


def _style_head(cell: Cell) -> None:
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E8EEF4")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
