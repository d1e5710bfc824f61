"""What every test runs under."""

import math
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation

from core import calendar
from tests.cast import Cast

TESTS = Path(__file__).parent
#: Where tests take many seconds each.
LONG = ("demo", "wagemon", "core/documents/test_report.py", "core/tabular/test_hostile.py")

#: The calendar as the migrations left it, read when the database was made.
HOLIDAYS: dict[date, tuple[bool, str]] = {}


def pytest_configure() -> None:
    """No hashed static files to collect, no slow password hash, no clock over property tests."""
    hypothesis.settings.register_profile("suite", deadline=None)
    hypothesis.settings.load_profile("suite")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    TransactionTestCase._fixture_teardown = lambda self: empty_and_refill()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process is still at it when the others are done."""
    long = tuple(TESTS / one for one in LONG)
    items.sort(key=lambda item: not any(item.path.is_relative_to(one) for one in long))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are cleaned up after by TRUNCATE, which the audit trail refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER core_audit_table")
        connection.as_migrated = connection.creation.serialize_db_to_string()
        HOLIDAYS.update(calendar.read_overrides())


def empty_and_refill() -> None:
    """After a test that commits: the database as the migrations left it, dictionaries and all.

    Django refills before the next committing test only, so that others, which come after one
    wherever order is random or work is stolen, would find no regions.
    """
    quietly = {"verbosity": 0, "interactive": False, "inhibit_post_migrate": True}
    # Where numbers began anew, the next row would get that of one that is filled in again.
    call_command("flush", reset_sequences=False, **quietly)
    connection.creation.deserialize_db_from_string(connection.as_migrated)


@pytest.fixture(autouse=True)
def as_a_process_begins(request, monkeypatch):
    """What the process keeps between requests stands as if this were its first test.

    The language and the zone of the last request, what stands in Redis, and the holidays: whoever
    may ask the database finds them read, since reading them is one query more wherever it falls.
    """
    translation.deactivate()
    timezone.deactivate()
    cache.clear()
    asks = "django_db_setup" in request.fixturenames or request.node.get_closest_marker("django_db")
    monkeypatch.setattr(calendar, "_overrides", HOLIDAYS)
    monkeypatch.setattr(calendar, "_read_at", 0.0 if asks else None)
    monkeypatch.setattr(calendar, "_FRESH_SECONDS", math.inf)


@pytest.fixture(autouse=True)
def answers_read(monkeypatch):
    """A browser reads a download to its end, and the server closes it; Django's client waits."""
    request = Client.request

    def read(self, **environ):
        answer = request(self, **environ)
        if answer.streaming:
            answer.streaming_content = list(answer.streaming_content)
        return answer

    monkeypatch.setattr(Client, "request", read)


@pytest.fixture
def cast(db) -> Cast:
    """Everybody, and the two projects."""
    return Cast()
