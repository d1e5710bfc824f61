"""What pay sheets put into shared pages."""

from collections.abc import Collection, Iterator
from datetime import date

from django.conf import settings

from accounts import selectors as accounts
from core import clock
from core.actor import Actor
from core.home import WorkLine
from core.hook_kinds import (
    Bar,
    BeatTask,
    Gauge,
    HomeArea,
    HomeSection,
    NavigationSection,
    SearchProvider,
    SubjectKind,
    TrackedTable,
)
from core.hooks import declare
from identity.hook_kinds import limit_of
from identity.limits import Limit
from identity.roles import Role
from payroll import home
from payroll.selectors import systems
from payroll.selectors.facts import Resend
from payroll.selectors.orders import oldest_unsent_order, order_subjects
from payroll.selectors.pay_sheets import (
    employer_subjects,
    open_orders,
    search_sheets,
    sheet_subjects,
)
from payroll.services.due_days import restate_due_days
from projects.hook_kinds import (
    Part,
    ProjectTab,
    SiteWork,
    System,
    SystemFinding,
    WageTermFollower,
)
from projects.permissions import EMPLOYER_ROLES


def _late_limits(as_of: date) -> tuple[Limit, Resend]:
    """From when wages are late, and for how long what the bank returned may still wait."""
    resend = Resend(
        retry=limit_of("PAY-10", "yellow", as_of=as_of),
        at_most=limit_of("PAY-02", "orange", as_of=as_of),
    )
    return limit_of("PAY-02", "yellow", as_of=as_of), resend


def _agency_findings(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, SystemFinding]:
    after, resend = _late_limits(as_of)
    return systems.agency_systems(
        actor=actor, as_of=as_of, projects=projects, after=after, resend=resend
    )


def _monthly_findings(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, SystemFinding]:
    after, resend = _late_limits(as_of)
    return systems.monthly_systems(
        actor=actor, as_of=as_of, projects=projects, after=after, resend=resend
    )


declare(
    System(
        key="agency",
        order=40,
        name="总包代发",
        tab="payroll",
        selector=_agency_findings,
        about_workers=True,
    ),
    System(
        key="monthly",
        order=60,
        name="按月足额支付",
        tab="payroll",
        selector=_monthly_findings,
        about_workers=True,
    ),
    # What people earn concerns the site and whoever supervises it.
    ProjectTab(
        key="payroll",
        order=60,
        label="工资",
        page="payroll:project",
        opens_to=frozenset({Part.SUBCONTRACTOR}),
    ),
    NavigationSection(
        key="orders",
        order=35,
        label="代发",
        page="payroll:orders",
        roles=EMPLOYER_ROLES | {Role.BANK_CLERK},
    ),
    NavigationSection(
        key="uploads",
        order=36,
        label="导入记录",
        page="payroll:uploads",
        roles=EMPLOYER_ROLES,
        within=("/workers/imports/",),
    ),
    NavigationSection(
        key="minimum-wages",
        order=80,
        label="最低工资",
        page="payroll:minimum_wages",
        roles=frozenset({Role.BUREAU_OFFICER}),
    ),
    SubjectKind(key="sheet", label="工资表", selector=sheet_subjects),
    SubjectKind(key="order", label="代发指令", selector=order_subjects),
    SubjectKind(key="employer", label="用人单位", selector=employer_subjects),
    SearchProvider(key="sheet", order=30, label="工资表", selector=search_sheets),
    Bar(
        key="account.close-orders",
        act=accounts.CLOSE,
        reason="还有 {count} 笔代发指令没有办结",
        selector=open_orders,
    ),
)


declare(
    Gauge(
        key="oldest_unsent_order_seconds",
        label="Age of the oldest payment order that was not sent to the bank",
        selector=oldest_unsent_order,
    ),
    BeatTask(key="payroll.tasks.poll_orders", every=settings.BANK_RESULTS_EVERY),
    BeatTask(key="payroll.tasks.poll_statements", every=settings.BANK_STATEMENTS_EVERY),
    # A day that the calendar decides anew is found here (docs/decisions/0502).
    BeatTask(key="payroll.tasks.restate_due_days", every=300),
    WageTermFollower(key="pay-sheets", restate=restate_due_days),
)


def _site_work(
    *, actor: Actor, as_of: date, projects: Collection[int] | None
) -> Iterator[WorkLine]:
    # How long an order is in doubt is a question of minutes, not of days.
    return home.site_work(actor=actor, as_of=as_of, now=clock.now(), projects=projects)


declare(
    SiteWork(key="pay-sheets", selector=_site_work),
    HomeSection(
        key="orders-at-bank",
        order=50,
        area=HomeArea.WORK,
        roles=frozenset({Role.BANK_CLERK}),
        selector=home.banks_orders,
        template="components/work_section.html",
    ),
    HomeSection(
        key="unconfirmed-standards",
        order=26,
        area=HomeArea.WORK,
        roles=frozenset({Role.BUREAU_OFFICER}),
        selector=home.unconfirmed_standards,
        template="components/work_section.html",
    ),
)

# What rules read of the past.
declare(
    TrackedTable(key="payroll.PaySheet", known="created_at"),
    TrackedTable(key="payroll.PayLine", known="sheet.created_at"),
    TrackedTable(key="payroll.PaymentOrder", known="created_at"),
    TrackedTable(key="payroll.PaymentItem", known="order.created_at"),
    TrackedTable(key="payroll.MinimumWage"),
)
