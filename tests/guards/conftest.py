"""The month that the walking guards share, built once a module and never committed."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from tests.cast import NOW, Cast
from tests.guards.world import World


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Everything at once, on the cast's day."""
    with (
        django_db_blocker.unblock(),
        override_settings(WAGEMON_NOW=NOW.isoformat()),
        transaction.atomic(),
    ):
        yield World(Cast())
        transaction.set_rollback(True)
