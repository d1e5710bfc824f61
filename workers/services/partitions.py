"""The monthly tables of what grows without end, made when their first row comes."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import connection
from django.utils import timezone
from psycopg import sql

from core import months
from core.locks import Lock, take_turns

# Not to_regclass, which may still answer from before the lock was waited for.
_MISSING = """
    SELECT name FROM unnest(%s::text[]) AS name WHERE name NOT IN (
        SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid
        WHERE inhparent = 'workers_clockin'::regclass
    )
"""
_MAKE = sql.SQL("CREATE TABLE {} PARTITION OF workers_clockin FOR VALUES FROM ({}) TO ({})")


def make_partitions(of: Iterable[date]) -> None:
    """Make sure that clock-ins of these months have a table to lie in.

    Called before the first of them is written: a transaction that has rows in the table and asks
    for another month could wait for one that waits for it.
    """
    names = {f"workers_clockin_{month:%Y_%m}": month for month in of}
    if not _missing_partitions(names):
        return
    take_turns(Lock.CLOCK_IN_PARTITIONS)
    with connection.cursor() as cursor:
        # Whoever held the lock may have made them meanwhile.
        for name in _missing_partitions(names):
            bounds = map(midnight, (names[name], months.shift_month(names[name], 1)))
            cursor.execute(_MAKE.format(sql.Identifier(name), *map(sql.Literal, bounds)))


def _missing_partitions(names: Iterable[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [list(names)])
        return [name for (name,) in cursor]


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))
