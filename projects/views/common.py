"""What the pages of projects share."""

from core.http import ActorRequest, found
from projects import selectors
from projects.selectors import ProjectHeader


def header_of(request: ActorRequest, code: str) -> ProjectHeader:
    """The project's head, or 404."""
    return found(lambda: selectors.project_header(actor=request.actor, code=code))
