"""What pages read of orders to mend something (责令限期改正)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from core.actor import Actor
from core.hook_kinds import Subject
from core.listing import ListColumn, ListTable, in_order
from projects.models import RectificationOrder

Status = RectificationOrder.Status
_TONES = {
    Status.OPEN: "wait",
    Status.OBEYED: "good",
    Status.NOT_OBEYED: "bad",
    Status.WITHDRAWN: "plain",
}

ORDER_LIST = ListTable(
    columns=(
        ListColumn("status", "状态", sort=in_order("status", Status.values), slot="state"),
        ListColumn("demand", "改正要求", sort="demand", slot="main"),
        ListColumn("organisation", "责任单位", sort="organisation__name"),
        ListColumn("project", "项目", sort="project__name"),
        ListColumn("issued", "签发日期", sort="issued_on", kind="date", falling=True),
        ListColumn("due", "改正期限", sort="due_on", kind="date", slot="aside"),
    ),
    default=("due_on",),
    default_sort="due",
)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in a list."""

    uuid: UUID
    number: str
    document: UUID
    organisation: str
    project: str
    project_code: str
    demand: str
    issued_on: date
    due_on: date
    is_open: bool
    status: str
    tone: str


def listed_orders(*, actor: Actor) -> QuerySet[RectificationOrder]:
    """The orders that the actor sees, as rows of :data:`ORDER_LIST`."""
    rows = RectificationOrder.objects.visible_to(actor)
    return rows.select_related("project", "organisation", "document__pdf", "paper")


def open_orders(*, actor: Actor) -> QuerySet[RectificationOrder]:
    """Orders that nobody has looked into yet, the earliest due first."""
    return listed_orders(actor=actor).filter(status=Status.OPEN).order_by("due_on", "pk")


def orders_about(subject: str, *, actor: Actor) -> list[OrderLine]:
    """The orders that came from a warning, complaint or bond, newest first."""
    return [order_line(one) for one in listed_orders(actor=actor).filter(subject=subject)]


def rectification_order(*, actor: Actor, uuid: UUID) -> RectificationOrder:
    """One order.

    :raises RectificationOrder.DoesNotExist: none, or out of scope.
    """
    return listed_orders(actor=actor).get(uuid=uuid)


def order_line(order: Any) -> OrderLine:
    """The order as lists show it."""
    return OrderLine(
        order.uuid,
        order.document.number,
        order.document.uuid,
        order.organisation.name,
        order.project.name,
        order.project.code,
        order.demand,
        order.issued_on,
        order.due_on,
        order.status == Status.OPEN,
        order.get_status_display(),
        _TONES[order.status],
    )


def order_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The orders of these uuids that the actor sees."""
    rows = listed_orders(actor=actor).filter(uuid__in=codes)
    return {
        str(one.uuid): Subject(
            f"{one.organisation.name} {one.document.number}",
            reverse("projects:order", args=[one.uuid]),
        )
        for one in rows
    }
