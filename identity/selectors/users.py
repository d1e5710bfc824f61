"""Users as pages and other apps read them; their sessions and what they sign in with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet, Sum

from core.actor import Actor
from core.hook_kinds import Reachable
from core.hooks import declared
from core.listing import ListColumn, ListPage, ListTable
from core.masking import mask_phone
from core.messages.selectors import unreached
from identity.hook_kinds import OpenTask, OpenTasks
from identity.models import (
    Employer,
    ExternalIdentity,
    Grant,
    Organisation,
    RefusedAccess,
    Renewal,
    SignIn,
    User,
    UserRows,
    UserSession,
)
from identity.roles import GOVERNMENT, RELEASES_MONEY, Role
from identity.selectors.organisations import (
    Choices,
    manages_users,
    may_decide_on,
    require_manager,
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads the page, and for which unit; ``others`` are those one could act for instead."""

    name: str
    organisation: str
    role: str
    others: list[Employer]
    #: Messages that were not opened yet.
    unread: int


def viewer(user: User, *, actor: Actor) -> Viewer:
    """The signed-in user in words; asks the database nothing."""
    roles = dict.fromkeys(str(Role(grant.role).label) for grant in actor.grants)
    unit = user.employers[actor.organisation or user.organisation_id]
    others = [one for one in user.employers.values() if one != unit]
    unread = user.unread_messages(actor.organisation)
    return Viewer(user.name, unit.name, "、".join(roles), others, unread)


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user as listed."""

    uuid: UUID
    username: str
    name: str
    phone: str
    roles: str
    reach: str
    is_active: bool
    must_change_password: bool
    signed_in_at: datetime | None


USER_LIST = ListTable(
    columns=(
        ListColumn("name", "姓名", sort="name", slot="main"),
        ListColumn("username", "用户名", sort="username"),
        ListColumn("roles", "岗位", sort="roles", slot="aside"),
        ListColumn("reach", "办理范围", sort="reach"),
        ListColumn("phone", "手机"),
        ListColumn("status", "状态", sort="is_active", slot="state"),
        ListColumn("seen", "最近登录", sort="signed_in_at", kind="date", falling=True),
    ),
    default=(),
)


def users(organisation: Organisation, *, actor: Actor) -> list[UserLine]:
    """The users of an organisation, and those of others who work for it too, the active first.

    :raises Forbidden: the actor does not look after its users.
    """
    require_manager(organisation, actor=actor)
    return [_user_line(user) for user in _users_of(organisation)]


def administrators(organisation: Organisation, *, actor: Actor) -> list[UserLine]:
    """An enterprise's 企业管理员, for the officer whom they ask when they cannot sign in.

    :raises Forbidden: the organisation is not in the actor's division.
    """
    require_in_charge(organisation, actor=actor)
    admins = Grant.objects.filter(role=Role.ENTERPRISE_ADMIN, active=True)
    return [_user_line(user) for user in _users_of(organisation).filter(grants__in=admins)]


@dataclass(frozen=True, slots=True)
class UnreachedUser:
    """A user whose last text message did not arrive, and why."""

    uuid: UUID
    name: str
    reason: str


def unreached_users(*, actor: Actor) -> list[UnreachedUser]:
    """The active users of the actor's own unit that no text message reaches.

    For whoever looks after its users: its 企业管理员, or its 人社 officers.
    """
    if not actor.has_role(Role.ENTERPRISE_ADMIN, Role.BUREAU_OFFICER):
        return []
    own = User.objects.filter(organisation=actor.organisation, is_active=True)
    reasons = unreached(own.values("uuid"))
    names = dict(own.filter(uuid__in=reasons).values_list("uuid", "name")) if reasons else {}
    return [UnreachedUser(uuid, names[uuid], reason) for uuid, reason in reasons.items()]


def reachable_users(users: Collection[UUID]) -> dict[UUID, Reachable]:
    """Where these users are reached by messages: for delivering them, never for a page."""
    rows = User.objects.filter(uuid__in=users).select_related("organisation")
    return {row.uuid: Reachable(row.name, row.phone, row.may_sign_in) for row in rows}


def _users_of(organisation: Organisation) -> UserRows:
    here = Q(organisation=organisation) | Q(organisation=None)
    grants = Grant.objects.filter(here, active=True).select_related("region")
    granted = Grant.objects.filter(organisation=organisation, active=True).values("user")
    rows = User.objects.filter(Q(organisation=organisation) | Q(pk__in=granted))
    rows = rows.prefetch_related(Prefetch("grants", grants, to_attr="grants_here"))
    return rows.order_by("-is_active", "username")


def _user_line(user: User) -> UserLine:
    grants: list[Grant] = user.grants_here  # type: ignore[attr-defined]  # prefetched
    return UserLine(
        uuid=user.uuid,
        username=user.username,
        name=user.name,
        phone=mask_phone(user.phone),
        roles="、".join(dict.fromkeys(grant.get_role_display() for grant in grants)),
        reach=_reach_label(grants),
        is_active=user.is_active,
        must_change_password=user.must_change_password,
        signed_in_at=user.signed_in_at,
    )


def _reach_label(grants: list[Grant]) -> str:
    if any(grant.region for grant in grants):
        return "、".join(grant.region.name for grant in grants if grant.region)
    projects = {grant.project for grant in grants if grant.project}
    if projects:
        return f"限 {len(projects)} 个项目"
    return "本单位全部" if grants else "尚未指定项目"


def user(uuid: UUID, *, actor: Actor) -> User:
    """A user whom the actor manages: of its organisation, or, for officers, of an office.

    :raises User.DoesNotExist: none, or of an organisation out of the actor's sight.
    :raises Forbidden: in sight, but not the actor's to manage.
    """
    found = _user_in_sight(uuid, actor)
    require_manager(managed_organisation(found, actor=actor), actor=actor)
    return found


def user_in_charge(uuid: UUID, *, actor: Actor) -> User:
    """A user whom the actor manages, or whose home unit it is the 人社 officer of.

    :raises User.DoesNotExist: none, or of an organisation out of the actor's sight.
    :raises Forbidden: in sight, but in nobody's charge who the actor is.
    """
    found = _user_in_sight(uuid, actor)
    require_in_charge(found.organisation, actor=actor)
    return found


def user_shown(uuid: UUID, *, actor: Actor) -> User:
    """A user in the actor's charge, or one of another unit who works for the actor's own too.

    :raises User.DoesNotExist: none, or of an organisation out of the actor's sight.
    :raises Forbidden: in sight, but not the actor's to look after.
    """
    found = _user_in_sight(uuid, actor)
    if not is_in_charge(found.organisation, actor=actor):
        require_manager(managed_organisation(found, actor=actor), actor=actor)
    return found


def may_bind(user: User, *, actor: Actor) -> bool:
    """Whether the actor may say who the user is at the 统一认证.

    That lets somebody in, so it is the home unit's, and where a renewal takes two the user's own.
    """
    return manages_users(user.organisation, actor=actor) and not renewal_takes_two(user)


def _user_in_sight(uuid: UUID, actor: Actor) -> User:
    visible = Organisation.objects.visible_to(actor).values("pk")
    works_there = Grant.objects.filter(active=True, organisation__in=visible).values("user")
    seen = Q(organisation__in=visible) | Q(pk__in=works_there)
    return User.objects.with_grants().filter(seen).get(uuid=uuid)


def managed_organisation(user: User, *, actor: Actor) -> Organisation:
    """For which unit the actor manages the user: its own where the user works there, else home."""
    own = actor.organisation if actor.organisation in user.employers else user.organisation_id
    return Organisation.everything.select_related("region", "industry").get(pk=own)


def is_in_charge(organisation: Organisation, *, actor: Actor) -> bool:
    """Whether the actor manages the organisation's users or is the 人社 officer of its place."""
    return manages_users(organisation, actor=actor) or may_decide_on(organisation, actor=actor)


