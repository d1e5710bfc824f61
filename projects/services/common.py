"""The record of what was done about a project."""

from datetime import datetime
from typing import Any

from core import audit
from core.actor import Actor
from core.touch import touch
from projects.models import Project


def record(
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
