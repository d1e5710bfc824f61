"""Cursors over changes: every reader of a feed gets every row exactly once, whatever commits late.

An id is given when a row is inserted, not when it is committed: who has read up to 7 never sees a
6 whose transaction was slower. So a row of a feed has a second number, its ``place``, which stays
empty until somebody reads: whoever reads first numbers the rows that are committed by then, one
numberer at a time, and the places are handed out without gaps in the order in which rows became
visible. A late row gets a place behind all that were read. (docs/decisions/0501 weighs this
against comparing transaction ids.)

A feed is a model derived from :class:`core.models.Change`; a reader is declared in its app's
``hooks.py`` (:class:`core.hook_kinds.FeedReader`) and has a cursor of its own. Rows that all have
read are dropped by :func:`prune_rows`.
"""

from collections.abc import Callable
from typing import Any

import pglock
from django.apps import apps
from django.db import connection, transaction
from django.db.models import QuerySet

from core import hooks
from core.hook_kinds import FeedReader
from core.models import Change, ChangeCursor

#: The cursor of a feed's numberer: the last place that was given.
_HEAD = ""


class CursorMoved(RuntimeError):
    """Somebody else moved a reader's cursor while it read: its lock was lost with a connection."""


def consume_rows(reader: str, handle: Callable[[list[Any]], object], *, limit: int = 500) -> int:
    """Hand the unread rows to ``handle``, in batches, until there are none; how many there were.

    A batch counts as read when ``handle`` returned: if it raises, or the process is killed, the
    same rows come again. Where the work of ``handle`` must be done exactly once, it calls this
    inside the transaction that does the work. A second consumer of the same reader finds the first
    one at it and gets nothing: the first reads on until nothing is left.
    """
    declared = hooks.one(FeedReader, reader)
    feed = model_of(declared)
    count = 0
    with pglock.advisory(f"changes:{reader}", timeout=0) as alone:
        while alone:
            cursor, _ = ChangeCursor.objects.get_or_create(feed=declared.feed, reader=reader)
            _number_rows(feed, declared.feed)
            unread: QuerySet[Any] = QuerySet(feed).filter(place__gt=cursor.place).order_by("place")
            rows = list(unread[:limit])
            if not rows:
                break
            handle(rows)
            moved = ChangeCursor.objects.filter(pk=cursor.pk, place=cursor.place)
            if moved.update(place=rows[-1].place) != 1:
                raise CursorMoved(reader)
            count += len(rows)
    return count


def skip_rows(reader: str) -> None:
    """Count everything that was committed so far as read."""
    consume_rows(reader, lambda rows: None, limit=10_000)


def waiting_rows(reader: str) -> int:
    """How many committed rows the reader has not had yet."""
    declared = hooks.one(FeedReader, reader)
    cursor = ChangeCursor.objects.filter(feed=declared.feed, reader=reader).first()
    rows: QuerySet[Any] = QuerySet(model_of(declared))
    return rows.exclude(place__lte=cursor.place if cursor else 0).count()


def prune_rows() -> int:
    """Drop the rows that every declared reader of their feed has read; how many."""
    dropped = 0
    readers = hooks.declared(FeedReader)
    for label in {reader.feed for reader in readers}:
        names = [reader.key for reader in readers if reader.feed == label]
        cursors = ChangeCursor.objects.filter(feed=label, reader__in=names)
        places = list(cursors.values_list("place", flat=True))
        # A reader without a cursor has read nothing yet.
        lowest = min(places) if len(places) == len(names) else 0
        feed: type[Change] = apps.get_model(label)
        if feed.is_kept:
            continue
        dropped += QuerySet(feed).filter(place__lte=lowest).delete()[0]
    return dropped


def model_of(reader: FeedReader) -> type[Change]:
    """The table that the reader reads."""
    return apps.get_model(reader.feed)


def _number_rows(feed: type[Change], label: str) -> None:
    """Give a place to every row that is committed and has none."""
    if not QuerySet(feed).filter(place=None).exists():
        return
    table = connection.ops.quote_name(feed._meta.db_table)
    ChangeCursor.objects.get_or_create(feed=label, reader=_HEAD)
    with transaction.atomic(), connection.cursor() as cursor:
        # One numberer at a time. The UPDATE below has a snapshot of its own, taken after the lock
        # was got: it sees every row that the numberer before it saw, with its place.
        head = ChangeCursor.objects.select_for_update().get(feed=label, reader=_HEAD)
        cursor.execute(
            f"UPDATE {table} AS row SET place = %s + fresh.number"  # noqa: S608 - a table's name
            " FROM (SELECT id, row_number() OVER (ORDER BY id) AS number"
            f" FROM {table} WHERE place IS NULL) AS fresh"
            " WHERE row.id = fresh.id",
            [head.place],
        )
        ChangeCursor.objects.filter(pk=head.pk).update(place=head.place + cursor.rowcount)
