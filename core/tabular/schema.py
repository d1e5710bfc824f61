"""What a table should hold: columns, checks, and the faults that they find."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django import forms
from django.core.exceptions import ValidationError

from core.fields import CellField, TextField, as_text

Severity = Literal["error", "warning"]
BLANK = (None, "")


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of one cell, row or file (`row` 0: the file). `value` is masked where sealed."""

    sheet: str
    row: int
    column: str
    code: str
    message: str
    value: str = ""
    severity: Severity = "error"


@dataclass(slots=True)
class Row:
    """One line of the table. `number` is the row as the sender's spreadsheet program counts it,
    `raw` the cells as read or mended, `values` the clean ones (None where faulty)."""

    number: int
    raw: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Issue] = field(default_factory=list)

    def __getitem__(self, column: str) -> Any:
        """The clean value; None where the cell is blank, faulty or not in the table."""
        return self.values.get(column)

    def has(self, *columns: str) -> bool:
        """Whether every one of `columns` is filled and clean."""
        return all(self.values.get(column) not in BLANK for column in columns)

    def fault(self, column: str, code: str, message: str, *, severity: Severity = "error") -> Issue:
        """An issue at this row's `column`; sheet and masked value are filled in by the reader."""
        return Issue("", self.number, column, code, message, severity=severity)


Check = Callable[[Sequence[Row]], Iterable[Issue]]


def each_row(check: Callable[[Row], Iterable[Issue]]) -> Check:
    """A check of one row at a time as a check of all rows."""

    def check_rows(rows: Sequence[Row]) -> Iterator[Issue]:
        for row in rows:
            yield from check(row)

    return check_rows


@dataclass(frozen=True)
class Column:
    """One column: the `name` programs use, the `label` people see, the field that cleans it.

    `aliases` are headings seen in practice, the likelier first; `group/heading` names a heading
    under a merged one. Spaces, punctuation, units in brackets and 本人/农民工 make no difference.
    """

    name: str
    label: str
    field: forms.Field
    aliases: tuple[str, ...] = ()
    required: bool | None = None
    example: str = ""

    @property
    def must_exist(self) -> bool:
        """Whether a table without this column is refused: by default when cells must be filled."""
        return self.field.required if self.required is None else self.required

    @property
    def sealed(self) -> bool:
        """Whether the cells are personal data, shown only in part."""
        return isinstance(self.field, CellField) and self.field.sealed

    def masked(self, raw: Any) -> str:
        """The cell as issues and comments show it."""
        text = as_text(raw)
        return (self.field.mask(text) if isinstance(self.field, CellField) else text)[:60]

    def clean(self, raw: Any) -> Any:
        """:raises ValidationError: where the cell does not hold what the column wants."""
        return self.field.clean(raw)


def day_columns(field: CellField | None = None) -> tuple[Column, ...]:
    """The columns day1 … day31 of an attendance grid, headed 1, 1日, 1号, 9月1日 or a date."""
    field = field or TextField(max_length=10, required=False)
    return tuple(
        Column(f"day{day}", f"{day}日", field, aliases=(str(day),), required=False)
        for day in range(1, 32)
    )


@dataclass(frozen=True)
class Schema:
    """A kind of table.

    `identity` names the columns of which a line of data fills at least one while subtotals and
    signatures fill none; by default those whose values are sealed. `totals` are added up: columns,
    or values that a check puts into the rows. `name` tells the layouts of one kind of table apart.
    """

    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    totals: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    name: str = ""
    by_name: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})
        if not self.identity:
            sealed = (c.name for c in self.columns if c.sealed)
            object.__setattr__(self, "identity", tuple(sealed))

    def with_checks(self, *checks: Check) -> "Schema":
        """The same table with more checks, run after its own."""
        return replace(self, checks=(*self.checks, *checks))

    def label(self, column: str) -> str:
        """The column's name for people; a name that is not in the schema stays as it is."""
        known = self.by_name.get(column)
        return known.label if known else column


def clean_cell(column: Column, row: Row) -> None:
    """Put the clean value of `row`'s cell into it, or the fault.

    Only the first fault is kept: fields raise format before check digit.
    """
    raw = row.raw.get(column.name)
    try:
        row.values[column.name] = column.clean(raw)
    except ValidationError as error:
        row.values[column.name] = None
        fault = row.fault(column.name, error.code or "format", error.messages[0])
        row.faults.append(replace(fault, value=column.masked(raw)))
