"""What the bank answers: results line by line, and money that comes back later.

Every step may be repeated: an item leaves 待支付 once, and a paid one can only come back.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from accounts import services as accounts
from accounts.bank.pain002 import IN_WORK, REJECTED, Outcome, Report
from accounts.models import SpecialAccount, StatementEntry
from core import audit, jobs
from core.actor import SYSTEM
from core.touch import touch
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from payroll.services.steps import move
from workers.models import WageCard

logger = logging.getLogger(__name__)

_COUNTS = {"paid": "发放成功笔数", "failed": "发放失败笔数", "order": audit.CODE}
RESULT = audit.action("payroll.result", "银行回盘", _COUNTS)
RETURNED = audit.action("payroll.returned", "银行退汇", _COUNTS)

_IN_ORDER = (PayLine.Status.UNPAID, PayLine.Status.RETRYING)


@transaction.atomic
def apply_report(*, order: PaymentOrder, report: Report, now: datetime) -> None:
    """Write down what the bank says of an order; the same report again changes nothing."""
    order = _locked(order.pk)
    if order.status not in PaymentOrder.OPEN or report.original_id != order.number:
        return
    waiting = {
        item.end_to_end_id: item for item in order.items.filter(status=PaymentItem.Status.PENDING)
    }
    outcomes = _outcomes(report, waiting)
    _mark_paid([(waiting[o.end_to_end_id], o) for o in outcomes if o.is_paid], now.date())
    _mark_failed([(waiting[o.end_to_end_id], o) for o in outcomes if o.is_failed], now.date())
    if order.items.filter(status=PaymentItem.Status.PENDING).exists():
        _keep_open(order, report, now)
    else:
        _finish(order, report.reason if report.is_refused else "", now)


def fail_order(*, order: PaymentOrder, reason: str, now: datetime) -> None:
    """The bank could not read the order: every line of it failed for that reason."""
    report = Report(order.number, now, order.number, REJECTED, "", reason[:140])
    apply_report(order=order, report=report, now=now)


def _locked(order: int) -> PaymentOrder:
    orders = PaymentOrder.everything.select_for_update(of=("self",))
    return orders.select_related("sheet__project", "account").get(pk=order)


def _outcomes(report: Report, waiting: Iterable[str]) -> list[Outcome]:
    """The report's word on the items that wait; a refusal of the whole is one on each."""
    if report.is_refused:
        refusal = Outcome("", REJECTED, report.reason_code, report.reason)
        return [replace(refusal, end_to_end_id=each) for each in waiting]
    return [outcome for outcome in report.outcomes if outcome.end_to_end_id in waiting]


def _mark_paid(settled: list[tuple[PaymentItem, Outcome]], on: date) -> None:
    _settle(settled, PaymentItem.Status.PAID, on)
    lines = PayLine.everything.filter(pk__in=[item.line_id for item, _ in settled])
    lines.filter(status__in=_IN_ORDER).update(
        status=PayLine.Status.PAID, paid_on=on, failure="", failed_on=None
    )


def _mark_failed(settled: list[tuple[PaymentItem, Outcome]], on: date) -> None:
    _settle(settled, PaymentItem.Status.FAILED, on)
    reasons = {item.line_id: outcome.reason for item, outcome in settled}
    lines = list(PayLine.everything.filter(pk__in=reasons))
    for line in lines:
        line.status, line.paid_on = PayLine.Status.FAILED, None
        line.failure, line.failed_on = reasons[line.pk][:200] or "银行退回，未说明原因", on
    PayLine.everything.bulk_update(lines, ["status", "paid_on", "failure", "failed_on"], 1000)


def _settle(settled: list[tuple[PaymentItem, Outcome]], status: str, on: date) -> None:
    for item, outcome in settled:
        item.status, item.settled_on = status, on
        item.reason_code, item.reason = outcome.reason_code, outcome.reason
        item.bank_reference = outcome.bank_reference or item.bank_reference
    PaymentItem.everything.bulk_update(
        [item for item, _ in settled],
        ["status", "settled_on", "reason_code", "reason", "bank_reference"],
        1000,
    )


def _keep_open(order: PaymentOrder, report: Report, now: datetime) -> None:
    if report.status not in IN_WORK | {"PART"}:
        logger.warning("Order %s: unexpected group status %s", order.number, report.status)
    if order.status != PaymentOrder.Status.ACCEPTED:
        rows = PaymentOrder.everything.filter(pk=order.pk, status=order.status)
        rows.update(status=PaymentOrder.Status.ACCEPTED, note="", accepted_at=now)


