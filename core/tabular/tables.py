"""What a table should hold, and judging rows by it: columns, resolve step, checks."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from core.fields import CellField, DaysField, MoneyField, RateField, TextField, as_text
from core.money import FEN
from core.tabular.headings import variants

Severity = Literal["error", "warning"]
BLANK = (None, "")
#: What a table's resolve step finds for a row.
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of one cell, row or file (`row` 0: the file). `value` is masked where sealed.

    `row` is the number that the sender sees in `sheet`; `key` the :attr:`Row.key` of the row that
    the fault belongs to, 0 where it is no row's.
    """

    sheet: str
    row: int
    column: str
    code: str
    message: str
    value: str = ""
    severity: Severity = "error"
    key: int = 0


@dataclass(slots=True)
class Row:
    """One line of the table. `number` is the row as the sender's spreadsheet program counts it,
    `raw` the cells as read or mended, `values` the clean ones (None where faulty).

    `key` names the row within its reading, whatever worksheet it stands in (`row_key`); `lines` are
    the other physical rows that were read together with it. `table` is the place of its table in
    the reading's, `sheet` the worksheet's name. `spare` holds the amounts of columns that nobody
    knows, under their letter and heading.
    """

    number: int
    raw: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Issue] = field(default_factory=list)
    key: int = 0
    table: int = 0
    sheet: str = ""
    lines: tuple[int, ...] = ()
    spare: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = self.key or self.number

    def __getitem__(self, column: str) -> Any:
        """The clean value; None where the cell is blank, faulty or not in the table."""
        return self.values.get(column)

    def has(self, *columns: str) -> bool:
        """Whether every one of `columns` is filled and clean."""
        return all(self.values.get(column) not in BLANK for column in columns)

    def fault(self, column: str, code: str, message: str, *, severity: Severity = "error") -> Issue:
        """An issue at this row's `column`; the masked value is filled in by `check_rows`."""
        return Issue(
            self.sheet, self.number, column, code, message, severity=severity, key=self.key
        )


@dataclass(frozen=True, slots=True)
class CheckedLine(Generic[Found]):
    """A row beside what the table's resolve step found for it: its worker, its card.

    Reads like its :class:`Row`; checks are handed lines and write into none.
    """

    row: Row
    found: Found | None = None

    def __getitem__(self, column: str) -> Any:
        """The clean value; None where the cell is blank, faulty or not in the table."""
        return self.row[column]

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def key(self) -> int:
        """What tells this line from all others, those of other worksheets too."""
        return self.row.key

    def where(self, seen_from: "CheckedLine[Any]") -> str:
        """How another line calls this one: 第 5 行, 「木工班」第 5 行, 新增的行."""
        sheet = self.row.sheet
        line = f"第 {self.number} 行" if self.number else "新增的行"
        return line if sheet == seen_from.row.sheet else f"「{sheet}」{line}"

    @property
    def columns(self) -> Collection[str]:
        """The columns that the table it was read from has."""
        return self.row.raw.keys()

    def has(self, *columns: str) -> bool:
        """Whether every one of `columns` is filled and clean."""
        return self.row.has(*columns)

    def is_faulty(self, column: str) -> bool:
        """Whether the cell holds something that the column does not take."""
        return any(fault.column == column for fault in self.row.faults)

    def fault(self, column: str, code: str, message: str, *, severity: Severity = "error") -> Issue:
        """An issue at this line's `column`; the masked value is filled in later."""
        return self.row.fault(column, code, message, severity=severity)


#: A check of all lines, against whatever context the table is checked in.
Check = Callable[[Sequence[CheckedLine[Any]], Any], Iterable[Issue]]


def each_line(check: Callable[[CheckedLine[Any], Any], Iterable[Issue]]) -> Check:
    """A check of one line at a time as a check of all lines."""

    def check_lines(lines: Sequence[CheckedLine[Any]], context: Any) -> Iterator[Issue]:
        for line in lines:
            yield from check(line, context)

    return check_lines


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

    @property
    def adds_up(self) -> bool:
        """Whether the cells of several lines of one worker come to a sum: amounts and days."""
        return isinstance(self.field, (MoneyField, DaysField)) and not isinstance(
            self.field, RateField
        )

    @property
    def is_number(self) -> bool:
        """Whether two readings of the column would be two amounts, or two people."""
        return isinstance(self.field, (MoneyField, DaysField)) or self.sealed

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


def find_nothing(row: Row, context: Any) -> None:
    """The resolve step of a table whose rows stand for themselves."""


@dataclass(frozen=True)
class OtherKind:
    """A kind of table that offices keep beside this one: what it is called, and how it is told.

    It has at least `least` of the `headings`; `days` of them may be the days of a month.
    """

    label: str
    headings: tuple[str, ...] = ()
    least: int = 1
    days: bool = False


