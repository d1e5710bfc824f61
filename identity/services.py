"""Who makes whom: organisations, invitations, users and their grants."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.pinyin import spell
from identity import selectors
from identity.kinds import GOVERNMENT_KINDS, PROJECT_ROLES, REGISTRABLE_KINDS, ROLES_OF_KIND
from identity.models import Grant, Invitation, Organisation, Region, User
from identity.roles import GOVERNMENT, Role

CREATE_ORGANISATION = audit.action("organisation.create", "登记单位")
CONFIRM_ORGANISATION = audit.action("organisation.confirm", "核实单位")
DISABLE_ORGANISATION = audit.action("organisation.disable", "停用单位")
ENABLE_ORGANISATION = audit.action("organisation.enable", "恢复单位")
INVITE = audit.action("invitation.create", "发出邀请")
ACCEPT = audit.action("invitation.accept", "接受邀请")
CREATE_USER = audit.action("user.create", "建立用户")
DISABLE_USER = audit.action("user.disable", "停用用户")
ENABLE_USER = audit.action("user.enable", "恢复用户")
RESET_PASSWORD = audit.action("user.reset_password", "重置密码")
CHANGE_PASSWORD = audit.action("user.change_password", "修改密码")
STEP_UP = audit.action("user.step_up", "以动态口令再次确认")
GRANT = audit.action("grant.give", "授予岗位")
REVOKE = audit.action("grant.withdraw", "收回岗位")
ADD_REGION = audit.action("region.add", "增加行政区划")

INVITATION_DAYS = 7


class IdentityError(Exception):
    """What was asked for cannot be done; the message says why and what to do."""


# Regions ----------------------------------------------------------------------------------------


@transaction.atomic
def add_region(*, actor: Actor, code: str, name: str, parent: str) -> Region:
    """A county founded since the dictionary was loaded, such as 和安县 and 和康县.

    :raises Forbidden: not an officer of the autonomous region.
    :raises IdentityError: the code exists or does not belong to the 地州市.
    """
    _require_reach("650000", actor)
    above = Region.objects.get(code=parent, kind=Region.Kind.PREFECTURE)
    if not code.startswith(above.prefix):
        raise IdentityError(f"{above.name}的县市区代码应以 {above.prefix} 开头。")
    region, made = Region.objects.get_or_create(
        code=code, defaults={"name": name, "parent": above, "kind": Region.Kind.COUNTY}
    )
    if not made:
        raise IdentityError(f"代码 {code} 已经是{region.name}。")
    audit.record(actor, ADD_REGION, f"region:{code}", detail={"名称": name})
    return region


# Organisations and invitations ------------------------------------------------------------------


@transaction.atomic
def create_organisation(
    *, actor: Actor, now: datetime, organisation: Organisation, first_user: str
) -> str:
    """Register an organisation and invite its first user; the token of the link, shown once.

    :raises Forbidden: not a 人社 officer, or the place is out of reach.
    :raises IdentityError: the kind cannot be registered, or the code is registered already.
    """
    _require_reach(organisation.region_id, actor)
    if organisation.kind not in REGISTRABLE_KINDS:
        raise IdentityError("这类单位不能在平台上登记。")
    organisation.status = Organisation.Status.CONFIRMED
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError:
        raise IdentityError("这个统一社会信用代码已经登记。") from None
    detail = {"名称": organisation.name, "类型": organisation.get_kind_display()}
    audit.record(actor, CREATE_ORGANISATION, organisation.subject, now=now, detail=detail)
    return _invite(actor, organisation, first_user, now)


def unconfirmed_organisation(
    *,
    actor: Actor,
    uscc: str,
    name: str,
    kind: str,
    region: str,
    now: datetime | None = None,
) -> Organisation:
    """The unit of this code; one nobody knew is made 待核实 until an officer confirms it.

    For services of other apps, inside their transaction.
    """
    organisation, made = Organisation.everything.get_or_create(
        uscc=uscc,
        defaults={
            "name": name,
            "kind": kind,
            "region_id": region,
            "status": Organisation.Status.UNCONFIRMED,
        },
    )
    if made:
        detail = {"名称": name, "类型": organisation.get_kind_display(), "状态": "待核实"}
        audit.record(actor, CREATE_ORGANISATION, organisation.subject, now=now, detail=detail)
    return organisation


@transaction.atomic
def confirm_organisation(*, actor: Actor, organisation: Organisation, name: str) -> None:
    """An officer has checked a 待核实 unit against the register of firms.

    :raises IdentityError: it does not wait to be confirmed.
    """
    _require_reach(organisation.region_id, actor)
    waiting, confirmed = Organisation.Status.UNCONFIRMED, Organisation.Status.CONFIRMED
    _change_status(organisation, waiting, confirmed, name=name, pinyin=spell(name))
    detail = {"名称": name} if name != organisation.name else {}
    audit.record(actor, CONFIRM_ORGANISATION, organisation.subject, detail=detail)


@transaction.atomic
def disable_organisation(*, actor: Actor, organisation: Organisation) -> None:
    """Nobody signs in for the organisation any more; what it did remains."""
    _require_reach(organisation.region_id, actor)
    confirmed, disabled = Organisation.Status.CONFIRMED, Organisation.Status.DISABLED
    _change_status(organisation, confirmed, disabled)
    audit.record(actor, DISABLE_ORGANISATION, organisation.subject)


@transaction.atomic
def enable_organisation(*, actor: Actor, organisation: Organisation) -> None:
    """The organisation's people may sign in again."""
    _require_reach(organisation.region_id, actor)
    disabled, confirmed = Organisation.Status.DISABLED, Organisation.Status.CONFIRMED
    _change_status(organisation, disabled, confirmed)
    audit.record(actor, ENABLE_ORGANISATION, organisation.subject)