def _finish(order: PaymentOrder, note: str, now: datetime) -> None:
    """Every item is settled: the order ends, and the sheet follows its lines."""
    counts = _conclude_order(order, note=note[:200], finished_at=now)
    _conclude_sheet(order, now)
    _put_on_record(order, RESULT, counts, now)
    # The bank has booked what it paid.
    jobs.enqueue("payroll.tasks.poll_account", order.account_id)


def _conclude_order(order: PaymentOrder, **changes: object) -> Counter[str]:
    counts = Counter(order.items.values_list("status", flat=True))
    paid, failed = counts[PaymentItem.Status.PAID], counts[PaymentItem.Status.FAILED]
    status = PaymentOrder.Status.PARTLY
    if not failed:
        status = PaymentOrder.Status.SUCCEEDED
    elif not paid:
        status = PaymentOrder.Status.FAILED
    PaymentOrder.everything.filter(pk=order.pk, status=order.status).update(
        status=status, **changes
    )
    order.status = status
    return counts


def _conclude_sheet(order: PaymentOrder, now: datetime) -> None:
    """The sheet's state from its lines; one with another order under way is left to that one."""
    sheet = PaySheet.everything.select_for_update().get(pk=order.sheet_id)
    if sheet.orders.filter(status__in=PaymentOrder.OPEN).exists():
        return
    paid = sheet.lines.filter(status=PayLine.Status.PAID)
    status, paid_on = PaySheet.Status.PARTLY_PAID, None
    if not sheet.lines.exclude(status=PayLine.Status.PAID).exists():
        status, paid_on = PaySheet.Status.PAID, paid.aggregate(last=Max("paid_on"))["last"]
    elif not paid.exists():
        status = PaySheet.Status.APPROVED
    if status != sheet.status:
        note = f"代发指令 {order.number}：{PaymentOrder.Status(order.status).label}"
        move(sheet, status, actor=SYSTEM, now=now, note=note, paid_on=paid_on)


def _put_on_record(order: PaymentOrder, action: str, counts: Counter[str], now: datetime) -> None:
    project = order.sheet.project
    detail = {
        "order": order.number,
        "paid": counts[PaymentItem.Status.PAID],
        "failed": counts[PaymentItem.Status.FAILED],
    }
    audit.record(
        SYSTEM, action, order.sheet.subject, now=now, within=project.subject, detail=detail
    )
    touch(project.subject)


def reconcile(*, account: SpecialAccount, now: datetime) -> None:
    """Read an account's movements in the light of its orders: what is wages, what came back."""
    accounts.mark_wages(
        account=account,
        end_to_end_ids=PaymentItem.everything.filter(order__account=account).values(
            "end_to_end_id"
        ),
        card_indexes=WageCard.objects.filter(
            person__engagements__project=account.project_id
        ).values("number_index"),
    )
    claimed = PaymentItem.everything.filter(order__account=account).exclude(return_reference="")
    returns = account.entries.filter(kind=StatementEntry.Kind.RETURN).exclude(
        bank_reference__in=claimed.values("return_reference")
    )
    for entry in returns.order_by("booked_on", "pk"):
        _take_back(entry, now)


@transaction.atomic
def _take_back(entry: StatementEntry, now: datetime) -> None:
    """Tie a 退汇 to the item whose money it is; one that counted as paid has failed after all."""
    item = _returned_item(entry)
    if item is None:
        return
    order = _locked(item.order_id)
    item.refresh_from_db()
    if item.return_reference:
        # Another reader of the same statements was quicker: the next reading ties the entry.
        return
    item.return_reference = entry.bank_reference
    item.save(update_fields=["return_reference"])
    if item.status != PaymentItem.Status.PAID:
        return
    reason = entry.summary or "银行退汇"
    outcome = Outcome(item.end_to_end_id, REJECTED, "", reason[:140])
    _mark_failed([(item, outcome)], entry.booked_on)
    if order.status not in PaymentOrder.OPEN:
        counts = _conclude_order(order)
        _conclude_sheet(order, now)
        _put_on_record(order, RETURNED, counts, now)


def _returned_item(entry: StatementEntry) -> PaymentItem | None:
    """By the identification that the bank repeats, else by card; the whole amount in any case.

    Money comes back within days: of equal months' wages it is the last one. Where less came back
    than was paid, the wage is not unpaid: ordering the whole of it again would pay too much.
    """
    settled = PaymentItem.everything.filter(
        order__account=entry.account_id, return_reference="", amount=entry.amount
    ).exclude(status=PaymentItem.Status.PENDING)
    if entry.end_to_end_id:
        return settled.filter(end_to_end_id=entry.end_to_end_id).first()
    return (
        settled.filter(
            card__number_index=entry.counterparty_index,
            settled_on__lte=entry.booked_on,
        )
        .order_by("settled_on", "pk")
        .last()
    )
