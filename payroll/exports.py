"""Workbooks of payroll: a sheet's lines, which come back in as the same rows; months; orders.

The lines hold ID and card numbers in full: they leave only through a disclosure with a stated
purpose, and carry the receiver's watermark.
"""

from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet

from core.actor import Actor
from core.disclosure import hand_out
from core.export import Column, workbook
from core.listing import ListPage
from core.months import month_label
from payroll.models import PayLine, PaymentOrder, PaySheet
from payroll.selectors import pay_sheets
from payroll.selectors.order_list import ORDER_LIST, order_lines
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


ORDERS = (
    Column("代发指令", lambda line: line.number, 26),
    Column("工程项目", lambda line: line.project, 30),
    Column("用人单位", lambda line: line.employer, 30),
    Column("工资月份", lambda line: month_label(line.month), 12),
    Column("状态", lambda line: line.status, 12),
    Column("说明", lambda line: line.note, 30),
    Column("笔数", lambda line: line.count, 8),
    Column("金额（元）", lambda line: line.total, 18),
    Column("应付日期", lambda line: line.due_on),
    Column("下单时间", lambda line: line.created_at, 18),
    Column("下单人", lambda line: line.ordered_by, 12),
    Column("办结时间", lambda line: line.finished_at, 18),
)
MONTHS = (
    Column("月份", lambda line: month_label(line.place.month), 12),
    Column("用人单位", lambda line: line.place.employer, 30),
    Column("出勤人数", lambda line: line.place.workers, 10),
    Column("工资单编号", lambda line: line.sheet and line.sheet.number, 26),
    Column("状态", lambda line: line.sheet.status if line.sheet else "未报送", 10),
    Column("人数", lambda line: line.sheet and line.sheet.headcount, 8),
    Column("实发（元）", lambda line: line.sheet and line.sheet.net, 18),
    Column("报送日", lambda line: line.place.sheet_on),
    Column("应付日", lambda line: line.place.due_on),
    Column("发放日期", lambda line: line.sheet and line.sheet.paid_on),
)


def order_workbook(rows: QuerySet[PaymentOrder], *, actor: Actor) -> IO[bytes]:
    """Payment orders as filtered, in the list's order, all pages of it, with their sums."""
    sums = ORDER_LIST.sums_of(rows)
    return workbook(
        order_lines(rows, actor=actor),
        ORDERS,
        sheet="代发指令",
        totals={"笔数": sums["count"], "金额（元）": sums["total"]},
    )


def month_workbook(page: ListPage[Any]) -> IO[bytes]:
    """A project's wage months; the list is one page."""
    return workbook(
        page.rows, MONTHS, sheet="工资月份", totals={"实发（元）": page.sums.get("net")}
    )
