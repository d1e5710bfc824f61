"""The six systems of a project 规程一(二): carried out, not carried out, or not known.

Each is declared by the app that keeps its records (``projects.hook_kinds.System``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.urls import reverse

from core.actor import SYSTEM, Actor
from core.hooks import declared
from projects.hook_kinds import System, SystemFinding, SystemState
from projects.models import Project
from projects.permissions import is_government, tabs_of
from supervision.models import DailyStanding, Standing

#: Key → name, in the order of the 规程: one that no app declares yet is not known.
SIX = {
    "register": "实名制",
    "account": "专用账户",
    "bond": "工资保证金",
    "agency": "总包代发",
    "notice": "告示牌",
    "monthly": "按月足额支付",
}


def system_names() -> dict[str, str]:
    """The six, and after them what an app of its own declares beyond them."""
    declared_names = {system.key: system.name for system in declared(System)}
    return SIX | {key: name for key, name in declared_names.items() if key not in SIX}


#: What is said in the place of a reason to those who see a part of the project only.
_DISCREET = {
    SystemState.CARRIED_OUT: "各用人单位都已落实。",
    SystemState.NOT_CARRIED_OUT: "还没有全部落实，总承包单位和监管部门可以查看原因。",
}


@dataclass(frozen=True, slots=True)
class ShownSystem:
    """One system of a project as the strip shows it."""

    name: str
    state: SystemState
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Rate:
    """How many projects carry a system out, of those of which it is known."""

    name: str
    kept: int
    known: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.kept) / self.known if self.known else None


def project_systems(*, actor: Actor, project: Project, as_of: date) -> list[ShownSystem]:
    """A project's six systems in the regulation's order, with links to what the actor may open.

    The state is the whole project's for everybody; how many people and how much is told to those
    who see the whole. The others get the state of what concerns people from the record.
    """
    whole = sees_whole(actor, project)
    kept_by = {system.key: system for system in declared(System)}
    asked = [system for system in kept_by.values() if whole or not system.about_workers]
    # Who sees the whole asks for himself, as the rest of the page does: the facts are asked once.
    found = system_findings(
        as_of=as_of, projects=[project.pk], actor=actor if whole else SYSTEM, systems=asked
    )[project.pk]
    if not whole:
        rows = Standing.objects.visible_to(actor).filter(project=project, until=None)
        recorded = dict(rows.values_list("system", "state"))
        for key in (system.key for system in kept_by.values() if system.about_workers):
            state = SystemState(recorded.get(key, SystemState.UNKNOWN))
            found[key] = SystemFinding(state, _DISCREET.get(state, found[key].reason))
    pages = {tab.key: tab.page for tab in tabs_of(actor, project)}
    shown, names = [], system_names()
    for key, finding in found.items():
        system = kept_by.get(key)
        page = pages.get(system.tab, "") if system else ""
        url = reverse(page, args=[project.code]) if page else ""
        shown.append(ShownSystem(names[key], finding.state, finding.reason, url))
    return shown


def sees_whole(actor: Actor, project: Project) -> bool:
    """Whether the actor supervises the project or builds it as general contractor."""
    return actor.is_system or is_government(actor) or actor.organisation == project.contractor_id


def system_findings(
    *,
    as_of: date,
    projects: Collection[int],
    actor: Actor = SYSTEM,
    systems: Collection[System] | None = None,
) -> dict[int, dict[str, SystemFinding]]:
    """The findings by project, the six first, in a fixed number of queries.

    Of ``systems`` alone, where they are named; the others are unknown.
    """
    by_system = {
        system.key: system.selector(actor=actor, as_of=as_of, projects=projects)
        for system in (declared(System) if systems is None else systems)
    }
    unknown = {
        key: SystemFinding(
            SystemState.UNKNOWN,
            "还没有可以判断的数据。" if key in by_system else f"{name}栏目未启用，暂时没有数据。",
        )
        for key, name in system_names().items()
    }
    return {
        project: {key: by_system.get(key, {}).get(project, unknown[key]) for key in unknown}
        for project in projects
    }


def rates(*, actor: Actor) -> list[Rate]:
    """Each system's rate over the projects under construction that the actor sees, as judged."""
    rows = Standing.objects.visible_to(actor).filter(
        until=None, project__status=Project.Status.UNDER_CONSTRUCTION
    )
    counted = (
        rows.order_by()
        .values_list("system")
        .annotate(
            kept=Count("pk", filter=Q(state=SystemState.CARRIED_OUT)),
            known=Count("pk", filter=~Q(state=SystemState.UNKNOWN)),
        )
    )
    return _named_rates({system: (kept, known) for system, kept, known in counted})


def rates_on(*, actor: Actor, day: date) -> list[Rate]:
    """Each system's rate in the actor's area as counted on a day; known 0 where it was not."""
    rows = DailyStanding.objects.visible_to(actor).filter(day=day)
    counted = (
        rows.order_by()
        .values_list("system")
        .annotate(kept=Sum("carried_out"), lacking=Sum("not_carried_out"))
    )
    return _named_rates({system: (kept, kept + lacking) for system, kept, lacking in counted})


def _named_rates(counted: dict[str, tuple[int, int]]) -> list[Rate]:
    return [Rate(name, *counted.get(key, (0, 0))) for key, name in SIX.items()]
