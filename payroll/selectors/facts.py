"""Facts about wages owed, for the rules; each is a few queries whatever the number of projects.

``projects`` are project ids, None for all that the actor sees. ``as_of`` is the day on which the
facts are judged: sheets and payments of later days do not count, so that past days can be replayed.
Thresholds are handed in, as officers have set them. Workers appear by masked name only.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils import timezone

from core.actor import Actor
from core.calendar import working_days_between
from core.masking import mask_name
from core.months import first_day, shift_month
from core.prepared import Given, PreparedQuery
from core.scope import once_a_request
from identity.limits import AT_ONCE, Limit
from payroll.models import PayLine, PaySheet
from projects.models import WageTerms
from workers.models import AttendanceMonth

Projects = Collection[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose wages of which month: project × employer × month."""

    project_id: int
    project: str
    project_name: str
    project_status: str
    region: str
    employer_id: int
    employer: str
    employer_uscc: str
    month: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedSheet(Place):
    """A submitted sheet that is not paid in full after its due day PAY-02.

    ``outstanding`` in 元 over ``unpaid`` of ``lines`` lines; ``failed_on`` are the days on which
    the bank returned lines that still wait.
    """

    sheet_uuid: UUID
    sheet: str
    status: str
    lines: int
    unpaid: int
    outstanding: Decimal
    failed_on: tuple[date, ...]

    @property
    def is_wholly_unpaid(self) -> bool:
        return self.unpaid == self.lines

    @property
    def only_failed(self) -> bool:
        """Whether nothing is owed but what the bank returned."""
        return len(self.failed_on) == self.unpaid

    def is_being_resent(self, as_of: date, retry: Limit) -> bool:
        """Whether nothing is owed but returns, each younger than the 工作日 of ``retry``."""
        return self.only_failed and all(
            is_fresh_return(day, as_of, retry, self.region) for day in self.failed_on
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreportedMonth(Place):
    """A month with attendance and no submitted sheet PAY-01, PAY-02.

    ``sheet_on`` is the agreed day of handing in, ``warned_from`` the day from which its absence is
    warned of; ``due_on`` may still lie ahead.
    """

    sheet_on: date
    warned_from: date
    workers: int
    days: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidWorker:
    """A worker with attendance and no paid line; ``sheet`` is "" where no sheet lists them."""

    engagement: UUID
    name: str
    days: Decimal
    sheet: str
    failed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidMonth(Place):
    """Workers with attendance and no paid line after the due day, of ``present`` workers PAY-04."""

    present: int
    workers: tuple[UnpaidWorker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLine:
    """A line that the bank returned; ``reason`` in the bank's words."""

    line: UUID
    name: str
    net: Decimal
    failed_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSheet(Place):
    """A sheet with lines that the bank returned and nobody has sent again PAY-10."""

    sheet_uuid: UUID
    sheet: str
    failed: tuple[FailedLine, ...]

    @property
    def since(self) -> date:
        """The day of the earliest return."""
        return min(line.failed_on for line in self.failed)

    def waited(self, as_of: date) -> int:
        """工作日 since the earliest return."""
        return working_days_between(self.since, as_of)


_PLACE = {
    "project__code": "project",
    "project__name": "project_name",
    "project__status": "project_status",
    "project__region_id": "region",
    "employer_id": "employer_id",
    "employer__name": "employer",
    "employer__uscc": "employer_uscc",
    "project_id": "project_id",
    "month": "month",
}


def owed_sheets(*, actor: Actor, as_of: date, projects: Projects = None) -> list[OwedSheet]:
    """Sheets not paid in full after their due day."""
    unpaid = unpaid_at(as_of, "lines__")
    rows = (
        of_projects(visible_submitted(actor, as_of), projects)
        .filter(due_on__lt=as_of)
        .filter(Q(status__in=PaySheet.UNPAID) | Q(paid_on__gt=as_of))
        .values(*_PLACE, "due_on", "uuid", "number", "status", "headcount")
        .annotate(
            unpaid=Count("lines", filter=unpaid),
            outstanding=Sum("lines__net", filter=unpaid),
            failed=ArrayAgg("lines__failed_on", filter=failed_at(as_of, "lines__"), default=[]),
        )
        .filter(unpaid__gt=0)
        .order_by("due_on", "number")
    )
    return [
        OwedSheet(
            **_place_of(row, row["due_on"]),
            sheet_uuid=row["uuid"],
            sheet=row["number"],
            status=row["status"],
            lines=row["headcount"],
            unpaid=row["unpaid"],
            outstanding=row["outstanding"],
            failed_on=tuple(sorted(row["failed"])),
        )
        for row in rows
    ]


def unreported_months(
    *, actor: Actor, as_of: date, projects: Projects = None, grace: Limit, coming: bool = False
) -> list[UnreportedMonth]:
    """Months with attendance of which no sheet was submitted ``grace`` days after their sheet day.

    With ``coming`` those that are still within their time too: every month that is over.
    """
    months = _without_sheet(actor, as_of, projects, grace)
    this_month = first_day(as_of)
    if coming:
        return [one for one in months if one.month < this_month or one.sheet_on < as_of]
    return [one for one in months if one.sheet_on < as_of and one.warned_from <= as_of]


def unreported_due_months(
    *, actor: Actor, as_of: date, projects: Projects = None
) -> list[UnreportedMonth]:
    """Months with attendance and no submitted sheet whose wages were due before ``as_of``."""
    return [one for one in _without_sheet(actor, as_of, projects, AT_ONCE) if one.due_on < as_of]


def _without_sheet(
    actor: Actor, as_of: date, projects: Projects, grace: Limit
) -> list[UnreportedMonth]:
    """Months with attendance and no submitted sheet that are over, or past either of their days."""
    terms = WageTerms.of_projects(projects)
    this_month = first_day(as_of)

    def look_up() -> list[dict[str, Any]]:
        shape = AttendanceMonth.scope.rows(actor), as_of, projects is None
        return _WITHOUT_SHEET.rows(*shape, projects=list(projects or ()))

    found = []
    # A project's page asks for what is late and for what is coming.
    key = ("without sheet", actor, as_of, projects and tuple(projects))
    for row in once_a_request(key, look_up):
        sheet_on = terms.sheet_day(row["project_id"], row["month"])
        due_on = terms.due_day(row["project_id"], row["month"])
        if row["month"] >= this_month and min(sheet_on, due_on) >= as_of:
            continue
        found.append(
            UnreportedMonth(
                **_place_of(row, due_on),
                sheet_on=sheet_on,
                warned_from=grace.after(sheet_on, row["project__region_id"]),
                workers=row["workers"],
                days=row["total"],
            )
        )
    return found


def _months_without_sheet(scope: Q, as_of: date, everywhere: bool) -> QuerySet[Any, dict[str, Any]]:
    # A due day on the first of a month to come may have moved into this one.
    latest = shift_month(first_day(as_of), 1)
    rows = AttendanceMonth.everything.filter(scope, month__lte=latest, days__gt=0)
    handed_in = all_submitted(as_of).filter(
        project=OuterRef("project_id"), employer=OuterRef("employer_id"), month=OuterRef("month")
    )
    rows = rows.filter(~Exists(handed_in))
    if not everywhere:
        rows = rows.filter(project_id__one_of=Given("projects"))
    found = rows.values(*_PLACE)
    found = found.annotate(workers=Count("engagement", distinct=True), total=Sum("days"))
    return found.order_by("month", "project_id", "employer_id")


_WITHOUT_SHEET = PreparedQuery(_months_without_sheet)


def overdue_wages(
    *, actor: Actor, as_of: date, projects: Projects = None, after: Limit, retry: Limit
) -> list[OwedSheet | UnreportedMonth]:
    """Wages ``after`` days past their due day: sheets not paid in full, and months without one.

    What only waits to be sent again after a return is left out for the 工作日 of ``retry``.
    """
    where: dict[str, Any] = {"actor": actor, "as_of": as_of, "projects": projects}
    months: list[OwedSheet | UnreportedMonth] = [
        sheet for sheet in owed_sheets(**where) if not sheet.is_being_resent(as_of, retry)
    ]
    months += unreported_due_months(**where)
    return [month for month in months if (as_of - month.due_on).days >= after(month.region)]


def is_fresh_return(failed_on: date, as_of: date, retry: Limit, region: str) -> bool:
    """Whether fewer 工作日 than ``retry`` have passed since the bank returned a line."""
    return working_days_between(failed_on, as_of) < retry(region)


def unpaid_workers(*, actor: Actor, as_of: date, projects: Projects = None) -> list[UnpaidMonth]:
    """Months after their due day in which somebody with attendance was not paid."""
    terms = WageTerms.of_projects(projects)
    present = of_projects(AttendanceMonth.objects.visible_to(actor), projects).filter(
        terms.past_due(as_of), days__gt=0
    )
    missing: dict[tuple[int, int, date], list[UnpaidWorker]] = defaultdict(list)
    for row in _without_paid_line(present, as_of):
        missing[row["project_id"], row["employer_id"], row["month"]].append(
            UnpaidWorker(
                engagement=row["engagement__uuid"],
                name=mask_name(row["engagement__person__name"]),
                days=row["days"],
                sheet=row["sheet"],
                failed_on=row["failed_on"],
            )
        )
    if not missing:
        return []
    months = present.filter(month__in={month for _, _, month in missing}).filter(
        project_id__in={project for project, _, _ in missing}
    )
    rows = months.values(*_PLACE).annotate(present=Count("engagement", distinct=True))
    return [
        UnpaidMonth(
            **_place_of(row, terms.due_day(row["project_id"], row["month"])),
            present=row["present"],
            workers=tuple(missing[key]),
        )
        for row in rows.order_by("month", "project_id", "employer_id")
        if (key := (row["project_id"], row["employer_id"], row["month"])) in missing
    ]


def failed_payments(
    *, actor: Actor, as_of: date, projects: Projects = None, waits: Limit
) -> list[FailedSheet]:
    """Sheets with lines that the bank returned and that nobody sent again for so many 工作日."""
    lines = (
        PayLine.objects.visible_to(actor)
        .filter(failed_at(as_of))
        .select_related("sheet__project", "sheet__employer", "engagement__person")
    )
    if projects is not None:
        lines = lines.filter(sheet__project_id__in=projects)
    sheets: dict[PaySheet, list[FailedLine]] = defaultdict(list)
    for line in lines.order_by("failed_on", "sheet_id", "row"):
        sheets[line.sheet].append(
            FailedLine(
                line=line.uuid,
                name=mask_name(line.engagement.person.name),
                net=line.net,
                failed_on=cast(date, line.failed_on),
                reason=line.failure,
            )
        )
    found = [
        FailedSheet(
            **place_of(sheet), sheet_uuid=sheet.uuid, sheet=sheet.number, failed=tuple(failed)
        )
        for sheet, failed in sheets.items()
    ]
    return [sheet for sheet in found if sheet.waited(as_of) >= waits(sheet.region)]


def _without_paid_line(present: QuerySet, as_of: date) -> list[dict[str, Any]]:
    """Attendance without a paid line of its month.

    Matched by person, because who left and came back has two engagements and one line.
    """
    lines = PayLine.everything.filter(
        engagement__person=OuterRef("engagement__person_id"),
        sheet__project=OuterRef("project_id"),
        sheet__employer=OuterRef("employer_id"),
        sheet__month=OuterRef("month"),
    ).exclude(sheet__status=PaySheet.Status.VOID)
    latest = lines.order_by("-sheet__sequence").values("pk")[:1]
    rows = list(
        present.filter(~Exists(lines.filter(status=PayLine.Status.PAID, paid_on__lte=as_of)))
        .annotate(line=Subquery(latest))
        .values(
            *("project_id", "employer_id", "month", "days", "line"),
            *("engagement__uuid", "engagement__person__name"),
        )
        .order_by("engagement__person__pinyin", "engagement_id")
    )
    # Asked by key: as sub-queries of each row, PostgreSQL goes through all returned lines for each.
    listed = _listed_lines({row["line"] for row in rows} - {None}, as_of)
    return [row | listed.get(row["line"], _UNLISTED) for row in rows]


_UNLISTED = {"sheet": "", "failed_on": None}


def _listed_lines(lines: Collection[int], as_of: date) -> dict[int, dict[str, Any]]:
    """On which sheet each line stands, and when the bank returned it if it waits since."""
    failed_on = Case(When(failed_at(as_of), then="failed_on"))
    rows = PayLine.everything.filter(pk__in=lines).values_list("pk", "sheet__number", failed_on)
    return {pk: {"sheet": sheet, "failed_on": day} for pk, sheet, day in rows}


def of_projects(rows: Any, projects: Projects) -> Any:
    return rows if projects is None else rows.filter(project_id__in=projects)


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def all_submitted(as_of: date) -> QuerySet:
    return PaySheet.everything.submitted().filter(submitted_at__lt=_end_of(as_of))


def visible_submitted(actor: Actor, as_of: date) -> QuerySet:
    return PaySheet.objects.visible_to(actor).submitted().filter(submitted_at__lt=_end_of(as_of))


def unpaid_at(as_of: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}paid_on__isnull": True}) | Q(**{f"{prefix}paid_on__gt": as_of})


def failed_at(as_of: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}status": PayLine.Status.FAILED, f"{prefix}failed_on__lte": as_of})


def _place_of(row: dict[str, Any], due_on: date) -> dict[str, Any]:
    return {name: row[path] for path, name in _PLACE.items()} | {"due_on": due_on}


def place_of(sheet: PaySheet) -> dict[str, Any]:
    return {
        "project_id": sheet.project_id,
        "project": sheet.project.code,
        "project_name": sheet.project.name,
        "project_status": sheet.project.status,
        "region": sheet.project.region_id,
        "employer_id": sheet.employer_id,
        "employer": sheet.employer.name,
        "employer_uscc": sheet.employer.uscc,
        "month": sheet.month,
        "due_on": sheet.due_on,
    }
