"""What wage accounts put into shared pages."""

from accounts import home
from accounts.selectors import (
    CLOSE,
    account_subjects,
    account_systems,
    bank_subjects,
    entry_subjects,
)
from core.hook_kinds import (
    BarredAct,
    HomeArea,
    HomeSection,
    NavigationSection,
    SubjectKind,
    TrackedTable,
)
from core.hooks import declare
from identity.roles import Role
from projects.hook_kinds import Part, ProjectTab, SiteWork, System

declare(
    BarredAct(key=CLOSE, label="销户"),
    System(key="account", order=20, name="专用账户", tab="account", selector=account_systems),
    SubjectKind(key="account", label="工资专用账户", selector=account_subjects),
    SubjectKind(key="bank", label="银行", selector=bank_subjects),
    SubjectKind(key="entry", label="专户流水", selector=entry_subjects),
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

_OWNER = frozenset({Role.OWNER_CLERK})
declare(
    SiteWork(key="wage-accounts", selector=home.site_work),
    HomeSection(
        key="owners-deposits",
        order=40,
        area=HomeArea.WORK,
        roles=_OWNER,
        selector=home.owners_deposits,
        template="components/work_section.html",
    ),
    HomeSection(
        key="owners-figures",
        order=20,
        area=HomeArea.FIGURES,
        roles=_OWNER,
        selector=home.owners_figures,
        template="components/figures.html",
    ),
    HomeSection(
        key="silent-feeds",
        order=51,
        area=HomeArea.WORK,
        roles=frozenset({Role.BANK_CLERK}),
        selector=home.silent_feeds,
        template="components/work_section.html",
    ),
)

# What rules read of the past.
declare(
    TrackedTable(key="accounts.SpecialAccount"),
    TrackedTable(key="accounts.FundingTerm"),
    TrackedTable(key="accounts.StatementImport", known="received_at"),
    TrackedTable(key="accounts.StatementEntry", known="statement.received_at"),
)
