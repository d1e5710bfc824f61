"""The sender's own workbook back, with what is wrong marked where it stands."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.tabular.errors import Unreadable
from core.tabular.process import Limits, run_child
from core.tabular.reading import Reading
from core.tabular.tables import Issue, Row, Table

# Writing keeps the whole styled workbook in memory, reading did not.
MARK_LIMITS = Limits(seconds=60, memory=3 << 30)


def mark_copy(
    content: bytes, reading: Reading, table: Table, *, limits: Limits = MARK_LIMITS
) -> bytes:
    """`content` as xlsx with faulty cells filled and commented, mended cells as mended, and a
    sheet 问题清单 in front.

    An xlsx keeps its layout; of other formats, and of an xlsx too odd to be written again, the
    values come back. Formulas come back as the values they had. The sender's own cells are in
    full: handing the copy out is for the caller to audit.

    :raises Unreadable: where the file cannot be opened within `limits`.
    """
    job = {
        "marks": list(_marks(reading)),
        "edits": list(_edits(reading)),
        "issues": [_listed(issue, table) for issue in reading.issues],
        "unlisted": reading.issue_count - len(reading.issues),
    }
    try:
        return run_child("mark", content, {**job, "rebuild": False}, limits)
    except Unreadable:
        return run_child("mark", content, {**job, "rebuild": True}, limits)


def _marks(reading: Reading) -> Iterator[tuple[int, int, int, str, str]]:
    """(worksheet from 0, row, column from 1, comment, severity) of each cell that has issues."""
    rows = {row.key: row for row in reading.rows}
    by_cell: dict[tuple[int, int, int], list[Issue]] = defaultdict(list)
    for issue in reading.issues:
        row = rows.get(issue.key)
        if row and (cell := _cell(reading, row, issue.column)):
            by_cell[cell].append(issue)
    for cell, issues in by_cell.items():
        severe = any(issue.severity == "error" for issue in issues)
        comment = "\n".join(issue.message for issue in issues)
        yield *cell, comment, "error" if severe else "warning"


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
