"""Queries whose SQL is written once: for what every page asks again with other values.

Django builds a query and writes its SQL anew each time that it is asked, which takes longer than
PostgreSQL takes to answer it. A :class:`PreparedQuery` does so once in each process; afterwards the
values alone are put in. What is found is never kept.
"""

from collections.abc import Callable, Hashable
from copy import copy
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, Field, ForeignKey, Lookup, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
#: Shapes of one query that a process remembers, such as the scopes of those who are active.
MOST_SHAPES = 500


class Given(Expression):
    """The place of a value that each call hands in by this name. NULL equals nothing."""

    def __init__(self, name: str, output_field: Field | None = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


@Field.register_lookup
@ForeignKey.register_lookup
class OneOf(Lookup):
    """``column__one_of=Given("ids")``: one of the values of a list, however long it is."""

    lookup_name = "one_of"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, column_params = self.process_lhs(compiler, connection)
        values, value_params = self.process_rhs(compiler, connection)
        return f"{column} = ANY{values}", (*column_params, *value_params)


class _Written(NamedTuple):
    """A query with its SQL; where no row can meet its conditions, ``sql`` is empty."""

    #: A QuerySet, of which the parts are read that Django's stubs do not know.
    rows: Any
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]


class PreparedQuery(Generic[Row]):
    """``build`` makes the QuerySet, with a :class:`Given` wherever a call hands in a value.

    What changes the SQL itself, such as an actor's scope, is ``build``'s argument: the SQL is
    written once for each shape. A scope's condition (:meth:`core.scope.Scope.rows`) holds its ids,
    so that a shape serves those alone who see the same.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._written: dict[tuple[Hashable, ...], _Written] = {}
        self._lock = Lock()

    def rows(self, *shape: Hashable, **values: Any) -> list[Row]:
        """The rows that the values find.

        :raises KeyError: a value is not handed in.
        """
        written = self._written.get(shape) or self._write(shape)
        if not written.sql:
            return []
        params = tuple(
            values[one.name] if isinstance(one, Given) else one for one in written.params
        )
        # The compiler knows how rows become objects; a copy of it runs in this thread's connection.
        compiler = copy(written.compiler)
        compiler.connection = connections[written.rows.db]
        compiler.as_sql = lambda *_, **__: (written.sql, params)  # type: ignore[method-assign]
        query = copy(written.rows.query)
        query.get_compiler = lambda *_, **__: compiler
        rows = type(written.rows)(written.rows.model, query, written.rows._db)
        rows._iterable_class = written.rows._iterable_class
        rows._fields = written.rows._fields
        return list(rows)

    def _write(self, shape: tuple[Hashable, ...]) -> _Written:
        rows: Any = self._build(*shape)
        if rows._prefetch_related_lookups:
            raise ValueError("What is prefetched is a query of its own: prepare that.")
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        written = _Written(rows, compiler, sql, tuple(params))
        with self._lock:
            if len(self._written) >= MOST_SHAPES:
                del self._written[next(iter(self._written))]
            self._written[shape] = written
        return written
