"""What projects put into shared pages."""

from core.hook_kinds import (
    DocumentKind,
    HomeArea,
    HomeSection,
    NavigationSection,
    SearchProvider,
    SubjectKind,
    TrackedTable,
)
from core.hooks import declare
from identity.hook_kinds import OpenTasks
from identity.roles import ENTERPRISE, GOVERNMENT, Role
from projects import home, services
from projects.hook_kinds import ProjectTab, SiteWork
from projects.selectors import project_subjects, search_projects
from projects.selectors.rectification import order_subjects

declare(
    ProjectTab(key="participants", order=20, label="参建与人员", page="projects:people"),
    ProjectTab(key="timeline", order=90, label="动态", page="projects:timeline"),
    NavigationSection(
        key="projects",
        order=20,
        label="工程项目",
        page="projects:list",
        # A bank knows accounts, and no project but by its account.
        roles=(ENTERPRISE | GOVERNMENT) - {Role.BANK_CLERK},
        within=("/workers/", "/payroll/"),
    ),
    SubjectKind(key="project", label="工程项目", selector=project_subjects),
    OpenTasks(
        key="project-offices",
        order=10,
        find=services.open_offices,
        hand_on=services.hand_on_offices,
    ),
    SearchProvider(key="project", order=10, label="工程项目", selector=search_projects),
)

declare(SiteWork(key="first-project", selector=home.first_project))
declare(
    SiteWork(key="orders", selector=home.orders_to_obey),
    SubjectKind(key="rectification", label="责令限期改正", selector=order_subjects),
    DocumentKind(key="rectification", label="责令限期改正指令书", word="劳监令"),
    HomeSection(
        key="orders-to-check",
        order=13,
        area=HomeArea.WORK,
        roles=frozenset({Role.BUREAU_OFFICER}),
        selector=home.orders_to_check,
        template="components/work_section.html",
    ),
)

# What rules read of the past.
declare(
    TrackedTable(key="projects.Project", known="registered_at", without=("updated_at",)),
    TrackedTable(key="projects.Participant"),
    TrackedTable(key="projects.ProjectOfficer"),
    TrackedTable(key="projects.WageTerm", known="recorded_at"),
)
