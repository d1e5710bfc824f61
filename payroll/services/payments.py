"""Payment orders: approved wages from the wage account to the workers' own cards 条例31, 53号17.

An order and its items are written in one transaction, and the database refuses a second open item
for a line. What is sent is sent once: an order leaves 待发送 by compare-and-set before the bank is
called, and without an answer it waits as 待核实 until the bank was asked for it by its number.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts import selectors as accounts
from accounts.bank import client
from accounts.bank.pain001 import Order as OrderMessage
from accounts.bank.pain001 import Transfer
from accounts.models import SpecialAccount
from core import audit, jobs, months
from core.actor import Actor
from core.masking import mask_name
from core.money import yuan
from core.touch import touch
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from payroll.services.results import apply_report, fail_order
from payroll.services.steps import move
from projects import permissions
from workers.models import WageCard

logger = logging.getLogger(__name__)

ORDER = audit.action(
    "payroll.order",
    "提交代发指令",
    {"count": "笔数", "total": audit.Amount("总金额"), "order": audit.CODE},
)

#: Sheets that can be paid, wholly or what is left of them.
PAYABLE = (PaySheet.Status.APPROVED, PaySheet.Status.PARTLY_PAID)
#: Lines that no bank is working on.
UNPAID = (PayLine.Status.UNPAID, PayLine.Status.FAILED)
#: An order not sent by its task after this long lost the task's message.
SEND_AFTER = timedelta(seconds=15)
#: Longer than any call of ours to the bank lasts: what it does not know by then never arrived.
RESEND_AFTER = timedelta(seconds=60)
#: An order that the bank accepted and then denies for so long is a matter for people.
FORGOTTEN_AFTER = timedelta(minutes=10)
_ASKED_AFTER = "平台会继续向银行查询，有结果以前请不要用别的方式补发，以免重复支付。"
_FORGOTTEN = f"银行受理后又查不到这笔指令，请联系开户银行核对是否已经付款。{_ASKED_AFTER}"


class PaymentRefused(Exception):
    """The sheet cannot be paid now; the message says why and what to do."""


@transaction.atomic
def order_payment(*, actor: Actor, sheet_uuid: UUID, now: datetime) -> PaymentOrder:
    """Order the payment of all unpaid lines of an approved or partly paid sheet.

    For the general contractor's 劳资专管员 or 企业管理员. Lines that the bank returned are paid to
    the card that the worker has now.

    :raises PaySheet.DoesNotExist: out of scope.
    :raises Forbidden: not the general contractor's to pay.
    :raises PaymentRefused: state, account, balance or cards stand in the way.
    """
    paid = _payable(sheet_uuid, actor)
    account = _paying_account(paid)
    lines = _lines_to_pay(paid, now)
    total = sum((line.net for line in lines), Decimal(0))
    _insist_cover(account, total)
    order = _write_order(paid, account, lines, total, actor, now)
    move(paid, PaySheet.Status.PAYING, actor=actor, now=now, note=f"代发指令 {order.number}")
    audit.record(
        actor,
        ORDER,
        paid.subject,
        now=now,
        within=paid.project.subject,
        detail={"order": order.number, "count": order.count, "total": str(order.total)},
    )
    touch(paid.project.subject)
    jobs.enqueue("payroll.tasks.send_order", str(order.uuid))
    return order


def _payable(sheet_uuid: UUID, actor: Actor) -> PaySheet:
    visible = PaySheet.objects.visible_to(actor).select_related("project")
    paid = visible.select_for_update(of=("self",)).get(uuid=sheet_uuid)
    permissions.require(actor, paid.project, "pay")
    if paid.status == PaySheet.Status.PAYING:
        raise PaymentRefused("这张工资表正在代发，不用再次提交。")
    if paid.status not in PAYABLE:
        raise PaymentRefused(f"这张工资表{paid.get_status_display()}，审核通过后才能代发。")
    return paid


def _paying_account(sheet: PaySheet) -> SpecialAccount:
    # Locked: two sheets of one project do not both count on the same balance.
    open_ones = SpecialAccount.everything.exclude(status=SpecialAccount.Status.CLOSED)
    account = open_ones.select_for_update().filter(project=sheet.project_id).first()
    if account is None:
        raise PaymentRefused("项目还没有登记工资专用账户，请先登记专户。")
    if account.status != SpecialAccount.Status.ACTIVE:
        raise PaymentRefused(f"工资专用账户{account.get_status_display()}，请先与开户银行联系。")
    return account


def _lines_to_pay(sheet: PaySheet, now: datetime) -> list[PayLine]:
    """The unpaid lines with the card that each is paid to; at least one."""
    unpaid = PayLine.everything.filter(sheet=sheet, status__in=UNPAID)
    # Nothing is left to hand over where advances used up the wage.
    unpaid.filter(net=0).update(status=PayLine.Status.PAID, paid_on=now.date())
    lines = list(unpaid.filter(net__gt=0).select_related("engagement__person"))
    if not lines:
        raise PaymentRefused("这张工资表没有待发放的工资。")
    cards = _cards_now({line.engagement.person_id for line in lines}, now)
    without = [line for line in lines if line.engagement.person_id not in cards]
    if without:
        raise PaymentRefused(f"{_names(without)}没有正在使用的工资卡，请先在实名制名册中登记。")
    for line in lines:
        line.card = cards[line.engagement.person_id]
    return lines


def _cards_now(people: Iterable[int], now: datetime) -> dict[int, WageCard]:
    cards = WageCard.objects.filter(
        person__in=people, valid_to__isnull=True, valid_from__lte=now.date()
    )
    return {card.person_id: card for card in cards}


def _names(lines: list[PayLine]) -> str:
    shown = "、".join(mask_name(line.engagement.person.name) for line in lines[:5])
    return f"{shown}等 {len(lines)} 人" if len(lines) > 5 else shown


def _insist_cover(account: SpecialAccount, total: Decimal) -> None:
    """The last known balance, less what is under way, covers the total; unknown is not nothing."""
    balance = accounts.last_balance(account=account)
    if balance is None:
        return
    under_way = PaymentItem.everything.filter(
        order__account=account, status=PaymentItem.Status.PENDING
    ).aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    missing = total + under_way - balance.amount
    if missing > 0:
        raise PaymentRefused(
            f"专户余额 {yuan(balance.amount)} 元（{balance.on:%Y-%m-%d} 银行数据），"
            f"本次需 {yuan(total)} 元，还差 {yuan(missing)} 元。请建设单位拨付到账后再代发。"
        )


def _write_order(
    sheet: PaySheet,
    account: SpecialAccount,
    lines: list[PayLine],
    total: Decimal,
    actor: Actor,
    now: datetime,
) -> PaymentOrder:
    attempt = PaymentOrder.everything.filter(sheet=sheet).count() + 1
    order = PaymentOrder.everything.create(
        number=f"DF{sheet.number}{attempt:02d}",
        sheet=sheet,
        account=account,
        count=len(lines),
        total=total,
        ordered_by=actor.id,
        ordered_by_name=actor.name,
        created_at=now,
    )
    _write_items(order, lines)
    return order


def _write_items(order: PaymentOrder, lines: list[PayLine]) -> None:
    PaymentItem.everything.bulk_create(
        PaymentItem(
            order=order,
            line=line,
            card=line.card,
            end_to_end_id=f"{order.number}{line.row:05d}",
            amount=line.net,
        )
        for line in lines
    )
    for line in lines:
        if line.status == PayLine.Status.FAILED:
            line.status = PayLine.Status.RETRYING
    PayLine.everything.bulk_update(lines, ["card", "status"], batch_size=1000)


def send_order(*, order: UUID, now: datetime) -> None:
    """Send an order that waits; does nothing to one that was sent. Never sends one twice."""
    waiting = PaymentOrder.everything.filter(uuid=order, status=PaymentOrder.Status.PENDING)
    found = waiting.select_related("account__bank", "sheet").first()
    if found is None or not client.is_connected():
        return
    message = _message(found)
    # Claimed before the call: a worker killed in between leaves 已发送, which is asked after.
    if waiting.update(status=PaymentOrder.Status.SENT, sent_at=now) != 1:
        return
    try:
        with client.connect() as bank:
            report = bank.submit(message)
    except (client.BankUnreachable, client.NotKnown) as error:
        _put_in_doubt(found, str(error))
    except client.BankRefused as refusal:
        fail_order(order=found, reason=str(refusal), now=now)
    else:
        apply_report(order=found, report=report, now=now)


def _message(order: PaymentOrder) -> OrderMessage:
    items = order.items.select_related("card__person")
    summary = f"{months.label(order.sheet.month)}工资"
    return OrderMessage(
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


def _put_in_doubt(order: PaymentOrder, note: str) -> None:
    logger.warning("Order %s has no answer from the bank", order.number)
    rows = PaymentOrder.everything.filter(pk=order.pk, status=PaymentOrder.Status.SENT)
    rows.update(status=PaymentOrder.Status.UNKNOWN, note=f"{note}{_ASKED_AFTER}"[:200])


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
    if order.status == PaymentOrder.Status.PENDING:
        if now - order.created_at >= SEND_AFTER:
            send_order(order=order.uuid, now=now)
        return
    try:
        report = bank.report(order.number)
    except client.NotKnown:
        _denied(order, now)
    except client.BankGarbled:
        logger.exception("Order %s: the bank's answer cannot be read", order.number)
    else:
        apply_report(order=order, report=report, now=now)


def _denied(order: PaymentOrder, now: datetime) -> None:
    """The bank says that it has no such order: it never arrived, or the bank forgot it."""
    if order.status == PaymentOrder.Status.ACCEPTED or order.accepted_at:
        _leave_to_people(order, now)
    else:
        _send_again(order, now)


def _leave_to_people(order: PaymentOrder, now: datetime) -> None:
    """To 待核实, never to be sent again: the bank may have paid what it accepted."""
    logger.error("Order %s: the bank no longer knows what it accepted", order.number)
    rows = PaymentOrder.everything.filter(
        pk=order.pk,
        status=PaymentOrder.Status.ACCEPTED,
        accepted_at__lte=now - FORGOTTEN_AFTER,
    )
    rows.update(status=PaymentOrder.Status.UNKNOWN, note=_FORGOTTEN)


def _send_again(order: PaymentOrder, now: datetime) -> None:
    """Back to 待发送, once the bank itself says that it never had the order."""
    never_arrived = (PaymentOrder.Status.SENT, PaymentOrder.Status.UNKNOWN)
    rows = PaymentOrder.everything.filter(
        pk=order.pk, status__in=never_arrived, sent_at__lte=now - RESEND_AFTER
    )
    if rows.update(status=PaymentOrder.Status.PENDING, note="") == 1:
        send_order(order=order.uuid, now=now)
