"""The one of the six systems that the register answers for: 实名制."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from core.actor import Actor
from identity.limits import Limit
from projects.hook_kinds import SystemFinding, SystemState
from workers.selectors.register import incomplete_registrations, people_on_register


def register_systems(
    *, actor: Actor, as_of: date, projects: Collection[int], grace: Limit
) -> dict[int, SystemFinding]:
    """实名制: people on the register, none of them lacking anything ``grace`` days after entry."""
    people = people_on_register(actor=actor, as_of=as_of, projects=projects)
    lacking = Counter(
        row.project_id
        for row in incomplete_registrations(
            actor=actor, as_of=as_of, projects=projects, grace=grace, coming=True
        )
        if row.due_on <= as_of
    )
    found = {}
    for project in projects:
        if count := lacking[project]:
            found[project] = SystemFinding(
                SystemState.NOT_CARRIED_OUT, f"{count} 名工人的登记信息不全。"
            )
        elif count := people.get(project, 0):
            found[project] = SystemFinding(
                SystemState.CARRIED_OUT, f"在册 {count} 人，登记信息齐全。"
            )
        else:
            found[project] = SystemFinding(SystemState.NOT_CARRIED_OUT, "名册还是空的。")
    return found
