"""Where in a sheet the table is: its header, and which of the lines below are data."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.fields import as_text
from core.formula_cells import WITHOUT_VALUE
from core.tabular.headings import heading_text, leaf_variants, variants
from core.tabular.mapping import alias_table
from core.tabular.tables import Table

Cells = Sequence[Any]

# Title, particulars and blank lines above a header.
HEADER_WITHIN = 60
LEVELS = 3
DAY = re.compile(r"day\d+")
GROUP = re.compile(
    r".{0,4}(?:基本|个人|人员|工人|工资|出勤|考勤|应发|实发|应扣|扣除|扣款|发放|支付|银行|账户|社保|其他)"
    r".{0,4}"
)
# An identity, wrong ones too, is long; 30人 beside 合计 and the date of a signature are not.
IDENTITY = re.compile(r"(?:[^:：\d]*\d){9}")
SUMMARY = re.compile(r"(?:合计|小计|总计|共计|累计|大写)")
NOTE = re.compile(
    r"^(?:说明|备注|注[:： ]|注意|制表|制单|编制|填表|填报|审核|复核|审批|审定|批准|经办|日期|签字"
    r"|签章|盖章|班组长|项目经理|项目负责人|劳资|财务|单位负责人|总包单位|分包单位|施工单位|建设单位|监理"
    r"|以上|本表|声明|承诺|第.{1,5}页|共.{1,5}页|人民币)"
)


@dataclass(frozen=True)
class Header:
    """A header of `depth` rows from `top` (from 0), with one heading for each column; those of
    two levels read `group/heading`. `score` counts the columns of ours that it names."""

    top: int
    depth: int
    headings: tuple[str, ...]
    score: int

    @property
    def row(self) -> int:
        """The header's first row as the sender sees it."""
        return self.top + 1


def locate(rows: Sequence[Cells], table: Table, remembered: Collection[str] = ()) -> Header | None:
    """The header that names most of our columns, the first of equals; None if there is none.

    `remembered` are normalised headings that this sender used before.
    """
    known = {*alias_table(table), *remembered}
    best: Header | None = None
    for top in range(min(len(rows), HEADER_WITHIN)):
        header = _header_at(rows, top, known)
        if header.score >= 2 and (best is None or header.score > best.score):
            best = header
    return best


def _header_at(rows: Sequence[Cells], top: int, known: set[str]) -> Header:
    headings = [heading_text(cell) for cell in rows[top]]
    header = Header(top, 1, tuple(headings), _score(headings, known))
    groups_only = header.score < 2
    if groups_only and not _are_groups(headings):
        return header
    for depth in range(2, LEVELS + 1):
        below = top + depth - 1
        if below >= len(rows) or not _is_lower_level(headings, rows[below], groups_only):
            break
        groups_only = False
        headings = _combine(headings, rows[below])
        score = _score(headings, known)
        if score >= header.score:
            header = Header(top, depth, tuple(headings), score)
    return header


def _are_groups(headings: Sequence[str]) -> bool:
    """Whether a line that names no column is the upper level of a header, as a title or
    particulars (总包单位:…) are not."""
    texts = [text for text in headings if text]
    return len(texts) > 1 and all(GROUP.fullmatch(text) for text in texts)


def _score(headings: Sequence[str], known: set[str]) -> int:
    """How many headings are known; bare day numbers alone are no header but data."""
    hits = {text for h in headings if (text := _first_known(h, known))}
    days = {text for text in hits if re.fullmatch(r"\d+日", text)}
    return len(hits) if len(hits) > len(days) else 0


def _first_known(heading: str, known: set[str]) -> str | None:
    texts = (*variants(heading), *leaf_variants(heading))
    return next((text for text in texts if text in known), None)


def _is_lower_level(upper: Sequence[str], below: Cells, groups_only: bool) -> bool:
    """Whether `below` only subdivides headings of `upper`.

    Under a heading that stands alone there is nothing, for it is merged downwards; a heading
    that is divided is blank to its right. `groups_only`: no heading stands alone.
    """
    texts = [heading_text(cell) for cell in below]
    if not any(texts):
        return False
    divided = 0
    for index, text in enumerate(texts):
        if not text:
            continue
        if groups_only or index >= len(upper) or not upper[index]:
            divided += 1
        else:
            after = upper[index + 1] if index + 1 < len(upper) else ""
            if after or not any(texts[index + 1 : index + 2]):
                return False
    return divided > 0


def _combine(upper: Sequence[str], below: Cells) -> list[str]:
    """`upper` with the lower headings hung under their groups."""
    lower = [heading_text(cell) for cell in below]
    width = max(len(upper), len(lower))
    combined, group = [], ""
    for index in range(width):
        above = upper[index] if index < len(upper) else ""
        under = lower[index] if index < len(lower) else ""
        group = above or (group if under else "")
        combined.append(f"{group}/{under}" if group and under else group or under)
    return combined


def data_rows(
    rows: Sequence[Cells], header: Header, places: dict[str, int], table: Table
) -> Iterator[tuple[int, Cells]]:
    """(row number as the sender sees it, cells) of each line of data below the header.

    `places` says where each of our columns stands. Subtotals, signatures, notes, blank lines and
    headers repeated on each page are not data. A line that could be either is, so that its faults
    are shown rather than its worker lost.
    """
    lines = rows[header.top : header.top + header.depth]
    identity = [places[name] for name in table.identity if name in places]
    mapped = sorted(places.values())
    for index in range(header.top + header.depth, len(rows)):
        cells = rows[index]
        named = any(_identifies(cells, place, lines) for place in identity)
        if named or (_is_faulty_data(cells, mapped) and not _repeats(cells, lines)):
            yield index + 1, cells


def _identifies(cells: Cells, place: int, header: Sequence[Cells]) -> bool:
    """Whether a cell holds a number, be it a wrong one, and neither 班组长: of a signature line
    nor the heading once more."""
    if place >= len(cells) or IDENTITY.match(as_text(cells[place])) is None:
        return False
    return all(place >= len(line) or cells[place] != line[place] for line in header)


def _repeats(cells: Cells, header: Sequence[Cells]) -> bool:
    """Whether a line is one of the header's once more, as on the next printed page."""
    filled = sum(cell not in (None, "") for cell in cells)
    return any(
        sum(a == b for a, b in zip(cells, line, strict=False) if a not in (None, "")) * 2 > filled
        for line in header
    )


def _is_faulty_data(cells: Cells, mapped: Sequence[int]) -> bool:
    """Whether a line that names no worker is one all the same, rather than a sum or a note."""
    texts = [as_text(cell) for cell in cells]
    filled = [text for text in texts if text]
    if len(filled) < 2 or any(SUMMARY.search(text.replace(" ", "")) for text in filled[:3]):
        return False
    if NOTE.match(filled[0]) or filled[0].endswith((":", "：")):
        return False
    ours = [texts[place] for place in mapped if place < len(texts) and texts[place]]
    # Zeros, or formulas that were drawn down over lines without a worker, say nothing.
    return any(text not in WITHOUT_VALUE and text.strip("0. ¥,-") for text in ours)
