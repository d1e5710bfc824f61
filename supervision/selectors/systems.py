"""The six systems of a project 规程一(二): carried out, not carried out, or not known."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count
from django.urls import reverse

from accounts.models import SpecialAccount
from core.actor import SYSTEM, Actor
from notices.selectors import posted_projects, projects_without_posting
from payroll.selectors.systems import SystemState, payroll_systems, systems_of
from projects.models import Project
from projects.permissions import is_government, tabs_of
from supervision.models import Standing
from workers.models import Engagement
from workers.selectors import incomplete_registrations

NAMES = ("实名制", "专用账户", "工资保证金", "总包代发", "告示牌", "按月足额支付")
#: The systems whose reasons speak of people and their pay.
_ABOUT_WORKERS = frozenset({"实名制", "总包代发", "按月足额支付"})
_SAID = {"yes": "各用人单位都已落实。", "no": "还没有全部落实，总承包单位和监管部门可以查看原因。"}
#: What 规程二(四) names is filled in so many days after entry WRK-02.
_FILLED_WITHIN = timedelta(days=3)
_BOND = SystemState("unknown", "保证金栏目未启用，暂时没有数据。")


@dataclass(frozen=True, slots=True)
class System:
    """One system of a project as the strip shows it."""

    name: str
    state: str
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


#: Where each system is kept: the tab of a project's pages, and its address.
_PAGES = (
    ("workers", "workers:register"),
    ("account", "accounts:project"),
    ("", ""),
    ("payroll", "payroll:project"),
    ("notice", "notices:project"),
    ("payroll", "payroll:project"),
)


def of_project(*, actor: Actor, project: Project, as_of: date) -> list[System]:
    """A project's six systems in the regulation's order, with links to what the actor may open.

    The state is the whole project's for everybody; how many people and how much is told to those
    who see the whole.
    """
    found = states(actor=SYSTEM, as_of=as_of, projects=[project.pk])[project.pk]
    if not sees_whole(actor, project):
        found = tuple(_discreet(name, state) for name, state in zip(NAMES, found, strict=True))
    tabs = {tab.key for tab in tabs_of(actor, project)}
    return [
        System(
            name,
            state.state,
            state.reason,
            reverse(page, args=[project.code]) if tab in tabs else "",
        )
        for name, state, (tab, page) in zip(NAMES, found, _PAGES, strict=True)
    ]


def sees_whole(actor: Actor, project: Project) -> bool:
    """Whether the actor supervises the project or builds it as general contractor."""
    return actor.is_system or is_government(actor) or actor.organisation == project.contractor_id


def _discreet(name: str, state: SystemState) -> SystemState:
    if name not in _ABOUT_WORKERS or state.state == "unknown":
        return state
    return SystemState(state.state, _SAID[state.state])


def rates(*, actor: Actor) -> list[Rate]:
    """Each system's rate over the projects under construction that the actor sees, as judged."""
    rows = Standing.objects.visible_to(actor).filter(
        project__status=Project.Status.UNDER_CONSTRUCTION
    )
    kept: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for of_one in rows.values_list("states", flat=True):
        for name, state in zip(NAMES, of_one, strict=True):
            kept[name] += state == "yes"
            known[name] += state != "unknown"
    return [Rate(name, kept[name], known[name]) for name in NAMES]


def states(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, tuple[SystemState, ...]]:
    """The six states by project in the order of NAMES, in a fixed number of queries."""
    registers = _Registers(actor, as_of, projects)
    accounts = _accounts(actor, projects)
    paid = payroll_systems(actor=actor, as_of=as_of, projects=projects)
    boards = _Boards(actor, as_of, projects)
    return {
        project: (
            registers.state(project),
            accounts.get(project, SystemState("no", "还没有登记工资专用账户。")),
            _BOND,
            systems_of(paid, project).agency,
            boards.state(project),
            systems_of(paid, project).monthly,
        )
        for project in projects
    }


class _Boards:
    """告示牌: a photo of it on site; before the start of works its absence says nothing."""

    def __init__(self, actor: Actor, as_of: date, projects: Collection[int]) -> None:
        self.posted = posted_projects(actor=actor, as_of=as_of, projects=projects)
        late = projects_without_posting(actor=actor, as_of=as_of, projects=projects)
        self.late = {row.pk for row in late}

    def state(self, project: int) -> SystemState:
        if project in self.posted:
            return SystemState("yes", "告示牌已在现场张贴。")
        if project in self.late:
            return SystemState("no", "已经开工，还没有张贴照片。")
        return SystemState("unknown", "尚未开工，还没有张贴。")


class _Registers:
    """实名制: people on the register, and none of them lacking anything past its days."""

    def __init__(self, actor: Actor, as_of: date, projects: Collection[int]) -> None:
        there = Engagement.objects.visible_to(actor).on(as_of).filter(project__in=projects)
        counted = there.order_by().values_list("project_id").annotate(people=Count("person"))
        self.people = dict(counted)
        late = as_of - _FILLED_WITHIN
        self.lacking = Counter(
            row.project_id
            for row in incomplete_registrations(
                actor=actor, entered_by=late, as_of=as_of, projects=projects
            )
        )

    def state(self, project: int) -> SystemState:
        if lacking := self.lacking[project]:
            return SystemState("no", f"{lacking} 名工人的登记信息不全。")
        if people := self.people.get(project):
            return SystemState("yes", f"在册 {people} 人，登记信息齐全。")
        return SystemState("no", "名册还是空的。")


def _accounts(actor: Actor, projects: Collection[int]) -> dict[int, SystemState]:
    """专用账户: open and in order. Kept for subcontractors too, who do not see its figures."""
    rows = SpecialAccount.everything.filter(project__in=projects).exclude(
        status=SpecialAccount.Status.CLOSED
    )
    return {row.project_id: _account_state(row) for row in rows.select_related("bank")}


def _account_state(account: SpecialAccount) -> SystemState:
    if account.status != SpecialAccount.Status.ACTIVE:
        return SystemState("no", f"专户{account.get_status_display()}。")
    return SystemState("yes", f"{account.opened_on:%Y-%m-%d} 在{account.bank.name}开立。")