def require_in_charge(organisation: Organisation, *, actor: Actor) -> None:
    """:raises Forbidden: the actor is not in charge of the organisation's users."""
    if not is_in_charge(organisation, actor=actor):
        actor.require_role()


def user_line(uuid: UUID, *, actor: Actor) -> UserLine:
    """One user as listed; raises as :func:`user_in_charge`."""
    found = _user_in_sight(uuid, actor)
    organisation = managed_organisation(found, actor=actor)
    require_in_charge(organisation, actor=actor)
    return _user_line(_users_of(organisation).get(pk=found.pk))


def open_tasks(uuid: UUID, *, actor: Actor) -> list[OpenTask]:
    """What a managed user answers for at the actor's organisation, as all apps declare it."""
    found = user(uuid, actor=actor)
    organisation = managed_organisation(found, actor=actor).pk
    kinds = declared(OpenTasks)
    return [
        task
        for kind in kinds
        for task in kind.find(user=found, organisation=organisation, actor=actor)
    ]


def colleague_of(user: User, organisation: Organisation, successor: UUID, *, actor: Actor) -> User:
    """:raises User.DoesNotExist: no other active user who works for the organisation."""
    require_manager(organisation, actor=actor)
    others = _users_of(organisation).filter(is_active=True).exclude(pk=user.pk)
    return others.with_grants().get(uuid=successor)


