"""A sender's file as checked rows, with an account of the rest, staged until they are committed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from core.fields import as_text
from core.tabular import wire
from core.tabular.account import Account
from core.tabular.choices import Choices
from core.tabular.mapping import Mapped
from core.tabular.process import LIMITS, Limits
from core.tabular.sheets import read_sheets
from core.tabular.summing import Control, totals_agree
from core.tabular.tables import (
    CheckedLine,
    Issue,
    Row,
    Table,
    check_rows,
    clean_row,
    total_of_lines,
)
from core.tabular.workbook import Workbook, read_workbook
from core.tabular.workerrows import ADDED

# More faults than these say that the whole file is wrong; nobody mends them one by one.
ISSUES_LISTED = 2_000


@dataclass(frozen=True)
class TableRead:
    """One table of the file that was read: its worksheet (place from 0, name), its header's first
    row as the sender sees it, which of those side by side it is, and its columns."""

    sheet: int
    name: str
    top: int
    block: int
    mapping: list[Mapped]

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Our column → (line of the worker, place from 0)."""
        return {m.column: (m.line, m.index) for m in self.mapping if m.column}


@dataclass
class Reading:
    """What a file holds: rows, faults, and how its columns were understood.

    `layout` is the name of the table by which it was read, `tables` are those of the file that it
    was read from, `choices` what the sender said of it, `account` what became of everything.
    `issues` are at most `ISSUES_LISTED`, sorted by place; `issue_count` counts all of them, and
    `faulty_rows` are the keys of all rows that an error blocks (0: the file). `notes` are the
    issues of the file itself; what is mended on the page does not change them. `edits` are the
    cells mended, `originals` what stood there, `removed` the rows taken out, all by key; `past` is
    the way back of the last changes (`core.tabular.changing`). `totals` are sums in two decimals of
    what is clean, `controls` what the sender's own totals say. `lines` are the rows as the last
    check resolved them; they are not staged: whom the rows mean is asked anew of the register.
    """

    file: str
    layout: str = ""
    tables: list[TableRead] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    notes: list[Issue] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    issue_count: int = 0
    faulty_rows: set[int] = field(default_factory=set)
    totals: dict[str, str] = field(default_factory=dict)
    edits: dict[tuple[int, str], str] = field(default_factory=dict)
    originals: dict[tuple[int, str], Any] = field(default_factory=dict)
    removed: dict[int, Row] = field(default_factory=dict)
    past: list[dict[str, Any]] = field(default_factory=list)
    choices: Choices = field(default_factory=Choices)
    account: Account = field(default_factory=Account)
    controls: list[Control] = field(default_factory=list)
    lines: list[CheckedLine[Any]] = field(default_factory=list, compare=False)

    @property
    def sheet(self) -> str:
        """The first worksheet that was read."""
        return self.tables[0].name

    @property
    def header_row(self) -> int:
        """The first table's header as the sender sees it."""
        return self.tables[0].top

    @property
    def mapping(self) -> list[Mapped]:
        """The first table's columns."""
        return self.tables[0].mapping

    @property
    def good_keys(self) -> list[int]:
        """The rows without an error; none where the file as a whole has one."""
        if any(note.severity == "error" for note in self.notes):
            return []
        return [row.key for row in self.rows if row.key not in self.faulty_rows]

    @property
    def good_lines(self) -> list[CheckedLine[Any]]:
        """The lines of :attr:`good_keys`, in a reading that was just checked."""
        good = set(self.good_keys)
        return [line for line in self.lines if line.key in good]

    @property
    def has_errors(self) -> bool:
        """Whether anything blocks: what a table that counts whole or not at all asks."""
        return bool(self.faulty_rows)

    def to_json(self) -> str:
        """Everything, personal data in full: to be sealed by whoever keeps it."""
        content = asdict(
            replace(self, rows=[], lines=[], removed={}, originals={}, choices=Choices())
        )
        del content["lines"]
        content |= {
            "rows": [_row_to_json(row) for row in self.rows],
            "removed": [_row_to_json(row) for row in self.removed.values()],
            "faulty_rows": sorted(self.faulty_rows),
            "edits": [[*place, text] for place, text in self.edits.items()],
            "originals": [[*place, cell] for place, cell in self.originals.items()],
            "choices": self.choices.to_json(),
        }
        return wire.dumps(content)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Reading":
        """What `to_json` wrote."""
        content = wire.loads(text)
        content["tables"] = [
            TableRead(**{**table, "mapping": [Mapped(**m) for m in table["mapping"]]})
            for table in content["tables"]
        ]
        names = [table.name for table in content["tables"]]
        content["rows"] = [_row_from_json(row, names) for row in content["rows"]]
        removed = [_row_from_json(row, names) for row in content["removed"]]
        content["removed"] = {row.key: row for row in removed}
        for name in ("notes", "issues"):
            content[name] = [Issue(**issue) for issue in content[name]]
        content["faulty_rows"] = set(content["faulty_rows"])
        for name in ("edits", "originals"):
            content[name] = {(row, column): new for row, column, new in content[name]}
        content["choices"] = Choices.from_json(content["choices"])
        content["account"] = Account.from_dict(content["account"])
        content["controls"] = [
            Control(**{**one, "spans": [[tuple(part) for part in span] for span in one["spans"]]})
            for one in content["controls"]
        ]
        return cls(**content)


