"""Payment orders that the bank works on, those in doubt, and what it has paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Min, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from core.actor import Actor
from core.calendar import add_working_days
from core.hook_kinds import Subject
from core.prepared import Given
from payroll.models import PaymentItem, PaymentOrder
from payroll.selectors.facts import end_of_day


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """An order that the bank has, or may have, work to do for ACC-12.

    ``late_on`` is the day from which its step is late, by the 工作日 of :class:`StepLimits`.
    """

    uuid: UUID
    number: str
    project_id: int
    employer_id: int
    month: date
    bank_id: int
    bank: str
    bank_uscc: str
    status: str
    ordered_on: date
    total: Decimal
    count: int
    late_on: date


@dataclass(frozen=True, slots=True)
class StepLimits:
    """工作日 for each step, each after the one before; ``doubt`` from the bank's last word."""

    send: int
    answer: int
    settle: int
    doubt: int

    def late_on(self, order: PaymentOrder) -> date:
        """The day on which the step that the order waits for is late."""
        status = PaymentOrder.Status
        if order.status == status.UNKNOWN:
            heard = order.accepted_at or order.sent_at or order.created_at
            return add_working_days(timezone.localdate(heard), self.doubt)
        days = self.send
        if order.status != status.PENDING:
            days += self.answer
        if order.status == status.ACCEPTED:
            days += self.settle
        return add_working_days(timezone.localdate(order.created_at), days)


def waiting_orders(*, actor: Actor, as_of: date, limits: StepLimits) -> list[WaitingOrder]:
    """The orders under way on a day, late or not, the oldest first."""
    rows = orders_at_bank(actor=actor).filter(created_at__lt=end_of_day(as_of))
    return [
        WaitingOrder(
            uuid=order.uuid,
            number=order.number,
            project_id=order.sheet.project_id,
            employer_id=order.sheet.employer_id,
            month=order.sheet.month,
            bank_id=order.account.bank_id,
            bank=order.account.bank.name,
            bank_uscc=order.account.bank.uscc,
            status=order.get_status_display(),
            ordered_on=timezone.localdate(order.created_at),
            total=order.total,
            count=order.count,
            late_on=limits.late_on(order),
        )
        for order in rows.select_related("account__bank", "sheet").order_by("created_at", "pk")
    ]


def order_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The payment orders of these numbers, with the page of their sheet."""
    rows = PaymentOrder.objects.visible_to(actor).filter(number__in=codes)
    return {
        row.number: Subject(row.number, reverse("payroll:sheet", args=[row.sheet.uuid]))
        for row in rows.select_related("sheet")
    }


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
