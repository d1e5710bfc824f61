"""Changes that people make to a reading on the page: made, listed, taken back.

A :class:`Reading` keeps the way back of its last :data:`STEPS` changes, so that undoing needs no
browser and works the next day too.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.fields import NameField, as_text
from core.tabular.reading import Changes, Reading, edit_rows
from core.tabular.tables import Column, Row, Table
from core.tabular.workerrows import ADDED

#: How many changes can be taken back, and how many cells one of them may have.
STEPS = 50
CELLS = 20_000
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what was changed: a cell, a row taken out, or a row added.

    ``before`` and ``after`` are masked where the column is.
    """

    kind: str
    row: Row
    column: str = ""
    label: str = ""
    before: str = ""
    after: str = ""


def change_rows(reading: Reading, table: Table, changes: Changes) -> Reading:
    """`reading` changed, with the way back; to be checked anew.

    :raises KeyError: a change names a row or column that is not there.
    """
    known = {row.key: row for row in [*reading.rows, *reading.removed.values()]}
    before = {
        (key, column): as_text(known[key].raw.get(column, ""))
        for key, column in changes.cells
        if key in known
    }
    changed = edit_rows(reading, table, changes)
    new = [row.key for row in changed.rows if row.key not in known]
    step = {
        "cells": [[*place, text] for place, text in before.items()],
        "removed": [*(key for key in changes.restored if key in reading.removed), *new],
        "restored": [key for key in changes.removed if key not in reading.removed],
    }
    return replace(changed, past=[*reading.past, step][-STEPS:])


def undo_change(reading: Reading, table: Table) -> Reading:
    """`reading` as it was before the last change that can be taken back; to be checked anew."""
    if not reading.past:
        return reading
    *past, step = reading.past
    back = Changes(
        cells={(key, column): text for key, column, text in step["cells"]},
        removed=step["removed"],
        restored=step["restored"],
    )
    return replace(edit_rows(reading, table, back), past=past)


def read_block(text: str) -> list[list[str]]:
    """The cells of a block that was copied in a spreadsheet program: tabs, lines, quotes."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    return [[cell.strip()[:LONGEST] for cell in line] for line in lines]


def paste_block(
    reading: Reading, block: Sequence[Sequence[str]], keys: Sequence[int], columns: Sequence[str]
) -> Changes:
    """A block from its upper left cell on: down `keys`, right through `columns`.

    Rows beyond the last of `keys` are added; cells beyond the last column are left out.
    """
    last = max((key for key in _keys(reading) if key >= ADDED), default=ADDED - 1)
    more = max(0, len(block) - len(keys))
    keys = [*keys, *range(last + 1, last + 1 + more)]
    cells = {
        (key, column): text
        for key, line in zip(keys, block, strict=False)
        for column, text in zip(columns, line, strict=False)
    }
    return Changes(cells, added=more)


def list_changes(reading: Reading, table: Table) -> Iterator[Change]:
    """What was changed on the page, in the order of the rows."""
    by_row: dict[int, list[str]] = {}
    for key, column in reading.edits:
        by_row.setdefault(key, []).append(column)
    for row in all_rows(reading):
        is_removed = row.key in reading.removed
        if row.key >= ADDED:
            if not is_removed:
                yield Change("added", row, after=_summary(row, table))
            continue
        if is_removed:
            yield Change("removed", row, before=_summary(row, table))
        for column in by_row.get(row.key, ()):
            place = table.by_name[column]
            before = reading.originals.get((row.key, column), "")
            yield Change(
                "cell",
                row,
                column,
                place.label,
                place.masked(before),
                place.masked(row.raw.get(column)),
            )


def all_rows(reading: Reading) -> list[Row]:
    """The rows as they stand in the file, those taken out among them; added ones come last."""
    rows = [*reading.rows, *reading.removed.values()]
    return sorted(rows, key=lambda row: (row.key >= ADDED, row.table, row.key))


def columns_read(reading: Reading, table: Table) -> list[Column]:
    """The columns that the file has, in our order."""
    read = {name for part in reading.tables for name in part.places}
    return [column for column in table.columns if column.name in read]


def _summary(row: Row, table: Table) -> str:
    """A whole row in a few words: its cells, masked, without the name."""
    named = ((table.by_name[name], raw) for name, raw in row.raw.items() if as_text(raw))
    cells: list[Any] = [c.masked(raw) for c, raw in named if not isinstance(c.field, NameField)]
    return " ".join(cells)[:200]


def _keys(reading: Reading) -> Iterator[int]:
    yield from (row.key for row in reading.rows)
    yield from reading.removed
