"""Registering projects and keeping them current 规程二(一).

Each service is told who acts and what the address names, and loads that in the actor's scope.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.locks import Lock, take_turns
from core.transition import transition
from projects import permissions, selectors
from projects.models import Participant, Pause, Project
from projects.services.common import record
from projects.services.officers import NewOfficer, take_office
from projects.services.participants import UnitByCode, find_unit, take_part
from projects.services.wage_terms import NewWageTerm, write_wage_term
from projects.transitions import TRANSITIONS

REGISTER = audit.action("project.register", "登记项目")
UPDATE = audit.action("project.update", "更新项目信息")
STATUS = {
    name: audit.action(f"project.{name}", change.label) for name, change in TRANSITIONS.items()
}


@transaction.atomic
def register_project(
    *,
    actor: Actor,
    now: datetime,
    particulars: Mapping[str, Any],
    owner: UnitByCode,
    officers: Iterable[NewOfficer],
    wage_term: NewWageTerm,
) -> Project:
    """Register a project with its owner and officers, before the start of works 规程二(一).

    ``particulars`` are the columns of the project as its form has them. The wage term counts for
    all its months until another is agreed.

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
    since = min(project.planned_start, today)
    write_wage_term(project, wage_term, since=since, actor=actor, now=now)
    take_part(project, contractor, Participant.Role.CONTRACTOR, today)
    unit = find_unit(actor, owner, Participant.Role.OWNER, project.region_id, "owner_uscc", now)
    take_part(project, unit, Participant.Role.OWNER, today)
    for officer in officers:
        take_office(project, officer, today)
    detail = {"名称": project.name, "建设单位": unit.name}
    record(actor, REGISTER, project, now, detail=detail)
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
    rows = Project.everything.filter(pk=project.pk, updated_at=_version_moment(version))
    if not rows.update(**particulars, updated_at=now):
        raise Refused("project.changed_meanwhile")
    # 字段: 原值 → 新值, for the time line.
    columns = [field for field in Project._meta.concrete_fields if field.name in particulars]
    after = Project(**particulars)
    shown = (
        (column, _shown_value(project, column), _shown_value(after, column)) for column in columns
    )
    record(
        actor,
        UPDATE,
        project,
        now,
        detail={str(c.verbose_name): f"{old} → {new}" for c, old, new in shown if old != new},
    )


def _version_moment(version: str) -> datetime:
    """The state that an editor saw; for what no page of ours sent, one that never was."""
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _shown_value(project: Project, column: Any) -> str:
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
    if change.target == Project.Status.SUSPENDED:
        Pause.everything.create(
            project=project,
            kind=Pause.Kind.STOPPED,
            began_on=on,
            reason=reason[:200],
            recorded_at=now,
            recorded_by=actor.name,
        )
    else:
        _end_pause(project, on)
    detail = {"日期": f"{on}"} | ({"原因": reason} if reason else {})
    record(actor, STATUS[action], project, now, detail=detail)


def _end_pause(project: Project, on: date) -> None:
    """Works have gone on, or ended, on that day; a pause of no day has not taken place."""
    pause = Pause.everything.filter(project=project, ended_on=None).first()
    if pause is None:
        return
    if on < pause.began_on:
        raise Refused("project.before_pause", "on", begun=pause.began_on)
    if on == pause.began_on:
        pause.delete()
        return
    pause.ended_on = on
    pause.save(update_fields=["ended_on"])
