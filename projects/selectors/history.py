"""What was done on a project, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from core import audit
from core.actor import Actor
from core.listing import ListTable
from core.models import AuditEntry
from projects import permissions
from projects.models import Project

#: What was done, the newest first.
TIMELINE = ListTable(columns=(), default=("-id",))


def project_timeline(project: Project, *, actor: Actor) -> QuerySet[AuditEntry]:
    """What was done on the project, newest first.

    The general contractor and government see all of it; the others what concerns the project
    itself and what their own organisation did.
    """
    rows = audit.audit_entries(within=project.subject)
    whole = (
        actor.is_system
        or permissions.is_government(actor)
        or actor.organisation == project.contractor_id
    )
    if whole:
        return rows
    return rows.filter(Q(subject=project.subject) | Q(organisation=actor.organisation))


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the time line in words."""

    at: datetime
    what: str
    who: str
    detail: list[tuple[str, str]]


def happening_of(entry: AuditEntry) -> Happening:
    """What was done, by whom, with its particulars."""
    detail = audit.detail_in_words(entry)
    return Happening(entry.at, audit.action_label(entry.action), entry.actor_name, detail)
