"""What organisations and users put into shared pages."""

from core.hook_kinds import (
    AddressBook,
    BeatTask,
    Gauge,
    HomeArea,
    HomeSection,
    NavigationSection,
    SearchProvider,
)
from core.hooks import declare
from core.messages import selectors as messages
from identity import home
from identity.roles import Role
from identity.selectors import find_organisations, reachable_users, refused_page

_BUREAU = frozenset({Role.BUREAU_OFFICER})
declare(
    # The page of an organisation is the bureaus'.
    SearchProvider(
        key="organisation", order=20, label="单位", selector=find_organisations, roles=_BUREAU
    ),
    NavigationSection(
        key="organisations",
        order=60,
        label="单位",
        page="identity:organisations",
        roles=_BUREAU,
        within=("/regions/",),
    ),
    NavigationSection(
        key="users",
        order=70,
        label="用户",
        page="identity:users",
        roles=_BUREAU | {Role.ENTERPRISE_ADMIN},
    ),
    NavigationSection(
        key="configuration",
        order=90,
        label="系统配置",
        page="admin:index",
        roles=frozenset({Role.OPERATOR}),
    ),
)

declare(BeatTask(key="identity.tasks.clear_expired_sessions", every=3600))

declare(
    HomeSection(
        key="refused-accesses",
        order=90,
        area=HomeArea.FIGURES,
        roles=frozenset({Role.OPERATOR}),
        selector=refused_page,
        template="identity/_refused_accesses.html",
    )
)

declare(
    HomeSection(
        key="unconfirmed-organisations",
        order=25,
        area=HomeArea.WORK,
        roles=_BUREAU,
        selector=home.unconfirmed_organisations,
        template="components/work_section.html",
    )
)

declare(
    AddressBook(key="users", selector=reachable_users),
    Gauge(
        key="deliveries_failed",
        label="Text messages and mails of the last day that came to nothing",
        selector=messages.failed_count,
    ),
    Gauge(
        key="delivery_oldest_seconds",
        label="Age of the longest due text message or mail",
        selector=messages.oldest_waiting,
    ),
    # Whoever looks after users puts their numbers right; the operator the ways out.
    HomeSection(
        key="unreached-users",
        order=28,
        area=HomeArea.WORK,
        roles=_BUREAU | {Role.ENTERPRISE_ADMIN},
        selector=home.unreached_users,
        template="components/work_section.html",
    ),
    HomeSection(
        key="deliveries",
        order=80,
        area=HomeArea.FIGURES,
        roles=frozenset({Role.OPERATOR}),
        selector=home.delivery_report,
        template="messages/_report.html",
    ),
)
