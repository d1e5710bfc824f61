"""What the preview of an upload shows: faults by person, all rows as a grid, what was changed, and
the account of the workbook; in pages and masked."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import Http404

from core.fields import NameField, as_text
from core.masking import mask_name
from core.money import yuan
from core.months import parse_month
from core.tabular.account import SheetAccount
from core.tabular.changing import Change, all_rows, columns_read, list_changes
from core.tabular.reading import Reading
from core.tabular.tables import Column, Issue, Row, Table
from core.tabular.workerrows import ADDED

PAGE_SIZE = 50
SHOWN = ("errors", "warnings", "rows", "changes", "account")


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

    @property
    def place(self) -> str:
        """Where it is: the column of somebody's row, or the worksheet, row and column."""
        if self.key:
            return self.label or "整行"
        sheet, row = self.sheet and f"“{self.sheet}”", self.row and f"第 {self.row} 行"
        return " ".join(filter(None, (sheet, row or "", self.label))) or "文件"


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """The faults of one person, or (key 0) of the file: where the row stands and whose it is."""

    key: int
    where: str
    name: str
    faults: list[PreviewFault]


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of the grid. ``raw`` is what is typed there, None where it is shown in part only;
    ``was`` what the file has in a cell that was changed."""

    column: str
    label: str
    text: str
    raw: str | None
    is_number: bool
    tone: str
    messages: tuple[str, ...]
    is_changed: bool
    was: str

    @property
    def classes(self) -> str:
        number, changed = "num" if self.is_number else "", "cell-changed" if self.is_changed else ""
        return " ".join(filter(None, (number, self.tone and f"cell-{self.tone}", changed)))


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of the grid: its key, where it stands, whose it is, and what became of it."""

    key: int
    where: str
    name: str
    cells: tuple[GridCell, ...]
    is_bad: bool
    is_removed: bool
    is_added: bool

    @property
    def title(self) -> str:
        return f"{self.where} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class PreviewChange:
    """A line of what was changed on the page."""

    kind: str
    key: int
    where: str
    name: str
    column: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column of the workbook: letter, heading, first values, and what it was taken for.

    ``name`` is the field by which the page sends another choice, "" where there is none.
    """

    name: str
    letter: str
    heading: str
    samples: str
    column: str
    label: str
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PreviewSheet:
    """A worksheet: how it was used and why, its rows in words, its columns."""

    index: int
    name: str
    use: str
    tone: str
    why: str
    rows: str
    hidden: str
    choice: str
    unaccounted: str
    columns: tuple[PreviewColumn, ...]

    @property
    def title(self) -> str:
        return f"工作表“{self.name}”"

    @property
    def caption(self) -> str:
        return f"工作表“{self.name}”的列"


_HOW = {
    "chosen": "您选定的",
    "remembered": "按上次",
    "alias": "自动识别",
    "group": "自动识别",
}
_STATE = {
    "known": "不用导入的列",
    "unmapped": "不知道是什么，没有读取",
    "other_month": "别的月份的列，没有读取",
    "hidden": "隐藏的列，没有读取",
}
#: Faults that a choice among columns and worksheets settles.
_TO_BE_CHOSEN = frozenset(
    ["missing_column", "ambiguous_column", "unaccounted_sheet", "unaccounted_table"]
)
_KINDS = {
    "worker": "工人",
    "header": "表头",
    "total": "合计",
    "note": "标题和说明",
    "blank": "空行",
    "unaccounted": "没有着落",
}
_USE = {
    "read": ("已读取", "good"),
    "hidden": ("隐藏，没有读取", "warn"),
    "other": ("不是这张表，没有读取", "plain"),
    "unaccounted": ("没有读取，要您选定", "bad"),
}


@dataclass(frozen=True)
class Preview:
    """One page of one of the lists that an upload has, and what stands above all of them.

    ``keys`` are the rows that a page holds that is brought up to date, whatever the filter says
    of them by now.
    """

    reading: Reading
    table: Table[Any]
    params: Mapping[str, Any]
    keys: Collection[int] | None = None
    errors: list[Issue] = field(init=False)
    warnings: list[Issue] = field(init=False)

    def __post_init__(self) -> None:
        by_severity: dict[str, list[Issue]] = defaultdict(list)
        for issue in self.reading.issues:
            by_severity[issue.severity].append(issue)
        object.__setattr__(self, "errors", by_severity["error"])
        object.__setattr__(self, "warnings", by_severity["warning"])
        if self.shown not in SHOWN:
            raise Http404

    @property
    def shown(self) -> str:
        """Which list: what must be mended, what should be looked at, or all rows."""
        first = "errors" if self.errors else "warnings" if self.warnings else "rows"
        return self.params.get("show") or first

    @property
    def only_faulty(self) -> bool:
        """Whether the grid leaves out the rows without a fault."""
        return self.params.get("only") == "faulty"

    @property
    def rows(self) -> int:
        return len(self.reading.rows)

    @property
    def faulty_rows(self) -> int:
        return len(self.reading.faulty_rows - {0})

    @property
    def unlisted(self) -> int:
        return self.reading.issue_count - len(self.reading.issues)

    @property
    def can_undo(self) -> bool:
        return bool(self.reading.past)

    @property
    def changed(self) -> int:
        return len(self.changes)

    @cached_property
    def changes(self) -> list[Change]:
        return list(list_changes(self.reading, self.table))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the file has, in our order."""
        return tuple(columns_read(self.reading, self.table))

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return tuple((column.name, column.label) for column in self.table.columns)

    @cached_property
    def page(self) -> PreviewPage:
        """The page of the list that the address asks for."""
        if self.shown == "rows":
            return self._grid_page()
        if self.shown == "changes":
            return _slice_page(self.changes, self.params).of(self._change)
        if self.shown == "account":
            return _slice_page([], self.params)
        return _slice_page(self._groups(), self.params)

    @cached_property
    def totals(self) -> list[str]:
        """What stands under each column of the grid: the sum of what is clean."""
        sums = []
        for column in self.columns:
            if not column.adds_up:
                sums.append("")
                continue
            values = [row[column.name] for row in self.reading.rows]
            total = sum((value for value in values if isinstance(value, Decimal)), Decimal())
            sums.append(_figure(total))
        return sums

    @cached_property
    def sheets(self) -> tuple[PreviewSheet, ...]:
        """The account of the workbook, worksheet by worksheet."""
        return tuple(self._sheet(sheet) for sheet in self.reading.account.sheets)

    @property
    def months(self) -> list[date]:
        """The month to switch to, where it is the only one that the file names."""
        found = {issue.value for issue in self.errors if issue.code == "other_month"}
        return [parse_month(code) for code in found if code] if len(found) == 1 else []

    @property
    def month_names(self) -> str:
        return "、".join(self.reading.account.months)

    @property
    def ids_in_file(self) -> int:
        return self.reading.account.ids_in_file

    @property
    def ids_accounted(self) -> int:
        return self.reading.account.ids_accounted

    @property
    def must_choose_hidden(self) -> bool:
        """Whether the sender has yet to say what to do with hidden parts."""
        return any(issue.code.startswith("hidden_") for issue in self.errors)

    @property
    def must_choose_columns(self) -> bool:
        """Whether a column or a worksheet is to be chosen by the sender."""
        return any(issue.code in _TO_BE_CHOSEN for issue in self.errors)

    @property
    def asks_about_hidden(self) -> bool:
        """Whether the sender has to say what to do with hidden parts, or has said so."""
        codes = {issue.code for issue in self.reading.issues}
        return bool(self.hidden) or any(code.startswith("hidden_") for code in codes)

    @property
    def hidden(self) -> str:
        return self.reading.choices.hidden

    def row(self, key: int) -> GridRow:
        """One row, for the form that mends it whole.

        :raises KeyError: there is no such row.
        """
        return self._grid_row({row.key: row for row in all_rows(self.reading)}[key])

    def _grid_page(self) -> PreviewPage:
        rows = all_rows(self.reading)
        if self.keys is not None:
            kept = [row for row in rows if row.key in self.keys]
            return PreviewPage([self._grid_row(row) for row in kept], "", "", len(kept))
        # What was added and taken out again is nobody's any more.
        removed = self.reading.removed
        rows = [row for row in rows if row.key < ADDED or row.key not in removed]
        if self.only_faulty:
            rows = [row for row in rows if row.key in self.reading.faulty_rows]
        params = dict(self.params.items())
        if params.get("row", "").isdecimal():
            place = next((i for i, row in enumerate(rows) if row.key == int(params["row"])), 0)
            params["after"] = str(place - place % PAGE_SIZE)
        return _slice_page(rows, params).of(self._grid_row)

    @cached_property
    def _by_cell(self) -> dict[tuple[int, str], list[Issue]]:
        by_cell: dict[tuple[int, str], list[Issue]] = defaultdict(list)
        for issue in self.reading.issues:
            if issue.key:
                by_cell[issue.key, issue.column].append(issue)
        return by_cell

    def _grid_row(self, row: Row) -> GridRow:
        return GridRow(
            row.key,
            self.where(row),
            name_of(row, self.table),
            tuple(self._grid_cell(row, column) for column in self.columns),
            row.key in self.reading.faulty_rows,
            row.key in self.reading.removed,
            row.key >= ADDED,
        )

    def _grid_cell(self, row: Row, column: Column) -> GridCell:
        issues = self._by_cell.get((row.key, column.name), [])
        severe = any(issue.severity == "error" for issue in issues)
        place = (row.key, column.name)
        is_changed = place in self.reading.edits and row.key < ADDED
        before = shown_text(column, self.reading.originals.get(place), None)
        return GridCell(
            column.name,
            column.label,
            shown_text(column, row.raw.get(column.name), row[column.name]),
            None if is_masked(column) else as_text(row.raw.get(column.name)),
            column.is_number and not column.sealed,
            "bad" if severe else "warn" if issues else "",
            tuple(issue.message for issue in issues),
            is_changed,
            (before or "（空）") if is_changed else "",
        )

    def _groups(self) -> list[FaultGroup]:
        issues = self.errors if self.shown == "errors" else self.warnings
        rows = {row.key: row for row in self.reading.rows}
        by_key: dict[int, list[PreviewFault]] = defaultdict(list)
        for issue in issues:
            row = rows.get(issue.key)
            by_key[issue.key if row else 0].append(self._fault(issue, row))
        groups = []
        for key, faults in by_key.items():
            row = rows.get(key)
            where = self.where(row) if row else "整张表"
            groups.append(FaultGroup(key, where, name_of(row, self.table) if row else "", faults))
        return sorted(groups, key=lambda group: group.key != 0)

    def _fault(self, issue: Issue, row: Row | None) -> PreviewFault:
        column = self.table.by_name.get(issue.column)
        return PreviewFault(
            row=issue.row,
            column=issue.column,
            label=column.label if column else issue.column,
            value=issue.value,
            message=issue.message,
            is_error=issue.severity == "error",
            can_mend=row is not None and issue.column in row.raw,
            key=issue.key,
            sheet=issue.sheet,
        )

    def _change(self, change: Change) -> PreviewChange:
        row = change.row
        column = self.table.by_name.get(change.column)
        hide = mask_name if column and isinstance(column.field, NameField) else str
        return PreviewChange(
            change.kind,
            row.key,
            self.where(row),
            name_of(row, self.table),
            change.column,
            change.label,
            hide(change.before),
            hide(change.after),
        )

    def where(self, row: Row) -> str:
        """Where a row stands, as its sender sees it: 第 5 行, 「木工班」第 5 行, 新增."""
        if row.key >= ADDED:
            return f"新增 {row.key - ADDED + 1}"
        several = len({table.sheet for table in self.reading.tables}) > 1
        return f"「{row.sheet}」第 {row.number} 行" if several else f"第 {row.number} 行"

    def _sheet(self, sheet: SheetAccount) -> PreviewSheet:
        use, tone = _USE[sheet.use]
        counts = [f"{_KINDS[kind]} {count} 行" for kind, count in sheet.rows.items() if count]
        hidden = []
        if sheet.hidden_rows:
            hidden.append(f"第 {_listed(sheet.hidden_rows)} 行")
        if sheet.hidden_columns:
            hidden.append(f"{_listed(sheet.hidden_columns)} 列")
        return PreviewSheet(
            sheet.index,
            sheet.name,
            use,
            tone,
            sheet.why,
            "，".join(counts),
            "、".join(hidden),
            self.reading.choices.sheets.get(sheet.index, ""),
            _listed(sheet.unaccounted),
            tuple(
                PreviewColumn(
                    # In a worker's second line a column is what stands above it.
                    "" if c.line else f"column-{sheet.index}-{c.top}-{c.index}",
                    c.letter,
                    c.heading or "（没有列名）",
                    "、".join(shown_sample(c.column, text, self.table) for text in c.samples),
                    c.column or "",
                    self.table.label(c.column) if c.column else "",
                    _HOW.get(c.how, "") if c.state == "mapped" else _STATE.get(c.state, ""),
                    c.state == "unmapped",
                )
                for c in sheet.columns
            ),
        )


def is_masked(column: Column) -> bool:
    """Whether a column is shown in part only: numbers of people and their names."""
    return column.sealed or isinstance(column.field, NameField)


def shown_text(column: Column, raw: Any, value: Any) -> str:
    """A cell as pages show it."""
    if isinstance(column.field, NameField):
        return mask_name(column.masked(raw))
    if isinstance(value, Decimal):
        return _figure(value)
    return column.masked(raw)


def shown_sample(name: str | None, text: str, table: Table[Any]) -> str:
    """One of the first values of a column, where it is known what it holds."""
    column = table.by_name.get(name or "")
    return mask_name(text) if column and isinstance(column.field, NameField) else text


def name_of(row: Row, table: Table[Any]) -> str:
    """Whose row it is, masked."""
    column = next((c for c in table.columns if isinstance(c.field, NameField)), None)
    return mask_name(as_text(row.raw.get(column.name)))[:30] if column else ""


def _figure(value: Decimal) -> str:
    return yuan(value) if value.as_tuple().exponent == -2 else f"{value:,}"


def _listed(places: Sequence[Any]) -> str:
    said = "、".join(str(place) for place in places[:10])
    return f"{said} 等 {len(places)} 处" if len(places) > 10 else said


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
