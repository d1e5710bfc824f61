"""Monthly attendance, as employers keep it and hand it in 规程三(二)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from core import audit, months
from core.actor import Actor
from core.locks import Lock, take_turns
from core.touch import touch
from identity.models import Organisation
from projects import selectors as projects
from projects.models import Project
from workers.models import AttendanceMonth, ClockIn
from workers.services.partitions import make_partitions, midnight
from workers.tables import days_of, mark_of

RECORDED = audit.action("attendance.record", "登记月考勤", {"month": "月份", "workers": "人数"})
CLOCKED = audit.action(
    "attendance.clock_in",
    "登记打卡记录",
    {"month": "月份", "workers": "人数", "clock_ins": "打卡次数"},
)
NOTHING_RECORDED = " " * 31
# One statement for a device's whole month: 100,000 rows are nothing to it.
_INSERT_CLOCK_INS = """
    INSERT INTO workers_clockin (project_id, employer_id, engagement_id, at, day, device)
    SELECT %s, %s, * FROM unnest(%s::bigint[], %s::timestamptz[], %s::date[], %s::text[])
    ON CONFLICT DO NOTHING
"""


class Passage(NamedTuple):
    """A worker's clock-in, as a device or its export says it; ``day`` is the attendance day."""

    engagement: int
    at: datetime
    day: date
    device: str = ""


@dataclass(frozen=True, slots=True)
class EmployerMonth:
    """Whose attendance of which month."""

    project: Project
    employer: Organisation
    month: date

    def wait_for_others(self) -> None:
        """One at a time: a month's marks are what was there and what came, put together."""
        take_turns(Lock.ATTENDANCE_MONTH, self.project.pk, self.employer.pk, self.month)


@transaction.atomic
def record_month(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    employer: UUID,
    month: date,
    marks: Mapping[int, str],
) -> None:
    """Put the month's marks (engagement id → 31 marks) in place of what was recorded before.

    :raises Project.DoesNotExist: out of scope.
    :raises Organisation.DoesNotExist: employs nobody on the project.
    :raises Forbidden: neither the general contractor nor the employer itself.
    """
    target = EmployerMonth(
        *projects.kept_employer(actor=actor, code=code, employer=employer), month
    )
    target.wait_for_others()
    _write_months(target, marks, now)
    _record_act(target, actor, now, RECORDED, workers=len(marks))


@transaction.atomic
def record_clock_ins(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    employer: UUID,
    month: date,
    passages: Collection[Passage],
) -> int:
    """Keep the month's clock-ins and mark the days that have any; how many workers had.

    What is known already changes nothing, whichever file it comes in; several devices' add up. A
    day without clock-ins stays as it was recorded: absence is never inferred.

    :raises Project.DoesNotExist: out of scope.
    :raises Organisation.DoesNotExist: employs nobody on the project.
    :raises Forbidden: neither the general contractor nor the employer itself.
    """
    target = EmployerMonth(
        *projects.kept_employer(actor=actor, code=code, employer=employer), month
    )
    target.wait_for_others()
    if passages:
        make_partitions({months.first_day(timezone.localdate(one.at)) for one in passages})
    # Four lists, of nobody too: an export in which nobody clocked in is a whole month all the same.
    columns = [[one[at] for one in passages] for at in range(len(Passage._fields))]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_CLOCK_INS, [target.project.pk, target.employer.pk, *columns])
    marks = _marks_with_clock_ins({one.engagement for one in passages}, month)
    _write_months(target, marks, now)
    _record_act(target, actor, now, CLOCKED, workers=len(marks), clock_ins=len(passages))
    return len(marks)


def _write_months(target: EmployerMonth, marks: Mapping[int, str], now: datetime) -> None:
    rows = [
        AttendanceMonth(
            engagement_id=engagement,
            project=target.project,
            employer=target.employer,
            month=target.month,
            marks=text,
            days=days_of(text),
            updated_at=now,
        )
        for engagement, text in marks.items()
    ]
    AttendanceMonth.everything.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["engagement", "month"],
        update_fields=["marks", "days", "updated_at"],
    )


def _record_act(
    target: EmployerMonth, actor: Actor, now: datetime, action: str, **counts: int
) -> None:
    audit.record(
        actor,
        action,
        f"organisation:{target.employer.uscc}",
        now=now,
        within=target.project.subject,
        detail={"month": months.month_code(target.month), **counts},
    )
    touch(target.project.subject)


def _marks_with_clock_ins(engagements: Collection[int], month: date) -> dict[int, str]:
    """Engagement → the month's marks as recorded, with the days that have clock-ins anew."""
    recorded = AttendanceMonth.everything.filter(engagement__in=engagements, month=month)
    marks = {engagement: list(NOTHING_RECORDED) for engagement in engagements}
    marks |= {one: list(text) for one, text in recorded.values_list("engagement", "marks")}
    for engagement, day, first, last in _days_clocked(engagements, month):
        marks[engagement][day.day - 1] = mark_of(first, last)
    return {engagement: "".join(text) for engagement, text in marks.items()}


def _days_clocked(
    engagements: Collection[int], month: date
) -> Iterator[tuple[int, date, datetime, datetime]]:
    """(engagement, day, first, last) of each day that has clock-ins, whatever they came in."""
    last = months.clamp_day(month, 31)
    rows = ClockIn.everything.filter(
        engagement__in=engagements,
        day__range=(month, last),
        # Says which monthly tables to look into: the last night ends in the next month.
        at__range=(midnight(month), midnight(last + timedelta(days=2))),
    )
    days = rows.values_list("engagement", "day").annotate(first=Min("at"), last=Max("at"))
    return days.iterator()
