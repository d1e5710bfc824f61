"""A project's wage months, employer by employer, as its pages list them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Sum

from core.actor import Actor
from core.listing import ListColumn, ListTable
from payroll.models import PaySheet
from payroll.selectors.pay_sheets import status_tone
from projects import permissions
from projects.models import Project
from workers.models import AttendanceMonth


@dataclass(frozen=True, slots=True)
class SheetCard:
    """A sheet in the project's table of months."""

    uuid: UUID
    number: str
    status: str
    tone: str
    headcount: int
    net: Decimal
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A wage month of one employer: who worked, what was handed in, by when it is due."""

    month: date
    employer: str
    employer_uuid: UUID
    workers: int
    sheet_on: date
    due_on: date
    sheets: tuple[SheetCard, ...]
    is_settled: bool
    can_send: bool


def month_rows(*, actor: Actor, project: Project, size: int | None = None) -> list[MonthRow]:
    """The project's wage months, employer by employer, newest first; two queries.

    ``size`` cuts them to the latest.
    """
    workers: dict[tuple[date, int], int] = {}
    sheets: dict[tuple[date, int], list[PaySheet]] = defaultdict(list)
    units: dict[int, tuple[UUID, str]] = {}
    worked = AttendanceMonth.objects.visible_to(actor).filter(project=project, days__gt=0)
    counted = worked.values_list("month", "employer_id", "employer__uuid", "employer__name")
    for month, pk, uuid, name, count in counted.annotate(Count("engagement")).order_by():
        workers[month, pk], units[pk] = count, (uuid, name)
    rows = PaySheet.objects.visible_to(actor).filter(project=project).select_related("employer")
    for one in rows.order_by("month", "sequence"):
        sheets[one.month, one.employer_id].append(one)
        units[one.employer_id] = (one.employer.uuid, one.employer.name)
    return [
        _month_row(
            actor, project, month, pk, units[pk], workers.get((month, pk), 0), sheets[month, pk]
        )
        for month, pk in sorted({*workers, *sheets}, reverse=True)[:size]
    ]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One sheet of a month, or the month of an employer that has none."""

    place: MonthRow
    sheet: SheetCard | None

    @property
    def stage(self) -> int:
        """How far it is, by the order of a sheet's states; nothing handed in comes before all."""
        return _STAGES.index(self.sheet.status) if self.sheet else -1


_STAGES = [str(text) for text in PaySheet.Status.labels]
MONTH_LIST = ListTable(
    columns=(
        ListColumn("month", "月份", sort="place__month", slot="main", falling=True),
        ListColumn("employer", "用人单位", sort="place__employer"),
        ListColumn("workers", "出勤人数", sort="place__workers", kind="number", falling=True),
        ListColumn("sheet", "工资表", sort="stage", slot="state"),
        ListColumn("headcount", "人数", sort="sheet__headcount", kind="number", falling=True),
        ListColumn(
            "net",
            "实发（元）",
            sort="sheet__net",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("net"),
        ),
        ListColumn("sheet_on", "报送日", sort="place__sheet_on", kind="date"),
        ListColumn("due", "应付日", sort="place__due_on", kind="date", slot="aside"),
        ListColumn("act", "办理"),
    ),
    default=(),
    default_sort="-month",
)


def month_lines(*, actor: Actor, project: Project, size: int | None = None) -> list[MonthLine]:
    """The project's wage months, a line for each sheet, the newest first; ``size`` as there."""
    return [
        MonthLine(place, sheet)
        for place in month_rows(actor=actor, project=project, size=size)
        for sheet in (place.sheets or (None,))
    ]


def _month_row(
    actor: Actor,
    project: Project,
    month: date,
    employer: int,
    unit: tuple[UUID, str],
    workers: int,
    sheets: list[PaySheet],
) -> MonthRow:
    live = [one for one in sheets if one.status != PaySheet.Status.VOID]
    return MonthRow(
        month=month,
        employer=unit[1],
        employer_uuid=unit[0],
        workers=workers,
        sheet_on=project.sheet_day_of(month),
        due_on=project.due_day(month),
        sheets=tuple(_sheet_card(one) for one in sheets),
        is_settled=bool(live) and all(one.status == PaySheet.Status.PAID for one in live),
        can_send=permissions.is_employer_on(actor, project, employer),
    )


def _sheet_card(one: PaySheet) -> SheetCard:
    return SheetCard(
        uuid=one.uuid,
        number=one.number,
        status=one.get_status_display(),
        tone=status_tone(one),
        headcount=one.headcount,
        net=one.net,
        paid_on=one.paid_on,
    )
