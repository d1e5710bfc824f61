"""Registering projects and keeping them current 规程二(一)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from core import audit
from core.actor import Actor
from core.locks import Lock, take_turns
from core.masking import mask_phone
from core.scope import look_up_anew
from core.touch import touch
from identity import selectors as identity
from identity import services as identity_services
from identity.models import Organisation, User
from projects import permissions, selectors
from projects.models import Participant, Project, ProjectOfficer
from projects.schema import KINDS_OF_PART, ROLE_OF_OFFICER, TRANSITIONS

REGISTER = audit.action("project.register", "登记项目")
UPDATE = audit.action("project.update", "更新项目信息")
ENTER = audit.action("participant.enter", "增加参建单位")
LEAVE = audit.action("participant.leave", "参建单位退场")
APPOINT = audit.action("officer.appoint", "确定项目人员")
STATUS = {
    name: audit.action(f"project.{name}", transition.label)
    for name, transition in TRANSITIONS.items()
}


class ProjectError(Exception):
    """What was asked for cannot be done; the message says why and what to do.

    ``field`` names the field of the form that it concerns, "" for the whole.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as somebody else names it: by its 统一社会信用代码, and its name if it is unknown."""

    uscc: str
    name: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who takes an office on the project."""

    role: str
    name: str
    phone: str


# Registration -----------------------------------------------------------------------------------


@transaction.atomic
def register(
    *,
    actor: Actor,
    now: datetime,
    project: Project,
    owner: Unit,
    officers: Iterable[Appointment],
) -> Project:
    """Register a project with its owner and officers, before the start of works 规程二(一).

    :raises Forbidden: the actor is not a 企业管理员 of a general contractor.
    :raises ProjectError: the owner's code belongs to another kind of unit, or the contractor has
        registered the project already.
    """
    contractor = selectors.registering_contractor(actor=actor)
    project.registered_at = project.updated_at = now
    project.code = _new_code(project.region_id, now.year)
    _refuse_known(project, contractor)
    project.save(force_insert=True)
    _enter(project, contractor, Participant.Role.CONTRACTOR, now.date())
    unit = _unit(actor, owner, Participant.Role.OWNER, project.region_id, "owner_uscc", now)
    _enter(project, unit, Participant.Role.OWNER, now.date())
    for appointment in officers:
        _take_office(project, appointment, now.date())
    detail = {"名称": project.name, "建设单位": unit.name}
    _note(actor, REGISTER, project, detail=detail, now=now)
    return project


