"""Registering projects and keeping them current 规程二(一).

Each service is told who acts and what the address names, and loads that in the actor's scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.locks import Lock, take_turns
from core.masking import mask_phone
from core.scope import look_up_anew
from core.touch import touch
from core.transition import transition
from identity import selectors as identity
from identity import services as identity_services
from identity.hook_kinds import OpenTask
from identity.models import Organisation, User
from projects import permissions, selectors
from projects.models import Participant, Project, ProjectOfficer
from projects.transitions import KINDS_OF_PART, ROLE_OF_OFFICER, TRANSITIONS

REGISTER = audit.action("project.register", "登记项目")
UPDATE = audit.action("project.update", "更新项目信息")
ENTER = audit.action("participant.enter", "增加参建单位")
LEAVE = audit.action("participant.leave", "参建单位退场")
APPOINT = audit.action("officer.appoint", "确定项目人员")
STATUS = {
    name: audit.action(f"project.{name}", change.label) for name, change in TRANSITIONS.items()
}


@dataclass(frozen=True, slots=True)
class UnitByCode:
    """A unit as somebody else names it: by its 统一社会信用代码, and its name if it is unknown."""

    uscc: str
    name: str


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Who takes an office of the project (ProjectOfficer.Role)."""

    role: str
    name: str
    phone: str


# Registration -----------------------------------------------------------------------------------


@transaction.atomic
def register_project(
    *,
    actor: Actor,
    now: datetime,
    particulars: Mapping[str, Any],
    owner: UnitByCode,
    officers: Iterable[NewOfficer],
) -> Project:
    """Register a project with its owner and officers, before the start of works 规程二(一).

    ``particulars`` are the columns of the project as its form has them.

    :raises Forbidden: the actor is not a 企业管理员 of a general contractor.
    :raises Refused: the owner's code belongs to another kind of unit, or the contractor has
        registered the project already.
    """
    contractor = selectors.registering_contractor(actor=actor)
    today = timezone.localdate(now)
    project = Project(**particulars, registered_at=now, updated_at=now)
    project.code = _new_code(project.region_id, today.year)
    # A form sent twice registers one project: the second waited for the lock of the codes.
    same = Project.everything.filter(
        name=project.name,
        region=project.region_id,
        participants__organisation=contractor,
        participants__role=Participant.Role.CONTRACTOR,
    ).first()
    if same:
        raise Refused("project.registered_already", "name", number=same.code)
    project.save(force_insert=True)
    _take_part(project, contractor, Participant.Role.CONTRACTOR, today)
    unit = _unit(actor, owner, Participant.Role.OWNER, project.region_id, "owner_uscc", now)
    _take_part(project, unit, Participant.Role.OWNER, today)
    for officer in officers:
        _take_office(project, officer, today)
    detail = {"名称": project.name, "建设单位": unit.name}
    _record(actor, REGISTER, project, now, detail=detail)
    return project


def _new_code(region: str, year: int) -> str:
    """XJ, the county, the year and a number; two at once wait for each other."""
    prefix = f"XJ{region}{year}"
    take_turns(Lock.PROJECT_CODES, prefix)
    ours = Project.everything.filter(code__regex=rf"^{prefix}\d{{4}}$")
    last = ours.order_by("-code").first()
    number = int(last.code.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{number:04d}"


@transaction.atomic
def update_project(
    *, actor: Actor, now: datetime, code: str, version: str, particulars: Mapping[str, Any]
) -> None:
    """Keep the project's particulars current; ``version`` is the state that the editor saw.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not of the general contractor.
    :raises Refused: somebody else changed the project meanwhile.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "edit")
    rows = Project.everything.filter(pk=project.pk, updated_at=_moment(version))
    if not rows.update(**particulars, updated_at=now):
        raise Refused("project.changed_meanwhile")
    _record(actor, UPDATE, project, now, detail=_differences(project, particulars))


def _moment(version: str) -> datetime:
    """The state that an editor saw; for what no page of ours sent, one that never was."""
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _differences(before: Project, particulars: Mapping[str, Any]) -> dict[str, str]:
    """字段: 原值 → 新值, for the time line."""
    columns = [field for field in Project._meta.concrete_fields if field.name in particulars]
    after = Project(**particulars)
    shown = ((column, _shown(before, column), _shown(after, column)) for column in columns)
    return {str(c.verbose_name): f"{old} → {new}" for c, old, new in shown if old != new}


def _shown(project: Project, column: Any) -> str:
    if column.choices:
        return str(getattr(project, f"get_{column.name}_display")())
    value = getattr(project, column.name)
    return "（空）" if value in (None, "") else str(value)


# Status -----------------------------------------------------------------------------------------


@transaction.atomic
def change_status(
    *, actor: Actor, now: datetime, code: str, action: str, on: date, reason: str = ""
) -> None:
    """开工, 停工, 复工 or 完工 on a day, from one of the statuses it can follow.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not of the general contractor.
    :raises Refused: the status has changed meanwhile, or the day cannot be.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "status")
    change = TRANSITIONS[action]
    if on > timezone.localdate(now):
        raise Refused("day.to_come", "on")
    if project.actual_start and on < project.actual_start:
        raise Refused("project.before_start", "on", start=project.actual_start)
    if change.needs_reason and not reason:
        raise Refused("project.no_pause_reason", "reason")
    columns: dict[str, Any] = {change.date_field: on} if change.date_field else {}
    transition(project, change.target, from_states=change.sources, updated_at=now, **columns)
    detail = {"日期": f"{on}"} | ({"原因": reason} if reason else {})
    _record(actor, STATUS[action], project, now, detail=detail)


