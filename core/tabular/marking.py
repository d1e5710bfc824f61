"""The sender's own workbook back, with what is wrong marked where it stands."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.tabular.errors import Unreadable
from core.tabular.process import Limits, run_child
from core.tabular.reading import Reading
from core.tabular.tables import Issue, Table

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
        "sheet": reading.sheet,
        "marks": list(_marks(reading)),
        "edits": list(_edits(reading)),
        "issues": [_listed(issue, table) for issue in reading.issues],
        "unlisted": reading.issue_count - len(reading.issues),
    }
    try:
        return run_child("mark", content, {**job, "rebuild": False}, limits)
    except Unreadable:
        return run_child("mark", content, {**job, "rebuild": True}, limits)


def _marks(reading: Reading) -> Iterator[tuple[int, int, str, str]]:
    """(row, column from 1, comment, severity) of each cell that has issues."""
    places = {m.column: m.index + 1 for m in reading.mapping if m.column}
    by_cell: dict[tuple[int, int], list[Issue]] = defaultdict(list)
    for issue in reading.issues:
        if issue.column in places:
            by_cell[issue.row, places[issue.column]].append(issue)
    for (row, column), issues in by_cell.items():
        severe = any(issue.severity == "error" for issue in issues)
        comment = "\n".join(issue.message for issue in issues)
        yield row, column, comment, "error" if severe else "warning"


def _edits(reading: Reading) -> Iterator[tuple[int, int, Any]]:
    """(row, column from 1, value) of each mended cell: clean where it is, as typed where not."""
    places = {m.column: m.index + 1 for m in reading.mapping if m.column}
    rows = {row.number: row for row in reading.rows}
    for (number, column), text in reading.edits.items():
        clean = rows[number][column]
        yield number, places[column], text if clean is None else clean


def _listed(issue: Issue, table: Table) -> tuple[int, str, str, str, str]:
    """One line of 问题清单."""
    severity = "错误" if issue.severity == "error" else "提醒"
    return issue.row, table.label(issue.column), issue.value, severity, issue.message
