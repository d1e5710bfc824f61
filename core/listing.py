"""Lists as every page has them: each column sorts, pages go by keyset, sums are the database's.

An app declares a list once, as a :class:`ListTable` beside the selector of its rows; the page, its
sort links, its totals and its export all read that declaration. Guide: docs/ui.md.

How a page is found: the rows are ordered by the sort's columns and then by the tie-breaker, which
is unique. A cursor holds those values of the row at an end of the page; the next page are the rows
beyond them. What is unknown (NULL) stands last whichever way a column is sorted.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Aggregate, Case, Count, F, IntegerField, Model, Q, QuerySet, When
from django.db.models.expressions import Combinable
from django.http import Http404
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

Row = TypeVar("Row")
Other = TypeVar("Other")
Params = Mapping[str, Any]

PAGE_SIZE = 50
#: Kinds of column whose values are figures: aligned right, heading and all.
FIGURES = frozenset({"money", "number"})


def in_order(name: str, values: Iterable[str]) -> Case:
    """Sorts a column of codes by their meaning: ``in_order("status", Status.values)``."""
    cases = [When(**{name: value}, then=place) for place, value in enumerate(values)]
    return Case(*cases, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list.

    ``sort``     what it sorts by: a field path, or an expression; "" where it cannot sort
    ``kind``     text, date, money (元) or number; figures are aligned right
    ``slot``     where the cell stands on a phone: ``main`` (first line), ``figure`` (its end),
                 ``state`` (second line), ``aside`` (its end); "" is shown once the row is opened
    ``falling``  whether a first click puts the largest first
    ``total``    an aggregate over everything that is filtered
    """

    key: str
    label: str
    sort: str | Combinable = ""
    kind: str = "text"
    slot: str = ""
    falling: bool = False
    total: Aggregate | None = None

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURES


@dataclass(frozen=True, slots=True)
class ListHead:
    """A column's heading in the order that the page is in."""

    column: ListColumn
    #: "ascending", "descending" or "", as ``aria-sort`` has it.
    direction: str
    #: The address's ``sort`` for a click; "" where the column does not sort.
    sort: str

    @property
    def css(self) -> str:
        """Aligned as the cells below it."""
        return "num" if self.column.is_figure else "mark" if self.column.kind == "mark" else ""


#: A details element that CSS reads (static/core/lists.css): it works without script.
_MORE = mark_safe(
    '<details class="row-more"><summary><span class="vh">展开或收起这一行</span></summary>'
    "</details>"
)


class UnknownColumn(LookupError):
    """A template names a column that its list does not have."""


class _Cells:
    """``page.cell.amount`` in a template: the attributes of that column's cells."""

    def __init__(self, columns: Sequence[ListColumn]) -> None:
        self._attributes = {column.key: _cell_attributes(column) for column in columns}

    def __getitem__(self, key: str) -> SafeString:
        try:
            return self._attributes[key]
        except KeyError:
            # Templates swallow a KeyError; this one they may not.
            raise UnknownColumn(key) from None


def _cell_attributes(column: ListColumn) -> SafeString:
    names = ["num"] if column.is_figure else ["date"] if column.kind == "date" else []
    names += [f"slot-{column.slot}"] if column.slot else []
    if column.slot == "main":
        return format_html('class="{}"', " ".join(names))
    return format_html('class="{}" data-label="{}"', " ".join(names), column.label)


