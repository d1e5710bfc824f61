"""Users: who makes them, what they may do, and how they leave."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.hooks import declared
from core.masking import mask_phone
from identity import selectors
from identity.hook_kinds import OpenTasks
from identity.kinds import GOVERNMENT_KINDS, PROJECT_ROLES, ROLES_OF_KIND
from identity.models import Grant, KeptForm, Organisation, User, UserSession
from identity.roles import GOVERNMENT, Role

CREATE_USER = audit.action("user.create", "建立用户")
EDIT_USER = audit.action("user.edit", "修改用户")
DISABLE_USER = audit.action("user.disable", "停用用户")
ENABLE_USER = audit.action("user.enable", "恢复用户")
CHANGE_PASSWORD = audit.action("user.change_password", "修改密码")
END_SESSION = audit.action("user.end_session", "结束登录")
STEP_UP = audit.action("user.step_up", "以动态口令再次确认")
GRANT = audit.action("grant.give", "授予岗位")
REVOKE = audit.action("grant.withdraw", "收回岗位")


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    organisation: UUID,
    name: str,
    username: str,
    phone: str = "",
    role: str,
    chosen_projects_only: bool = False,
    now: datetime,
) -> str:
    """A user of the organisation; the temporary password, shown once.

    One who works for chosen projects only gets the role with each project (grant_on_project).

    :raises Organisation.DoesNotExist: out of the actor's sight.
    :raises Forbidden: the actor does not manage the organisation's users.
    :raises Refused: the role does not fit, or the user name is taken.
    """
    unit = selectors.organisation(organisation, actor=actor)
    selectors.require_manager(unit, actor=actor)
    if role not in ROLES_OF_KIND[unit.kind]:
        raise Refused("role.not_of_kind", "role")
    password = temporary_password()
    user = User(
        name=name, username=username, phone=phone, organisation=unit, must_change_password=True
    )
    save_new_user(user, password)
    if not (chosen_projects_only and role in PROJECT_ROLES):
        give_role(user, role, unit)
    detail = {"用户名": user.username, "岗位": str(Role(role).label)}
    audit.record(actor, CREATE_USER, user.subject, now=now, detail=detail)
    return password


@transaction.atomic
def edit_user(
    *,
    actor: Actor,
    uuid: UUID,
    phone: str,
    role: str,
    chosen_projects_only: bool = False,
    region: str = "",
    now: datetime,
) -> str:
    """Change what a user may do for the actor's organisation, and the telephone. The name.

    ``region`` is an officer's reach, the office's own division where it is "". What was granted
    on single projects stays where the role stays and is for chosen projects only.

    :raises User.DoesNotExist: out of the actor's sight.
    :raises Forbidden: not the actor's to manage.
    :raises Refused: one's own role, a role that does not fit, a reach beyond the office's.
    """
    user = selectors.user(uuid, actor=actor)
    organisation = selectors.managed_organisation(user, actor=actor)
    if role not in ROLES_OF_KIND[organisation.kind]:
        raise Refused("role.not_of_kind", "role")
    reach = (region or organisation.region_id) if role in GOVERNMENT else None
    if reach and not reach.startswith(organisation.region.prefix):
        raise Refused("grant.beyond_office", "region", name=organisation.region.name)
    # Locked: of two who edit at once, the second sees what the first has granted.
    User.objects.select_for_update().get(pk=user.pk)
    held = _grants_at(user, organisation)
    narrow = chosen_projects_only and role in PROJECT_ROLES
    wanted = Q(role=role, region=reach, project__isnull=not narrow)
    before, unwanted = sorted(set(held.values_list("role", flat=True))), held.exclude(wanted)
    changes = unwanted.exists() or not (narrow or held.filter(wanted).exists())
    if changes and user.uuid == actor.id:
        raise Refused("user.own_role", "role")
    if changes:
        unwanted.update(active=False)
        if not narrow and not held.filter(wanted).exists():
            give_role(user, role, organisation, region=region)
    User.objects.filter(pk=user.pk).update(phone=phone)
    detail = {
        "用户名": user.username,
        "原岗位": "、".join(str(Role(one).label) for one in before),
        "岗位": str(Role(role).label),
        "办理范围": reach or ("指定项目" if narrow else "本单位全部"),
        "手机": mask_phone(phone),
    }
    audit.record(actor, EDIT_USER, user.subject, now=now, detail=detail)
    return user.name


@transaction.atomic
def disable_user(*, actor: Actor, uuid: UUID, successor: UUID | None = None, now: datetime) -> str:
    """Somebody leaves: at once, with open tasks handed on to a named colleague. The name.

    Who works for another organisation too goes on working for that one alone.

    :raises User.DoesNotExist: out of the actor's sight; no such colleague.
    :raises Forbidden: not the actor's to manage.
    :raises Refused: it is the actor's own, has left already, or has tasks and nobody takes them.
    """
    user = selectors.user(uuid, actor=actor)
    if user.uuid == actor.id:
        raise Refused("user.own")
    organisation = selectors.managed_organisation(user, actor=actor)
    tasks = selectors.open_tasks(uuid, actor=actor)
    if tasks and successor is None:
        raise Refused("user.has_tasks", "successor", name=user.name, count=len(tasks))
    takes_over = None
    if successor is not None:
        takes_over = selectors.colleague_of(user, organisation, successor, actor=actor)
        for kind in declared(OpenTasks):
            kind.hand_on(user=user, successor=takes_over, actor=actor, now=now)
    User.objects.select_for_update().get(pk=user.pk)
    elsewhere = [pk for pk in user.employers if pk != organisation.pk]
    if elsewhere:
        Grant.objects.filter(user=user).filter(
            Q(organisation=organisation) | Q(organisation=None)
        ).update(active=False)
        if user.organisation_id == organisation.pk:
            User.objects.filter(pk=user.pk).update(organisation_id=elsewhere[0])
    else:
        _set_active(user, False)
    end_all_sessions(user)
    detail = {"用户名": user.username, "单位": organisation.name}
    if takes_over:
        detail["接手人"] = takes_over.name
    audit.record(actor, DISABLE_USER, user.subject, now=now, detail=detail)
    return user.name


@transaction.atomic
def enable_user(*, actor: Actor, uuid: UUID, now: datetime) -> str:
    """The user may sign in again. The name.

    :raises User.DoesNotExist: out of the actor's sight.
    :raises Forbidden: not the actor's to manage.
    :raises Refused: the user is enabled already.
    """
    user = selectors.user(uuid, actor=actor)
    _set_active(user, True)
    audit.record(actor, ENABLE_USER, user.subject, now=now, detail={"用户名": user.username})
    return user.name


def _set_active(user: User, active: bool) -> None:
    rows = User.objects.filter(pk=user.pk, is_active=not active)
    if rows.update(is_active=active) != 1:
        raise Refused("state.changed")


def end_all_sessions(user: User) -> None:
    """Nothing that the user has open opens another page. For services of identity."""
    UserSession.objects.filter(user=user).delete()
    KeptForm.objects.filter(user=user).delete()


@transaction.atomic
def end_session(*, actor: Actor, uuid: UUID, now: datetime) -> None:
    """End one of the actor's own sessions.

    :raises UserSession.DoesNotExist: none of the actor's.
    """
    session = UserSession.objects.get(uuid=uuid, user__uuid=actor.id)
    session.delete()
    detail = {"地址": session.address or "", "浏览器": session.browser}
    audit.record(actor, END_SESSION, f"user:{actor.id}", now=now, detail=detail)


@transaction.atomic
def end_other_sessions(*, actor: Actor, current: str, now: datetime) -> int:
    """End all of the actor's own sessions but the one with this key; how many."""
    others = UserSession.objects.filter(user__uuid=actor.id).exclude(session_key=current)
    count = others.delete()[0]
    audit.record(actor, END_SESSION, f"user:{actor.id}", now=now, detail={"个数": count})
    return count


