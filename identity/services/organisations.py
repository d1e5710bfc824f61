"""Regions, organisations and invitations: who makes whom."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.pinyin import pinyin_of
from core.transition import transition
from identity import selectors
from identity.kinds import REGISTRABLE_KINDS, ROLES_OF_KIND
from identity.models import Invitation, Organisation, Region, User, UserSession
from identity.roles import Role
from identity.services.users import give_role, save_new_user

Status = Organisation.Status
CREATE_ORGANISATION = audit.action("organisation.create", "登记单位")
CONFIRM_ORGANISATION = audit.action("organisation.confirm", "核实单位")
CORRECT_ORGANISATION = audit.action("organisation.correct", "更正单位信息")
DISABLE_ORGANISATION = audit.action("organisation.disable", "停用单位")
ENABLE_ORGANISATION = audit.action("organisation.enable", "恢复单位")
INVITE = audit.action("invitation.create", "发出邀请")
ACCEPT = audit.action("invitation.accept", "接受邀请")
ADD_REGION = audit.action("region.add", "增加行政区划")

INVITATION_DAYS = 7


# Regions ----------------------------------------------------------------------------------------


@transaction.atomic
def add_region(*, actor: Actor, now: datetime, code: str, name: str, parent: str) -> Region:
    """A county founded since the dictionary was loaded, such as 和安县 and 和康县.

    :raises Forbidden: not an officer of the autonomous region.
    :raises Refused: the code exists or does not belong to the 地州市.
    """
    _require_reach("650000", actor)
    above = Region.objects.get(code=parent, kind=Region.Kind.PREFECTURE)
    if not code.startswith(above.prefix):
        raise Refused("region.other_prefecture", "code", name=above.name, prefix=above.prefix)
    region, made = Region.objects.get_or_create(
        code=code, defaults={"name": name, "parent": above, "kind": Region.Kind.COUNTY}
    )
    if not made:
        raise Refused("region.known", "code", number=code, name=region.name)
    audit.record(actor, ADD_REGION, f"region:{code}", now=now, detail={"名称": name})
    return region


# Organisations and invitations ------------------------------------------------------------------


@transaction.atomic
def create_organisation(
    *, actor: Actor, now: datetime, organisation: Organisation, first_user: str
) -> str:
    """Register an organisation and invite its first user; the token of the link, shown once.

    :raises Forbidden: not a 人社 officer, or the place is out of reach.
    :raises Refused: the kind cannot be registered, or the code is registered already.
    """
    _require_reach(organisation.region_id, actor)
    if organisation.kind not in REGISTRABLE_KINDS:
        raise Refused("organisation.not_registrable", "kind")
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError:
        raise Refused("organisation.known", "uscc") from None
    detail = {"名称": organisation.name, "类型": organisation.get_kind_display()}
    audit.record(actor, CREATE_ORGANISATION, organisation.subject, now=now, detail=detail)
    return _make_invitation(actor, organisation, first_user, now)


def unconfirmed_organisation(
    *,
    actor: Actor,
    uscc: str,
    name: str,
    kind: str,
    region: str,
    now: datetime,
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
def confirm_organisation(*, actor: Actor, uuid: UUID, name: str, now: datetime) -> str:
    """An officer has checked a 待核实 unit against the register of firms. Its name.

    :raises Organisation.DoesNotExist: out of scope.
    :raises Refused: it does not wait to be confirmed.
    """
    organisation = _in_reach(uuid, actor)
    detail = {"名称": name} if name != organisation.name else {}
    waiting = (Status.UNCONFIRMED,)
    transition(
        organisation, Status.CONFIRMED, from_states=waiting, name=name, pinyin=pinyin_of(name)
    )
    audit.record(actor, CONFIRM_ORGANISATION, organisation.subject, now=now, detail=detail)
    return name


@transaction.atomic
def correct_organisation(*, actor: Actor, uuid: UUID, name: str, uscc: str, now: datetime) -> None:
    """Write the name and code of an organisation as its licence has them.

    :raises Organisation.DoesNotExist: out of scope.
    :raises Refused: nothing is other than before, or another one has the code.
    """
    organisation = _in_reach(uuid, actor)
    before = Organisation.everything.select_for_update().get(pk=organisation.pk)
    detail: dict[str, str] = {}
    if name != before.name:
        detail |= {"原名称": before.name, "名称": name}
    if uscc != before.uscc:
        detail |= {"原代码": before.uscc, "代码": uscc}
    if not detail:
        raise Refused("organisation.as_before")
    row = Organisation.everything.filter(pk=organisation.pk)
    try:
        with transaction.atomic():
            row.update(name=name, pinyin=pinyin_of(name), uscc=uscc)
    except IntegrityError:
        raise Refused("organisation.known", "uscc") from None
    # Found by the code that it had and by the one that it has.
    for subject in dict.fromkeys([before.subject, row.get().subject]):
        audit.record(actor, CORRECT_ORGANISATION, subject, now=now, detail=detail)


@transaction.atomic
def disable_organisation(*, actor: Actor, uuid: UUID, now: datetime) -> None:
    """Nobody signs in for the organisation any more, from now on; what it did remains.

    :raises Organisation.DoesNotExist: out of scope.
    :raises Refused: it is disabled already.
    """
    organisation = _in_reach(uuid, actor)
    before = organisation.status
    # From the state that is remembered alone: another officer may be confirming it right now.
    in_use = {before} & {Status.CONFIRMED, Status.UNCONFIRMED}
    transition(organisation, Status.DISABLED, from_states=in_use, status_before=before)
    UserSession.objects.filter(user__organisation=organisation).delete()
    audit.record(actor, DISABLE_ORGANISATION, organisation.subject, now=now)


@transaction.atomic
def enable_organisation(*, actor: Actor, uuid: UUID, now: datetime) -> None:
    """The organisation's people may sign in again; one that was 待核实 is so again.

    :raises Organisation.DoesNotExist: out of scope.
    :raises Refused: it is not disabled.
    """
    organisation = _in_reach(uuid, actor)
    before = organisation.status_before or Status.CONFIRMED
    transition(organisation, before, from_states=(Status.DISABLED,), status_before="")
    audit.record(actor, ENABLE_ORGANISATION, organisation.subject, now=now)


def _in_reach(uuid: UUID, actor: Actor) -> Organisation:
    """:raises Forbidden: in sight, but not of a 人社 officer whose division it lies in."""
    organisation = selectors.organisation(uuid, actor=actor)
    _require_reach(organisation.region_id, actor)
    return organisation


@transaction.atomic
def invite(*, actor: Actor, uuid: UUID, name: str, now: datetime) -> str:
    """Invite somebody as (another) leading user of a unit; the token of the link, shown once.

    :raises Organisation.DoesNotExist: out of scope.
    :raises Forbidden: not a 人社 officer, or the place is out of reach.
    :raises Refused: the organisation is not in order.
    """
    return _make_invitation(actor, _in_reach(uuid, actor), name, now)


@transaction.atomic
def invite_colleague(*, actor: Actor, now: datetime, name: str, role: str) -> str:
    """Invite somebody to work for the actor's own organisation; the token, shown once.

    Whoever has a user name with another unit accepts with it and serves both with one sign-in.

    :raises Forbidden: the actor does not manage the organisation's users.
    :raises Refused: the role does not fit, or the organisation is not in order.
    """
    organisation = selectors.own_organisation(actor=actor)
    selectors.require_manager(organisation, actor=actor)
    if role not in ROLES_OF_KIND[organisation.kind]:
        raise Refused("role.not_of_kind", "role")
    return _make_invitation(actor, organisation, name, now, Role(role))


def _make_invitation(
    actor: Actor, organisation: Organisation, name: str, now: datetime, role: Role | None = None
) -> str:
    if organisation.status != Status.CONFIRMED:
        raise Refused("organisation.not_in_order")
    token = secrets.token_urlsafe(32)
    role = role or ROLES_OF_KIND[organisation.kind][0]
    # One link a person: the newest, which is the one that was read. Whoever clicked twice, or sends
    # a lost link again, leaves no other open.
    earlier = Invitation.objects.filter(
        organisation=organisation, role=role, name=name, accepted_at=None, expires_at__gt=now
    )
    earlier.update(expires_at=now)
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=role,
        name=name,
        token_hash=_hash_token(token),
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
    return rows.select_related("organisation").get(token_hash=_hash_token(token))


@transaction.atomic
def accept_invitation(
    *, token: str, now: datetime, username: str, name: str, password: str
) -> User:
    """The invited person's new user, with the role of the invitation.

    :raises Invitation.DoesNotExist: unknown, used or too old.
    :raises Refused: the user name is taken.
    """
    invitation = _take_invitation(token, now)
    user = User(username=username, name=name, organisation=invitation.organisation)
    save_new_user(user, password)
    give_role(user, invitation.role, invitation.organisation)
    detail = {"单位": invitation.organisation.name}
    audit.record(user.actor, ACCEPT, user.subject, now=now, detail=detail)
    return user


@transaction.atomic
def join_by_invitation(*, actor: Actor, token: str, now: datetime) -> Organisation:
    """Serve another organisation too, with the user that the actor has; which one.

    :raises Invitation.DoesNotExist: unknown, used or too old.
    :raises Refused: the actor holds this role there already.
    """
    invitation = _take_invitation(token, now)
    organisation = invitation.organisation
    user = User.objects.select_for_update().get(uuid=actor.id)
    held = user.grants.filter(organisation=organisation, role=invitation.role, active=True)
    if held.filter(project=None).exists():
        raise Refused("invitation.role_held", name=organisation.name)
    give_role(user, invitation.role, organisation)
    detail = {"单位": organisation.name, "岗位": invitation.get_role_display()}
    audit.record(actor, ACCEPT, user.subject, now=now, detail=detail)
    return organisation


def _take_invitation(token: str, now: datetime) -> Invitation:
    """The invitation, now accepted: of two who use the link at once, one finds it used."""
    invitation = open_invitation(token, now=now)
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=now)
    if taken != 1:
        raise Invitation.DoesNotExist
    return invitation


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _require_reach(region: str, actor: Actor) -> None:
    """:raises Forbidden: no 人社 grant of the actor covers the division."""
    if not selectors.reaches(region, actor=actor, roles=frozenset({Role.BUREAU_OFFICER})):
        actor.require_role()