@dataclass(frozen=True, slots=True)
class ListGroup:
    """Rows of a list under one heading; on a phone they are opened by it."""

    title: str
    rows: list[Any]


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """Some rows of a list in the order asked for, with the cursors of its neighbours.

    ``total`` counts the whole filtered list and ``sums`` adds it up, both in the database.
    ``groups`` are the same rows under their headings; none where the list is not in its own order.
    """

    rows: list[Row]
    next: str
    previous: str
    total: int
    sums: Mapping[str, Any]
    table: "ListTable"
    #: The address's ``sort``, "" for the list's own order.
    sort: str
    groups: list[ListGroup] = field(default_factory=list)

    def of(self, change: Callable[[Any], Other]) -> "ListPage[Other]":
        """The same page of something made from each row."""
        rows = [change(row) for row in self.rows]
        return ListPage(
            rows, self.next, self.previous, self.total, self.sums, self.table, self.sort
        )

    @cached_property
    def cell(self) -> _Cells:
        return _Cells(self.table.columns)

    @cached_property
    def heads(self) -> list[ListHead]:
        sort = self.sort or self.table.default_sort
        return [_list_head(column, sort) for column in self.table.columns]

    @property
    def more(self) -> SafeString:
        """What opens the rest of a row on a phone; the first cell of each row ends with it."""
        return _MORE

    @property
    def has_totals(self) -> bool:
        return bool(self.sums)

    @property
    def totals(self) -> list[tuple[ListColumn, Any]]:
        """Each column with its sum, None where it has none."""
        return [(column, self.sums.get(column.key)) for column in self.table.columns]


def _list_head(column: ListColumn, sort: str) -> ListHead:
    rising, falling = column.key, f"-{column.key}"
    if not column.sort:
        return ListHead(column, "", "")
    if sort == rising:
        return ListHead(column, "ascending", falling)
    if sort == falling:
        return ListHead(column, "descending", rising)
    return ListHead(column, "", falling if column.falling else rising)


@dataclass(frozen=True, slots=True)
class _Term:
    """One level of an order."""

    expression: Combinable
    descending: bool
    nullable: bool

    def flipped(self) -> "_Term":
        return replace(self, descending=not self.descending)

    def ordering(self, name: str, backwards: bool) -> Any:
        """Plain where nothing is unknown, so that an index serves; otherwise the unknown last."""
        ends: dict[str, bool] = {}
        if self.nullable:
            ends = {"nulls_first": True} if backwards else {"nulls_last": True}
        return F(name).desc(**ends) if self.descending else F(name).asc(**ends)

    def beyond(self, name: str, value: Any, backwards: bool) -> Q:
        """Rows that this level alone puts after ``value``."""
        unknown = Q(**{f"{name}__isnull": True})
        if value is None:
            return ~unknown if backwards else Q(pk__in=[])
        farther = Q(**{f"{name}__{'lt' if self.descending else 'gt'}": value})
        return farther if backwards or not self.nullable else farther | unknown

    @staticmethod
    def same(name: str, value: Any) -> Q:
        return Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})