def successor_choices(uuid: UUID, *, actor: Actor) -> Choices:
    """The colleagues who could take over from a managed user."""
    found = user(uuid, actor=actor)
    others = _users_of(managed_organisation(found, actor=actor)).filter(is_active=True)
    return [(str(one.uuid), one.name) for one in others.exclude(pk=found.pk)]


# Sessions, renewals, 统一认证 -------------------------------------------------------------------


SESSION_LIST = ListTable(
    columns=(
        ListColumn("browser", "浏览器", sort="browser", slot="main"),
        ListColumn("address", "网络地址", sort="address", slot="state"),
        ListColumn("signed_in", "登录时间", sort="signed_in_at", kind="date", falling=True),
        ListColumn("seen", "最近使用", sort="seen_at", kind="date", slot="aside", falling=True),
        ListColumn("act", "办理"),
    ),
    # This one first, then the latest.
    default=(),
    name="sessions",
)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One of a user's own sessions as listed."""

    uuid: UUID | None
    browser: str
    address: str
    signed_in_at: datetime | None
    seen_at: datetime | None
    is_this: bool


def own_sessions(*, actor: Actor, current: str, now: datetime) -> list[SessionLine]:
    """Where the actor is signed in, this session first, then the latest."""
    rows = UserSession.objects.live(at=now).filter(user__uuid=actor.id)
    lines = [
        SessionLine(
            uuid=row.uuid,
            browser=row.browser,
            address=row.address or "",
            signed_in_at=row.signed_in_at,
            seen_at=row.seen_at,
            is_this=row.session_key == current,
        )
        for row in rows.order_by("-signed_in_at")
    ]
    return sorted(lines, key=lambda line: not line.is_this)


def renewal_takes_two(user: User) -> bool:
    """Whether the user releases money, governs, or runs the platform, for any unit."""
    sensitive = RELEASES_MONEY | GOVERNMENT | {Role.OPERATOR}
    return any(grant.role in sensitive for grant in user.held_grants)


def can_be_renewed_in_pages(user: User) -> bool:
    """Whether enough others are in charge of a user to renew what it signs in with."""
    officers = Grant.objects.filter(role=Role.BUREAU_OFFICER, active=True)
    admins = Grant.objects.filter(
        role=Role.ENTERPRISE_ADMIN, organisation=user.organisation, active=True
    )
    holders = User.objects.with_grants().filter(
        Q(pk__in=officers.values("user")) | Q(pk__in=admins.values("user")), is_active=True
    )
    others = [
        one
        for one in holders.exclude(pk=user.pk)
        if one.may_sign_in and is_in_charge(user.organisation, actor=one.actor)
    ]
    return len(others) >= (2 if renewal_takes_two(user) else 1)


RENEWAL_LIST = ListTable(
    columns=(
        ListColumn("user", "用户", sort="user__name", slot="main"),
        ListColumn("what", "更换", sort="what", slot="aside"),
        ListColumn("reason", "原因和核实方式"),
        ListColumn("proposed", "提出", sort="proposed_at", kind="date", falling=True),
        ListColumn("decided", "确认", sort="decided_at", kind="date", falling=True),
        ListColumn("status", "状态", sort="status", slot="state"),
        ListColumn("act", "办理"),
    ),
    # What waits first, then the latest.
    default=(),
)


def renewals(*, actor: Actor, limit: int = 50) -> list[Renewal]:
    """Renewals of users in whose charge the actor is, the open ones first, then the latest."""
    rows = _renewals_in_sight(actor).order_by("-status", "-proposed_at")[: 4 * limit]
    mine = [row for row in rows if is_in_charge(row.user.organisation, actor=actor)]
    return sorted(mine, key=lambda row: row.status != Renewal.Status.PROPOSED)[:limit]


def renewal(uuid: UUID, *, actor: Actor) -> Renewal:
    """:raises Renewal.DoesNotExist: none, or of a user in whose charge the actor is not."""
    found = _renewals_in_sight(actor).get(uuid=uuid)
    if not is_in_charge(found.user.organisation, actor=actor):
        raise Renewal.DoesNotExist
    return found


