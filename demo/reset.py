"""Emptying a demo: the audit trail refuses to be deleted from, so the whole schema is made anew."""

from contextlib import suppress

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core import calendar
from demo.accounts import forget_bank
from identity.models import Organisation
from wagemon.launch import MARK


def is_in_use() -> bool:
    """Whether anything was entered on this platform."""
    return Organisation.everything.exists()


def is_own_database() -> bool:
    """Whether ``make run`` made this database: it leaves a mark in each that it fills."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [MARK])
        row = cursor.fetchone()
    return bool(row and row[0])


def empty() -> None:
    """A platform on which nothing has happened yet. Only for the demo: everything is lost."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    calendar.forget_overrides()
    forget_bank()
    for file in (settings.AUDIT_HEAD, settings.VAR_DIR / "demo.json"):
        with suppress(FileNotFoundError):
            file.unlink()
