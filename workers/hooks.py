"""What the register puts into shared pages."""

from collections.abc import Collection
from datetime import date

from core.actor import Actor
from core.hook_kinds import TrackedTable
from core.hooks import declare
from identity.hook_kinds import limit_of
from projects.hook_kinds import Part, ProjectTab, SiteWork, System, SystemFinding
from workers import home
from workers.selectors.systems import register_systems


def _register_findings(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, SystemFinding]:
    grace = limit_of("WRK-02", "grace", as_of=as_of)
    return register_systems(actor=actor, as_of=as_of, projects=projects, grace=grace)


#: People concern the site and whoever supervises it; owner and bank see none of them.
_SITE = frozenset({Part.SUBCONTRACTOR})
declare(
    System(
        key="register",
        order=10,
        name="实名制",
        tab="workers",
        selector=_register_findings,
        about_workers=True,
    ),
    ProjectTab(key="workers", order=40, label="实名制", page="workers:register", opens_to=_SITE),
    ProjectTab(key="attendance", order=50, label="考勤", page="workers:attendance", opens_to=_SITE),
)

declare(SiteWork(key="register", selector=home.site_work))

# What rules read of the past.
declare(
    TrackedTable(key="workers.Person"),
    TrackedTable(key="workers.WageCard"),
    TrackedTable(key="workers.Engagement"),
    TrackedTable(key="workers.AttendanceMonth", known="updated_at"),
)