def _renewals_in_sight(actor: Actor) -> QuerySet[Renewal]:
    visible = Organisation.objects.visible_to(actor).values("pk")
    rows = Renewal.objects.filter(user__organisation__in=visible)
    return rows.select_related("user__organisation")


def user_of_subject(issuer: str, subject: str) -> User | None:
    """Who is bound to a subject of the 统一认证; before sign-in, so for nobody in particular."""
    bound = ExternalIdentity.objects.filter(issuer=issuer, subject=subject).values("user")
    found = User.objects.with_grants().filter(pk__in=bound).first()
    return found if found and found.may_sign_in else None


def is_bound(issuer: str, *, actor: Actor, uuid: UUID | None = None) -> bool:
    """Whether the actor, or a user it manages, signs in by the 统一认证."""
    person = actor.id if uuid is None else user_in_charge(uuid, actor=actor).uuid
    return ExternalIdentity.objects.filter(issuer=issuer, user__uuid=person).exists()


# Colleagues -------------------------------------------------------------------------------------


def colleagues(*, actor: Actor) -> list[User]:
    """The active users of the actor's own organisation, to be named in charge of something."""
    return list(_colleague_rows(actor))


def colleague(uuid: UUID, *, actor: Actor) -> User:
    """:raises User.DoesNotExist: no active user of the actor's own organisation."""
    return _colleague_rows(actor).with_grants().get(uuid=uuid)


def _colleague_rows(actor: Actor) -> UserRows:
    here = Q(organisation_id=actor.organisation)
    works_there = Grant.objects.filter(here, active=True)
    here = Q(organisation_id=actor.organisation) | Q(pk__in=works_there.values("user"))
    return User.objects.filter(here, is_active=True)


def grants_on_project(project: UUID, *, actor: Actor) -> list[Grant]:
    """What the actor's own colleagues were granted on this project alone."""
    here = Q(organisation=None) | Q(organisation_id=actor.organisation)
    rows = Grant.objects.filter(here, project=project, active=True, user__in=_colleague_rows(actor))
    return list(rows.select_related("user").order_by("user__name"))


SIGN_IN_LIST = ListTable(
    columns=(
        ListColumn("at", "时间", sort="at", slot="main", falling=True),
        ListColumn("outcome", "结果", sort="outcome", slot="figure"),
        ListColumn("address", "网络地址", sort="address", slot="state"),
        ListColumn("browser", "浏览器", sort="browser", slot="aside"),
    ),
    default=(),
    default_sort="-at",
    name="sign-ins",
)


def sign_ins(user: User, *, actor: Actor, limit: int = 20) -> list[SignIn]:
    """The latest attempts to sign in as this user; one's own, or a managed user's."""
    if user.uuid != actor.id:
        require_in_charge(user.organisation, actor=actor)
    return list(SignIn.objects.filter(user=user)[:limit])


REFUSED_LIST = ListTable(
    columns=(
        ListColumn("user", "用户编号", slot="main"),
        ListColumn("route", "页面", slot="state"),
        ListColumn("status", "答复"),
        ListColumn("count", "次数", kind="number", slot="figure"),
        ListColumn("last", "最近一次", kind="date", slot="aside"),
    ),
    # The most frequent first; a section of the home page knows no other order.
    default=(),
)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """How often a user was refused at a kind of page within a week."""

    user: UUID
    route: str
    status: int
    count: int
    last_at: datetime


def refused_page(*, actor: Actor, as_of: date) -> ListPage[RefusedLine]:
    """:func:`refused_accesses` as the home page lists them."""
    return REFUSED_LIST.page_in_memory(refused_accesses(actor=actor, as_of=as_of), params={})


def refused_accesses(*, actor: Actor, as_of: date, limit: int = 20) -> list[RefusedLine]:
    """Refused accesses across scope of seven days, the most frequent first, for the operator.

    :raises Forbidden: not the operator.
    """
    actor.require_role(Role.OPERATOR)
    rows = RefusedAccess.objects.filter(day__gt=as_of - timedelta(days=7), day__lte=as_of)
    groups = rows.order_by().values("user", "route", "status")
    counted = groups.annotate(times=Sum("count"), last=Max("last_at"))
    return [
        RefusedLine(row["user"], row["route"], row["status"], row["times"], row["last"])
        for row in counted.order_by("-times", "-last")[:limit]
    ]
