"""Payment orders: approved wages from the wage account to the workers' own cards 条例31, 53号17.

A payment goes through this module from top to bottom: ordered (:func:`order_payment`), sent to the
bank (:func:`send_order`), asked after (:func:`poll_orders`), settled line by line
(:func:`apply_report`). What comes back later is :mod:`payroll.services.returns`.

An order and its items are written in one transaction, and the database refuses a second open item
for a line. What is sent is sent once: an order leaves 待发送 by compare-and-set before the bank is
called, and without an answer it waits as 待核实 until the bank was asked for it by its number.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.bank import client
from accounts.bank.pain001 import Transfer, TransferOrder
from accounts.bank.pain002 import IN_WORK, REJECTED, StatusReport, TransferOutcome
from accounts.models import SpecialAccount
from core import audit, jobs, months
from core.actor import SYSTEM, Actor
from core.errors import Refused
from core.touch import touch
from core.transition import try_transition
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from payroll.selectors.payments import UNPAID, PaymentPlan, payment_plan
from payroll.services.sheet_status import move_sheet
from projects import permissions

logger = logging.getLogger(__name__)

ORDER = audit.action(
    "payroll.order",
    "提交代发指令",
    {"count": "笔数", "total": audit.Amount("总金额"), "order": audit.CODE},
)
_COUNTS = {"paid": "发放成功笔数", "failed": "发放失败笔数", "order": audit.CODE}
RESULT = audit.action("payroll.result", "银行回盘", _COUNTS)
RETURNED = audit.action("payroll.returned", "银行退汇", _COUNTS)

OrderStatus, ItemStatus, LineStatus = PaymentOrder.Status, PaymentItem.Status, PayLine.Status
#: Sheets that can be paid, wholly or what is left of them.
PAYABLE = (PaySheet.Status.APPROVED, PaySheet.Status.PARTLY_PAID)
#: An order not sent by its task after this long lost the task's message.
SEND_AFTER = timedelta(seconds=15)
#: Longer than any call of ours to the bank lasts: what it does not know by then never arrived.
RESEND_AFTER = timedelta(seconds=60)
#: An order that the bank accepted and then denies for so long is a matter for people.
FORGOTTEN_AFTER = timedelta(minutes=10)
_ASKED_AFTER = "平台会继续向银行查询，有结果以前请不要用别的方式补发，以免重复支付。"
_FORGOTTEN = f"银行受理后又查不到这笔指令，请联系开户银行核对是否已经付款。{_ASKED_AFTER}"


# Ordering ---------------------------------------------------------------------------------------


@transaction.atomic
def order_payment(*, actor: Actor, sheet_uuid: UUID, now: datetime) -> PaymentOrder:
    """Order the payment of all unpaid lines of an approved or partly paid sheet.

    For the general contractor's 劳资专管员 or 企业管理员. Lines that the bank returned are paid to
    the card that the worker has now.

    :raises PaySheet.DoesNotExist: out of scope.
    :raises Forbidden: not the general contractor's to pay.
    :raises Refused: state, account, balance or cards stand in the way.
    """
    visible = PaySheet.objects.visible_to(actor).select_related("project")
    sheet = visible.select_for_update(of=("self",)).get(uuid=sheet_uuid)
    permissions.require(actor, sheet.project, "pay")
    if sheet.status == PaySheet.Status.PAYING:
        raise Refused("payment.under_way")
    if sheet.status not in PAYABLE:
        raise Refused("payment.not_approved", status=sheet.get_status_display())
    today = timezone.localdate(now)
    plan = payment_plan(actor=actor, sheet=sheet, as_of=today, lock=True)
    if plan.obstacles or plan.account is None:
        raise plan.obstacles[0]

    # Nothing is left to hand over where advances used up the wage.
    used_up = PayLine.everything.filter(sheet=sheet, status__in=UNPAID, net=0)
    used_up.update(status=LineStatus.PAID, paid_on=today)
    order = _write_order(sheet, plan.account, plan, actor, now)
    move_sheet(
        sheet,
        PaySheet.Status.PAYING,
        actor=actor,
        now=now,
        from_states=PAYABLE,
        note=f"代发指令 {order.number}",
    )
    detail = {"order": order.number, "count": order.count, "total": str(order.total)}
    project = sheet.project.subject
    audit.record(actor, ORDER, sheet.subject, now=now, within=project, detail=detail)
    touch(project)
    jobs.enqueue("payroll.tasks.send_order", str(order.uuid))
    return order


def _write_order(
    sheet: PaySheet, account: SpecialAccount, plan: PaymentPlan, actor: Actor, now: datetime
) -> PaymentOrder:
    """The order with an item for each line; returned lines are 重新发放中 from now on."""
    attempt = PaymentOrder.everything.filter(sheet=sheet).count() + 1
    order = PaymentOrder.everything.create(
        number=f"DF{sheet.number}{attempt:02d}",
        sheet=sheet,
        account=account,
        count=len(plan.lines),
        total=plan.total,
        ordered_by=actor.id,
        ordered_by_name=actor.name,
        created_at=now,
    )
    PaymentItem.everything.bulk_create(
        PaymentItem(
            order=order,
            line=line,
            card=line.card,
            end_to_end_id=f"{order.number}{line.row:05d}",
            amount=line.net,
        )
        for line in plan.lines
    )
    for line in plan.lines:
        if line.status == LineStatus.FAILED:
            line.status = LineStatus.RETRYING
    PayLine.everything.bulk_update(plan.lines, ["card", "status"], batch_size=1000)
    return order


# Sending ----------------------------------------------------------------------------------------


def send_order(*, order: UUID, now: datetime) -> None:
    """Send an order that waits; does nothing to one that was sent. Never sends one twice."""
    waiting = PaymentOrder.everything.filter(uuid=order, status=OrderStatus.PENDING)
    found = waiting.select_related("account__bank", "sheet").first()
    if found is None or not client.is_connected():
        return
    message = order_message(found)
    # Claimed before the call: a worker killed in between leaves 已发送, which is asked after.
    if not try_transition(found, OrderStatus.SENT, from_states=[OrderStatus.PENDING], sent_at=now):
        return
    try:
        with client.connect() as bank:
            report = bank.submit(message)
    except (client.BankUnreachable, client.NotKnown) as error:
        logger.warning("Order %s has no answer from the bank", found.number)
        note = f"{error}{_ASKED_AFTER}"[:200]
        try_transition(found, OrderStatus.UNKNOWN, from_states=[OrderStatus.SENT], note=note)
    except client.BankRefused as refusal:
        # The bank could not read the order: every line of it failed for that reason.
        report = StatusReport(found.number, now, found.number, REJECTED, "", str(refusal)[:140])
        apply_report(order=found, report=report, now=now)
    else:
        apply_report(order=found, report=report, now=now)


def order_message(order: PaymentOrder) -> TransferOrder:
    """The order as the bank reads it; to be executed on the day in Xinjiang that it was made."""
    items = order.items.select_related("card__person")
    summary = f"{months.month_label(order.sheet.month)}工资"
    return TransferOrder(
        message_id=order.number,
        created_at=order.created_at,
        execute_on=timezone.localdate(order.created_at),
        payer=order.account.name[:140],
        account=order.account.number,
        bank=order.account.bank.name[:140],
        transfers=tuple(
            Transfer(
                item.end_to_end_id, item.card.person.name, item.card.number, item.amount, summary
            )
            for item in items
        ),
    )


# Asking after -----------------------------------------------------------------------------------


def poll_orders(*, now: datetime) -> None:
    """Ask the bank what became of every open order, the longest waiting first."""
    if not client.is_connected():
        return
    open_orders = PaymentOrder.everything.filter(status__in=PaymentOrder.OPEN)
    try:
        with client.connect() as bank:
            for order in open_orders.order_by("created_at"):
                _follow_up(order, bank, now)
    except client.BankUnreachable:
        # The others would only wait as long for nothing: the next beat asks again.
        logger.warning("The bank does not answer; orders stay as they are")


def _follow_up(order: PaymentOrder, bank: client.Bank, now: datetime) -> None:
    if order.status == OrderStatus.PENDING:
        if now - order.created_at >= SEND_AFTER:
            send_order(order=order.uuid, now=now)
        return
    try:
        report = bank.report(order.number)
    except client.NotKnown:
        if order.status == OrderStatus.ACCEPTED or order.accepted_at:
            # To 待核实, never to be sent again: the bank may have paid what it accepted and forgot.
            logger.exception("Order %s: the bank no longer knows what it accepted", order.number)
            for_long = PaymentOrder.everything.filter(
                pk=order.pk, accepted_at__lte=now - FORGOTTEN_AFTER
            )
            try_transition(
                for_long, OrderStatus.UNKNOWN, from_states=[OrderStatus.ACCEPTED], note=_FORGOTTEN
            )
        else:
            # Back to 待发送, once the bank itself says that it never had the order.
            never_arrived = PaymentOrder.everything.filter(
                pk=order.pk, sent_at__lte=now - RESEND_AFTER
            )
            states = [OrderStatus.SENT, OrderStatus.UNKNOWN]
            if try_transition(never_arrived, OrderStatus.PENDING, from_states=states, note=""):
                send_order(order=order.uuid, now=now)
    except client.BankGarbled:
        logger.exception("Order %s: the bank's answer cannot be read", order.number)
    else:
        apply_report(order=order, report=report, now=now)


# Settling ---------------------------------------------------------------------------------------


@transaction.atomic
def apply_report(*, order: PaymentOrder, report: StatusReport, now: datetime) -> None:
    """Write down what the bank says of an order; the same report again changes nothing.

    An item leaves 待支付 once. A refusal of the whole order is one of each item.
    """
    order = locked_order(order.pk)
    if order.status not in PaymentOrder.OPEN or report.original_id != order.number:
        return
    waiting = {item.end_to_end_id: item for item in order.items.filter(status=ItemStatus.PENDING)}
    outcomes = report.outcomes
    if report.is_refused:
        refusal = TransferOutcome("", REJECTED, report.reason_code, report.reason)
        outcomes = tuple(replace(refusal, end_to_end_id=each) for each in waiting)
    known = [outcome for outcome in outcomes if outcome.end_to_end_id in waiting]
    today = timezone.localdate(now)
    mark_paid([(waiting[one.end_to_end_id], one) for one in known if one.is_paid], today)
    mark_failed([(waiting[one.end_to_end_id], one) for one in known if one.is_failed], today)

    if order.items.filter(status=ItemStatus.PENDING).exists():
        if report.status not in IN_WORK | {"PART"}:
            logger.warning("Order %s: unexpected group status %s", order.number, report.status)
        not_yet = [OrderStatus.PENDING, OrderStatus.SENT, OrderStatus.UNKNOWN]
        try_transition(order, OrderStatus.ACCEPTED, from_states=not_yet, note="", accepted_at=now)
        return
    note = report.reason[:200] if report.is_refused else ""
    conclude(order, RESULT, now, note=note, finished_at=now)
    # The bank has booked what it paid.
    jobs.enqueue("payroll.tasks.poll_account", order.account_id)


def locked_order(order: int) -> PaymentOrder:
    """The order, locked: its items and lines move only under this lock."""
    orders = PaymentOrder.everything.select_for_update(of=("self",))
    return orders.select_related("sheet__project", "account").get(pk=order)


def mark_paid(settled: Sequence[tuple[PaymentItem, TransferOutcome]], on: date) -> None:
    """Items and their lines are paid."""
    _settle_items(settled, ItemStatus.PAID, on)
    lines = PayLine.everything.filter(pk__in=[item.line_id for item, _ in settled])
    lines.filter(status__in=[LineStatus.UNPAID, LineStatus.RETRYING]).update(
        status=LineStatus.PAID, paid_on=on, failure="", failed_on=None
    )


def mark_failed(settled: Sequence[tuple[PaymentItem, TransferOutcome]], on: date) -> None:
    """Items and their lines have come back, each for its reason."""
    _settle_items(settled, ItemStatus.FAILED, on)
    reasons = {item.line_id: outcome.reason for item, outcome in settled}
    lines = list(PayLine.everything.filter(pk__in=reasons))
    for line in lines:
        line.status, line.paid_on = LineStatus.FAILED, None
        line.failure, line.failed_on = reasons[line.pk][:200] or "银行退回，未说明原因", on
        line.first_failed_on = min(line.first_failed_on or on, on)
    PayLine.everything.bulk_update(lines, _RETURN, 1000)


_RETURN = ["status", "paid_on", "failure", "failed_on", "first_failed_on"]


def _settle_items(
    settled: Sequence[tuple[PaymentItem, TransferOutcome]], status: str, on: date
) -> None:
    for item, outcome in settled:
        item.status, item.settled_on = status, on
        item.reason_code, item.reason = outcome.reason_code, outcome.reason
        item.bank_reference = outcome.bank_reference or item.bank_reference
    PaymentItem.everything.bulk_update(
        [item for item, _ in settled],
        ["status", "settled_on", "reason_code", "reason", "bank_reference"],
        1000,
    )


def conclude(order: PaymentOrder, action: str, now: datetime, **columns: Any) -> None:
    """Every item is settled: the order takes its end from its items, the sheet from its lines.

    A sheet with another order under way is left to that one.
    """
    counts = Counter(order.items.values_list("status", flat=True))
    paid, failed = counts[ItemStatus.PAID], counts[ItemStatus.FAILED]
    end = OrderStatus.PARTLY
    if not failed:
        end = OrderStatus.SUCCEEDED
    elif not paid:
        end = OrderStatus.FAILED
    try_transition(order, end, from_states=[order.status], **columns)

    sheet = PaySheet.everything.select_for_update().get(pk=order.sheet_id)
    if not sheet.orders.filter(status__in=PaymentOrder.OPEN).exists():
        status, paid_on = status_by_lines(sheet)
        if status != sheet.status:
            move_sheet(
                sheet,
                status,
                actor=SYSTEM,
                now=now,
                from_states=[sheet.status],
                note=f"代发指令 {order.number}：{end.label}",
                paid_on=paid_on,
            )
    project = order.sheet.project.subject
    detail = {"order": order.number, "paid": paid, "failed": failed}
    audit.record(SYSTEM, action, sheet.subject, now=now, within=project, detail=detail)
    touch(project)


def status_by_lines(sheet: PaySheet) -> tuple[PaySheet.Status, date | None]:
    """What a sheet's lines make of it once no order is open, and the day it was paid in full."""
    paid = sheet.lines.filter(status=LineStatus.PAID)
    if not sheet.lines.exclude(status=LineStatus.PAID).exists():
        return PaySheet.Status.PAID, paid.aggregate(last=Max("paid_on"))["last"]
    status = PaySheet.Status.PARTLY_PAID if paid.exists() else PaySheet.Status.APPROVED
    return status, None