def _new_code(region: str, year: int) -> str:
    """XJ, the county, the year and a number; two at once wait for each other."""
    prefix = f"XJ{region}{year}"
    take_turns(Lock.PROJECT_CODES, prefix)
    ours = Project.everything.filter(code__regex=rf"^{prefix}\d{{4}}$")
    last = ours.order_by("-code").first()
    number = int(last.code.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{number:04d}"


def _refuse_known(project: Project, contractor: Organisation) -> None:
    """A form sent twice registers one project; :func:`_new_code` made the second wait."""
    same = Project.everything.filter(
        name=project.name,
        region=project.region_id,
        participants__organisation=contractor,
        participants__role=Participant.Role.CONTRACTOR,
    ).first()
    if same:
        raise ProjectError(
            f"本单位在这个县（市、区）已经登记过同名项目，编号 {same.code}。"
            "确实是另一个项目的，请在名称里写明标段或期数。",
            "name",
        )


@transaction.atomic
def update(
    *, actor: Actor, now: datetime, project: Project, version: str, values: Mapping[str, Any]
) -> None:
    """Keep the project's particulars current; ``version`` is the state that the editor saw.

    :raises Forbidden: not of the general contractor.
    :raises ProjectError: somebody else changed the project meanwhile.
    """
    permissions.require(actor, project, "edit")
    rows = Project.everything.filter(pk=project.pk, updated_at=_moment(version))
    before = rows.first()
    if before is None or not rows.update(**values, updated_at=now):
        raise ProjectError(
            "别人刚刚修改过这个项目。您填的都还在，请对照“动态”里的修改核对后再保存一次。"
        )
    _note(actor, UPDATE, project, detail=_differences(before, values), now=now)


def _moment(version: str) -> datetime:
    """The state that an editor saw; for what no page of ours sent, one that never was."""
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _differences(before: Project, values: Mapping[str, Any]) -> dict[str, str]:
    """字段: 原值 → 新值, for the time line."""
    after = Project(**{field.attname: getattr(before, field.attname) for field in _columns()})
    for name, value in values.items():
        setattr(after, name, value)
    changed = (field for field in _columns() if _shown(before, field) != _shown(after, field))
    return {
        str(field.verbose_name): f"{_shown(before, field)} → {_shown(after, field)}"
        for field in changed
    }


def _columns() -> Iterable[Any]:
    return Project._meta.concrete_fields


def _shown(project: Project, field: Any) -> str:
    if field.choices:
        return str(getattr(project, f"get_{field.name}_display")())
    value = getattr(project, field.name)
    return "（空）" if value in (None, "") else str(value)


# Status -----------------------------------------------------------------------------------------


@transaction.atomic
def change_status(
    *, actor: Actor, now: datetime, project: Project, action: str, on: date, reason: str = ""
) -> None:
    """开工, 停工, 复工 or 完工 on a day, from one of the statuses it can follow.

    :raises Forbidden: not of the general contractor.
    :raises ProjectError: the status has changed meanwhile, or the day cannot be.
    """
    permissions.require(actor, project, "status")
    transition = TRANSITIONS[action]
    _check_day(project, on, now.date())
    if transition.needs_reason and not reason:
        raise ProjectError("请写明停工原因。", "reason")
    values = {transition.date_field: on} if transition.date_field else {}
    rows = Project.everything.filter(pk=project.pk, status__in=transition.sources)
    if rows.update(status=transition.target, updated_at=now, **values) != 1:
        raise ProjectError("项目状态已经变化，请刷新后再办理。")
    detail = {"日期": f"{on}"} | ({"原因": reason} if reason else {})
    _note(actor, STATUS[action], project, detail=detail, now=now)


def _check_day(project: Project, on: date, today: date) -> None:
    if on > today:
        raise ProjectError("日期不能晚于今天，到那天再办理。", "on")
    if project.actual_start and on < project.actual_start:
        raise ProjectError(f"日期不能早于实际开工日期 {project.actual_start}。", "on")


# Participants -----------------------------------------------------------------------------------


@transaction.atomic
def add_participant(
    *,
    actor: Actor,
    project: Project,
    unit: Unit,
    role: str,
    entered_on: date,
    contact: str = "",
    phone: str = "",
    now: datetime | None = None,
) -> Participant:
    """Add an organisation by its code; an unknown one is made 待核实.

    :raises Forbidden: not of the general contractor.
    :raises ProjectError: the code belongs to another kind of unit, or it takes part already.
    """
    permissions.require(actor, project, "people")
    organisation = _unit(actor, unit, role, project.region_id, "uscc", now)
    if organisation.pk == project.contractor_id:
        raise ProjectError("本单位已经是施工总承包单位。", "uscc")
    participant = _enter(project, organisation, role, entered_on, contact, phone)
    detail = {"单位": organisation.name, "类型": participant.get_role_display()}
    _note(actor, ENTER, project, f"participant:{participant.uuid}", detail, now)
    return participant


def _unit(
    actor: Actor, unit: Unit, role: str, region: str, field: str, now: datetime | None
) -> Organisation:
    kinds = KINDS_OF_PART[role]
    if not unit.name and identity.unit_by_uscc(unit.uscc, actor=actor) is None:
        raise ProjectError("平台上还没有这家单位，请填写单位名称。", field.replace("uscc", "name"))
    organisation = identity_services.unconfirmed_organisation(
        actor=actor, uscc=unit.uscc, name=unit.name, kind=kinds[0], region=region, now=now
    )
    if organisation.kind not in kinds:
        raise ProjectError(
            f"这个代码登记的是{organisation.get_kind_display()}，不能作为"
            f"{Participant.Role(role).label}，请核对代码或参建类型。",
            field,
        )
    if organisation.status == Organisation.Status.DISABLED:
        raise ProjectError("这家单位已经停用，请联系人社部门。", field)
    return organisation


def _enter(
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
        raise ProjectError(
            "这家单位已经以这个类型参建，或者这个类型只能有一家且已经有了。", "role"
        ) from None
    look_up_anew()
    return participant


@transaction.atomic
def end_participation(
    *, actor: Actor, project: Project, participant: Participant, on: date, as_of: date
) -> None:
    """The organisation has left the site; what hangs on it remains.

    :raises Forbidden: not of the general contractor.
    :raises ProjectError: it is the contractor itself, has left already, or the day cannot be.
    """
    permissions.require(actor, project, "people")
    if participant.role == Participant.Role.CONTRACTOR:
        raise ProjectError("施工总承包单位不能退场；项目结束请办理完工。")
    if on > as_of:
        raise ProjectError("退场日期不能晚于今天，到那天再办理。")
    if on < participant.entered_on:
        raise ProjectError(f"退场日期不能早于进场日期 {participant.entered_on}。")
    rows = Participant.everything.filter(pk=participant.pk, left_on=None)
    if rows.update(left_on=on) != 1:
        raise ProjectError("这家单位已经退场。")
    detail = {"单位": participant.organisation.name, "日期": f"{on}"}
    _note(actor, LEAVE, project, f"participant:{participant.uuid}", detail)


# Officers and colleagues ------------------------------------------------------------------------


@transaction.atomic
def appoint(
    *,
    actor: Actor,
    project: Project,
    appointment: Appointment,
    since: date,
    as_of: date,
    user: User | None = None,
    now: datetime | None = None,
) -> ProjectOfficer:
    """Put somebody in an office of the project; whoever held it keeps a place in the history.

    ``user`` is the colleague on the platform, who is let act on the project if need be.

    :raises Forbidden: not of the general contractor.
    :raises ProjectError: the day is still to come or lies before the present holder's first, or
        nothing would change.
    """
    permissions.require(actor, project, "people")
    if since > as_of:
        raise ProjectError("任职日期不能晚于今天，到那天再办理。", "since")
    # Locked: of two who fill an office at once, the second follows the first.
    Project.everything.select_for_update().get(pk=project.pk)
    _leave_office(project, appointment, since, user)
    officer = _take_office(project, appointment, since, user)
    if user is not None:
        _let_act(actor, project, user, appointment.role, now)
    detail = {
        "职务": officer.get_role_display(),
        "姓名": officer.name,
        "电话": mask_phone(officer.phone),
        "任职日期": f"{since}",
    }
    _note(actor, APPOINT, project, f"officer:{officer.uuid}", detail, now)
    return officer


def _leave_office(
    project: Project, appointment: Appointment, until: date, user: User | None
) -> None:
    present = ProjectOfficer.everything.filter(project=project, role=appointment.role, until=None)
    holder = present.first()
    if holder is None:
        return
    if holder.since > until:
        raise ProjectError("任职日期不能早于现任的任职日期。", "since")
    if (holder.name, holder.phone, holder.user) == (appointment.name, appointment.phone, user):
        raise ProjectError(f"{holder.name}已经是现任，电话和平台用户也没有变化。", "name")
    present.update(until=until)


def _take_office(
    project: Project, appointment: Appointment, since: date, user: User | None = None
) -> ProjectOfficer:
    return ProjectOfficer.everything.create(
        project=project,
        role=appointment.role,
        name=appointment.name,
        phone=appointment.phone,
        user=user,
        since=since,
    )


def _let_act(actor: Actor, project: Project, user: User, office: str, now: datetime | None) -> None:
    role = ROLE_OF_OFFICER.get(ProjectOfficer.Role(office))
    acts = any(
        grant.active and grant.project in (None, project.uuid) for grant in user.grants.all()
    )
    if role is not None and not acts:
        grant(actor=actor, project=project, user=user, role=role, now=now)


@transaction.atomic
def grant(
    *, actor: Actor, project: Project, user: User, role: str, now: datetime | None = None
) -> None:
    """Let a colleague who works for chosen projects act on this one.

    :raises Forbidden: the actor is not the 企业管理员 of the colleague's organisation.
    :raises ProjectError: the colleague may act already, or the role cannot be limited.
    """
    try:
        identity_services.grant_on_project(
            actor=actor,
            user=user,
            role=role,
            project=project.uuid,
            within=project.subject,
            now=now,
        )
    except identity_services.IdentityError as error:
        raise ProjectError(str(error)) from None


@transaction.atomic
def withdraw(*, actor: Actor, project: Project, user: User) -> None:
    """End a colleague's work on this project.

    :raises ProjectError: nothing was granted.
    """
    try:
        identity_services.withdraw_from_project(
            actor=actor, user=user, project=project.uuid, within=project.subject
        )
    except identity_services.IdentityError as error:
        raise ProjectError(str(error)) from None


def _note(
    actor: Actor,
    action: str,
    project: Project,
    subject: str = "",
    detail: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """The entry in the audit chain, and the mark for the rules."""
    audit.record(
        actor,
        action,
        subject or project.subject,
        now=now,
        within=project.subject,
        detail=detail,
    )
    touch(project.subject)
