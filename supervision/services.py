"""Keeping on record how projects stand."""

from collections.abc import Collection
from datetime import date

from core import touch
from core.actor import SYSTEM
from projects.models import Project
from supervision.models import Standing
from supervision.selectors.systems import states

#: So many projects are judged at a time: few queries, and none that holds a province in memory.
_AT_ONCE = 500


def judge(*, as_of: date, projects: Collection[int] | None = None) -> int:
    """Put on record how the six systems of these projects (None: all) stand; how many there were.

    Told by the ids of projects that are gone or not under construction, it leaves them alone.
    """
    rows = Project.everything.judged().order_by("pk")
    if projects is not None:
        rows = rows.filter(pk__in=projects)
    waiting = list(rows.values_list("pk", flat=True))
    for start in range(0, len(waiting), _AT_ONCE):
        _record(as_of, waiting[start : start + _AT_ONCE])
    return len(waiting)


def judge_daily(*, as_of: date) -> int:
    """Judge the projects that were not judged today; what was cut short goes on here."""
    judged = Standing.everything.filter(judged_on=as_of).values("project")
    waiting = Project.everything.judged().exclude(pk__in=judged)
    return judge(as_of=as_of, projects=list(waiting.values_list("pk", flat=True)))


def judge_touched(*, as_of: date) -> None:
    """Put on record how the projects stand that were written to since this was last asked."""

    def judge_projects(subjects: list[str]) -> None:
        codes = [one.removeprefix("project:") for one in subjects if one.startswith("project:")]
        rows = Project.everything.filter(code__in=codes)
        judge(as_of=as_of, projects=list(rows.values_list("pk", flat=True)))

    touch.consume("supervision.standing", judge_projects)


def _record(as_of: date, projects: Collection[int]) -> None:
    found = states(actor=SYSTEM, as_of=as_of, projects=projects)
    Standing.everything.bulk_create(
        [
            Standing(project_id=pk, states=[one.state for one in of_one], judged_on=as_of)
            for pk, of_one in found.items()
        ],
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=["states", "judged_on"],
    )
