"""Advisory locks: turns taken where there is no row to lock.

Every lock is declared here by its name, with what it protects, so that no two mean the same number
and whoever finds one in ``pg_locks`` (``manage.py pglock``) can look it up.
"""

from enum import StrEnum

import pglock


class Lock(StrEnum):
    """The names. A key after the name lets others through: one employer, one month, one rule."""

    #: Keyed by county and year: project codes are numbered without a gap or a double.
    PROJECT_CODES = "projects.codes"
    #: Keyed by employer: pay sheets are numbered over all of an employer's projects.
    PAY_SHEET_NUMBERS = "payroll.sheet_numbers"
    #: No key: two that restate due days do not both move the same sheets.
    DUE_DAYS = "payroll.due_days"
    #: Keyed by project, employer and month: a month's marks are what was there and what came.
    ATTENDANCE_MONTH = "workers.attendance_month"
    #: No key: two writers of clock-ins do not both make a month's partition.
    CLOCK_IN_PARTITIONS = "workers.clock_in_partitions"
    #: Keyed by rule: two runs of a rule do not both open the warning that both find.
    RULE_RUN = "monitoring.rule_run"
    #: No key, held by the session: one sealer chains the audit entries and keeps the chain's head.
    AUDIT_SEALER = "core.audit_sealer"


def take_turns(lock: Lock, *key: object) -> None:
    """Wait for whoever holds this lock and key, and hold it until the transaction ends."""
    pglock.advisory(_lock_name(lock, key), xact=True).acquire()


def only_one(lock: Lock) -> pglock.advisory:
    """``with only_one(lock) as alone:`` held by the session, not the transaction; never waits."""
    return pglock.advisory(_lock_name(lock, ()), timeout=0)


def _lock_name(lock: Lock, key: tuple[object, ...]) -> str:
    return " ".join([lock, *map(str, key)])
