"""Keeping on record how projects stand."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Count, Q

from core import touch
from projects.models import Project
from supervision.models import DailyStanding, Standing, State
from supervision.selectors.systems import system_findings

#: So many projects are judged at a time: few queries, and none that holds a province in memory.
_AT_ONCE = 500


def judge(*, as_of: date, projects: Collection[int] | None = None) -> int:
    """Put on record how the six systems of these projects (None: all) stand; how many there were.

    What projects no longer under construction stood at ends on the day. When all are judged, the
    day's totals are counted too.
    """
    standing = Standing.everything.filter(until=None)
    rows = Project.everything.judged().order_by("pk")
    if projects is not None:
        standing, rows = standing.filter(project__in=projects), rows.filter(pk__in=projects)
    standing.exclude(project__status=Project.Status.UNDER_CONSTRUCTION).filter(
        since__lte=as_of
    ).update(until=as_of)
    waiting = list(rows.values_list("pk", flat=True))
    for start in range(0, len(waiting), _AT_ONCE):
        _record_changes(as_of, waiting[start : start + _AT_ONCE])
    if projects is None:
        _count_day(as_of)
    return len(waiting)


def judge_daily(*, as_of: date) -> int:
    """Judge all projects and count the day once; what was cut short is judged again."""
    if DailyStanding.everything.filter(day=as_of).exists():
        return 0
    return judge(as_of=as_of)


def judge_touched(*, as_of: date) -> None:
    """Put on record how the projects stand that were written to since this was last asked."""

    def judge_projects(subjects: list[str]) -> None:
        codes = [one.removeprefix("project:") for one in subjects if one.startswith("project:")]
        rows = Project.everything.filter(code__in=codes)
        judge(as_of=as_of, projects=list(rows.values_list("pk", flat=True)))

    touch.consume_touches("supervision.standing", judge_projects)


@transaction.atomic
def _record_changes(as_of: date, projects: Collection[int]) -> None:
    """End the rows whose state is another by now, and begin those that take their place.

    Judged are days in their order: a row that began later than ``as_of`` stays. Two judges at once
    wait for each other at the rows they end; what both begin is begun once.
    """
    found = system_findings(as_of=as_of, projects=projects)
    rows = Standing.everything.filter(project__in=projects, until=None)
    standing = {
        (row.project_id, row.system): row for row in rows.order_by("pk").select_for_update()
    }
    ended, begun = [], []
    for project, findings in found.items():
        for system, finding in findings.items():
            row = standing.get((project, system))
            if row and (row.state == finding.state or row.since > as_of):
                continue
            if row:
                ended.append(row.pk)
            begun.append(
                Standing(project_id=project, system=system, state=finding.state, since=as_of)
            )
    Standing.everything.filter(pk__in=ended, until=None).update(until=as_of)
    Standing.everything.bulk_create(begun, ignore_conflicts=True, batch_size=1000)


def _count_day(as_of: date) -> None:
    """The day's totals by county and industry, anew where they were counted before."""
    counted = (
        Standing.everything.filter(until=None, project__status=Project.Status.UNDER_CONSTRUCTION)
        .values("project__region_id", "project__industry_id", "system")
        .annotate(
            carried_out=Count("pk", filter=Q(state=State.CARRIED_OUT)),
            not_carried_out=Count("pk", filter=Q(state=State.NOT_CARRIED_OUT)),
            unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        )
        .order_by()
    )
    DailyStanding.everything.bulk_create(
        [
            DailyStanding(
                day=as_of,
                region_id=row["project__region_id"],
                industry_id=row["project__industry_id"],
                system=row["system"],
                carried_out=row["carried_out"],
                not_carried_out=row["not_carried_out"],
                unknown=row["unknown"],
            )
            for row in counted
        ],
        update_conflicts=True,
        unique_fields=["day", "region", "industry", "system"],
        update_fields=["carried_out", "not_carried_out", "unknown"],
    )
