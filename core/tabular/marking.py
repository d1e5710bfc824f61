"""The sender's own workbook back, with what is wrong marked where it stands."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.tabular.changing import Change, list_changes
from core.tabular.errors import Unreadable
from core.tabular.process import Limits, run_child
from core.tabular.reading import Reading
from core.tabular.tables import Issue, Row, Table

# Writing keeps the whole styled workbook in memory, reading did not.
MARK_LIMITS = Limits(seconds=60, memory=3 << 30)


def mark_copy(
    content: bytes, reading: Reading, table: Table, *, limits: Limits = MARK_LIMITS
) -> bytes:
    """`content` as xlsx with faulty cells filled and commented, mended cells as mended, rows that
    were taken out struck through, and in front the sheets 问题清单 and, where there are changes,
    改动清单.

    An xlsx keeps its layout, its hidden parts and its formulas, but for those that act outside the
    workbook, which come back as the values they had; of other formats, and of an xlsx too odd to be
    written again, the values come back. The sender's own cells are in full: handing the copy out is
    for the caller to audit.

    :raises Unreadable: where the file cannot be opened within `limits`.
    """
    changes = list(list_changes(reading, table))
    job = {
        "marks": list(_marks(reading)),
        "edits": list(_edits(reading)),
        "changed": [
            (*cell, f"在平台上改过，原表写的是：{change.before or '（空）'}")
            for change in changes
            if change.kind == "cell" and (cell := _cell(reading, change.row, change.column))
        ],
        "removed": [
            (reading.tables[row.table].sheet, number)
            for row in reading.removed.values()
            for number in (row.number, *row.lines)
            if number
        ],
        "issues": [_listed(issue, table) for issue in reading.issues],
        "unlisted": reading.issue_count - len(reading.issues),
        "changes": [_listed_change(change) for change in changes],
    }
    try:
        return run_child("mark", content, {**job, "rebuild": False}, limits)
    except Unreadable:
        return run_child("mark", content, {**job, "rebuild": True}, limits)


def _marks(reading: Reading) -> Iterator[tuple[int, int, int, str, str]]:
    """(worksheet from 0, row, column from 1, comment, severity) of each cell that has issues.

    What is at fault with a whole row stands in its first cell; column 0 leaves it to the child to
    find the first that is filled.
    """
    rows = {row.key: row for row in reading.rows}
    by_cell: dict[tuple[int, int, int], list[Issue]] = defaultdict(list)
    for issue in reading.issues:
        row = rows.get(issue.key)
        cell = _row_cell(reading, row, issue) if row else _place_of(reading, issue)
        if cell:
            by_cell[cell].append(issue)
    for cell, issues in by_cell.items():
        severe = any(issue.severity == "error" for issue in issues)
        comment = "\n".join(dict.fromkeys(issue.message for issue in issues))
        yield *cell, comment, "error" if severe else "warning"


def _row_cell(reading: Reading, row: Row, issue: Issue) -> tuple[int, int, int] | None:
    """Where an issue of somebody's row stands; in a column that the file lacks, at the row."""
    if cell := _cell(reading, row, issue.column):
        return cell
    return (reading.tables[row.table].sheet, row.number, 0) if row.number else None


def _place_of(reading: Reading, issue: Issue) -> tuple[int, int, int] | None:
    """Where an issue of the file itself stands: a total, a heading, a line that is nobody's."""
    sheet = next((one for one in reading.account.sheets if one.name == issue.sheet), None)
    if sheet is None or not issue.row:
        return None
    for column in sheet.columns:
        if issue.column and column.column == issue.column:
            return sheet.index, issue.row, column.index + 1
    for column in sheet.columns:
        if issue.value and column.heading == issue.value and column.top == issue.row:
            return sheet.index, issue.row, column.index + 1
    return sheet.index, issue.row, 0


def _edits(reading: Reading) -> Iterator[tuple[int, int, int, Any]]:
    """(worksheet from 0, row, column from 1, value) of each mended cell: clean where it is, as
    typed where not."""
    rows = {row.key: row for row in reading.rows}
    for (key, column), text in reading.edits.items():
        row = rows.get(key)
        if row and (cell := _cell(reading, row, column)):
            clean = row[column]
            yield *cell, text if clean is None else clean


def _cell(reading: Reading, row: Row, column: str) -> tuple[int, int, int] | None:
    """Where in the file a row's column stands: worksheet from 0, row and column from 1."""
    read = reading.tables[row.table]
    place = read.places.get(column)
    if place is None or not row.number:
        return None
    line, index = place
    return read.sheet, row.number + line, index + 1


def _listed(issue: Issue, table: Table) -> tuple[str, int, str, str, str, str]:
    """One line of 问题清单."""
    severity = "错误" if issue.severity == "error" else "提醒"
    return (
        issue.sheet,
        issue.row,
        table.label(issue.column),
        issue.value,
        severity,
        issue.message,
    )


def _listed_change(change: Change) -> tuple[str, int, str, str, str]:
    """One line of 改动清单."""
    what = {"cell": change.label, "added": "新增的行", "removed": "删去的行"}[change.kind]
    before = "—" if change.kind == "added" else change.before or "（空）"
    after = "不入库" if change.kind == "removed" else change.after or "（空）"
    return change.row.sheet, change.row.number, what, before, after