# Participants -----------------------------------------------------------------------------------


@transaction.atomic
def add_participant(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    unit: UnitByCode,
    role: str,
    entered_on: date,
    contact: str = "",
    phone: str = "",
) -> Participant:
    """Add an organisation by its code; an unknown one is made 待核实.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not of the general contractor.
    :raises Refused: the code belongs to another kind of unit, or it takes part already.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "people")
    organisation = _unit(actor, unit, role, project.region_id, "uscc", now)
    if organisation.pk == project.contractor_id:
        raise Refused("participant.contractor_itself", "uscc")
    participant = _take_part(project, organisation, role, entered_on, contact, phone)
    detail = {"单位": organisation.name, "类型": participant.get_role_display()}
    _record(actor, ENTER, project, now, f"participant:{participant.uuid}", detail)
    return participant


def _unit(
    actor: Actor, unit: UnitByCode, role: str, region: str, field: str, now: datetime
) -> Organisation:
    """The organisation of a code, made 待核实 where nobody knows it; ``field`` holds the code."""
    kinds = KINDS_OF_PART[role]
    if not unit.name and identity.unit_by_uscc(unit.uscc, actor=actor) is None:
        raise Refused("participant.name_missing", field.replace("uscc", "name"))
    organisation = identity_services.unconfirmed_organisation(
        actor=actor, uscc=unit.uscc, name=unit.name, kind=kinds[0], region=region, now=now
    )
    if organisation.kind not in kinds:
        raise Refused(
            "participant.wrong_kind",
            field,
            kind=organisation.get_kind_display(),
            part=Participant.Role(role).label,
        )
    if organisation.status == Organisation.Status.DISABLED:
        raise Refused("participant.disabled", field)
    return organisation


def _take_part(
    project: Project,
    organisation: Organisation,
    role: str,
    day: date,
    contact: str = "",
    phone: str = "",
) -> Participant:
    participant = Participant(
        project=project,
        organisation=organisation,
        role=role,
        entered_on=day,
        contact=contact,
        phone=phone,
    )
    try:
        with transaction.atomic():
            participant.save(force_insert=True)
    except IntegrityError:
        raise Refused("participant.taken", "role") from None
    look_up_anew()
    return participant


@transaction.atomic
def end_participation(*, actor: Actor, now: datetime, code: str, uuid: UUID, on: date) -> str:
    """The organisation has left the site; what hangs on it remains. Its name.

    :raises Project.DoesNotExist: out of scope.
    :raises Participant.DoesNotExist: none of the project.
    :raises Forbidden: not of the general contractor.
    :raises Refused: it is the contractor itself, has left already, or the day cannot be.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "people")
    participant = selectors.participant(project, uuid, actor=actor)
    if participant.role == Participant.Role.CONTRACTOR:
        raise Refused("participant.contractor_stays")
    if on > timezone.localdate(now):
        raise Refused("day.to_come", "on")
    if on < participant.entered_on:
        raise Refused("participant.before_entry", "on", entry=participant.entered_on)
    rows = Participant.everything.filter(pk=participant.pk, left_on=None)
    if rows.update(left_on=on) != 1:
        raise Refused("participant.left_already")
    name = participant.organisation.name
    detail = {"单位": name, "日期": f"{on}"}
    _record(actor, LEAVE, project, now, f"participant:{participant.uuid}", detail)
    return name


# Officers and colleagues ------------------------------------------------------------------------


