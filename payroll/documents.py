"""The pay sheet on paper, for signing and filing.

Names stand in full, for the workers sign beside them; numbers stay masked. Printing is on record.
"""

from datetime import datetime

from core import audit
from core.actor import Actor
from core.documents.report import Column, Totals, table_report
from core.money import yuan
from core.months import month_label
from payroll.models import PaySheet
from payroll.selectors import pay_sheets
from payroll.selectors.pay_sheets import LineRow

PRINT = audit.action("paysheet.print", "打印工资表")
COLUMNS = (
    Column("序号", 0.5, "right"),
    Column("姓名", 1.5),
    Column("身份证号码", 1.9),
    Column("班组", 0.9),
    Column("工种", 0.9),
    Column("天数", 0.6, "right"),
    Column("日工资", 0.9, "right"),
    Column("加班", 0.9, "right"),
    Column("应发", 1.1, "right"),
    Column("借支", 0.9, "right"),
    Column("代扣", 0.9, "right"),
    Column("实发", 1.1, "right"),
    Column("工资卡", 0.9),
    Column("本人签字", 1.3),
)


def sheet_pdf(*, actor: Actor, now: datetime, sheet: PaySheet, watermark: str) -> bytes:
    """The month's sheet as A4 across, with totals, 大写 and the lines to be signed."""
    audit.record(actor, PRINT, sheet.subject, now=now, within=sheet.project.subject)
    lines = pay_sheets.named_lines(actor=actor, sheet=sheet)
    sums = pay_sheets.sheet_totals(actor=actor, sheet=sheet)
    money = (sums.overtime, sums.gross, sums.advance, sums.deduction, sums.net)
    cells = {0: "合计", 1: f"{sheet.headcount} 人", 5: f"{sums.days:g}"}
    cells |= {column: yuan(amount) for column, amount in enumerate(money, start=7)}
    return table_report(
        f"{sheet.project.name} {month_label(sheet.month)}农民工工资支付表",
        [
            ("工资单编号", sheet.number),
            ("用人单位", sheet.employer.name),
            ("应付日期", f"{sheet.due_on:%Y-%m-%d}"),
            ("状态", sheet.get_status_display()),
        ],
        COLUMNS,
        (_line_cells(number, line) for number, line in enumerate(lines, start=1)),
        Totals(cells, sums.net),
        watermark=watermark,
        signatures=["制表人", "班组长", "劳资专管员", "项目经理", "日期"],
    )


def _line_cells(number: int, line: LineRow) -> list[str]:
    money = (line.rate, line.overtime, line.gross, line.advance, line.deduction, line.net)
    return [
        *(str(number), line.name, line.id_number, line.team, line.trade, f"{line.days:g}"),
        *map(yuan, money),
        *(line.card, ""),
    ]
