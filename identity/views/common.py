"""What the pages of organisations and users share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

from identity.services import IdentityError


@contextmanager
def announced(request: HttpRequest, done: str) -> Iterator[None]:
    """Say that it was done, or why it was not."""
    try:
        yield
    except IdentityError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
