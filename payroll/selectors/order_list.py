"""Payment orders as their list shows them: to the bank that carries them out, and to the site."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse

from core.actor import Actor
from core.listing import ListColumn, ListTable, in_order
from core.scope import ScopedQuerySet
from identity.roles import Role
from payroll.models import PaymentOrder

Status = PaymentOrder.Status
TONES = {
    Status.PENDING: "wait",
    Status.SENT: "wait",
    Status.ACCEPTED: "wait",
    Status.UNKNOWN: "bad",
    Status.PARTLY: "warn",
    Status.FAILED: "bad",
    Status.SUCCEEDED: "good",
}
#: What needs somebody first comes first.
_ORDER = (
    Status.UNKNOWN,
    Status.FAILED,
    Status.PARTLY,
    Status.PENDING,
    Status.SENT,
    Status.ACCEPTED,
    Status.SUCCEEDED,
)

ORDER_LIST = ListTable(
    columns=(
        ListColumn("project", "工程项目", sort="sheet__project__name", slot="main"),
        ListColumn("number", "代发指令", sort="number"),
        ListColumn("employer", "用人单位", sort="sheet__employer__pinyin"),
        ListColumn("month", "工资月份", sort="sheet__month", kind="date", falling=True),
        ListColumn("status", "状态", sort=in_order("status", _ORDER), slot="state"),
        ListColumn("count", "笔数", sort="count", kind="number", falling=True, total=Sum("count")),
        ListColumn(
            "total",
            "金额（元）",
            sort="total",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("total"),
        ),
        ListColumn("due", "应付日期", sort="sheet__due_on", kind="date", slot="aside"),
        ListColumn("created", "下单", sort="created_at", kind="date", falling=True),
        ListColumn("finished", "办结", sort="finished_at", kind="date", falling=True),
    ),
    default=("-created_at",),
    default_sort="-created",
)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A payment order as listed; ``url`` is what its reader may open of it."""

    number: str
    url: str
    project: str
    employer: str
    month: date
    status: str
    tone: str
    note: str
    is_open: bool
    count: int
    total: Decimal
    due_on: date
    created_at: datetime
    ordered_by: str
    finished_at: datetime | None


def listed_orders(*, actor: Actor) -> ScopedQuerySet:
    """The payment orders within the actor's scope, as rows of :data:`ORDER_LIST`."""
    rows = PaymentOrder.objects.visible_to(actor)
    return rows.select_related("sheet__project", "sheet__employer", "account")


def order_lines(orders: Iterable[PaymentOrder], *, actor: Actor) -> list[OrderLine]:
    """Orders in words. A bank opens the account, for sheets are none of its business."""
    keeps_account = actor.has_role(Role.BANK_CLERK)
    return [_order_line(order, keeps_account) for order in orders]


def _order_line(order: PaymentOrder, keeps_account: bool) -> OrderLine:
    sheet = order.sheet
    return OrderLine(
        number=order.number,
        url=reverse("accounts:kept_account", args=[order.account.uuid])
        if keeps_account
        else reverse("payroll:sheet", args=[sheet.uuid]),
        project=sheet.project.name,
        employer=sheet.employer.name,
        month=sheet.month,
        status=order.get_status_display(),
        tone=TONES[Status(order.status)],
        note=order.note,
        is_open=order.status in PaymentOrder.OPEN,
        count=order.count,
        total=order.total,
        due_on=sheet.due_on,
        created_at=order.created_at,
        ordered_by=order.ordered_by_name,
        finished_at=order.finished_at,
    )
