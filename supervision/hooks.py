"""What supervision puts into shared pages: the overview, and what spans apps on the home page."""

from datetime import date

from core import clock
from core.actor import Actor
from core.hook_kinds import BeatTask, FeedReader, HomeArea, HomeSection, NavigationSection
from core.hooks import declare
from identity.roles import GOVERNMENT, Role
from projects.hook_kinds import ProjectTab
from projects.permissions import EMPLOYER_ROLES
from supervision.drawings import levels_chart, places_chart, wages_chart
from supervision.selectors import figures, machine, site

_WAGES = EMPLOYER_ROLES | GOVERNMENT


def _machine_state(*, actor: Actor, as_of: date) -> machine.Machine:
    # How the platform is doing is a question of minutes, not of days.
    return machine.machine(actor=actor, now=clock.now())


declare(
    ProjectTab(key="overview", order=10, label="概况", page="supervision:project"),
    NavigationSection(
        key="home", order=10, label="今日工作", page="supervision:home", roles=frozenset(Role)
    ),
    NavigationSection(
        key="search",
        order=100,
        label="查找",
        page="core:search",
        roles=frozenset(Role) - {Role.OPERATOR},
    ),
    # Lines of several apps, and the warnings that speak of them.
    HomeSection(
        key="site-work",
        order=30,
        area=HomeArea.WORK,
        roles=EMPLOYER_ROLES,
        selector=site.site_sections,
        template="supervision/_site_work.html",
    ),
    HomeSection(
        key="projects-people-wages",
        order=10,
        area=HomeArea.FIGURES,
        roles=_WAGES,
        selector=figures.home_figures,
        template="components/figures.html",
    ),
    HomeSection(
        key="banks-figures",
        order=30,
        area=HomeArea.FIGURES,
        roles=frozenset({Role.BANK_CLERK}),
        selector=figures.banks_figures,
        template="components/figures.html",
    ),
    HomeSection(
        key="systems",
        order=40,
        area=HomeArea.FIGURES,
        roles=GOVERNMENT,
        selector=figures.system_figures,
        template="supervision/_systems.html",
    ),
    HomeSection(
        key="machine",
        order=90,
        area=HomeArea.FIGURES,
        roles=frozenset({Role.OPERATOR}),
        selector=_machine_state,
        template="supervision/_machine.html",
    ),
    HomeSection(
        key="wages-chart",
        order=10,
        area=HomeArea.CHARTS,
        roles=_WAGES,
        selector=wages_chart,
        template="supervision/_chart.html",
    ),
    HomeSection(
        key="places-chart",
        order=20,
        area=HomeArea.CHARTS,
        roles=GOVERNMENT,
        selector=places_chart,
        template="supervision/_chart.html",
    ),
    HomeSection(
        key="levels-chart",
        order=50,
        # Beside the work, with the figures: it is a figure drawn.
        area=HomeArea.FIGURES,
        roles=_WAGES,
        selector=levels_chart,
        template="supervision/_chart.html",
    ),
)

declare(
    FeedReader(
        key="supervision.standing", feed="core.Touch", task="supervision.tasks.judge_touched"
    ),
    BeatTask(key="supervision.tasks.judge_touched", every=15),
    # Does nothing once the day's judging is done.
    BeatTask(key="supervision.tasks.judge_daily", every=60),
)
