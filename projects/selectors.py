"""What pages and other apps read about projects."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from core.actor import Actor
from core.scope import ScopedQuerySet
from identity import selectors as identity
from projects import permissions
from projects.models import Participant, Project

#: How statuses are coloured.
TONES = {
    Project.Status.PREPARING: "plain",
    Project.Status.UNDER_CONSTRUCTION: "good",
    Project.Status.SUSPENDED: "warn",
    Project.Status.COMPLETED: "plain",
}
#: The order of a list of projects, as fields to page by.
NEWEST_FIRST = ("-registered_at", "-pk")


# One project ------------------------------------------------------------------------------------


def by_code(*, actor: Actor, code: str) -> Project:
    """The project with its place and industry.

    :raises Project.DoesNotExist: none, or out of scope.
    """
    return projects(actor=actor).get(code=code)


def projects(*, actor: Actor) -> ScopedQuerySet:
    """The projects an actor sees, as rows to filter and page."""
    return Project.objects.visible_to(actor).select_related("region__parent", "industry")


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a project's pages."""

    key: str
    label: str
    url_name: str


@dataclass(frozen=True, slots=True)
class ProjectHeader:
    """What stands on top of every page of a project; ``project`` is the row itself."""

    project: Project
    code: str
    name: str
    status: str
    tone: str
    region: str
    industry: str
    contractor: str
    owner: str
    tabs: Sequence[Tab]


def project_header(*, actor: Actor, code: str) -> ProjectHeader:
    """The head of the project's pages, in two queries.

    :raises Project.DoesNotExist: none, or out of scope.
    """
    parts = Prefetch("participants", Participant.everything.select_related("organisation"))
    project = projects(actor=actor).prefetch_related(parts).get(code=code)
    return ProjectHeader(
        project=project,
        code=project.code,
        name=project.name,
        status=project.get_status_display(),
        tone=TONES[Project.Status(project.status)],
        region=identity.full_name(project.region),
        industry=project.industry.name,
        contractor=_holder(project, Participant.Role.CONTRACTOR),
        owner=_holder(project, Participant.Role.OWNER),
        tabs=[Tab(*tab) for tab in permissions.tabs_of(actor, project)],
    )


def _holder(project: Project, role: str) -> str:
    held = (
        part.organisation.name for part in project.parts if part.role == role and part.is_current
    )
    return next(held, "")