def _row_to_json(row: Row) -> list[Any]:
    """A row without the names of its fields: a file has thousands."""
    faults = [asdict(fault) for fault in row.faults]
    return [row.number, row.raw, row.values, faults, row.key, row.table, row.lines, row.spare]


def _row_from_json(content: Sequence[Any], names: Sequence[str]) -> Row:
    number, raw, values, faults, key, table, lines, spare = content
    issues = [Issue(**fault) for fault in faults]
    return Row(number, raw, values, issues, key, table, names[table], tuple(lines), spare)


def read_rows(
    content: bytes,
    file: str,
    *layouts: Table,
    remembered: Mapping[str, str] | None = None,
    choices: Choices | None = None,
    month: date | None = None,
    limits: Limits = LIMITS,
) -> Reading:
    """Read `content`, a file called `file`, and clean its rows; :func:`check_reading` is next.

    Of several `layouts` the one that a table of the file has all columns of is taken, of those the
    one that the headings fit best, of equals the first. `remembered` is what this sender used last
    time (`mapping.recall`), `choices` what they said of this file, `month` the one asked for.

    :raises Unreadable: where there is no table to be read.
    """
    sheets = read_sheets(content, limits=limits)
    book = read_workbook(sheets, file, layouts, remembered or {}, choices or Choices(), month)
    return _reading_of(book, file, choices or Choices())


def _reading_of(book: Workbook, file: str, choices: Choices) -> Reading:
    tables = [
        TableRead(
            read.block.sheet.index,
            read.block.sheet.name,
            read.block.header.row,
            read.block.number,
            list(read.block.mapping),
        )
        for read in book.reads
    ]
    rows = [row for read in book.reads for row in read.rows]
    return Reading(
        file,
        book.table.name,
        tables,
        rows,
        book.issues,
        choices=choices,
        account=book.account,
        controls=book.controls,
    )


@dataclass(frozen=True)
class Changes:
    """What was changed on the page: cells (key, column) → text, rows taken out and put back, and
    how many blank rows are added at the end."""

    cells: Mapping[tuple[int, str], str] = field(default_factory=dict)
    removed: Collection[int] = ()
    restored: Collection[int] = ()
    added: int = 0


def edit_cells(reading: Reading, table: Table, edits: Mapping[tuple[int, str], str]) -> Reading:
    """`reading` with cells mended, to be checked anew; the old one stays as it is.

    :raises KeyError: where an edit names a row or column that is not there.
    """
    return edit_rows(reading, table, Changes(edits))