@transaction.atomic
def change_password(*, user: User, password: str, now: datetime) -> None:
    """The user's own new password; sessions opened with the old one end by themselves."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record(user.actor, CHANGE_PASSWORD, user.subject, now=now)


def record_step_up(*, actor: Actor, purpose: str, now: datetime) -> None:
    """Put on record that the actor gave a one-time code again, and for what."""
    audit.record(actor, STEP_UP, f"user:{actor.id}", now=now, detail={"用途": purpose})


@transaction.atomic
def grant_on_project(
    *,
    actor: Actor,
    user: UUID,
    role: str,
    project: UUID,
    within: str,
    now: datetime,
) -> str:
    """Let a colleague act on one project for the actor's own organisation. The name.

    ``within`` is the project as audit names it. What the colleague was granted by another firm
    neither hinders nor helps.

    :raises User.DoesNotExist: no active colleague.
    :raises Forbidden: the actor does not manage the users of its organisation.
    :raises Refused: the role is not one for chosen projects, or is held already.
    """
    organisation = selectors.own_organisation(actor=actor)
    selectors.require_manager(organisation, actor=actor)
    colleague = selectors.colleague(user, actor=actor)
    if role not in PROJECT_ROLES or role not in ROLES_OF_KIND[organisation.kind]:
        raise Refused("grant.not_for_projects", "role")
    held = _grants_at(colleague, organisation).filter(role=role)
    if held.filter(Q(project=None) | Q(project=project)).exists():
        raise Refused("grant.held_already", "user", name=colleague.name)
    give_role(colleague, role, organisation, project)
    detail = {"用户": colleague.name, "岗位": str(Role(role).label)}
    audit.record(actor, GRANT, colleague.subject, now=now, within=within, detail=detail)
    return colleague.name


@transaction.atomic
def withdraw_from_project(
    *, actor: Actor, user: UUID, project: UUID, within: str, now: datetime
) -> str:
    """End what the actor's own organisation granted to a colleague on one project. The name.

    :raises User.DoesNotExist: no active colleague.
    :raises Forbidden: the actor does not manage the users of its organisation.
    :raises Refused: nothing was granted.
    """
    organisation = selectors.own_organisation(actor=actor)
    selectors.require_manager(organisation, actor=actor)
    colleague = selectors.colleague(user, actor=actor)
    if not _grants_at(colleague, organisation).filter(project=project).update(active=False):
        raise Refused("grant.none_on_project")
    detail = {"用户": colleague.name}
    audit.record(actor, REVOKE, colleague.subject, now=now, within=within, detail=detail)
    return colleague.name


def _grants_at(user: User, organisation: Organisation) -> QuerySet[Grant]:
    """What the user was granted in force for a unit; one without a unit is the home unit's."""
    here = Q(organisation=organisation)
    if user.organisation_id == organisation.pk:
        here |= Q(organisation=None)
    return Grant.objects.filter(here, user=user, active=True)


def temporary_password() -> str:
    """One that meets the rules and can be read out over the telephone."""
    letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
    head = "".join(secrets.choice(letters) for _ in range(6))
    tail = "".join(secrets.choice(digits) for _ in range(5))
    return f"{head.capitalize()}-{tail}"


def save_new_user(user: User, password: str) -> User:
    """Insert a user. For services of identity, inside their transaction.

    :raises Refused: the user name is taken.
    """
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Refused("user.name_taken", "username") from None
    return user


def give_role(
    user: User,
    role: str,
    organisation: Organisation,
    project: UUID | None = None,
    region: str = "",
) -> None:
    """Grant a role at an organisation. For services of identity, inside their transaction.

    Government people reach as far as their office does, or less, in its industry.
    """
    reach = (region or organisation.region_id) if role in GOVERNMENT else None
    grant = Grant.objects.create(
        user=user, role=role, region_id=reach, organisation=organisation, project=project
    )
    if organisation.kind in GOVERNMENT_KINDS and organisation.industry:
        grant.industries.add(organisation.industry)
