"""A sender's file as checked rows, staged until somebody commits them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from operator import attrgetter
from typing import Any

from core.tabular import wire
from core.tabular.errors import Unreadable
from core.tabular.locating import Cells, Header, data_rows, locate
from core.tabular.mapping import Mapped, map_columns, mapping_issues
from core.tabular.process import LIMITS, Limits, run_child
from core.tabular.summing import Stated, stated_totals, totals_agree
from core.tabular.tables import (
    CheckedLine,
    Issue,
    Row,
    Table,
    check_rows,
    clean_row,
    total_of_lines,
)

# More faults than these say that the whole file is wrong; nobody mends them one by one.
ISSUES_LISTED = 2_000


@dataclass
class Reading:
    """What a file holds: rows, faults, and how its columns were understood.

    `layout` is the name of the table by which it was read.
    `issues` are at most `ISSUES_LISTED`, sorted by row; `issue_count` counts all of them, and
    `faulty_rows` are the numbers of all rows that an error blocks. `notes` are the issues of the
    file itself, `edits` the cells mended on screen. `totals` are sums in two decimals of what is
    clean, `stated` what the sender's own line of totals says. `lines` are the rows as the last
    check resolved them; they are not staged: whom the rows mean is asked anew of the register.
    """

    file: str
    sheet: str
    header_row: int
    mapping: list[Mapped]
    layout: str = ""
    rows: list[Row] = field(default_factory=list)
    notes: list[Issue] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    issue_count: int = 0
    faulty_rows: set[int] = field(default_factory=set)
    totals: dict[str, str] = field(default_factory=dict)
    edits: dict[tuple[int, str], str] = field(default_factory=dict)
    stated: Stated = field(default_factory=dict)
    lines: list[CheckedLine[Any]] = field(default_factory=list, compare=False)

    @property
    def good_numbers(self) -> list[int]:
        """The rows without an error; none where the file as a whole has one."""
        if any(note.severity == "error" for note in self.notes):
            return []
        return [row.number for row in self.rows if row.number not in self.faulty_rows]

    @property
    def good_lines(self) -> list[CheckedLine[Any]]:
        """The lines of :attr:`good_numbers`, in a reading that was just checked."""
        good = set(self.good_numbers)
        return [line for line in self.lines if line.number in good]

    @property
    def has_errors(self) -> bool:
        """Whether anything blocks: what a table that counts whole or not at all asks."""
        return bool(self.faulty_rows)

    def to_json(self) -> str:
        """Everything, personal data in full: to be sealed by whoever keeps it."""
        content = asdict(replace(self, rows=[], lines=[]))
        content["rows"] = [
            (r.number, r.raw, r.values, list(map(asdict, r.faults))) for r in self.rows
        ]
        del content["lines"]
        content["faulty_rows"] = sorted(self.faulty_rows)
        content["edits"] = [[*place, text] for place, text in self.edits.items()]
        return wire.dumps(content)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Reading":
        """What `to_json` wrote."""
        content = wire.loads(text)
        content["mapping"] = [Mapped(**m) for m in content["mapping"]]
        content["rows"] = [
            Row(number, raw, values, [Issue(**fault) for fault in faults])
            for number, raw, values, faults in content["rows"]
        ]
        for name in ("notes", "issues"):
            content[name] = [Issue(**issue) for issue in content[name]]
        content["faulty_rows"] = set(content["faulty_rows"])
        content["stated"] = {name: tuple(pair) for name, pair in content["stated"].items()}
        content["edits"] = {(row, column): new for row, column, new in content["edits"]}
        return cls(**content)


def read_rows(
    content: bytes,
    file: str,
    *layouts: Table,
    remembered: Mapping[str, str] | None = None,
    override: Mapping[int, str | None] | None = None,
    limits: Limits = LIMITS,
) -> Reading:
    """Read, locate, map and clean `content`, a file called `file`; :func:`check_reading` is next.

    Of several `layouts` the one that the headings fit best is taken, of equals the first.
    `remembered` is what this sender used last time (`mapping.recall`), `override` what the user
    chose on screen: column from 0 → name, None for a column to leave out.

    :raises Unreadable: where there is no table to be read.
    """
    sheets = read_sheets(content, limits=limits)
    table, sheet, header, others = _choose(sheets, layouts, remembered or {})
    mapping = map_columns(header.headings, table, remembered=remembered, override=override)
    notes = [*mapping_issues(mapping, table, header.row), *_other_sheets(others, sheet, header)]
    reading = Reading(file, sheet["name"], header.row, mapping, table.name, notes=notes)
    places = {m.column: m.index for m in mapping if m.column}
    reading.rows = list(_rows(sheet["rows"], header, places, table))
    notes += _hidden_rows(reading, sheet["hidden"])
    reading.stated = stated_totals(sheet["rows"], header, places, table.totals)
    if not reading.rows:
        raise Unreadable(
            "no_rows",
            f"工作表「{reading.sheet}」第 {reading.header_row} 行是表头，但下面没有数据。"
            "请填写后重新上传，或确认选对了文件。",
        )
    for row in reading.rows:
        clean_row(row, table)
    return reading


def edit_cells(reading: Reading, table: Table, edits: Mapping[tuple[int, str], str]) -> Reading:
    """`reading` with cells mended, to be checked anew; the old one stays as it is.

    :raises KeyError: where an edit names a row or column that is not there.
    """
    rows = {row.number: row for row in reading.rows}
    for number in {number for number, _ in edits}:
        rows[number] = replace(rows[number], raw=dict(rows[number].raw), values={}, faults=[])
    for (number, column), text in edits.items():
        rows[number].raw[table.by_name[column].name] = text
    for number in {number for number, _ in edits}:
        clean_row(rows[number], table)
    return replace(reading, rows=list(rows.values()), edits={**reading.edits, **edits})


def check_reading(reading: Reading, table: Table, context: Any = None) -> Reading:
    """`reading` with its rows resolved and checked in this context, its totals and all issues."""
    lines, issues = check_rows(table, reading.rows, context)
    totals = {name: f"{total_of_lines(table, lines, name, context):.2f}" for name in table.totals}
    issues = [
        *reading.notes,
        *issues,
        *totals_agree(reading.stated, totals, reading.rows),
    ]
    issues = [replace(issue, sheet=reading.sheet) for issue in issues]
    issues.sort(key=attrgetter("row"))
    return replace(
        reading,
        lines=lines,
        totals=totals,
        issue_count=len(issues),
        issues=issues[:ISSUES_LISTED],
        faulty_rows={issue.row for issue in issues if issue.severity == "error"},
    )


def read_sheets(content: bytes, *, limits: Limits = LIMITS) -> list[dict[str, Any]]:
    """All sheets of a file: `{"name", "visible", "rows", "hidden"}`, rows from the sheet's first.

    :raises Unreadable: with a sentence for the sender.
    """
    return wire.loads(run_child("read", content, {}, limits))


def _choose(
    sheets: Sequence[dict[str, Any]], layouts: Sequence[Table], remembered: Mapping[str, str]
) -> tuple[Table, dict[str, Any], Header, list[tuple[str, Header]]]:
    """The layout and the sheet whose header names most of its columns (of equals a visible sheet,
    then the first), the header, and the other visible sheets that have one of that layout."""
    found = [
        (layout, sheet, header)
        for sheet in sheets
        for layout in layouts
        if (header := locate(sheet["rows"], layout, _headings_of(layout, remembered)))
    ]
    if not found:
        raise Unreadable("no_header", _no_header(layouts))
    layout, sheet, header = max(found, key=lambda one: (one[2].score, one[1]["visible"]))
    others = [
        (other["name"], there)
        for of, other, there in found
        if of is layout and other is not sheet and other["visible"]
    ]
    return layout, sheet, header, others


def _headings_of(layout: Table, remembered: Mapping[str, str]) -> list[str]:
    """The remembered headings that stand for columns of this layout."""
    return [heading for heading, column in remembered.items() if column in layout.by_name]


def _no_header(layouts: Sequence[Table]) -> str:
    """What every layout needs is what the file lacks, whichever it was meant to be."""
    names = "、".join(
        column.label
        for column in layouts[0].columns
        if column.must_exist and all(column.name in other.by_name for other in layouts)
    )
    return f"没有找到表头。表里要有一行列名，至少包括：{names}。请补上列名，或确认选对了文件。"


def _other_sheets(
    others: Iterable[tuple[str, Header]], sheet: dict[str, Any], header: Header
) -> Iterator[Issue]:
    alike = "、".join(
        f"「{name}」" for name, other in others if other.score * 3 >= header.score * 2
    )
    if alike:
        message = (
            f"只读取了工作表「{sheet['name']}」，{alike}没有读取。"
            "如果里面也有要上传的人，请合并到一张工作表。"
        )
        yield Issue("", header.row, "", "other_sheets", message, severity="warning")


def _hidden_rows(reading: Reading, hidden: Collection[int]) -> Iterator[Issue]:
    """Rows that a filter or a hand has hidden are read like the others, and named."""
    rows = sorted({row.number for row in reading.rows}.intersection(hidden))
    if rows:
        named = "、".join(map(str, rows[:10])) + (" 等" if rows[10:] else "")
        message = (
            f"第 {named} 行（共 {len(rows)} 行）在表里被隐藏或筛掉了，也已读取。"
            "如果不该上传，请在原表里删去这些行再传。"
        )
        yield Issue("", reading.header_row, "", "hidden_rows", message, severity="warning")


def _rows(
    cells: Sequence[Cells], header: Header, places: dict[str, int], table: Table
) -> Iterator[Row]:
    for number, line in data_rows(cells, header, places, table):
        raw = {name: line[at] if at < len(line) else "" for name, at in places.items()}
        yield Row(number, raw)
