"""What the pages of projects share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.http import ActorRequest, found
from projects import selectors, services
from projects.selectors import ProjectHeader


def header_of(request: ActorRequest, code: str) -> ProjectHeader:
    """The project's head, or 404."""
    return found(lambda: selectors.project_header(actor=request.actor, code=code))


@contextmanager
def refusals(form: Any) -> Iterator[None]:
    """What a service refuses becomes a fault of the form."""
    try:
        yield
    except services.ProjectError as error:
        form.refuse(error)
