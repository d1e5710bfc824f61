"""Pay sheets, their lines and their steps, as pages and exports read them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.urls import reverse

from core.actor import Actor
from core.hook_kinds import SearchHit, Subject
from core.listing import ListColumn, ListTable
from core.masking import mask_name
from core.months import month_label
from core.prepared import Given, PreparedQuery
from identity.models import Organisation
from payroll.models import PayLine, PaymentOrder, PaySheet, PaySheetEvent
from payroll.selectors.orders import orders_in_doubt
from projects import permissions
from projects.models import Project

#: How states are coloured.
TONES = {
    PaySheet.Status.DRAFT: "plain",
    PaySheet.Status.SUBMITTED: "wait",
    PaySheet.Status.RETURNED: "warn",
    PaySheet.Status.APPROVED: "wait",
    PaySheet.Status.PAYING: "wait",
    PaySheet.Status.PARTLY_PAID: "warn",
    PaySheet.Status.PAID: "good",
    PaySheet.Status.VOID: "plain",
}
LINE_TONES = {
    PayLine.Status.UNPAID: "plain",
    PayLine.Status.PAID: "good",
    PayLine.Status.FAILED: "bad",
    PayLine.Status.RETRYING: "wait",
}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the viewer may do with a sheet in the state it is in."""

    edit: bool
    submit: bool
    review: bool
    pay: bool
    void: bool


@dataclass(frozen=True, slots=True)
class SheetTotals:
    """Sums over a sheet's lines in 元, and how many lines were paid or returned."""

    days: Decimal
    overtime: Decimal
    gross: Decimal
    advance: Decimal
    deduction: Decimal
    net: Decimal
    paid: int
    failed: int
    paid_amount: Decimal


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line as lists show it: masked."""

    engagement: UUID
    row: int
    name: str
    pinyin: str
    id_number: str
    team: str
    trade: str
    card: str
    bank: str
    days: Decimal
    rate: Decimal
    overtime: Decimal
    gross: Decimal
    advance: Decimal
    deduction: Decimal
    net: Decimal
    status: str
    tone: str
    paid_on: date | None
    failure: str


def pay_sheet(*, actor: Actor, uuid: UUID) -> PaySheet:
    """One sheet with project, employer and files.

    :raises PaySheet.DoesNotExist: none, or out of scope.
    """
    return (
        PaySheet.objects.visible_to(actor)
        .select_related("project__region", "employer", "original", "signed_copy")
        .get(uuid=uuid)
    )


def status_tone(sheet: PaySheet) -> str:
    """How the sheet's state is coloured."""
    return TONES[PaySheet.Status(sheet.status)]


def sheet_abilities(*, actor: Actor, sheet: PaySheet) -> Abilities:
    """What the actor may do with the sheet as it stands."""
    status = PaySheet.Status
    sender = permissions.is_employer_on(actor, sheet.project, sheet.employer_id)
    reviewer = permissions.can(actor, sheet.project, "review")
    is_open = sheet.status in PaySheet.OPEN
    return Abilities(
        edit=sender and is_open,
        submit=sender and is_open,
        review=reviewer and sheet.status == status.SUBMITTED,
        pay=permissions.can(actor, sheet.project, "pay")
        and sheet.status in (status.APPROVED, status.PARTLY_PAID),
        void=(sender and is_open) or (reviewer and sheet.status == status.APPROVED),
    )


def sheet_totals(*, actor: Actor, sheet: PaySheet) -> SheetTotals:
    """The sheet's sums; one query."""
    paid = Q(status=PayLine.Status.PAID)
    zero = Decimal()
    sums = {
        name: Sum(name, default=zero)
        for name in ("days", "overtime", "gross", "advance", "deduction", "net")
    }
    return SheetTotals(
        **_lines_of(actor, sheet).aggregate(
            paid=Count("pk", filter=paid),
            failed=Count("pk", filter=Q(status=PayLine.Status.FAILED)),
            # Before ``net`` names a sum instead of the column.
            paid_amount=Sum("net", filter=paid, default=zero),
            **sums,
        )
    )


def _amount_column(key: str, label: str, slot: str = "") -> ListColumn:
    total = Sum(key, default=Decimal(0))
    return ListColumn(key, label, sort=key, kind="money", slot=slot, falling=True, total=total)


