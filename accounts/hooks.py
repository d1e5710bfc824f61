"""What wage accounts put into shared pages."""

from accounts.selectors import CLOSE, account_systems
from core.hook_kinds import BarredAct, NavigationSection
from core.hooks import declare
from identity.roles import Role
from projects.hook_kinds import Part, ProjectTab, System

declare(
    BarredAct(key=CLOSE, label="销户"),
    System(key="account", order=20, name="专用账户", tab="account", selector=account_systems),
    # The wage account is between contractor, owner and bank.
    ProjectTab(
        key="account",
        order=30,
        label="专户",
        page="accounts:project",
        opens_to=frozenset({Part.OTHERS}),
    ),
    NavigationSection(
        key="accounts",
        order=30,
        label="专户",
        page="accounts:kept",
        roles=frozenset({Role.BANK_CLERK}),
    ),
    NavigationSection(
        key="funding",
        order=40,
        label="人工费用",
        page="accounts:funding",
        roles=frozenset({Role.OWNER_CLERK}),
    ),
)
