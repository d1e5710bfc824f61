"""What pay sheets put into shared pages."""

from core.hook_kinds import NavigationSection
from core.hooks import declare
from identity.roles import Role
from projects.hook_kinds import Part, ProjectTab

declare(
    # What people earn concerns the site and whoever supervises it.
    ProjectTab(
        key="payroll",
        order=60,
        label="工资",
        page="payroll:project",
        opens_to=frozenset({Part.SUBCONTRACTOR}),
    ),
    NavigationSection(
        key="minimum-wages",
        order=80,
        label="最低工资",
        page="payroll:minimum_wages",
        roles=frozenset({Role.BUREAU_OFFICER}),
    ),
)
