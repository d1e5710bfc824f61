"""Row-level scope: opt-out, not opt-in.

A scoped model says once, in ``scope``, by which reaches its rows are seen: by region, by
participation, by employer, and so on; each is an object that turns an actor into a condition. Its
manager ``objects`` refuses to reach the database inside a request until ``visible_to(actor)`` was
called; ``everything`` is for services, tasks, commands and migrations.

The check sits in the query itself, where every way of running it passes: lists, counts, unions,
sub-queries and generators that are drained late.
"""

from collections.abc import Hashable
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

from django.db import models
from django.db.models import Q, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.actor import Actor

Found = TypeVar("Found")
#: What was looked up about an actor during the request in progress; None outside of one.
_looked_up: ContextVar[dict[Hashable, Any] | None] = ContextVar("looked_up", default=None)


class ScopeNotApplied(RuntimeError):
    """A scoped model was read inside a request without saying for whom."""


#: What was read by whoever works through the same rows several times; None otherwise.
_shared: ContextVar[dict[Hashable, Any] | None] = ContextVar("shared", default=None)


@contextmanager
def reads_shared() -> "Iterator[None]":
    """Let :func:`once_a_request` answer once for the time of this block, without a request.

    For a pass of many readers over rows that nobody else may change meanwhile.
    """
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


@contextmanager
def request_in_progress() -> "Iterator[None]":
    """Arm the guard for the time of one request."""
    token = _looked_up.set({})
    try:
        yield
    finally:
        _looked_up.reset(token)


def once_a_request(key: Hashable, look_up: "Callable[[], Found]") -> "Found":
    """What ``look_up`` finds, asked once while a request lasts and anew each time outside of one.

    For what decides an actor's scope, which every selector of a page asks for again, and for what
    several rules of one pass read (:func:`reads_shared`).
    """
    known = _shared.get() if _looked_up.get() is None else _looked_up.get()
    if known is None:
        return look_up()
    if key not in known:
        known[key] = look_up()
    return known[key]


def look_up_anew() -> None:
    """Forget what :func:`once_a_request` keeps: a write has changed who sees what."""
    if (known := _looked_up.get()) is not None:
        known.clear()


#: The condition that no row meets.
NOTHING = Q(pk__in=[])


class Reach:
    """One way by which rows of a model are seen: an actor in, a condition on the rows out.

    A reach that an actor does not have gives :data:`NOTHING`; it never narrows another.
    """

    def rows(self, actor: "Actor") -> Q:
        """The condition on the model's own rows.

        Never called for a system actor, who sees all.
        """
        raise NotImplementedError


class Scope:
    """Which rows of a model an actor sees: those that any of its reaches opens.

    Without reaches the rows are the platform's own.
    """

    def __init__(self, *reaches: Reach) -> None:
        self.reaches = reaches

    def rows(self, actor: "Actor") -> Q:
        """The condition on the model's own rows; none for the platform itself."""
        if actor.is_system:
            return Q()
        seen = [rows for reach in self.reaches if (rows := reach.rows(actor)) is not NOTHING]
        return reduce(or_, seen) if seen else NOTHING


class GuardedQuery(sql.Query):
    """A query that knows whether it was scoped."""

    scoped = False

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self.insist()
        return super().get_compiler(*args, **kwargs)

    def chain(self, klass: Any = None) -> Any:
        # An update or a delete becomes a query of another class, past get_compiler above.
        if klass is not None:
            self.insist()
        return super().chain(klass)

    def combine(self, rhs: sql.Query, connector: str) -> None:
        """Rows of two queries: ``&`` is cut by either's scope, ``|`` and ``^`` only by both."""
        super().combine(rhs, connector)
        both = (self.scoped, getattr(rhs, "scoped", False))
        self.scoped = any(both) if connector == sql.AND else all(both)

    def insist(self) -> None:
        """:raises ScopeNotApplied: it would run inside a request for nobody in particular."""
        if _looked_up.get() is not None and not self.scoped:
            name = self.model.__name__ if self.model else ""
            raise ScopeNotApplied(f"{name}.objects is read without visible_to(actor).")


class ScopedQuerySet(models.QuerySet):
    """A QuerySet that can be cut to what an actor sees."""

    query: Any

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None):
        super().__init__(model, query or GuardedQuery(model), using, hints)

    def visible_to(self, actor: "Actor") -> Self:
        """Only the rows that the actor may see."""
        scope = cast("type[ScopedModel]", self.model).scope
        rows = self.filter(scope.rows(actor))
        rows.query.scoped = True
        return rows

    def _raw_delete(self, using: str | None) -> int:
        # Rows that nothing hangs on: Django changes the query's class itself, past chain above.
        self.query.insist()
        return super()._raw_delete(using)


class Everything(models.Manager):
    """All rows, unguarded: for services, tasks, commands and migrations."""

    def get_queryset(self) -> models.QuerySet:
        rows = super().get_queryset()
        if isinstance(rows.query, GuardedQuery):
            rows.query.scoped = True
        return rows


class ScopedModel(models.Model):
    """A table whose rows not everybody may see.

    Whoever derives from it names two managers: ``everything``, an :class:`Everything`, first, so
    that it is the default, and ``objects``, of a :class:`ScopedQuerySet`.
    """

    scope: ClassVar[Scope]

    class Meta:
        abstract = True


class ScopedTable(ScopedModel):
    """A scoped model without chainable filters of its own."""

    everything = Everything.from_queryset(ScopedQuerySet)()
    objects = ScopedQuerySet.as_manager()

    class Meta(ScopedModel.Meta):
        abstract = True
