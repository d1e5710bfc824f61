"""What the pages of an import send: changes to cells and rows, and choices about the file."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from core.errors import Refused
from core.fields import as_text
from core.tabular.changing import (
    CELLS,
    LONGEST,
    all_rows,
    columns_read,
    paste_block,
    read_block,
)
from core.tabular.choices import Choices
from core.tabular.reading import Changes, Reading
from core.tabular.tables import Table
from core.tabular.workerrows import ADDED

_ROWS_ADDED = 20


class SentChanges:
    """Changes as a form or the grid's script sends them.

    ``cell-<key>-<column>`` what a cell holds now, ``fill-…`` the same where nothing typed means
    nothing changed; ``revert`` (<key>-<column>) the file's own value; ``remove`` and ``restore``
    keys of rows; ``add`` how many; ``paste`` a block from the cell ``at`` (<key>-<column>) on;
    ``undo``; ``shown`` the keys on the page; ``query`` what the page's address asked for.
    """

    def __init__(self, sent: QueryDict) -> None:
        self.sent = sent
        self.query = QueryDict(sent.get("query", "")[:500])
        self.is_undo = "undo" in sent
        self.added = min(_number(sent.get("add", "0")), _ROWS_ADDED)

    def changes(self, reading: Reading, table: Table[Any]) -> Changes:
        """What is to be changed of a reading.

        :raises Refused: more cells at once than can be taken back.
        :raises KeyError: a row or column is named that is not there.
        """
        if "paste" in self.sent:
            return self._pasted(reading, table)
        rows = {row.key: row for row in all_rows(reading)}
        cells = {
            (key, column): text
            for (key, column), text in self._cells(reading)
            if as_text(rows[key].raw[column]) != text
        }
        return Changes(
            cells,
            removed=[_known(key, rows) for key in self.sent.getlist("remove")],
            restored=[_known(key, rows) for key in self.sent.getlist("restore")],
            added=self.added,
        )

    def keys_shown(self, reading: Reading) -> list[int] | None:
        """The rows that the page holds, with those that were just added; None where it does not
        say."""
        if not (shown := self.sent.get("shown", "")):
            return None
        keys = [_number(key) for key in shown.split(",")[:1000]]
        known = max((key for key in keys if key >= ADDED), default=ADDED - 1)
        return keys + [row.key for row in reading.rows if row.key > known]

    def _cells(self, reading: Reading) -> list[tuple[tuple[int, str], str]]:
        cells = []
        for name, value in self.sent.items():
            text = str(value)
            kind, _, place = name.partition("-")
            if kind == "cell" or (kind == "fill" and text.strip()):
                cells.append((_place(place), text.strip()[:LONGEST]))
        for name in self.sent.getlist("revert"):
            cells.append((_place(name), as_text(reading.originals[_place(name)])))
        return cells

    def _pasted(self, reading: Reading, table: Table[Any]) -> Changes:
        block = read_block(str(self.sent["paste"]))
        key, column = _place(self.sent.get("at", ""))
        names = [one.name for one in columns_read(reading, table)]
        if self.query.get("only") == "faulty":
            keys = self.keys_shown(reading) or []
        else:
            keys = [row.key for row in reading.rows]
        if key not in keys or column not in names:
            raise KeyError(key)
        down, right = keys[keys.index(key) :], names[names.index(column) :]
        if sum(map(len, block)) > CELLS:
            raise Refused("upload.too_many_cells", most=CELLS)
        if max(map(len, block), default=0) > len(right):
            raise Refused("upload.paste_too_wide", columns=len(right))
        if self.query.get("only") == "faulty" and len(block) > len(down):
            raise Refused("upload.paste_too_long", rows=len(down))
        return paste_block(reading, block, down, right)


def sent_choices(sent: Mapping[str, str], reading: Reading) -> Choices:
    """What the page says of columns, worksheets and hidden parts, where it says otherwise."""
    columns: dict[tuple[int, int, int], str | None] = {}
    sheets: dict[int, Any] = {}
    for sheet in reading.account.sheets:
        for column in sheet.columns:
            choice = sent.get(f"column-{sheet.index}-{column.top}-{column.index}")
            if choice is not None and choice != (column.column or ""):
                columns[sheet.index, column.top, column.index] = choice or None
        if (use := sent.get(f"sheet-{sheet.index}")) in ("read", "skip"):
            sheets[sheet.index] = use
    hidden = sent.get("hidden", "")
    return Choices(columns, sheets, hidden if hidden in ("read", "skip") else "")  # type: ignore[arg-type]


def _place(text: str) -> tuple[int, str]:
    key, _, column = text.partition("-")
    return _number(key), column


def _known(key: str, rows: Mapping[int, Any]) -> int:
    if _number(key) not in rows:
        raise KeyError(key)
    return _number(key)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 12 else 0