@transaction.atomic
def appoint_officer(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    officer: NewOfficer,
    since: date,
    user: UUID | None = None,
) -> ProjectOfficer:
    """Put somebody in an office of the project; whoever held it keeps a place in the history.

    ``user`` is the colleague on the platform, who is let act on the project if need be.

    :raises Project.DoesNotExist: out of scope.
    :raises User.DoesNotExist: no colleague.
    :raises Forbidden: not of the general contractor.
    :raises Refused: the day is still to come or lies before the present holder's first, or
        nothing would change.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "people")
    colleague = identity.colleague(user, actor=actor) if user else None
    if since > timezone.localdate(now):
        raise Refused("day.to_come", "since")
    # Locked: of two who fill an office at once, the second follows the first.
    Project.everything.select_for_update().get(pk=project.pk)
    present = ProjectOfficer.everything.filter(project=project, role=officer.role, until=None)
    if holder := present.first():
        if holder.since > since:
            raise Refused("officer.before_present", "since")
        if (holder.name, holder.phone, holder.user) == (officer.name, officer.phone, colleague):
            raise Refused("officer.unchanged", "name", name=holder.name)
        present.update(until=since)
    row = _take_office(project, officer, since, colleague)
    role = ROLE_OF_OFFICER.get(ProjectOfficer.Role(officer.role))
    if colleague and role and not _acts_on(colleague, project):
        grant_on_project(actor=actor, now=now, code=code, user=colleague.uuid, role=role)
    detail = {
        "职务": row.get_role_display(),
        "姓名": row.name,
        "电话": mask_phone(row.phone),
        "任职日期": f"{since}",
    }
    _record(actor, APPOINT, project, now, f"officer:{row.uuid}", detail)
    return row


def _acts_on(user: User, project: Project) -> bool:
    return any(
        grant.active and grant.project in (None, project.uuid) for grant in user.grants.all()
    )


def _take_office(
    project: Project, officer: NewOfficer, since: date, user: User | None = None
) -> ProjectOfficer:
    return ProjectOfficer.everything.create(
        project=project,
        role=officer.role,
        name=officer.name,
        phone=officer.phone,
        user=user,
        since=since,
    )


@transaction.atomic
def grant_on_project(*, actor: Actor, now: datetime, code: str, user: UUID, role: str) -> str:
    """Let a colleague who works for chosen projects act on this one. The colleague's name.

    :raises Project.DoesNotExist: out of scope.
    :raises User.DoesNotExist: no colleague.
    :raises Forbidden: the actor is not the 企业管理员 of the colleague's organisation.
    :raises Refused: the colleague may act already, or the role cannot be limited.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require_granting(actor, project)
    colleague = identity.colleague(user, actor=actor)
    identity_services.grant_on_project(
        actor=actor,
        user=colleague,
        role=role,
        project=project.uuid,
        within=project.subject,
        now=now,
    )
    return colleague.name


@transaction.atomic
def withdraw_from_project(*, actor: Actor, code: str, user: UUID) -> str:
    """End a colleague's work on this project. The colleague's name.

    :raises Project.DoesNotExist: out of scope.
    :raises User.DoesNotExist: no colleague.
    :raises Forbidden: the actor is not the 企业管理员 of its organisation.
    :raises Refused: nothing was granted.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require_granting(actor, project)
    colleague = identity.colleague(user, actor=actor)
    identity_services.withdraw_from_project(
        actor=actor, user=colleague, project=project.uuid, within=project.subject
    )
    return colleague.name


def open_offices(*, user: User, organisation: int, actor: Actor) -> list[OpenTask]:
    """The offices on projects that a user of an organisation holds, to be handed on."""
    return [
        OpenTask(
            f"{office.project.name}：{office.get_role_display()}",
            reverse("projects:people", args=[office.project.code]),
        )
        for office in _offices(user, organisation)
    ]


def hand_on_offices(*, user: User, successor: User, actor: Actor, now: datetime) -> None:
    """A successor takes the offices that a leaving colleague holds, from today on.

    Inside the transaction of whoever ends the user (identity.services.disable_user), who has seen
    to it that the actor manages both.
    """
    for office in _offices(user, actor.organisation or user.organisation_id):
        project = Project.everything.select_for_update().get(pk=office.project_id)
        today = max(timezone.localdate(now), office.since)
        ProjectOfficer.everything.filter(pk=office.pk, until=None).update(until=today)
        phone = str(successor.phone or office.phone)
        officer = NewOfficer(role=office.role, name=successor.name, phone=phone)
        row = _take_office(project, officer, today, successor)
        role = ROLE_OF_OFFICER.get(ProjectOfficer.Role(office.role))
        if role and not _acts_on(successor, project):
            identity_services.grant_on_project(
                actor=actor,
                user=successor,
                role=role,
                project=project.uuid,
                within=project.subject,
                now=now,
            )
        detail = {"职务": row.get_role_display(), "姓名": row.name, "任职日期": f"{today}"}
        _record(actor, APPOINT, project, now, f"officer:{row.uuid}", detail)


def _offices(user: User, organisation: int) -> list[ProjectOfficer]:
    """Of the projects in which the organisation takes part."""
    parts = Participant.everything.filter(organisation=organisation).values("project")
    held = ProjectOfficer.everything.filter(user=user, until=None, project__in=parts)
    return list(held.select_related("project").order_by("project__code", "role"))


def _record(
    actor: Actor,
    action: str,
    project: Project,
    now: datetime,
    subject: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """The entry in the audit chain, and the mark for the rules."""
    audit.record(
        actor, action, subject or project.subject, within=project.subject, detail=detail, now=now
    )
    touch(project.subject)
