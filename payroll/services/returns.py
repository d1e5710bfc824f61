"""Money that the bank sends back after it was paid 退汇, found in the account's statements."""

from datetime import datetime

from django.db import transaction

from accounts import services as accounts
from accounts.bank.pain002 import REJECTED, TransferOutcome
from accounts.models import SpecialAccount, StatementEntry
from payroll.models import PaymentItem, PaymentOrder
from payroll.services.payments import RETURNED, conclude, locked_order, mark_failed
from workers.models import WageCard


def reconcile(*, account: SpecialAccount, now: datetime) -> None:
    """Read an account's movements in the light of its orders: what is wages, what came back."""
    items = PaymentItem.everything.filter(order__account=account)
    workers = WageCard.objects.filter(person__engagements__project=account.project_id)
    accounts.mark_wages(
        account=account,
        end_to_end_ids=items.values("end_to_end_id"),
        card_indexes=workers.values("number_index"),
    )
    claimed = items.exclude(return_reference="").values("return_reference")
    returns = account.entries.filter(kind=StatementEntry.Kind.RETURN)
    for entry in returns.exclude(bank_reference__in=claimed).order_by("booked_on", "pk"):
        _take_back(entry, now)


@transaction.atomic
def _take_back(entry: StatementEntry, now: datetime) -> None:
    """Tie a 退汇 to the item whose money it is; one that counted as paid has failed after all."""
    item = _returned_item(entry)
    if item is None or item.order_id is None:
        return
    order = locked_order(item.order_id)
    item.refresh_from_db()
    if item.return_reference:
        # Another reader of the same statements was quicker: the next reading ties the entry.
        return
    item.return_reference = entry.bank_reference
    item.save(update_fields=["return_reference"])
    if item.status != PaymentItem.Status.PAID:
        return
    reason = (entry.summary or "银行退汇")[:140]
    mark_failed(
        [(item, TransferOutcome(item.end_to_end_id, REJECTED, "", reason))], entry.booked_on
    )
    if order.status not in PaymentOrder.OPEN:
        conclude(order, RETURNED, now)


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