def _change_status(organisation: Organisation, old: str, new: str, **values: str) -> None:
    rows = Organisation.everything.filter(pk=organisation.pk, status=old)
    if rows.update(status=new, **values) != 1:
        raise IdentityError("单位的状态已经变化，请刷新后再办理。")


@transaction.atomic
def invite(*, actor: Actor, now: datetime, organisation: Organisation, name: str) -> str:
    """Invite somebody as (another) leading user; the token of the link, shown once.

    :raises IdentityError: the organisation is not in order.
    """
    _require_reach(organisation.region_id, actor)
    if organisation.status != Organisation.Status.CONFIRMED:
        raise IdentityError("单位待核实或已停用，先核实或恢复，再发邀请。")
    return _invite(actor, organisation, name, now)


def _invite(actor: Actor, organisation: Organisation, name: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    role = ROLES_OF_KIND[organisation.kind][0]
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=role,
        name=name,
        token_hash=_hash(token),
        invited_by=actor.id,
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    detail = {"姓名": name, "岗位": str(role.label), "有效至": f"{invitation.expires_at:%Y-%m-%d}"}
    audit.record(actor, INVITE, organisation.subject, now=now, detail=detail)
    return token


def invitation_link(path: str) -> str:
    """The address to send to the invited person."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation that the link leads to, while it may be accepted.

    :raises Invitation.DoesNotExist: unknown, used or too old.
    """
    rows = Invitation.objects.filter(accepted_at=None, expires_at__gt=now)
    return rows.select_related("organisation").get(token_hash=_hash(token))


@transaction.atomic
def accept_invitation(
    *, token: str, now: datetime, username: str, name: str, password: str
) -> User:
    """The invited person's user, with the organisation's leading role.

    :raises Invitation.DoesNotExist: unknown, used or too old.
    :raises IdentityError: the user name is taken.
    """
    invitation = open_invitation(token, now=now)
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=now)
    if taken != 1:
        raise Invitation.DoesNotExist
    user = _save_user(
        User(username=username, name=name, organisation=invitation.organisation), password
    )
    _grant(user, invitation.role)
    detail = {"单位": invitation.organisation.name}
    audit.record(user.actor, ACCEPT, user.subject, now=now, detail=detail)
    return user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _require_reach(region: str, actor: Actor) -> None:
    """:raises Forbidden: no 人社 grant of the actor covers the division."""
    if not selectors.reaches(region, actor=actor, roles=frozenset({Role.BUREAU_OFFICER})):
        actor.require_role()


# Users and grants -------------------------------------------------------------------------------


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    organisation: Organisation,
    user: User,
    role: str,
    chosen_projects_only: bool = False,
    now: datetime | None = None,
) -> str:
    """A user of the organisation; the temporary password, shown once.

    One who works for chosen projects only gets the role with each project (grant_on_project).

    :raises Forbidden: the actor does not manage the organisation's users.
    :raises IdentityError: the role does not fit, or the user name is taken.
    """
    selectors.require_manager(organisation, actor=actor)
    if role not in ROLES_OF_KIND[organisation.kind]:
        raise IdentityError("这个岗位不适用于这类单位。")
    password = temporary_password()
    user.organisation, user.must_change_password = organisation, True
    _save_user(user, password)
    if not (chosen_projects_only and role in PROJECT_ROLES):
        _grant(user, role)
    detail = {"用户名": user.username, "岗位": str(Role(role).label)}
    audit.record(actor, CREATE_USER, user.subject, now=now, detail=detail)
    return password


