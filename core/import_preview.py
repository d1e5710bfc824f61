"""What the preview of an upload shows: faults, rows and columns, in pages and masked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404

from core.fields import NameField
from core.masking import mask_name
from core.money import yuan
from core.tabular.reading import Reading
from core.tabular.tables import Column, Issue, Row

PAGE_SIZE = 50
SHOWN = ("errors", "warnings", "rows")


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Some rows of a list in memory, with the places of its neighbours ("" at either end).

    ``total`` counts the whole list, exactly.
    """

    rows: list[Any]
    next: str
    previous: str
    total: int

    def of(self, change: Callable[[Any], Any]) -> "PreviewPage":
        """The same page of something made from each row."""
        return PreviewPage([change(row) for row in self.rows], self.next, self.previous, self.total)


@dataclass(frozen=True, slots=True)
class PreviewFault:
    """An issue as the table of faults shows it; ``can_mend`` where it is one cell of one row."""

    row: int
    column: str
    label: str
    value: str
    message: str
    is_error: bool
    can_mend: bool
    key: int
    sheet: str


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """A cell of the preview."""

    text: str
    is_number: bool
    is_bad: bool
    label: str


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A row of the preview, under the number that the sender sees."""

    number: int
    cells: tuple[PreviewCell, ...]
    is_bad: bool


@dataclass(frozen=True, slots=True)
class PreviewHeading:
    """A column of the sender's table and what it was taken for; "" where it is left out."""

    index: int
    text: str
    column: str
    how: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One page of one of three lists: what must be mended, what should be looked at, all rows."""

    shown: str
    page: PreviewPage
    columns: tuple[Column, ...]
    headings: tuple[PreviewHeading, ...]
    choices: tuple[tuple[str, str], ...]
    errors: int
    warnings: int
    unlisted: int
    rows: int
    faulty_rows: int


_HOW = {"chosen": "您选定的", "remembered": "按上次", "alias": "自动识别", "group": "自动识别"}


def preview_of(reading: Reading, columns: Sequence[Column], params: Mapping[str, Any]) -> Preview:
    """The preview that the address asks for: ``show`` one of SHOWN, ``after`` or ``before``.

    :raises Http404: the address asks for no list of ours.
    """
    by_name = {column.name: column for column in columns}
    errors = [issue for issue in reading.issues if issue.severity == "error"]
    warnings = [issue for issue in reading.issues if issue.severity == "warning"]
    shown = params.get("show") or ("errors" if errors else "warnings" if warnings else "rows")
    if shown not in SHOWN:
        raise Http404
    read = {name for table in reading.tables for name in table.places}
    mapped = tuple(column for column in columns if column.name in read)
    lists: dict[str, Sequence[Any]] = {"errors": errors, "warnings": warnings, "rows": reading.rows}
    page: PreviewPage = _slice_page(lists[shown], params)
    places = {(row.key, name) for row in reading.rows for name in row.raw}
    bad = {(issue.key, issue.column) for issue in errors}
    return Preview(
        shown=shown,
        page=page.of(lambda row: _shown_line(row, mapped, bad))
        if shown == "rows"
        else page.of(lambda issue: _shown_fault(issue, by_name, places)),
        columns=mapped,
        headings=tuple(
            PreviewHeading(m.index, m.heading, m.column or "", _HOW.get(m.how, ""))
            for m in reading.mapping
            if m.heading
        ),
        choices=tuple((column.name, column.label) for column in columns),
        errors=len(errors),
        warnings=len(warnings),
        unlisted=reading.issue_count - len(reading.issues),
        rows=len(reading.rows),
        faulty_rows=len(reading.faulty_rows - {0}),
    )


def _slice_page(items: Sequence[Any], params: Mapping[str, Any]) -> PreviewPage:
    """A page of a list that is in memory; the cursors are places in it."""
    start = _read_number(params, "after")
    if params.get("before"):
        start = max(0, _read_number(params, "before") - PAGE_SIZE)
    stop = start + PAGE_SIZE
    return PreviewPage(
        rows=list(items[start:stop]),
        next=str(stop) if stop < len(items) else "",
        previous=str(start) if start else "",
        total=len(items),
    )


def _read_number(params: Mapping[str, Any], name: str) -> int:
    text = str(params.get(name) or "0")
    if not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)


def _shown_fault(
    issue: Issue, columns: Mapping[str, Column], places: Iterable[tuple[int, str]]
) -> PreviewFault:
    column = columns.get(issue.column)
    return PreviewFault(
        row=issue.row,
        column=issue.column,
        label=column.label if column else issue.column,
        value=issue.value,
        message=issue.message,
        is_error=issue.severity == "error",
        can_mend=(issue.key, issue.column) in places,
        key=issue.key,
        sheet=issue.sheet,
    )


def _shown_line(row: Row, columns: Sequence[Column], bad: set[tuple[int, str]]) -> PreviewLine:
    cells = []
    for column in columns:
        value, is_bad = row[column.name], (row.key, column.name) in bad
        is_figure = isinstance(value, Decimal)
        cells.append(PreviewCell(_shown_value(row, column, value), is_figure, is_bad, column.label))
    return PreviewLine(row.number, tuple(cells), any(cell.is_bad for cell in cells))


def _shown_value(row: Row, column: Column, value: Any) -> str:
    if isinstance(column.field, NameField):
        return mask_name(column.masked(row.raw.get(column.name)))
    if isinstance(value, Decimal):
        return yuan(value) if value.as_tuple().exponent == -2 else f"{value:,}"
    return column.masked(row.raw.get(column.name))
