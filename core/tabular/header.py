"""Third step: the header of a table, on one to four rows, and where one stands beside another."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.tabular.headings import heading_text, leaf_variants, normalise, variants
from core.tabular.sheets import Cells, Sheet
from core.tabular.tables import Table

LEVELS = 4
# A group's heading is short; a title or particulars are not.
GROUP_LENGTH = 12
GROUP = re.compile(
    r".{0,4}(?:基本|个人|人员|工人|工资|出勤|考勤|应发|实发|应扣|扣除|扣款|发放|支付|银行|账户|社保|其他)"
    r".{0,4}"
)
# An identity, wrong ones too, is long; 30人 beside 合计 and the date of a signature are not.
IDENTITY = re.compile(r"(?:[^:：\d]*\d){9}")
_DAY = re.compile(r"day\d+")
_LABEL = re.compile(r"[^（(]+[:：]")


@dataclass(frozen=True)
class Header:
    """A header of `depth` rows from `top` (from 0), with one heading for each column; those of
    several levels read `group/heading`. `second` are the headings of each worker's second line.
    `score` counts the columns of ours that it names."""

    top: int
    depth: int
    headings: tuple[str, ...]
    score: int
    second: tuple[str, ...] = ()

    @property
    def row(self) -> int:
        """The header's first row as the sender sees it."""
        return self.top + 1

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.depth

    def says_the_same(self, other: "Header") -> bool:
        """Whether `other` is this one once more, as on the next printed page."""
        mine, its = ([normalise(h) for h in one.headings] for one in (self, other))
        filled = sum(map(bool, mine))
        same = sum(a == b != "" for a, b in zip(mine, its, strict=False))
        return same == filled == sum(map(bool, its))


class Vocabulary:
    """The headings that a table's columns are known by, those that this sender used before, and
    those that the sender leaves out (all normalised)."""

    def __init__(
        self, table: Table, remembered: Mapping[str, str], left_out: Collection[str] = ()
    ) -> None:
        self.table = table
        self.left_out = left_out
        self.remembered = {h: c for h, c in remembered.items() if c in table.by_name}
        self._seen: dict[str, str | None] = {}

    def column(self, heading: str) -> str | None:
        """Which of our columns a heading names, if any."""
        if heading not in self._seen:
            self._seen[heading] = self._find(heading)
        return self._seen[heading]

    def _find(self, heading: str) -> str | None:
        if not heading or len(heading) > 60 or _LABEL.match(heading):
            return None
        if known := self.remembered.get(normalise(heading)):
            return known
        aliases = self.table.aliases
        texts = (*variants(heading), *leaf_variants(heading))
        return next((aliases[text][1] for text in texts if text in aliases), None)

    def score(self, headings: Sequence[str]) -> int:
        """How many columns are named; bare day numbers alone are no header but data."""
        named = {column for h in headings if (column := self.column(h))}
        days = {column for column in named if _DAY.fullmatch(column)}
        return len(named) if len(named) > len(days) else 0


def find_headers(sheet: Sheet, vocabulary: Vocabulary) -> list[Header]:
    """Every header of a worksheet from top to bottom, repeated ones too."""
    found, row = [], 0
    while row < len(sheet.rows):
        header = header_at(sheet, row, vocabulary)
        if header is None:
            row += 1
            continue
        # Particulars above it may name two of our columns by chance, 项目 … 班组.
        for below in range(row + 1, header.bottom + 1):
            other = header_at(sheet, below, vocabulary)
            if other and other.score > header.score:
                header = other
        found.append(header)
        row = header.bottom
    return found


def header_at(sheet: Sheet, top: int, vocabulary: Vocabulary) -> Header | None:
    """The header whose first row is `top`, as deep as names most of our columns."""
    if top >= len(sheet.rows) or _is_data(sheet.rows[top]):
        return None
    levels = [_texts(sheet.rows[top])]
    if sum(map(bool, levels[0])) < 2:
        return None
    score = vocabulary.score(levels[0])
    best = Header(top, 1, tuple(levels[0]), score) if score >= 2 else None
    if best is None and not _are_groups(sheet, top, levels[0]):
        return None
    for below in range(top + 1, min(top + LEVELS, len(sheet.rows))):
        texts = _texts(sheet.rows[below])
        if _is_data(sheet.rows[below]) or not _subdivides(sheet, top, levels, texts, not best):
            break
        levels.append(texts)
        headings = _combine(sheet, top, levels)
        score = vocabulary.score(headings)
        if score >= 2 and (best is None or score >= best.score):
            best = Header(top, len(levels), tuple(headings), score)
    return _with_second_line(sheet, best, vocabulary) if best and best.depth == 1 else best


def _is_data(cells: Cells) -> bool:
    """Whether a line holds an ID, card or phone number, which no header does."""
    return any(
        IDENTITY.match(cell) is not None
        if isinstance(cell, str)
        else isinstance(cell, (int, float)) and abs(cell) >= 10**8
        for cell in cells
        if cell not in ("", None)
    )


def _texts(cells: Cells) -> list[str]:
    return [heading_text(cell) for cell in cells]


def _are_groups(sheet: Sheet, row: int, texts: Sequence[str]) -> bool:
    """Whether a line that names no column is the upper level of a header, as a title or
    particulars (总包单位:…) are not."""
    places = [column for column, text in enumerate(texts) if text]
    words = {texts[column] for column in places}
    if len(words) < 2 or any(len(word) > GROUP_LENGTH or _LABEL.match(word) for word in words):
        return False
    return all(
        GROUP.fullmatch(texts[column])
        or 1 < _span(sheet, row, column) < sheet.width * 0.7
        or (row + 1, column) in sheet.shown_by
        for column in places
    )


