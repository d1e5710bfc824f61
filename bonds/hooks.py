"""What bonds put into shared pages."""

from bonds import home
from bonds.selectors.bonds import bond_pair_subjects, bond_subjects, bond_systems, search_bonds
from bonds.selectors.refunds import REFUND
from core.hook_kinds import (
    Bar,
    BarredAct,
    BeatTask,
    FeedReader,
    HomeArea,
    HomeSection,
    NavigationSection,
    SearchProvider,
    SubjectKind,
)
from core.hooks import declare
from core.touch import FEED
from identity.roles import GOVERNMENT, Role
from payroll.selectors.owed import open_sheets, unpaid_wages
from projects.hook_kinds import Part, ProjectTab, SiteWork, System

declare(
    BarredAct(key=REFUND, label="返还保证金"),
    Bar(
        key="bond.refund-wages",
        order=10,
        act=REFUND,
        reason="还有 {count} 笔工资没有支付",
        selector=unpaid_wages,
    ),
    Bar(
        key="bond.refund-sheets",
        order=20,
        act=REFUND,
        reason="还有 {count} 张工资表没有报送",
        selector=open_sheets,
    ),
    FeedReader(key="bonds.contracts", feed=FEED, task="bonds.tasks.follow_projects"),
    BeatTask(key="bonds.tasks.follow_projects", every=300),
    BeatTask(key="bonds.tasks.pass_days", every=3600),
)


_BUREAU = frozenset({Role.BUREAU_OFFICER})
_BANK = frozenset({Role.BANK_CLERK})
declare(
    ProjectTab(
        key="bond",
        order=35,
        label="保证金",
        page="bonds:project",
        opens_to=frozenset({Part.OTHERS}),
    ),
    System(key="bond", order=30, name="工资保证金", tab="bond", selector=bond_systems),
    SubjectKind(key="bond", label="工资保证金", selector=bond_subjects),
    SubjectKind(key="bond_pair", label="同号保函", selector=bond_pair_subjects),
    SearchProvider(key="bond", order=40, label="保证金", selector=search_bonds),
    NavigationSection(
        key="bonds",
        order=45,
        label="保证金",
        page="bonds:list",
        roles=GOVERNMENT | {Role.ENTERPRISE_ADMIN},
    ),
    NavigationSection(
        key="bond-accounts", order=32, label="保证金", page="bonds:deposits", roles=_BANK
    ),
    SiteWork(key="bonds", selector=home.site_work),
    HomeSection(
        key="bonds-queue",
        order=24,
        area=HomeArea.WORK,
        roles=_BUREAU,
        selector=home.officers_queue,
        template="components/work_section.html",
    ),
    HomeSection(
        key="bonds-at-bank",
        order=52,
        area=HomeArea.WORK,
        roles=_BANK,
        selector=home.banks_work,
        template="components/work_section.html",
    ),
)
