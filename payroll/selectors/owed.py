"""Wages that are owed, for whoever else may have to pay them, or to wait until they are paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count

from core.actor import Actor
from core.masking import mask_name
from payroll.models import PayLine, PaymentItem, PaySheet
from payroll.selectors.payments import UNPAID


@dataclass(frozen=True, slots=True)
class PayableLine:
    """A wage that is owed and that nobody is paying, after its due day; 元."""

    pk: int
    line: UUID
    sheet: str
    month: date
    employer: str
    worker: str
    amount: Decimal
    due_on: date
    failure: str


def payable_lines(*, actor: Actor, project: int, as_of: date) -> list[PayableLine]:
    """What is owed on a project after its due day and can be claimed, the oldest first."""
    busy = PaymentItem.everything.exclude(status=PaymentItem.Status.FAILED)
    rows = PayLine.objects.visible_to(actor).filter(
        sheet__project=project,
        sheet__status__in=PaySheet.UNPAID,
        sheet__due_on__lt=as_of,
        status__in=UNPAID,
        net__gt=0,
    )
    rows = rows.exclude(pk__in=busy.filter(line__sheet__project=project).values("line"))
    rows = rows.select_related("sheet__employer", "engagement__person")
    return [
        PayableLine(
            pk=row.pk,
            line=row.uuid,
            sheet=row.sheet.number,
            month=row.sheet.month,
            employer=row.sheet.employer.name,
            worker=mask_name(row.engagement.person.name),
            amount=row.net,
            due_on=row.sheet.due_on,
            failure=row.failure,
        )
        for row in rows.order_by("sheet__due_on", "sheet__number", "row")
    ]


def unpaid_wages(projects: Collection[int]) -> dict[int, int]:
    """How many wages of each project are handed in and not paid, due or not; for bars."""
    rows = PayLine.everything.filter(
        sheet__project__in=projects, sheet__status__in=PaySheet.UNPAID, net__gt=0
    ).exclude(status=PayLine.Status.PAID)
    counted = rows.order_by().values_list("sheet__project").annotate(number=Count("pk"))
    return dict(counted)


def open_sheets(projects: Collection[int]) -> dict[int, int]:
    """How many pay sheets of each project are with their senders, begun or returned; for bars."""
    rows = PaySheet.everything.filter(project__in=projects, status__in=PaySheet.OPEN)
    return dict(rows.order_by().values_list("project").annotate(number=Count("pk")))
