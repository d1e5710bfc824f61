"""Advisory locks: turns taken where there is no row to lock.

Every lock is declared here by its name, with what it protects, so that no two mean the same number
and whoever finds one in ``pg_locks`` (``manage.py pglock``) can look it up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import pglock
from django.db import connection


class Lock(StrEnum):
    """The names. A key after the name lets others through: one employer, one month, one rule."""

    #: Keyed by county and year: project codes are numbered without a gap or a double.
    PROJECT_CODES = "projects.codes"
    #: Keyed by employer: pay sheets are numbered over all of an employer's projects.
    PAY_SHEET_NUMBERS = "payroll.sheet_numbers"
    #: No key: two that restate due days do not both move the same sheets.
    DUE_DAYS = "payroll.due_days"
    #: Keyed by county and month: uses of bonds are numbered without a gap or a double.
    BOND_USE_NUMBERS = "bonds.use_numbers"
    #: Keyed by project, employer and month: a month's marks are what was there and what came.
    ATTENDANCE_MONTH = "workers.attendance_month"
    #: No key: two writers of clock-ins do not both make a month's partition.
    CLOCK_IN_PARTITIONS = "workers.clock_in_partitions"
    #: No key: passes of the rules follow one another, so that none writes what it read too early.
    RULES_JUDGED = "monitoring.rules_judged"
    #: Keyed by issuer, word and year: official documents are numbered without a gap or a double.
    DOCUMENT_NUMBERS = "core.document_numbers"
    #: No key, held by the session: one sealer chains the audit entries and keeps the chain's head.
    AUDIT_SEALER = "core.audit_sealer"


def take_turns(lock: Lock, *key: object) -> None:
    """Wait for whoever holds this lock and key, and hold it until the transaction ends."""
    pglock.advisory(_lock_name(lock, key), xact=True).acquire()


@contextmanager
def one_after_another(lock: Lock) -> Iterator[None]:
    """Wait for whoever holds this lock, and hold it for the time of this block.

    Over all its transactions, or until the end of the one that is open already: what is written
    under the lock is committed before the next one reads.
    """
    if connection.in_atomic_block:
        take_turns(lock)
        yield
    else:
        with pglock.advisory(_lock_name(lock, ())):
            yield


def only_one(lock: Lock) -> pglock.advisory:
    """``with only_one(lock) as alone:`` held by the session, not the transaction; never waits."""
    return pglock.advisory(_lock_name(lock, ()), timeout=0)


def _lock_name(lock: Lock, key: tuple[object, ...]) -> str:
    return " ".join([lock, *map(str, key)])