def _span(sheet: Sheet, row: int, column: int) -> int:
    """How many columns a cell is merged across."""
    width = 1
    while sheet.shown_by.get((row, column + width)) == (row, column):
        width += 1
    return width


def _subdivides(
    sheet: Sheet, top: int, levels: Sequence[Sequence[str]], texts: Sequence[str], groups_only: bool
) -> bool:
    """Whether a line only subdivides the headings above it.

    Under a heading that stands alone there is nothing, for it is merged downwards; a heading that
    is divided is merged across, or blank to its right. `groups_only`: no heading stands alone.
    """
    filled = [column for column, text in enumerate(texts) if text]
    if not filled:
        return False
    for column in filled:
        level = next(
            (n for n in reversed(range(len(levels))) if _at(levels[n], column)),
            None,
        )
        if groups_only or level is None or _span(sheet, top + level, column) > 1:
            continue
        below = _blank_to_the_right(levels[level:], column, len(texts))
        if not any(_at(texts, other) for other in below):
            return False
    return True


def _blank_to_the_right(levels: Sequence[Sequence[str]], column: int, width: int) -> Iterator[int]:
    """The columns that a heading may reach over: up to the next one beside or below it."""
    for other in range(column + 1, width):
        if any(_at(level, other) for level in levels[:1]) or (
            other == column + 1 and any(_at(level, other) for level in levels)
        ):
            return
        yield other


def _at(texts: Sequence[str], column: int) -> str:
    return texts[column] if column < len(texts) else ""


def _combine(sheet: Sheet, top: int, levels: Sequence[Sequence[str]]) -> list[str]:
    """One heading for each column: the headings above it, from the top, joined by slashes."""
    combined = []
    for column in range(max(map(len, levels))):
        path: list[str] = []
        for level in range(len(levels)):
            text = _at(levels[level], column) or _group_of(sheet, top, levels, level, column)
            if text and text not in path:
                path.append(text)
        combined.append("/".join(path))
    return combined


def _group_of(
    sheet: Sheet, top: int, levels: Sequence[Sequence[str]], level: int, column: int
) -> str:
    """The heading of a level that reaches over a column from the left."""
    if anchor := sheet.shown_by.get((top + level, column)):
        return _at(levels[level], anchor[1]) if anchor[0] == top + level else ""
    if not any(_at(lower, column) for lower in levels[level + 1 :]):
        return ""
    for left in range(column - 1, -1, -1):
        if any(_at(levels[upper], left + 1) for upper in range(level)):
            return ""
        if text := _at(levels[level], left):
            divided = any(_at(lower, left) for lower in levels[level + 1 :])
            return text if divided or _span(sheet, top + level, left) > 1 else ""
    return ""


def _with_second_line(sheet: Sheet, header: Header, vocabulary: Vocabulary) -> Header:
    """The header of a table that gives each worker two lines: its second row names other columns
    of ours below those of the first."""
    if header.bottom >= len(sheet.rows) or _is_data(sheet.rows[header.bottom]):
        return header
    texts = _texts(sheet.rows[header.bottom])
    first = {column for h in header.headings if (column := vocabulary.column(h))}
    second = {column for h in texts if (column := vocabulary.column(h))}
    needed = vocabulary.table.must_have - first
    if len(second) < 2 or second & first or not needed & second:
        return header
    return replace(header, depth=2, second=tuple(texts), score=header.score + len(second))


def side_by_side(header: Header, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Where each of several blocks beside one another begins and ends; one block where the
    headings do not begin anew: [(0, 8), (8, 16)]."""
    width = len(header.headings)
    leaves = [normalise(heading.rpartition("/")[2]) for heading in header.headings]
    start = next((at for at, leaf in enumerate(leaves) if leaf), 0)
    table = vocabulary.table
    for anchor in (table.columns[0].name, *table.identity):
        places = [n for n, h in enumerate(header.headings) if vocabulary.column(h) == anchor]
        again = [n for n in places if leaves[n] == leaves[places[0]]]
        if len(again) > 1:
            offset = again[0] - start
            starts = [
                place - offset if leaves[place - offset] == leaves[start] else place
                for place in again
            ]
            ends = [*starts[1:], width]
            if all(_is_alike(leaves, starts, n, ends[n]) for n in range(1, len(starts))):
                return [(0, ends[0]), *zip(starts[1:], ends[1:], strict=True)]
    return [(0, width)]


def _is_alike(leaves: Sequence[str], starts: Sequence[int], number: int, end: int) -> bool:
    """Whether a block has most headings of the first one, in whatever order."""
    first = set(filter(None, leaves[starts[0] : starts[1]]))
    block = set(filter(None, leaves[starts[number] : end]))
    return len(first & block) * 5 >= len(first) * 3


def filled(cells: Cells) -> list[Any]:
    """The cells of a line that hold something a person would see."""
    return [
        cell
        for cell in cells
        if cell not in ("", None) and (not isinstance(cell, str) or not cell.isspace())
    ]


def is_blank(cells: Cells) -> bool:
    """Whether a line holds nothing that a person would see."""
    return not any(
        cell not in ("", None) and (not isinstance(cell, str) or not cell.isspace())
        for cell in cells
    )
