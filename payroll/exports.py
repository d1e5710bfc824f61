"""A sheet's lines as a workbook that comes back in as the same rows.

It holds ID and card numbers in full: it leaves only through a disclosure with a stated purpose, and
carries the receiver's watermark.
"""

from datetime import datetime
from typing import IO

from core.actor import Actor
from core.disclosure import hand_out
from core.export import Column, workbook
from payroll.models import PayLine, PaySheet
from payroll.selectors import pay_sheets
from workers.services.full_view import require_full_sight

COLUMNS = (
    Column("序号", lambda line: line.row, 6),
    Column("姓名", lambda line: line.engagement.person.name, 20),
    Column("身份证号码", lambda line: str(line.engagement.person.id_number), 22),
    Column("班组", lambda line: line.engagement.team.name if line.engagement.team else "", 12),
    Column("工种", lambda line: line.engagement.trade.name if line.engagement.trade else "", 12),
    Column("出勤天数", lambda line: line.days, 10, "0.0"),
    Column("日工资", lambda line: line.rate, 12),
    Column("加班工资", lambda line: line.overtime, 12),
    Column("应发工资", lambda line: line.gross, 14),
    Column("借支", lambda line: line.advance, 12),
    Column("代扣", lambda line: line.deduction, 12),
    Column("实发工资", lambda line: line.net, 14),
    Column("银行卡号", lambda line: str(line.card.number), 24),
    Column("开户银行", lambda line: line.card.bank_name, 20),
    Column("联系电话", lambda line: str(line.engagement.person.phone), 14),
    Column("发放状态", PayLine.get_status_display, 10),
)


def sheet_workbook(
    *, actor: Actor, now: datetime, sheet: PaySheet, purpose: str, reason: str, watermark: str
) -> IO[bytes]:
    """The sheet's lines in full, after their handing out was put on record.

    :raises Forbidden: the actor sees masked values only.
    :raises Refused: no purpose was stated; nothing leaves.
    """
    require_full_sight(actor, sheet.project, sheet.employer_id)
    return hand_out(
        actor,
        now=now,
        subject=sheet.subject,
        what="工资表明细（身份证号码、银行卡号、联系电话）",
        purpose=purpose,
        reason=reason,
        within=sheet.project.subject,
        getter=lambda: workbook(
            pay_sheets.full_lines(actor=actor, sheet=sheet),
            COLUMNS,
            sheet="工资表",
            watermark=watermark,
        ),
    )