LINE_LIST = ListTable(
    columns=(
        ListColumn("name", "姓名", sort="engagement__person__pinyin", slot="main"),
        ListColumn("number", "身份证号码"),
        ListColumn("team", "班组", sort="engagement__team__name", slot="aside"),
        ListColumn("trade", "工种", sort="engagement__trade_id"),
        ListColumn(
            "days",
            "天数",
            sort="days",
            kind="number",
            falling=True,
            total=Sum("days", default=Decimal(0)),
        ),
        _amount_column("gross", "应发（元）"),
        _amount_column("advance", "借支（元）"),
        _amount_column("deduction", "代扣（元）"),
        _amount_column("net", "实发（元）", slot="figure"),
        ListColumn("card", "工资卡"),
        ListColumn("status", "发放", sort="status", slot="state", falling=True),
    ),
    # As in the sender's own table.
    default=("row",),
)


def line_rows(*, actor: Actor, sheet: PaySheet) -> QuerySet[PayLine]:
    """The lines of a sheet, as rows of :data:`LINE_LIST`."""
    return _lines_of(actor, sheet).select_related(*_LINE_PARTS).defer(*_SEALED)


FAILED_LIST = ListTable(
    columns=(
        ListColumn("name", "姓名", sort="pinyin", slot="main"),
        ListColumn("number", "身份证号码"),
        ListColumn("card", "工资卡", slot="aside"),
        ListColumn("net", "实发（元）", sort="net", kind="money", slot="figure", falling=True),
        ListColumn("failure", "原因", sort="failure", slot="state"),
    ),
    # As in the sender's own table.
    default=(),
    name="returned",
)


def failed_lines(*, actor: Actor, sheet: PaySheet) -> list[LineRow]:
    """The lines that the bank returned."""
    rows = _lines_of(actor, sheet).filter(status=PayLine.Status.FAILED)
    rows = rows.order_by("row").select_related(*_LINE_PARTS).defer(*_SEALED)
    return [line_row(line) for line in rows]


_LINE_PARTS = ("engagement__person", "engagement__team", "engagement__trade", "card")
#: Opened only where somebody is allowed to see them.
_SEALED = ("engagement__person__id_number", "engagement__person__phone", "card__number")


def _lines_of(actor: Actor, sheet: PaySheet) -> Any:
    return PayLine.objects.visible_to(actor).filter(sheet=sheet)


def line_row(line: PayLine) -> LineRow:
    """A line, masked."""
    person = line.engagement.person
    return LineRow(
        engagement=line.engagement.uuid,
        row=line.row,
        name=mask_name(person.name),
        pinyin=person.pinyin,
        id_number=person.id_masked,
        team=line.engagement.team.name if line.engagement.team else "",
        trade=line.engagement.trade.name if line.engagement.trade else "",
        card=f"尾号 {line.card.last_four}",
        bank=line.card.bank_name,
        days=line.days,
        rate=line.rate,
        overtime=line.overtime,
        gross=line.gross,
        advance=line.advance,
        deduction=line.deduction,
        net=line.net,
        status=line.get_status_display(),
        tone=LINE_TONES[PayLine.Status(line.status)],
        paid_on=line.paid_on,
        failure=line.failure,
    )


def named_lines(*, actor: Actor, sheet: PaySheet) -> Iterator[LineRow]:
    """Every line in order with names in full and numbers masked: for the print to be signed."""
    rows = _lines_of(actor, sheet).select_related(*_LINE_PARTS).defer(*_SEALED)
    for line in rows.order_by("row").iterator(1000):
        yield replace(line_row(line), name=line.engagement.person.name)


def full_lines(*, actor: Actor, sheet: PaySheet) -> list[PayLine]:
    """Every line with its values in full: only for a disclosure that is put on record."""
    return list(_lines_of(actor, sheet).select_related(*_LINE_PARTS).order_by("row"))


def sheet_events(*, actor: Actor, sheet: PaySheet) -> list[PaySheetEvent]:
    """The sheet's steps, newest first."""
    rows = PaySheetEvent.objects.visible_to(actor).filter(sheet=sheet)
    return list(rows.order_by("-at", "-pk"))


