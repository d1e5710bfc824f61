"""What every test runs under."""

import math

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from core import calendar
from tests.cast import Cast


def pytest_configure() -> None:
    """No hashed static files to collect, no slow password hash, no clock over property tests."""
    hypothesis.settings.register_profile("suite", deadline=None)
    hypothesis.settings.load_profile("suite")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are cleaned up after by TRUNCATE, which the audit trail refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER core_audit_table")


@pytest.fixture(autouse=True)
def calendar_read_once(monkeypatch):
    """The holidays are read again after a minute, which is one query more wherever it falls."""
    monkeypatch.setattr(calendar, "_FRESH_SECONDS", math.inf)


@pytest.fixture
def cast(db) -> Cast:
    """Everybody, and the two projects."""
    return Cast()


@pytest.fixture
def committing_db(django_db_serialized_rollback, transactional_db) -> None:
    """A database in which the test commits, with the dictionaries put back afterwards.

    One such test without the rollback would leave its worker's database without regions.
    """