@dataclass(frozen=True)
class Table(Generic[Found]):
    """A kind of table: its columns, whom its rows mean, and what must hold of them.

    `resolve` finds the worker and card that a row means in the context that the table is checked
    in; `checks` judge the lines that come of it, in the order register, arithmetic. `identity`
    names the columns of which a line of data fills at least one while subtotals and signatures
    fill none; by default those whose values are sealed. `totals` are added up: columns, or what
    `computed` makes of the lines. `name` tells the layouts of one kind of table apart.

    `beside` are the kinds of table that may stand in the same workbook and are left alone.
    `work` are headings that tell several lines of one worker apart, 工作内容: where one stands, the
    lines are added up. `closes` says whether a line's amounts come out to the fen, which allows
    third decimals that the sender's program does not show to be rounded.
    """

    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    totals: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    name: str = ""
    resolve: Callable[[Row, Any], Found | None] = find_nothing
    computed: Mapping[str, Callable[[Sequence[CheckedLine[Found]], Any], Decimal]] = field(
        default_factory=dict
    )
    beside: tuple[OtherKind, ...] = ()
    work: tuple[str, ...] = ()
    closes: Callable[[CheckedLine[Found]], bool] | None = None
    by_name: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})
        if not self.identity:
            sealed = (c.name for c in self.columns if c.sealed)
            object.__setattr__(self, "identity", tuple(sealed))

    @cached_property
    def aliases(self) -> dict[str, tuple[int, str]]:
        """Normalised heading → (how unlikely, column); the label is the likeliest name."""
        aliases: dict[str, tuple[int, str]] = {}
        for column in self.columns:
            for rank, alias in enumerate((column.label, column.name, *column.aliases)):
                for text in variants(alias):
                    aliases.setdefault(text, (rank, column.name))
        return aliases

    @property
    def must_have(self) -> set[str]:
        """The columns without which a table is refused."""
        return {column.name for column in self.columns if column.must_exist}

    def label(self, column: str) -> str:
        """The column's name for people; a name that is not in the table stays as it is."""
        known = self.by_name.get(column)
        return known.label if known else column


def clean_row(row: Row, table: Table, seen: dict[tuple[str, Any], Any] | None = None) -> None:
    """Clean every cell of a row that is in the table.

    `seen` keeps what clean cells came to from one row to the next: teams, trades, banks and rates
    are the same in most rows of a file.
    """
    for name, raw in row.raw.items():
        column = table.by_name[name]
        if seen is None or column.sealed or not isinstance(raw, (str, float)):
            clean_cell(column, row)
        elif (name, raw) in seen:
            row.values[name] = seen[name, raw]
        else:
            before = len(row.faults)
            clean_cell(column, row)
            if len(row.faults) == before:
                seen[name, raw] = row.values[name]
    if table.closes and any(fault.code == "decimals" for fault in row.faults):
        _round_amounts(row, table)


def _round_amounts(row: Row, table: Table) -> None:
    """Round third decimals that the sender's program calculated and shows as two, with a warning,
    where the line then closes to the fen. What was typed as text stays as it is typed."""
    long = [
        fault
        for fault in row.faults
        if fault.code == "decimals" and isinstance(row.raw[fault.column], float)
    ]
    rounded = {
        fault.column: Decimal(repr(row.raw[fault.column])).quantize(FEN, ROUND_HALF_UP)
        for fault in long
    }
    as_shown = replace(row, values={**row.values, **rounded})
    if table.closes and table.closes(CheckedLine(as_shown)):
        row.values.update(rounded)
        row.faults = [
            replace(
                fault,
                code="rounded",
                message=f"原值 {row.raw[fault.column]!r} 不止两位小数，已按表上显示的"
                f" {rounded[fault.column]} 读取。",
                severity="warning",
            )
            if fault in long
            else fault
            for fault in row.faults
        ]


def check_rows(
    table: Table[Found], rows: Sequence[Row], context: Any
) -> tuple[list[CheckedLine[Found]], list[Issue]]:
    """Resolve clean rows and check them: the lines, and every issue with its masked value.

    Knows no file, page or database: ``rows`` may come from a workbook, a form or an interface, and
    ``context`` is whatever the table's resolve step and checks are written against. Per cell the
    first error stands, in the order format, check digit, register, arithmetic.
    """
    lines = [CheckedLine(row, table.resolve(row, context)) for row in rows]
    found = [fault for row in rows for fault in row.faults]
    for check in table.checks:
        found.extend(check(lines, context))
    by_key = {row.key: row for row in rows}
    issues: list[Issue] = []
    settled: set[tuple[int, str]] = set()
    for issue in found:
        place = (issue.key, issue.column)
        if not issue.key or place not in settled:
            row, column = by_key.get(issue.key), table.by_name.get(issue.column)
            if row and column and not issue.value:
                issue = replace(issue, value=column.masked(row.raw.get(column.name)))
            issues.append(issue)
        if issue.severity == "error":
            settled.add(place)
    return lines, issues


def total_of_lines(
    table: Table[Found], lines: Sequence[CheckedLine[Found]], name: str, context: Any
) -> Decimal:
    """One of the table's totals over these lines."""
    if compute := table.computed.get(name):
        return compute(lines, context)
    return sum((line[name] or Decimal() for line in lines), Decimal())


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
