"""What notice boards put into shared pages."""

from collections.abc import Collection
from datetime import date

from core.actor import Actor
from core.hook_kinds import TrackedTable
from core.hooks import declare
from identity.hook_kinds import limit_of
from notices import home
from notices.selectors import board_systems
from projects.hook_kinds import ProjectTab, SiteWork, System, SystemFinding


def _board_findings(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, SystemFinding]:
    after = limit_of("NTC-01", "yellow", as_of=as_of)
    return board_systems(actor=actor, as_of=as_of, projects=projects, after=after)


declare(
    ProjectTab(key="notice", order=70, label="告示牌", page="notices:project"),
    System(key="notice", order=50, name="告示牌", tab="notice", selector=_board_findings),
)

declare(SiteWork(key="boards", selector=home.site_work))

# What rules read of the past.
declare(
    TrackedTable(key="notices.NoticeBoard", known="made_at"),
    TrackedTable(key="notices.Posting", known="recorded_at"),
)
