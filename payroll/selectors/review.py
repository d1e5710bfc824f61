"""A sheet side by side with attendance, for the 劳资专管员 who reviews it 条例28."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery, Sum

from core.actor import Actor
from core.listing import ListColumn, ListTable
from core.masking import mask_name
from core.scope import ScopedQuerySet
from payroll.models import PayLine, PaySheet
from workers.models import AttendanceMonth

_NAME = ListColumn("name", "姓名", sort="pinyin", slot="main")
_TEAM = ListColumn("team", "班组", sort="team", slot="state")
_ROW = ListColumn("row", "原表行", sort="row", kind="number")
_NET = ListColumn("net", "实发（元）", sort="net", kind="money", slot="figure", falling=True)
_SHEET_DAYS = ListColumn("sheet", "工资表（天）", sort="sheet_days", kind="number", falling=True)
_ATTENDED = ListColumn(
    "attended", "考勤（天）", sort="attendance_days", kind="number", falling=True
)
#: Whose days differ, in the order of the sender's own table.
DIFFERING_LIST = ListTable(
    columns=(
        _NAME,
        _TEAM,
        _ROW,
        _SHEET_DAYS,
        _ATTENDED,
        ListColumn("gap", "相差（天）", sort="gap_size", kind="number", slot="aside", falling=True),
        _NET,
    ),
    default=(),
    default_sort="row",
    name="differing",
)
#: Who stands on the sheet and has no attendance.
ABSENT_LIST = ListTable(
    columns=(_NAME, _TEAM, _ROW, replace(_SHEET_DAYS, slot="aside"), _NET),
    default=(),
    default_sort="row",
    name="absent",
)
#: Who worked and is not on the sheet.
NOT_LISTED_LIST = ListTable(
    columns=(_NAME, _TEAM, replace(_ATTENDED, slot="figure")),
    default=(),
    default_sort="name",
    name="missing",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A worker whose days differ: by the sheet and by attendance, None where one knows nothing."""

    row: int | None
    name: str
    pinyin: str
    team: str
    sheet_days: Decimal | None
    attendance_days: Decimal | None
    net: Decimal | None

    @property
    def gap(self) -> Decimal:
        """How many days more the sheet has."""
        return (self.sheet_days or Decimal()) - (self.attendance_days or Decimal())

    @property
    def gap_size(self) -> Decimal:
        """The difference without its sign."""
        return abs(self.gap)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the reviewer looks at first; ``agreeing`` counts the lines without a difference."""

    differing: tuple[Difference, ...]
    without_attendance: tuple[Difference, ...]
    not_listed: tuple[Difference, ...]
    agreeing: int
    sheet_days: Decimal
    attendance_days: Decimal

    @property
    def is_clean(self) -> bool:
        return not (self.differing or self.without_attendance or self.not_listed)


def compare_with_attendance(*, actor: Actor, sheet: PaySheet) -> Comparison:
    """The sheet's days against attendance of its month; three queries."""
    month = AttendanceMonth.everything.filter(
        engagement__person=OuterRef("engagement__person"),
        project=sheet.project_id,
        employer=sheet.employer_id,
        month=sheet.month,
    )
    # Who left and came back within the month has attendance on both engagements.
    summed = month.values("engagement__person").annotate(total=Sum("days")).values("total")
    lines: list[Any] = list(
        PayLine.objects.visible_to(actor)
        .filter(sheet=sheet)
        .annotate(attended=Subquery(summed))
        .select_related("engagement__person", "engagement__team")
        .defer("engagement__person__id_number", "engagement__person__phone")
        .order_by("row")
    )
    differing = [line for line in lines if line.attended not in (None, line.days)]
    absent = [line for line in lines if line.attended is None]
    attended = _attendance_rows(actor, sheet).aggregate(total=Sum("days", default=Decimal()))
    return Comparison(
        differing=tuple(_of_line(line) for line in differing),
        without_attendance=tuple(_of_line(line) for line in absent),
        not_listed=tuple(_not_listed(actor, sheet)),
        agreeing=len(lines) - len(differing) - len(absent),
        sheet_days=sum((line.days for line in lines), Decimal()),
        attendance_days=attended["total"],
    )


def _of_line(line: Any) -> Difference:
    return Difference(
        row=line.row,
        name=mask_name(line.engagement.person.name),
        pinyin=line.engagement.person.pinyin,
        team=line.engagement.team.name if line.engagement.team else "",
        sheet_days=line.days,
        attendance_days=line.attended,
        net=line.net,
    )


def _not_listed(actor: Actor, sheet: PaySheet) -> list[Difference]:
    """Who worked in the month and stands on no sheet of it."""
    listed = PayLine.everything.filter(
        sheet__project=sheet.project_id,
        sheet__employer=sheet.employer_id,
        sheet__month=sheet.month,
    ).exclude(sheet__status=PaySheet.Status.VOID)
    rows = (
        _attendance_rows(actor, sheet)
        .filter(days__gt=0)
        .exclude(engagement__person__in=listed.values("engagement__person"))
        .select_related("engagement__person", "engagement__team")
        .defer("engagement__person__id_number", "engagement__person__phone")
        .order_by("engagement__person__pinyin")
    )
    return [
        Difference(
            row=None,
            name=mask_name(row.engagement.person.name),
            pinyin=row.engagement.person.pinyin,
            team=row.engagement.team.name if row.engagement.team else "",
            sheet_days=None,
            attendance_days=row.days,
            net=None,
        )
        for row in rows
    ]


def _attendance_rows(actor: Actor, sheet: PaySheet) -> ScopedQuerySet:
    return AttendanceMonth.objects.visible_to(actor).filter(
        project=sheet.project_id, employer=sheet.employer_id, month=sheet.month
    )
