"""What the platform knew at the end of a past day: facts keep their superseded versions.

An app declares the tables whose rows its rules read (:class:`core.hook_kinds.TrackedTable`). From
then on a trigger lays every version that an update or a deletion supersedes into ``core_pastrow``,
with the moment at which it ceased to hold; an insert costs nothing. Sealed values are not copied:
their blind index tells whether they changed. :func:`as_known` lays views over the tables, of the
same names, in which each row stands as it was then; whoever reads, reads the past without knowing.
docs/decisions/1001 weighs this against event tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from psycopg import sql

from core import calendar, hooks
from core.hook_kinds import TrackedTable
from core.sealed import SealedField

#: Of tables that do not say themselves when a row was entered: filled by the database, unknown to
#: Django. NULL: entered before the table was tracked.
KNOWN_FROM = "known_from"


def tracked_tables() -> list[TrackedTable]:
    """The tables that keep their past."""
    return [TrackedTable(key="core.CalendarDay"), *hooks.declared(TrackedTable)]


def end_of_day(day: date) -> datetime:
    """The first moment after a day, in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


@contextmanager
def written_at(moment: datetime) -> Iterator[None]:
    """What is written in this block counts as written then: for stories that are told later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('wagemon.now', true)")
        before = (cursor.fetchone() or [""])[0] or ""
        cursor.execute("SELECT set_config('wagemon.now', %s, false)", [moment.isoformat()])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('wagemon.now', %s, false)", [before])


@contextmanager
def as_known(moment: datetime, *, now: datetime) -> Iterator[None]:
    """Read the tracked tables as they stood just before ``moment``; nothing written here stays.

    What the database noted after ``now`` was noted by another clock than the platform's, and tells
    nothing: such rows are read as they are.
    """
    # A view has no primary key on which its other columns would depend.
    connection.features.allows_group_by_selected_pks = False
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_schema(), current_setting('search_path')")
                schema, path = cursor.fetchone() or ("public", "public")
                for tracked in tracked_tables():
                    cursor.execute(_past_view(tracked, schema, moment, now))
                # Named although it is searched first anyway: a changed path makes PostgreSQL look
                # the tables of prepared statements up anew.
                cursor.execute(
                    sql.SQL("SET LOCAL search_path TO pg_temp, {}").format(sql.SQL(path))
                )
            calendar.forget_overrides()
            yield
            transaction.set_rollback(True)
    finally:
        del connection.features.allows_group_by_selected_pks
        calendar.forget_overrides()


def _past_view(tracked: TrackedTable, schema: str, moment: datetime, now: datetime) -> sql.Composed:
    model = _model_of(tracked)
    table = sql.Identifier(model._meta.db_table)
    return sql.SQL(
        "CREATE TEMP VIEW {table} AS"
        " SELECT now_row.* FROM {schema}.{table} AS now_row WHERE {now_known} AND NOT EXISTS"
        " (SELECT 1 FROM {schema}.core_pastrow AS past WHERE past.of_table = {name}"
        "  AND past.row_id = now_row.id AND past.until BETWEEN {moment} AND {now})"
        " UNION ALL"
        " SELECT past_row.* FROM (SELECT DISTINCT ON (row_id) row_id, row FROM"
        "  {schema}.core_pastrow WHERE of_table = {name} AND until BETWEEN {moment} AND {now}"
        "  ORDER BY row_id, until, id) AS past"
        " CROSS JOIN LATERAL jsonb_populate_record(NULL::{schema}.{table}, past.row) AS past_row"
        " WHERE {past_known}"
    ).format(
        table=table,
        schema=sql.Identifier(schema),
        name=sql.Literal(model._meta.db_table),
        moment=sql.Literal(moment.isoformat()),
        now=sql.Literal(now.isoformat()),
        now_known=_is_known(tracked, schema, "now_row", moment, now),
        past_known=_is_known(tracked, schema, "past_row", moment, now),
    )


def _is_known(
    tracked: TrackedTable, schema: str, row: str, moment: datetime, now: datetime
) -> sql.Composed:
    """Whether the row was entered before the moment."""
    parent, _, column = tracked.known.rpartition(".")
    entered: sql.Composable = sql.Identifier(row, column or KNOWN_FROM)
    if parent:
        key = _model_of(tracked)._meta.get_field(parent)
        above = key.related_model._meta.db_table
        entered = sql.SQL("(SELECT above.{} FROM {} AS above WHERE above.id = {})").format(
            sql.Identifier(column),
            sql.Identifier(schema, above),
            sql.Identifier(row, key.column),
        )
    return sql.SQL("COALESCE({entered} < {moment} OR {entered} > {now}, TRUE)").format(
        entered=entered,
        moment=sql.Literal(moment.isoformat()),
        now=sql.Literal(now.isoformat()),
    )


def _model_of(tracked: TrackedTable) -> Any:
    return apps.get_model(tracked.key)


def _unkept_columns(model: type[models.Model], tracked: TrackedTable) -> list[str]:
    """Sealed columns, and those whose change is no fact."""
    sealed = (f.column for f in model._meta.concrete_fields if isinstance(f, SealedField))
    return [*filter(None, sealed), *tracked.without]


def install(**_: Any) -> None:
    """Let the database keep the past of every declared table that exists; after each migration."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for tracked in tracked_tables():
            model = _model_of(tracked)
            if model._meta.db_table not in existing or "core_pastrow" not in existing:
                continue
            table = sql.Identifier(model._meta.db_table)
            if not tracked.known:
                cursor.execute(_known_from(table))
            columns = sql.SQL(", ").join(map(sql.Literal, _unkept_columns(model, tracked)))
            cursor.execute(
                sql.SQL(
                    "CREATE OR REPLACE TRIGGER keep_past_row AFTER UPDATE OR DELETE ON {}"
                    " FOR EACH ROW EXECUTE FUNCTION core_keep_past_row({})"
                ).format(table, columns)
            )


def _known_from(table: sql.Identifier) -> sql.Composed:
    # Two steps: the rows that are there keep NULL, and the table is not rewritten.
    column = sql.Identifier(KNOWN_FROM)
    return sql.SQL(
        "ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} timestamptz,"
        " ALTER COLUMN {column} SET DEFAULT core_moment()"
    ).format(table=table, column=column)


def kept_since() -> datetime | None:
    """The oldest moment that is kept; before it a past day is told as of today's rows."""
    return _past_rows().aggregate(first=models.Min("until"))["first"]


def forget_rows(model: type[models.Model], ids: list[int]) -> int:
    """Purge the past of rows that are purged themselves; how many versions."""
    rows = _past_rows().filter(of_table=model._meta.db_table, row_id__in=ids)
    return rows.delete()[0]


def _past_rows() -> Any:
    return apps.get_model("core.PastRow").objects.all()
