"""Payment orders that the bank works on, those in doubt, and what it has paid."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.actor import Actor
from core.prepared import Given
from payroll.models import PaymentItem, PaymentOrder


def orders_at_bank(*, actor: Actor) -> QuerySet[PaymentOrder]:
    """The orders that the bank has, or may have, work to do for."""
    rows = PaymentOrder.objects.visible_to(actor).filter(status__in=PaymentOrder.OPEN)
    return rows.select_related("account", "sheet__project")


def orders_in_doubt(rows: QuerySet[PaymentOrder]) -> QuerySet[PaymentOrder]:
    """Orders in 待核实 that were sent, or accepted by the bank, at ``doubted_before`` or before.

    That value, which a prepared query hands in, is the moment asked about less the age at which a
    doubt is people's to clear.
    """
    last_heard = Coalesce("accepted_at", "sent_at", "created_at")
    rows = rows.filter(status=PaymentOrder.Status.UNKNOWN).annotate(last_heard=last_heard)
    return rows.filter(last_heard__lte=Given("doubted_before"))


@dataclass(frozen=True, slots=True)
class PaidSum:
    """How many wages the bank paid, and their sum in 元."""

    count: int
    total: Decimal


def paid_since(*, actor: Actor, since: date) -> PaidSum:
    """What the bank paid on that day of its own and later."""
    paid = PaymentItem.objects.visible_to(actor).filter(
        status=PaymentItem.Status.PAID, settled_on__gte=since
    )
    return PaidSum(**paid.aggregate(count=Count("pk"), total=Sum("amount", default=Decimal(0))))


def oldest_unsent_order(now: datetime) -> float | None:
    """How long, in seconds, the order waits that was ordered first and not sent; 0 where none."""
    waiting = PaymentOrder.everything.filter(status=PaymentOrder.Status.PENDING)
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0