@transaction.atomic
def disable_user(*, actor: Actor, user: User) -> None:
    """The user signs in no more. :raises IdentityError: it is the actor's own."""
    selectors.require_manager(user.organisation, actor=actor)
    if user.uuid == actor.id:
        raise IdentityError("不能停用自己。")
    _set_active(user, False)
    audit.record(actor, DISABLE_USER, user.subject, detail={"用户名": user.username})


@transaction.atomic
def enable_user(*, actor: Actor, user: User) -> None:
    """The user may sign in again."""
    selectors.require_manager(user.organisation, actor=actor)
    _set_active(user, True)
    audit.record(actor, ENABLE_USER, user.subject, detail={"用户名": user.username})


def _set_active(user: User, active: bool) -> None:
    rows = User.objects.filter(pk=user.pk, is_active=not active)
    if rows.update(is_active=active) != 1:
        raise IdentityError("用户的状态已经变化，请刷新后再办理。")


@transaction.atomic
def reset_password(*, actor: Actor, user: User) -> str:
    """A temporary password, shown once. A second factor is enrolled anew."""
    selectors.require_manager(user.organisation, actor=actor)
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    TOTPDevice.objects.filter(user=user).delete()
    audit.record(actor, RESET_PASSWORD, user.subject, detail={"用户名": user.username})
    return password


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """The user's own new password; sessions opened with the old one end by themselves."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record(user.actor, CHANGE_PASSWORD, user.subject)


def record_step_up(*, actor: Actor, purpose: str) -> None:
    """Put on record that the actor gave a one-time code again, and for what."""
    audit.record(actor, STEP_UP, f"user:{actor.id}", detail={"用途": purpose})


@transaction.atomic
def grant_on_project(
    *,
    actor: Actor,
    user: User,
    role: str,
    project: UUID,
    within: str,
    now: datetime | None = None,
) -> None:
    """Let a colleague act on one project. ``within`` is the project as audit names it.

    :raises Forbidden: the actor does not manage the user's organisation.
    :raises Refused: the role is not one for chosen projects, or is held already.
    """
    selectors.require_manager(user.organisation, actor=actor)
    if role not in PROJECT_ROLES or role not in ROLES_OF_KIND[user.organisation.kind]:
        raise Refused("grant.not_for_projects", "role")
    held = user.grants.filter(role=role, active=True)
    if held.filter(project=None).exists() or held.filter(project=project).exists():
        raise Refused("grant.held_already", "user", name=user.name)
    _grant(user, role, project)
    detail = {"用户": user.name, "岗位": str(Role(role).label)}
    audit.record(actor, GRANT, user.subject, now=now, within=within, detail=detail)


@transaction.atomic
def withdraw_from_project(*, actor: Actor, user: User, project: UUID, within: str) -> None:
    """End what was granted to a colleague on one project.

    :raises Refused: nothing was granted.
    """
    selectors.require_manager(user.organisation, actor=actor)
    if not user.grants.filter(project=project, active=True).update(active=False):
        raise Refused("grant.none_on_project")
    audit.record(actor, REVOKE, user.subject, within=within, detail={"用户": user.name})


def temporary_password() -> str:
    """One that meets the rules and can be read out over the telephone."""
    letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
    head = "".join(secrets.choice(letters) for _ in range(6))
    tail = "".join(secrets.choice(digits) for _ in range(5))
    return f"{head.capitalize()}-{tail}"


def _save_user(user: User, password: str) -> User:
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise IdentityError("这个用户名已经有人使用，请换一个。") from None
    return user


def _grant(user: User, role: str, project: UUID | None = None) -> None:
    """Government people reach as far as their office does, in its industry."""
    organisation = user.organisation
    reach = organisation.region if role in GOVERNMENT else None
    grant = Grant.objects.create(
        user=user, role=role, region=reach, organisation=organisation, project=project
    )
    if organisation.kind in GOVERNMENT_KINDS and organisation.industry:
        grant.industries.add(organisation.industry)