@dataclass(frozen=True, slots=True)
class ListTable:
    """A list of an app.

    ``default``       the order without a click, field paths as for ``order_by``; worst first, or
                      whatever serves the reader most
    ``default_sort``  the address's ``sort`` that equals it, so that its heading shows it; "" where
                      no single column does
    ``tie``           what is unique and breaks ties
    ``name``          tells a second list on the same page from the first: its address is its own
    ``group``         the heading that a row of a list computed whole stands under in the own order
    """

    columns: tuple[ListColumn, ...]
    default: tuple[str, ...]
    default_sort: str = ""
    tie: str = "pk"
    name: str = ""
    group: Callable[[Any], str] | None = None
    by_key: Mapping[str, ListColumn] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {column.key: column for column in self.columns})

    def without(self, *keys: str) -> "ListTable":
        """The list without some columns, for who is not to see them or has no use for them."""
        return replace_table(self, tuple(c for c in self.columns if c.key not in keys))

    def address_key(self, key: str) -> str:
        """What ``sort``, ``after`` and ``before`` of this list are called in the address."""
        return f"{self.name}-{key}" if self.name else key

    def sort_of(self, params: Params) -> str:
        """The address's ``sort``, "" where it names no column that sorts."""
        sort = str(params.get(self.address_key("sort")) or "")
        column = self.by_key.get(sort.removeprefix("-"))
        return sort if column is not None and column.sort else ""

    def ordered(self, rows: QuerySet[Any], params: Params) -> QuerySet[Any]:
        """All rows in the order of the address: what an export writes."""
        terms = self._order_terms(rows, self.sort_of(params))
        rows = _with_terms(rows, terms)
        return rows.order_by(*_order_by(terms, backwards=False))

    def page(self, rows: QuerySet[Any], *, params: Params, size: int = PAGE_SIZE) -> ListPage[Any]:
        """One page: ``sort`` names the order, ``after`` or ``before`` hold a cursor.

        Two queries: the rows, and their number with their sums; one where the page holds all rows
        and no column is summed.

        :raises Http404: the cursor is none of ours.
        """
        sort = self.sort_of(params)
        terms = self._order_terms(rows, sort)
        before = params.get(self.address_key("before"))
        backwards, cursor = bool(before), before or params.get(self.address_key("after"))
        part = _with_terms(rows, terms)
        if cursor:
            values = _read_cursor(part, sort, len(terms), cursor)
            part = part.filter(_rows_beyond(terms, values, backwards))
        part = part.order_by(*_order_by(terms, backwards))
        taken = list(part[: size + 1])
        more, taken = len(taken) > size, taken[:size]
        if backwards:
            taken.reverse()
        first, last = ("", "")
        if taken:
            first, last = (_write_cursor(row, sort, len(terms)) for row in (taken[0], taken[-1]))
        is_whole = not cursor and not more and all(column.total is None for column in self.columns)
        count, sums = (len(taken), {}) if is_whole else self._count_and_sums(rows)
        return ListPage(
            rows=taken,
            next=last if more or backwards else "",
            previous=first if (more if backwards else cursor) else "",
            total=count,
            sums=sums,
            table=self,
            sort=sort,
        )

    def sums_of(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """The sums of all rows by column, as the list's foot shows them; for an export."""
        return self._count_and_sums(rows)[1]

    def page_in_memory(self, rows: Iterable[Any], *, params: Params) -> ListPage[Any]:
        """A short list that is computed whole: sorted here, on one page, with its sums.

        ``sort`` of its columns are attribute paths (``a__b``) of the rows; rows come in the list's
        own order, which alone is grouped: another order goes across all groups.
        """
        rows, sort = list(rows), self.sort_of(params)
        column = self.by_key.get(sort.removeprefix("-"))
        if column is not None:
            # The unknown last whichever way; equal rows keep their order.
            keyed = list(zip(_sort_values(rows, str(column.sort)), rows, strict=True))
            known = [pair for pair in keyed if pair[0] is not None]
            known.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
            rows = [row for _, row in known] + [row for value, row in keyed if value is None]
        sums = {
            one.key: sum((v for v in _sort_values(rows, str(one.sort)) if v is not None), Decimal())
            for one in self.columns
            if one.total is not None and rows
        }
        groups = [] if sort else self._grouped(rows)
        return ListPage(rows, "", "", len(rows), sums, self, sort, groups)

    def _grouped(self, rows: list[Any]) -> list[ListGroup]:
        """None where all stand under one heading: there is nothing to choose from."""
        if self.group is None:
            return []
        titled: dict[str, list[Any]] = {}
        for row in rows:
            titled.setdefault(self.group(row), []).append(row)
        return [ListGroup(*one) for one in titled.items()] if len(titled) > 1 else []

    def _count_and_sums(self, rows: QuerySet[Any]) -> tuple[int, dict[str, Any]]:
        aggregates = {c.key: c.total for c in self.columns if c.total is not None}
        if not aggregates:
            return rows.order_by().count(), {}
        found = rows.order_by().aggregate(
            _count=Count("*"), **{f"_sum_{key}": total for key, total in aggregates.items()}
        )
        return found["_count"], {key: found[f"_sum_{key}"] for key in aggregates}

    def _order_terms(self, rows: QuerySet[Any], sort: str) -> list[_Term]:
        if sort:
            column = self.by_key[sort.removeprefix("-")]
            terms = [_order_term(rows, column.sort, descending=sort.startswith("-"))]
        else:
            terms = [
                _order_term(rows, name.removeprefix("-"), descending=name.startswith("-"))
                for name in self.default
            ]
        # The tie-breaker goes the way of the column, so that one index can serve both.
        return [*terms, _Term(F(self.tie), terms[-1].descending if terms else False, False)]


def replace_table(table: ListTable, columns: tuple[ListColumn, ...]) -> ListTable:
    """The same list with other columns."""
    return replace(table, columns=columns)


def _order_term(rows: QuerySet[Any], sort: str | Combinable, *, descending: bool) -> _Term:
    if isinstance(sort, str):
        return _Term(F(sort), descending, _may_be_null(rows, sort))
    return _Term(sort, descending, True)


def _may_be_null(rows: QuerySet[Any], path: str) -> bool:
    """Whether the path can be unknown; what is annotated may be."""
    model: type[Model] | None = rows.model
    for name in path.split("__"):
        if model is None or name in rows.query.annotations:
            return True
        try:
            part = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            # employer_id: the column of a foreign key.
            return True
        if part is None or getattr(part, "null", True):
            return True
        model = part.related_model if part.is_relation else None
    return False


def _term_name(level: int) -> str:
    return f"_order_{level}"


def _with_terms(rows: QuerySet[Any], terms: Sequence[_Term]) -> QuerySet[Any]:
    return rows.annotate(**{_term_name(level): term.expression for level, term in enumerate(terms)})


def _order_by(terms: Sequence[_Term], backwards: bool) -> list[Any]:
    shown = [term.flipped() if backwards else term for term in terms]
    return [term.ordering(_term_name(level), backwards) for level, term in enumerate(shown)]


def _rows_beyond(terms: Sequence[_Term], values: Sequence[Any], backwards: bool) -> Q:
    """Rows that come after a row with these values, in the direction of travel."""
    condition, equal = Q(pk__in=[]), Q()
    for level, (term, value) in enumerate(zip(terms, values, strict=True)):
        travelled = term.flipped() if backwards else term
        condition |= equal & travelled.beyond(_term_name(level), value, backwards)
        equal &= term.same(_term_name(level), value)
    return condition


def _write_cursor(row: Any, sort: str, levels: int) -> str:
    names = [_term_name(level) for level in range(levels)]
    values = [row[name] if isinstance(row, Mapping) else getattr(row, name) for name in names]
    return urlsafe_b64encode(json.dumps([sort, *map(_plain_value, values)]).encode()).decode()


def _plain_value(value: Any) -> Any:
    # Not DjangoJSONEncoder: it cuts moments to milliseconds, and a page would begin at the wrong
    # row where two rows lie within one.
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _read_cursor(rows: QuerySet[Any], sort: str, levels: int, cursor: str) -> list[Any]:
    try:
        made_for, *values = json.loads(urlsafe_b64decode(cursor.encode()))
        if made_for != sort or len(values) != levels:
            raise ValueError("The cursor belongs to another order.")
        return [_typed_value(rows, _term_name(level), value) for level, value in enumerate(values)]
    except (ValueError, TypeError, ValidationError):
        raise Http404 from None


def _typed_value(rows: QuerySet[Any], name: str, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str | int | float | bool):
        raise TypeError("A cursor holds plain values.")
    if "\x00" in str(value):
        raise ValueError("PostgreSQL takes no such character.")
    return rows.query.annotations[name].output_field.to_python(value)


def _sort_values(rows: Iterable[Any], path: str) -> Iterator[Any]:
    for row in rows:
        value = row
        for name in path.split("__"):
            value = None if value is None else getattr(value, name)
        yield value
