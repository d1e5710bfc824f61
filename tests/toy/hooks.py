"""What the toy puts into shared pages: one of every kind."""

from core.hook_kinds import (
    Bar,
    HomeArea,
    HomeSection,
    NavigationSection,
    Panel,
    SearchHit,
    SearchProvider,
)
from core.hooks import declare
from identity.roles import Role
from monitoring.catalogue import Finding, rule
from monitoring.evidence import Fact, ForPrograms
from monitoring.models import Level
from projects.hook_kinds import (
    ColumnCell,
    Part,
    ProjectColumn,
    ProjectTab,
    System,
    SystemFinding,
    SystemState,
)
from projects.models import Project

_SITE = frozenset({Role.ENTERPRISE_ADMIN, Role.LABOUR_OFFICER})
_COUNTY = frozenset({Role.BUREAU_OFFICER})


def _menu(*, actor, as_of):
    return {"dish": "抓饭", "on": as_of}


def _inspections(*, actor, as_of):
    return {"dish": "食堂待检查", "on": as_of}


def _search(*, actor, text, limit):
    return [SearchHit("抓饭", "工地食堂今日菜单", "/canteen/")] if text == "抓饭" else []


def _seats(*, actor, as_of, projects):
    return {pk: ColumnCell("120 座", tone="good") for pk in projects}


def _kept(*, actor, as_of, projects):
    return {pk: SystemFinding(SystemState.CARRIED_OUT, "食堂代管保证金。") for pk in projects}


def _beside_warning(*, actor, subject, as_of):
    return {"rule": subject.rule}


declare(
    ProjectTab(
        key="canteen",
        order=75,
        label="食堂",
        page="toy:project",
        opens_to=frozenset({Part.SUBCONTRACTOR}),
    ),
    NavigationSection(key="canteen", order=95, label="工地食堂", page="toy:canteen", roles=_SITE),
    HomeSection(
        key="canteen",
        order=5,
        area=HomeArea.WORK,
        roles=_SITE,
        selector=_menu,
        template="toy/home.html",
    ),
    HomeSection(
        key="canteen-inspections",
        order=6,
        area=HomeArea.WORK,
        roles=_COUNTY,
        selector=_inspections,
        template="toy/home.html",
    ),
    SearchProvider(key="canteen", order=50, label="食堂", selector=_search),
    ProjectColumn(key="seats", order=50, label="食堂座位", selector=_seats),
    System(key="canteen", order=70, name="食堂", tab="canteen", selector=_kept),
    Panel(
        key="warning-canteen",
        beside="warning",
        selector=_beside_warning,
        template="toy/beside_warning.html",
    ),
    Bar(
        key="account.close-canteen",
        act="account.close",
        reason="食堂还有 {count} 笔饭费没有结清",
        selector=lambda accounts: dict.fromkeys(accounts, 3),
    ),
)


@rule(
    code="TOY-01",
    title="食堂未备案",
    basis="工地食堂管理办法",
    clears="食堂备案。",
    duty="总承包单位",
    place="toy:project",
    evidence=(Fact("seats", "座位"), ForPrograms("kitchen")),
)
def canteen_not_filed(look):
    """Every project under construction has a canteen that nobody filed."""
    for project in Project.objects.visible_to(look.actor).judged():
        yield Finding(
            subject=project.subject,
            project=project.pk,
            level=Level.BLUE,
            counted_from=look.as_of,
            summary="食堂 120 座，还没有备案。",
            evidence={"seats": 120, "kitchen": "K1"},
        )
