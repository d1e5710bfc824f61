"""What the pages of organisations and users share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from identity.services import IdentityError


@contextmanager
def refusals(form: Any, field: str) -> Iterator[None]:
    """What a service refuses becomes a fault of the form's field."""
    try:
        yield
    except IdentityError as error:
        form.add_error(field, str(error))


@contextmanager
def announced(request: HttpRequest, done: str) -> Iterator[None]:
    """Say that it was done, or why it was not."""
    try:
        yield
    except IdentityError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
