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
from payroll.models import PayLine, PaymentItem, PaySheet
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
class OwedMonth(Place):
    """A month of which wages are owed after its due day, with or without a sheet PAY-02.

    ``sheets`` are those handed in that owe, as (uuid, number); ``outstanding`` in 元 over
    ``unpaid`` of their ``lines`` lines that earn anything; ``returned_on`` are the days on which
    the bank first returned lines that still wait; ``under_way`` lines are in an order. Without a
    sheet the month has ``workers`` with ``days`` of attendance.
    """

    sheets: tuple[tuple[UUID, str], ...] = ()
    lines: int = 0
    unpaid: int = 0
    outstanding: Decimal = Decimal(0)
    returned_on: tuple[date, ...] = ()
    under_way: int = 0
    workers: int = 0
    days: Decimal = Decimal(0)
    is_wholly_unpaid: bool = True

    def is_being_resent(self, as_of: date, resend: "Resend") -> bool:
        """Whether nothing is owed but what the bank has returned a short while ago."""
        return len(self.returned_on) == self.unpaid > 0 and all(
            resend.is_under_way(day, as_of, self) for day in self.returned_on
        )


@dataclass(frozen=True, slots=True)
class Resend:
    """For how long the repair of a returned wage speaks for it, in place of PAY-02 and PAY-04.

    ``retry`` 工作日 from the line's first return, until PAY-10 fires; never from ``at_most`` days
    after the due day on.
    """

    retry: Limit
    at_most: Limit

    def is_under_way(self, returned_on: date, as_of: date, place: Place) -> bool:
        """Whether a line of this month that was first returned on that day may still wait."""
        return (as_of - place.due_on).days < self.at_most(place.region) and working_days_between(
            returned_on, as_of
        ) < self.retry(place.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreportedMonth(Place):
    """A month with attendance and no submitted sheet PAY-01.

    ``sheet_on`` is the agreed day of handing in, ``warned_from`` the day from which its absence is
    warned of; ``due_on`` may still lie ahead.
    """

    sheet_on: date
    warned_from: date
    workers: int
    days: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidWorker:
    """A person with attendance and no paid line; ``sheet`` is "" where no sheet lists them.

    ``engagement`` is the latest where there are several. ``returned_on`` is when the bank first
    returned the line that waits.
    """

    engagement: UUID
    name: str
    days: Decimal
    sheet: str
    returned_on: date | None
    is_under_way: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidMonth(Place):
    """People with attendance and no paid line after the due day, of ``present`` people PAY-04."""

    present: int
    workers: tuple[UnpaidWorker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLine:
    """A line that the bank returned and that is not paid; ``reason`` in the bank's words.

    ``returned_on`` is the first return's day; ``is_retried`` says that it is being sent again.
    """

    line: UUID
    name: str
    net: Decimal
    returned_on: date
    is_retried: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSheet(Place):
    """A sheet with lines that the bank returned and that are not paid PAY-10."""

    sheet_uuid: UUID
    sheet: str
    failed: tuple[FailedLine, ...]

    @property
    def since(self) -> date:
        """The day of the earliest first return."""
        return min(line.returned_on for line in self.failed)

    def waited(self, as_of: date) -> int:
        """工作日 since the earliest first return; retries neither stop nor restart it."""
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


def owed_months(*, actor: Actor, as_of: date, projects: Projects = None) -> list[OwedMonth]:
    """Months with wages owed after their due day: lines of sheets, and months without a sheet."""
    terms = WageTerms.of_projects(projects)
    found = [
        OwedMonth(
            **{name: getattr(one, name) for name in _PLACE.values()},
            due_on=one.due_on,
            workers=one.workers,
            days=one.days,
        )
        for one in unreported_due_months(actor=actor, as_of=as_of, projects=projects)
    ]
    of_month: dict[tuple[int, int, date], list[dict[str, Any]]] = defaultdict(list)
    for row in _owing_sheets(actor, as_of, projects):
        if terms.due_day(row["project_id"], row["month"]) < as_of:
            of_month[row["project_id"], row["employer_id"], row["month"]].append(row)
    for rows in of_month.values():
        first = rows[0]
        unpaid, lines = (sum(row[name] for row in rows) for name in ("unpaid", "lines_count"))
        found.append(
            OwedMonth(
                **_place_of(first, terms.due_day(first["project_id"], first["month"])),
                sheets=tuple((row["uuid"], row["number"]) for row in rows),
                lines=lines,
                unpaid=unpaid,
                outstanding=sum((row["outstanding"] for row in rows), Decimal(0)),
                returned_on=tuple(sorted(day for row in rows for day in row["returned"])),
                under_way=sum(row["under_way"] for row in rows),
                is_wholly_unpaid=not first["has_paid"],
            )
        )
    return sorted(found, key=lambda one: (one.due_on, one.project_id, one.employer_id))


def _owing_sheets(actor: Actor, as_of: date, projects: Projects) -> QuerySet[Any, dict[str, Any]]:
    """Handed-in sheets with a line that is owed; a line of 0.00 owes nothing."""
    owed = unpaid_at(as_of, "lines__") & Q(lines__net__gt=0)
    paid = PayLine.everything.filter(
        sheet__project=OuterRef("project_id"),
        sheet__employer=OuterRef("employer_id"),
        sheet__month=OuterRef("month"),
        sheet__status__in=PaySheet.SUBMITTED,
        net__gt=0,
        paid_on__lte=as_of,
    )
    pending = PaymentItem.everything.filter(
        line=OuterRef("lines__pk"), status=PaymentItem.Status.PENDING
    )
    return (
        of_projects(visible_submitted(actor, as_of), projects)
        .filter(month__lte=shift_month(first_day(as_of), 1))
        .filter(Q(status__in=PaySheet.UNPAID) | Q(paid_on__gt=as_of))
        .values(*_PLACE, "uuid", "number")
        .annotate(
            lines_count=Count("lines", filter=Q(lines__net__gt=0)),
            unpaid=Count("lines", filter=owed),
            outstanding=Sum("lines__net", filter=owed),
            returned=ArrayAgg(
                "lines__first_failed_on",
                filter=owed & returned_at(as_of, "lines__"),
                default=[],
            ),
            under_way=Count("lines", filter=owed & Q(Exists(pending))),
            has_paid=Exists(paid),
        )
        .filter(unpaid__gt=0)
        .order_by("number")
    )


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
    *, actor: Actor, as_of: date, projects: Projects = None, after: Limit
) -> list[OwedMonth]:
    """Wages that are still owed ``after`` days past their due day."""
    months = owed_months(actor=actor, as_of=as_of, projects=projects)
    return [month for month in months if (as_of - month.due_on).days >= after(month.region)]


def unpaid_workers(*, actor: Actor, as_of: date, projects: Projects = None) -> list[UnpaidMonth]:
    """Months after their due day in which somebody with attendance was not paid.

    By person: who left and came back has two engagements and one line. Where the month is paid
    within itself, work after the sheet day belongs to the next month's sheet.
    """
    terms = WageTerms.of_projects(projects)
    present = of_projects(AttendanceMonth.objects.visible_to(actor), projects).filter(
        terms.past_due(as_of), days__gt=0
    )
    missing: dict[tuple[int, int, date], dict[int, UnpaidWorker]] = defaultdict(dict)
    for row in _without_paid_line(present, as_of):
        if not _worked_by_sheet_day(row, terms):
            continue
        people = missing[row["project_id"], row["employer_id"], row["month"]]
        before = people.get(row["engagement__person_id"])
        people[row["engagement__person_id"]] = UnpaidWorker(
            engagement=row["engagement__uuid"],
            name=mask_name(row["engagement__person__name"]),
            days=row["days"] + (before.days if before else 0),
            sheet=row["sheet"],
            returned_on=row["returned_on"],
            is_under_way=row["is_under_way"],
        )
    if not missing:
        return []
    months = present.filter(month__in={month for _, _, month in missing}).filter(
        project_id__in={project for project, _, _ in missing}
    )
    heads = Count("engagement__person", distinct=True)
    rows = months.values(*_PLACE).annotate(present=heads)
    return [
        UnpaidMonth(
            **_place_of(row, terms.due_day(row["project_id"], row["month"])),
            present=row["present"],
            workers=tuple(missing[key].values()),
        )
        for row in rows.order_by("month", "project_id", "employer_id")
        if (key := (row["project_id"], row["employer_id"], row["month"])) in missing
    ]


def _worked_by_sheet_day(row: dict[str, Any], terms: WageTerms) -> bool:
    """Whether some of the month's work belongs to its own sheet."""
    month = row["month"]
    if terms.term(row["project_id"], month).pay_month_offset:
        return True
    sheet_on = terms.sheet_day(row["project_id"], month)
    last = sheet_on.day if sheet_on < shift_month(month, 1) else 31
    return any(mark in "15" for mark in row["marks"][:last])


def failed_payments(
    *, actor: Actor, as_of: date, projects: Projects = None, waits: Limit
) -> list[FailedSheet]:
    """Sheets with lines not paid so many 工作日 after the bank returned them for the first time."""
    lines = (
        PayLine.objects.visible_to(actor)
        .filter(unpaid_at(as_of), returned_at(as_of))
        .exclude(sheet__status=PaySheet.Status.VOID)
        .select_related("sheet__project", "sheet__employer", "engagement__person")
    )
    if projects is not None:
        lines = lines.filter(sheet__project_id__in=projects)
    sheets: dict[PaySheet, list[FailedLine]] = defaultdict(list)
    for line in lines.order_by("first_failed_on", "sheet_id", "row"):
        sheets[line.sheet].append(
            FailedLine(
                line=line.uuid,
                name=mask_name(line.engagement.person.name),
                net=line.net,
                returned_on=cast(date, line.first_failed_on),
                is_retried=line.status == PayLine.Status.RETRYING,
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
    """Attendance without a paid line of its month, matched by person.

    A line of 0.00 counts as paid once its sheet is approved.
    """
    lines = PayLine.everything.filter(
        engagement__person=OuterRef("engagement__person_id"),
        sheet__project=OuterRef("project_id"),
        sheet__employer=OuterRef("employer_id"),
        sheet__month=OuterRef("month"),
    ).exclude(sheet__status=PaySheet.Status.VOID)
    settled = Q(status=PayLine.Status.PAID, paid_on__lte=as_of)
    settled |= Q(net=0, sheet__status__in=PaySheet.BINDING)
    latest = lines.order_by("-sheet__sequence").values("pk")[:1]
    rows = list(
        present.filter(~Exists(lines.filter(settled)))
        .annotate(line=Subquery(latest))
        .values(
            *("project_id", "employer_id", "month", "days", "marks", "line"),
            *("engagement__uuid", "engagement__person_id", "engagement__person__name"),
        )
        .order_by("engagement__person__pinyin", "engagement_id")
    )
    # Asked by key: as sub-queries of each row, PostgreSQL goes through all returned lines for each.
    listed = _listed_lines({row["line"] for row in rows} - {None}, as_of)
    return [row | listed.get(row["line"], _UNLISTED) for row in rows]


_UNLISTED = {"sheet": "", "returned_on": None, "is_under_way": False}


def _listed_lines(lines: Collection[int], as_of: date) -> dict[int, dict[str, Any]]:
    """On which sheet each line stands, and when the bank first returned it if it waits since."""
    returned_on = Case(When(returned_at(as_of), then="first_failed_on"))
    pending = PaymentItem.everything.filter(line=OuterRef("pk"), status=PaymentItem.Status.PENDING)
    rows = PayLine.everything.filter(pk__in=lines)
    rows = rows.annotate(returned=returned_on, under_way=Exists(pending))
    return {
        pk: {"sheet": sheet, "returned_on": day, "is_under_way": under_way}
        for pk, sheet, day, under_way in rows.values_list(
            "pk", "sheet__number", "returned", "under_way"
        )
    }


def of_projects(rows: Any, projects: Projects) -> Any:
    return rows if projects is None else rows.filter(project_id__in=projects)


def end_of_day(day: date) -> datetime:
    """The first moment after a day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def all_submitted(as_of: date) -> QuerySet:
    return PaySheet.everything.submitted().filter(submitted_at__lt=end_of_day(as_of))


def visible_submitted(actor: Actor, as_of: date) -> QuerySet:
    return PaySheet.objects.visible_to(actor).submitted().filter(submitted_at__lt=end_of_day(as_of))


def unpaid_at(as_of: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}paid_on__isnull": True}) | Q(**{f"{prefix}paid_on__gt": as_of})


def returned_at(as_of: date, prefix: str = "") -> Q:
    """Lines that the bank had returned by then, sent again since or not."""
    return Q(**{f"{prefix}first_failed_on__lte": as_of})


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
