"""What pay sheets put into shared pages."""

from django.conf import settings

from accounts import selectors as accounts
from core.hook_kinds import Bar, BeatTask, NavigationSection, SearchProvider
from core.hooks import declare
from identity.roles import Role
from payroll.selectors.sheets import open_orders, search_sheets
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
    SearchProvider(key="sheet", order=30, label="工资表", selector=search_sheets),
    Bar(
        key="account.close-orders",
        act=accounts.CLOSE,
        reason="还有 {count} 笔代发指令没有办结",
        selector=open_orders,
    ),
)

declare(
    BeatTask(key="payroll.tasks.poll_orders", every=settings.BANK_RESULTS_EVERY),
    BeatTask(key="payroll.tasks.poll_statements", every=settings.BANK_STATEMENTS_EVERY),
)