def sheet_orders(*, actor: Actor, sheet: PaySheet) -> list[PaymentOrder]:
    """The sheet's payment orders, newest first, with ``paid`` and ``failed`` items counted."""
    return list(
        PaymentOrder.objects.visible_to(actor)
        .filter(sheet=sheet)
        .annotate(
            paid=Count("items", filter=Q(items__status="paid")),
            failed=Count("items", filter=Q(items__status="failed")),
        )
        .order_by("-created_at")
    )


def sheets_under_way(
    *, actor: Actor, projects: Collection[int] | None, doubted_before: datetime
) -> list[PaySheet]:
    """Sheets that wait for people, the first due first: not paid, not void, not with the bank.

    With the bank are those in 代发中 without an order in doubt since ``doubted_before``. What the
    bank returned stands in ``failed``, ``failed_net`` (元) and ``failed_since``.
    """
    shape = PaySheet.scope.rows(actor), PaymentOrder.scope.rows(actor), projects is None
    return _UNDER_WAY.rows(*shape, projects=list(projects or ()), doubted_before=doubted_before)


def _sheets_under_way(scope: Q, scope_of_orders: Q, everywhere: bool) -> QuerySet[PaySheet]:
    returned = Q(lines__status=PayLine.Status.FAILED)
    in_doubt = orders_in_doubt(PaymentOrder.everything.filter(scope_of_orders))
    rows = PaySheet.everything.filter(scope)
    if not everywhere:
        rows = rows.filter(project__one_of=Given("projects"))
    rows = rows.exclude(status__in=[PaySheet.Status.PAID, PaySheet.Status.VOID])
    rows = rows.exclude(
        ~Exists(in_doubt.filter(sheet=OuterRef("pk"))), status=PaySheet.Status.PAYING
    )
    return (
        rows.select_related("project", "employer")
        .annotate(
            failed=Count("lines", filter=returned),
            failed_net=Sum("lines__net", filter=returned, default=Decimal(0)),
            failed_since=Min("lines__failed_on", filter=returned),
        )
        .order_by("due_on", "pk")
    )


_UNDER_WAY = PreparedQuery(_sheets_under_way)


def open_orders(accounts: Collection[int]) -> dict[int, int]:
    """How many payment orders of each wage account the bank has, or may have, work to do for."""
    rows = PaymentOrder.everything.filter(account__in=accounts, status__in=PaymentOrder.OPEN)
    counted = rows.order_by().values_list("account").annotate(orders=Count("pk"))
    return dict(counted)


def sheet_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The pay sheets of these numbers as records name them."""
    rows = PaySheet.objects.visible_to(actor).filter(number__in=codes).select_related("employer")
    return {
        row.number: Subject(
            f"{row.employer.name}{month_label(row.month)}工资表 {row.number}",
            reverse("payroll:sheet", args=[row.uuid]),
        )
        for row in rows
    }


def employer_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """Employers on a project, "project/统一社会信用代码", as records name them."""
    pairs = [code.split("/", 1) for code in codes]
    projects = Project.objects.visible_to(actor).filter(code__in={project for project, _ in pairs})
    seen = dict(projects.values_list("code", "name"))
    units = Organisation.everything.filter(uscc__in={uscc for _, uscc in pairs})
    names = dict(units.values_list("uscc", "name"))
    return {
        f"{project}/{uscc}": Subject(
            f"{names[uscc]} · {seen[project]}", reverse("payroll:project", args=[project])
        )
        for project, uscc in pairs
        if project in seen
    }


def search_sheets(*, actor: Actor, text: str, limit: int) -> list[SearchHit]:
    """The pay sheets whose number begins so, the latest first."""
    rows = PaySheet.objects.visible_to(actor).filter(number__istartswith=text)
    rows = rows.select_related("project", "employer").order_by("-month", "-pk")
    return [
        SearchHit(
            f"{month_label(row.month)}工资表 {row.number}",
            f"{row.project.name} · {row.employer.name} · {row.get_status_display()}",
            reverse("payroll:sheet", args=[row.uuid]),
        )
        for row in rows[:limit]
    ]
