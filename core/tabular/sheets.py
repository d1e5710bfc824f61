"""First step: the worksheets of a file, each a grid with its merges and its hidden parts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.fields import as_text
from core.tabular import wire
from core.tabular.process import LIMITS, Limits, run_child

Cells = Sequence[Any]
#: Top, left, bottom, right, from 0.
Area = tuple[int, int, int, int]

# A hostile workbook merges a million rows by two hundred columns.
MERGED_CELLS = 400_000


@dataclass(frozen=True)
class Sheet:
    """One worksheet. Rows and columns are counted from 0, as everywhere but in what people read.

    ``index`` is its place in the workbook; ``merged`` the areas that show one cell's value.
    """

    index: int
    name: str
    rows: Sequence[Cells]
    visible: bool = True
    hidden_rows: Collection[int] = frozenset()
    hidden_columns: Collection[int] = frozenset()
    merged: Sequence[Area] = field(default=(), repr=False)

    @cached_property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    @cached_property
    def shown_by(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """Each cell that a merge covers → the cell whose value it shows."""
        covered: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in self.merged:
            rows = range(top, min(bottom + 1, len(self.rows)))
            columns = range(left, min(right + 1, self.width))
            if len(covered) + len(rows) * len(columns) > MERGED_CELLS:
                break
            covered |= {(r, c): (top, left) for r in rows for c in columns}
            covered.pop((top, left), None)
        return covered

    def cell(self, row: int, column: int) -> Any:
        """What stands in a cell itself; "" beyond the grid."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else ""

    def text(self, row: int, column: int) -> str:
        """The cell as a person would type it."""
        return as_text(self.cell(row, column))


def column_letter(index: int) -> str:
    """How spreadsheet programs call a column counted from 0: A, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheets(content: bytes, *, limits: Limits = LIMITS) -> list[Sheet]:
    """All worksheets of a file, in their order.

    :raises Unreadable: with a sentence for the sender.
    """
    return [
        Sheet(
            index,
            sheet["name"],
            sheet["rows"],
            sheet["visible"],
            frozenset(sheet["hidden_rows"]),
            frozenset(sheet["hidden_columns"]),
            [tuple(area) for area in sheet["merged"]],
        )
        for index, sheet in enumerate(wire.loads(run_child("read", content, {}, limits)))
    ]
