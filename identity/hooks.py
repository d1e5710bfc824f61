"""What organisations and users put into shared pages."""

from core.hook_kinds import BeatTask, HomeArea, HomeSection, NavigationSection, SearchProvider
from core.hooks import declare
from identity import home
from identity.roles import Role
from identity.selectors import find_organisations, refused_page

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
