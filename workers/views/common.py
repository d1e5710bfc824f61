"""What the pages of the register share."""

from django.utils import timezone

from core import clock
from core.disclosure import watermark_text
from core.http import ActorRequest, found
from identity import selectors as identity
from projects import permissions
from projects import selectors as projects
from projects.selectors import ProjectHeader


def header_of(request: ActorRequest, code: str) -> ProjectHeader:
    """The project's head, for those whose part in it opens the workers."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    permissions.require_tab(request.actor, header.project, "workers")
    return header


def mark_of(request: ActorRequest) -> str:
    """What pages and files that show numbers in full carry."""
    organisation = identity.own_organisation(actor=request.actor)
    return watermark_text(request.actor, organisation.name, timezone.localtime(clock.now()))
