"""Attendance as pages and pay sheets read it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from core import masking, months
from core.actor import Actor
from core.listing import ListColumn, ListPage, ListTable
from projects.models import Project
from workers.models import AttendanceMonth, Engagement


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day's mark as people write it, and what it means."""

    sign: str
    name: str
    tone: str


#: The stored marks (workers.models.AttendanceMonth) as shown.
MARKS = {
    "1": DayMark("√", "出勤", "whole"),
    "5": DayMark("半", "半天", "half"),
    "0": DayMark("×", "缺勤", "absent"),
    "-": DayMark("休", "休息", "rest"),
    " ": DayMark("", "未记录", "none"),
}


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One worker's month as the grid shows it."""

    engagement: UUID
    name: str
    trade: str
    team: str
    employer: str
    marks: tuple[DayMark, ...]
    days: Decimal


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """A project's month: one page of its workers; the sums are in days."""

    month: date
    page: ListPage[AttendanceRow]


def attendance_sheet(
    *, actor: Actor, project: Project, month: date, params: dict[str, Any]
) -> AttendanceSheet:
    """The attendance grid of a month."""
    rows = attendance_rows(actor=actor, project=project, month=month)
    return AttendanceSheet(
        month, attendance_list(month).page(rows, params=params).of(attendance_row)
    )


def attendance_rows(*, actor: Actor, project: Project, month: date) -> QuerySet[AttendanceMonth]:
    """The workers of a month's grid, as rows of :func:`attendance_list`."""
    rows = AttendanceMonth.objects.visible_to(actor).filter(project=project, month=month)
    return rows.select_related(
        "engagement__person", "engagement__trade", "engagement__team", "employer"
    )


def attendance_list(month: date) -> ListTable:
    """The month's grid: who, how many days, and a column for every day."""
    days = range(1, months.days_in(month) + 1)
    return ListTable(
        columns=(
            ListColumn("name", "姓名", sort="engagement__person__pinyin", slot="main"),
            ListColumn(
                "days",
                "合计（天）",
                sort="days",
                kind="number",
                slot="figure",
                total=Sum("days"),
            ),
            ListColumn("employer", "用人单位和班组", sort="employer__pinyin", slot="state"),
            *(ListColumn(f"day{day}", str(day), kind="mark") for day in days),
        ),
        default=("employer__pinyin", "engagement__person__pinyin"),
    )


def attendance_row(row: AttendanceMonth) -> AttendanceRow:
    """A row of :func:`attendance_rows` as listed; the name masked."""
    engagement, last = row.engagement, months.days_in(row.month)
    return AttendanceRow(
        engagement=engagement.uuid,
        name=masking.mask_name(engagement.person.name),
        trade=engagement.trade.name if engagement.trade else "",
        team=engagement.team.name if engagement.team else "",
        employer=row.employer.name,
        marks=tuple(MARKS[mark] for mark in row.marks[:last]),
        days=row.days,
    )


def attendance_days(
    *, actor: Actor, engagement_ids: Collection[int], month: date
) -> dict[int, Decimal]:
    """Engagement → days of attendance in the month, where there is a record."""
    rows = AttendanceMonth.objects.visible_to(actor).filter(
        engagement_id__in=engagement_ids, month=month
    )
    return dict(rows.values_list("engagement_id", "days"))


@dataclass(frozen=True, slots=True)
class MonthWorked:
    """One month of a worker's page; ``days`` in days."""

    month: date
    days: Decimal
    halves: int
    absent: int


def months_worked(*, actor: Actor, engagement: Engagement) -> list[MonthWorked]:
    """A registration's months of attendance, the newest first."""
    rows = AttendanceMonth.objects.visible_to(actor).filter(engagement=engagement)
    return [
        MonthWorked(row.month, row.days, row.marks.count("5"), row.marks.count("0"))
        for row in rows.order_by("-month")
    ]
