"""Second step: the tables of a worksheet, one below another or side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from core.tabular.choices import Choices
from core.tabular.dating import Month, days_month, heading_month, is_of, title_months
from core.tabular.header import (
    Header,
    Vocabulary,
    filled,
    find_headers,
    header_at,
    side_by_side,
)
from core.tabular.headings import normalise
from core.tabular.mapping import Mapped, map_columns
from core.tabular.sheets import Sheet
from core.tabular.tables import Table

# A further table on the same worksheet has a title of a few lines.
TITLE_LINES = 6


@dataclass(frozen=True)
class Block:
    """One table of a worksheet: its header, its columns from `left` to before `right`, its rows
    from the header to before `end`; `number` counts those side by side.

    `repeats` are the rows of the same header further down. `above` is where the lines begin that
    belong to it over the header: title, particulars. `months` are those that its columns or days
    are of, `other_month` the columns that are of another than the one asked for.
    """

    sheet: Sheet
    header: Header
    number: int
    left: int
    right: int
    above: int
    end: int
    mapping: tuple[Mapped, ...] = ()
    repeats: frozenset[int] = frozenset()
    months: frozenset[Month] = frozenset()
    other_month: frozenset[int] = frozenset()

    @property
    def columns(self) -> set[str]:
        """Our columns that it has."""
        return {m.column for m in self.mapping if m.column}

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Our column → (line of the worker, place from 0)."""
        return {m.column: (m.line, m.index) for m in self.mapping if m.column}

    def is_complete(self, table: Table) -> bool:
        """Whether it has every column that the table must have, and a day where it has days."""
        columns = self.columns
        days = {column.name for column in table.columns if column.name.startswith("day")} - {
            "days",
            "day",
        }
        return table.must_have <= columns and (not days or bool(days & columns))


def find_blocks(
    sheet: Sheet, vocabulary: Vocabulary, choices: Choices, month: date | None
) -> list[Block]:
    """The tables of a worksheet, mapped, from top to bottom and left to right."""
    groups: list[tuple[Header, int, list[Header]]] = []
    for header in _with_rows(sheet, find_headers(sheet, vocabulary)):
        above = _title_begins(sheet, header) if groups else 0
        if (
            groups
            and groups[-1][0].says_the_same(header)
            and not _is_retitled(sheet, header, above, groups[-1])
        ):
            groups[-1][2].append(header)
        else:
            groups.append((header, above, []))
    blocks: list[Block] = []
    for place, (header, above, repeats) in enumerate(groups):
        end = groups[place + 1][0].top if place + 1 < len(groups) else len(sheet.rows)
        lines = frozenset(row for again in repeats for row in range(again.top, again.bottom))
        ranges = side_by_side(header, vocabulary)
        for number, (left, right) in enumerate(ranges):
            right = max(right, sheet.width) if number == len(ranges) - 1 else right
            block = Block(sheet, header, number, left, right, above, end, repeats=lines)
            blocks.append(_map_block(block, vocabulary, choices, month))
    return blocks


def _title_begins(sheet: Sheet, header: Header) -> int:
    """Where the title of a further table begins: lines of little text right above its header."""
    row = header.top
    while row > 0 and header.top - row < TITLE_LINES:
        said = filled(sheet.rows[row - 1])
        if len(said) > 4 or any(not isinstance(cell, str) for cell in said):
            break
        row -= 1
    return row


def _is_retitled(
    sheet: Sheet, header: Header, above: int, group: tuple[Header, int, list[Header]]
) -> bool:
    """Whether a header is repeated under the title of another month."""
    first, first_above, _ = group
    mine, _ = title_months(sheet.rows[above : header.top])
    its, _ = title_months(sheet.rows[first_above : first.top])
    return bool(mine) and mine != its


def _with_rows(sheet: Sheet, headers: Sequence[Header]) -> list[Header]:
    """Those with something below them: what is followed by a fuller header at once was a line of
    particulars."""
    kept = []
    for header, after in zip_longest(headers, headers[1:]):
        between = range(header.bottom, after.top) if after else ()
        if (
            after is None
            or after.score <= header.score
            or any(filled(sheet.rows[row]) for row in between)
        ):
            kept.append(header)
    return kept


def _map_block(block: Block, vocabulary: Vocabulary, choices: Choices, month: date | None) -> Block:
    """The block with its columns mapped as chosen, as remembered, or as its headings say."""
    header, sheet, table = block.header, block.sheet, vocabulary.table
    width = len(header.headings)
    shown = [_in_block(block, n, h) for n, h in enumerate(header.headings)]
    shown += [_in_block(block, n, h) for n, h in enumerate(header.second)]
    months = [heading_month(heading) if month else (None, heading) for heading in shown]
    # Only a month of several, or another than the one asked for, is part of no heading's meaning.
    other = {n for n, (of, _) in enumerate(months) if month and of and not is_of(of, month)}
    headings = ["" if n in other else text for n, (_, text) in enumerate(months)]
    if sheet.hidden_columns and choices.hidden == "skip":
        headings = [
            "" if n % width in sheet.hidden_columns else heading
            for n, heading in enumerate(headings)
        ]
    left_out = {n: None for n, h in enumerate(headings) if normalise(h) in vocabulary.left_out}
    chosen = {
        at: column
        for (index, top, at), column in choices.columns.items()
        if (index, top) == (sheet.index, header.row)
        if block.left <= at < min(block.right, width)
    }
    mapping = map_columns(
        headings,
        table,
        remembered=vocabulary.remembered,
        override={**left_out, **chosen},
        hidden={n for n in range(len(headings)) if n % width in sheet.hidden_columns},
    )
    placed = (
        replace(m, index=m.index % width, line=m.index // width, heading=shown[m.index])
        for m in mapping
    )
    named = {of for of, _ in months if of}
    days = days_month(sheet.rows[header.bottom - 1]) if month else set()
    return replace(
        block,
        mapping=tuple(m for m in placed if block.left <= m.index < block.right),
        months=frozenset(named | days),
        other_month=frozenset(n % width for n in other),
    )


def _in_block(block: Block, column: int, heading: str) -> str:
    return heading if block.left <= column < block.right else ""


def with_choices(vocabulary: Vocabulary, sheets: Sequence[Sheet], choices: Choices) -> Vocabulary:
    """The vocabulary with what was chosen in one table said of the same heading in all."""
    known: dict[str, str] = {}
    left_out: set[str] = set()
    for (index, top, at), column in choices.columns.items():
        header = header_at(sheets[index], top - 1, vocabulary) if index < len(sheets) else None
        heading = header.headings[at] if header and at < len(header.headings) else ""
        if column and heading:
            known[normalise(heading)] = column
        elif heading:
            left_out.add(normalise(heading))
    return Vocabulary(vocabulary.table, {**vocabulary.remembered, **known}, left_out)
