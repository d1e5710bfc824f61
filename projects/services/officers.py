"""Who answers for a project, and which colleagues act on it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.masking import mask_phone
from identity import selectors as identity
from identity import services as identity_services
from identity.hook_kinds import OpenTask
from identity.models import User
from projects import permissions, selectors
from projects.models import Participant, Project, ProjectOfficer
from projects.services.common import record
from projects.transitions import ROLE_OF_OFFICER

APPOINT = audit.action("officer.appoint", "确定项目人员")


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Who takes an office of the project (ProjectOfficer.Role)."""

    role: str
    name: str
    phone: str


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
    row = take_office(project, officer, since, colleague)
    role = ROLE_OF_OFFICER.get(ProjectOfficer.Role(officer.role))
    if colleague and role and not _acts_on(colleague, project, actor):
        grant_on_project(actor=actor, now=now, code=code, user=colleague.uuid, role=role)
    detail = {
        "职务": row.get_role_display(),
        "姓名": row.name,
        "电话": mask_phone(row.phone),
        "任职日期": f"{since}",
    }
    record(actor, APPOINT, project, now, f"officer:{row.uuid}", detail)
    return row


def _acts_on(user: User, project: Project, actor: Actor) -> bool:
    """For the actor's own firm; what another firm granted does not count."""
    held = user.grants.filter(Q(organisation=actor.organisation) | Q(organisation=None))
    here = Q(project=None) | Q(project=project.uuid)
    return held.filter(here, active=True).exists()


def take_office(
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
    return identity_services.grant_on_project(
        actor=actor,
        user=user,
        role=role,
        project=project.uuid,
        within=project.subject,
        now=now,
    )


@transaction.atomic
def withdraw_from_project(*, actor: Actor, now: datetime, code: str, user: UUID) -> str:
    """End a colleague's work on this project. The colleague's name.

    :raises Project.DoesNotExist: out of scope.
    :raises User.DoesNotExist: no colleague.
    :raises Forbidden: the actor is not the 企业管理员 of its organisation.
    :raises Refused: nothing was granted.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require_granting(actor, project)
    return identity_services.withdraw_from_project(
        actor=actor, user=user, project=project.uuid, within=project.subject, now=now
    )


def open_offices(*, user: User, organisation: int, actor: Actor) -> list[OpenTask]:
    """The offices on projects that a user of an organisation holds, to be handed on."""
    return [
        OpenTask(
            f"{office.project.name}：{office.get_role_display()}",
            reverse("projects:people", args=[office.project.code]),
        )
        for office in _offices_held(user, organisation)
    ]


def hand_on_offices(*, user: User, successor: User, actor: Actor, now: datetime) -> None:
    """A successor takes the offices that a leaving colleague holds, from today on.

    Inside the transaction of whoever ends the user (identity.services.disable_user), who has seen
    to it that the actor manages both.
    """
    for office in _offices_held(user, actor.organisation or user.organisation_id):
        project = Project.everything.select_for_update().get(pk=office.project_id)
        today = max(timezone.localdate(now), office.since)
        ProjectOfficer.everything.filter(pk=office.pk, until=None).update(until=today)
        phone = str(successor.phone or office.phone)
        officer = NewOfficer(role=office.role, name=successor.name, phone=phone)
        row = take_office(project, officer, today, successor)
        role = ROLE_OF_OFFICER.get(ProjectOfficer.Role(office.role))
        if role and not _acts_on(successor, project, actor):
            identity_services.grant_on_project(
                actor=actor,
                user=successor.uuid,
                role=role,
                project=project.uuid,
                within=project.subject,
                now=now,
            )
        detail = {"职务": row.get_role_display(), "姓名": row.name, "任职日期": f"{today}"}
        record(actor, APPOINT, project, now, f"officer:{row.uuid}", detail)


def _offices_held(user: User, organisation: int) -> list[ProjectOfficer]:
    """Of the projects in which the organisation takes part."""
    parts = Participant.everything.filter(organisation=organisation).values("project")
    held = ProjectOfficer.everything.filter(user=user, until=None, project__in=parts)
    return list(held.select_related("project").order_by("project__code", "role"))
