"""What warnings put into shared pages."""

from core.hook_kinds import (
    BeatTask,
    DigestLines,
    FeedReader,
    HomeArea,
    HomeSection,
    NavigationSection,
    PanelPlace,
    SearchProvider,
    TrackedTable,
)
from core.hooks import declare
from identity.hook_kinds import LimitSource
from identity.roles import GOVERNMENT, Role
from monitoring import home
from monitoring.coverage import faults_section
from monitoring.selectors import rule_limit, search_warnings, worst_cells, worst_of_project
from monitoring.telling import open_work
from projects.hook_kinds import Part, ProjectColumn, ProjectTab
from projects.permissions import EMPLOYER_ROLES

declare(
    LimitSource(key="rules", selector=rule_limit),
    # What the contractor is warned of is no business of the owner's or the bank's.
    ProjectTab(
        key="warnings",
        order=80,
        label="预警",
        page="monitoring:project",
        opens_to=frozenset({Part.SUBCONTRACTOR}),
    ),
    NavigationSection(
        key="warnings",
        order=50,
        label="预警",
        page="monitoring:list",
        roles=EMPLOYER_ROLES | GOVERNMENT,
        within=("/rules/",),
    ),
    ProjectColumn(
        key="worst",
        order=10,
        label="预警",
        selector=worst_cells,
        sort=worst_of_project,
        falling=True,
        roles=EMPLOYER_ROLES | GOVERNMENT,
    ),
    PanelPlace(key="warning", subject="monitoring.models.EarlyWarning"),
    SearchProvider(key="warning", order=40, label="预警", selector=search_warnings),
)

declare(
    FeedReader(key="monitoring.rules", feed="core.Touch", task="monitoring.tasks.sweep_touched"),
    BeatTask(key="monitoring.tasks.sweep_touched", every=15),
    FeedReader(
        key="monitoring.telling",
        feed="monitoring.WarningEvent",
        task="monitoring.tasks.tell_people",
    ),
    BeatTask(key="monitoring.tasks.tell_people", every=15),
    # Each step once: what is asked again finds nothing due.
    BeatTask(key="monitoring.tasks.escalate_overdue", every=600),
    DigestLines(key="warnings", order=10, selector=open_work),
    # Does nothing once the day's sweep is done.
    BeatTask(key="monitoring.tasks.sweep_daily", every=60),
)

declare(
    HomeSection(
        key="rules-not-judging",
        order=5,
        area=HomeArea.WORK,
        roles=frozenset({Role.BUREAU_OFFICER, Role.OPERATOR}),
        selector=faults_section,
        template="components/work_section.html",
    ),
)

_BUREAU = frozenset({Role.BUREAU_OFFICER})
declare(
    HomeSection(
        key="warnings-to-sign",
        order=10,
        area=HomeArea.WORK,
        roles=_BUREAU,
        selector=home.warnings_to_sign,
        template="components/work_section.html",
    ),
    HomeSection(
        key="warnings-to-review",
        order=11,
        area=HomeArea.WORK,
        roles=_BUREAU,
        selector=home.warnings_to_review,
        template="components/work_section.html",
    ),
    HomeSection(
        key="warnings-of-industry",
        order=12,
        area=HomeArea.WORK,
        roles=GOVERNMENT - _BUREAU,
        selector=home.warnings_of_industry,
        template="components/work_section.html",
    ),
)

# What rules read of the past.
declare(
    TrackedTable(key="monitoring.RuleSetting", known="set_at"),
    TrackedTable(
        key="monitoring.EarlyWarning", without=("evaluated_on", "handling", "sign_by", "settle_by")
    ),
)