def edit_rows(reading: Reading, table: Table, changes: Changes) -> Reading:
    """`reading` with cells mended, rows taken out, put back or added; to be checked anew.

    A cell that is given back what the file has counts as mended no more.

    :raises KeyError: where a change names a row or column that is not there.
    """
    rows = {row.key: row for row in [*reading.rows, *reading.removed.values()]}
    last = max((key for key in rows if key >= ADDED), default=ADDED - 1)
    for key in range(last + 1, last + 1 + changes.added):
        rows[key] = Row(
            0, dict.fromkeys(reading.tables[0].places, ""), key=key, sheet=reading.sheet
        )
    touched = {key for key, _ in changes.cells} | set(range(last + 1, last + 1 + changes.added))
    edits, originals = dict(reading.edits), dict(reading.originals)
    for key in touched:
        rows[key] = replace(rows[key], raw=dict(rows[key].raw), values={}, faults=[])
    for (key, column), text in changes.cells.items():
        raw = rows[key].raw
        name = table.by_name[column].name
        before = originals.setdefault((key, name), raw.get(name, ""))
        if as_text(before) == text.strip():
            raw[name] = originals.pop((key, name))
            edits.pop((key, name), None)
        else:
            raw[name], edits[key, name] = text, text
    for key in touched:
        clean_row(rows[key], table)
    gone = (set(reading.removed) | set(changes.removed)) - set(changes.restored)
    return replace(
        reading,
        rows=sorted((row for key, row in rows.items() if key not in gone), key=_in_file),
        removed={key: rows[key] for key in gone},
        edits=edits,
        originals=originals,
    )


def kept_changes(before: Reading, after: Reading) -> Changes:
    """What was changed in a reading, as far as another one of the same file has the rows."""
    added = {row.key for row in [*before.rows, *before.removed.values()] if row.key >= ADDED}
    known = {row.key: row.raw.keys() for row in after.rows}
    known |= dict.fromkeys(added, after.tables[0].places.keys())
    cells = {
        (key, column): text
        for (key, column), text in before.edits.items()
        if key in known and column in known[key]
    }
    removed = [key for key in before.removed if key in known]
    return Changes(cells, removed=removed, added=len(added))


def check_reading(reading: Reading, table: Table, context: Any = None) -> Reading:
    """`reading` with its rows resolved and checked in this context, its totals and all issues."""
    lines, found = check_rows(table, reading.rows, context)
    totals = {name: f"{total_of_lines(table, lines, name, context):.2f}" for name in table.totals}
    issues = [issue if issue.sheet else replace(issue, sheet=reading.sheet) for issue in found]
    issues = [*reading.notes, *issues, *_totals_agree(reading)]
    issues.sort(key=_by_place(reading.tables))
    return replace(
        reading,
        lines=lines,
        totals=totals,
        issue_count=len(issues),
        issues=issues[:ISSUES_LISTED],
        faulty_rows={issue.key for issue in issues if issue.severity == "error"},
    )


def _totals_agree(reading: Reading) -> Iterable[Issue]:
    """The sender's totals against the rows of the file, as they are and as they were."""
    rows = [row for row in [*reading.rows, *reading.removed.values()] if row.key < ADDED]
    rows.sort(key=_in_file)
    mended: dict[int, dict[str, Any]] = {}
    for (key, column), cell in reading.originals.items():
        mended.setdefault(key, {})[column] = cell
    before = [
        replace(row, raw={**row.raw, **mended[row.key]}) if row.key in mended else row
        for row in rows
    ]
    return totals_agree(reading.controls, rows, before, reading.removed)


def _in_file(row: Row) -> tuple[int, int, int]:
    """What sorts rows as they stand in the file; those added on the page come last."""
    return row.key >= ADDED, row.table, row.key


def _by_place(tables: Iterable[TableRead]) -> Any:
    """What sorts issues as the sender meets them: worksheet by worksheet, row by row."""
    order = {table.name: table.sheet for table in tables}
    return lambda issue: (order.get(issue.sheet, -1), issue.row)
