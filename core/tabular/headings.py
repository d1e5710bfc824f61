"""Headings as people write them, brought to a form in which the same ones are equal."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from core.fields import as_text

_BRACKETS = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
_CLUTTER = re.compile(r"[\W_]+")
_WHOSE = re.compile(
    r"^(?:农民工|务工人员|施工人员|作业人员|劳务人员|民工|工人|员工|职工|本人|个人)(?=.)"
)
_FILLER = re.compile(r"(?:项目|部分|情况|明细|信息)$")
_UNIT = re.compile(r"(?<=..)(?:人民币)?[元天]$")
_DAY = re.compile(r"(?:(?:\d{4}[年/.-])?\d{1,2}[月/.-])?0?([1-9]|[12]\d|3[01])[日号]?")


def heading_text(cell: Any) -> str:
    """A heading's cell as shown to people; a date of an attendance grid as its day."""
    if isinstance(cell, date):
        return f"{cell.day}日"
    return " ".join(as_text(cell).split())


def normalise(heading: str) -> str:
    """`heading` without width, case, spaces, punctuation and whose it is: 本人 姓名* → 姓名."""
    text = unicodedata.normalize("NFKC", heading)
    day = _DAY.fullmatch(text.strip())
    if day:
        return f"{day[1]}日"
    text = _CLUTTER.sub("", text).lower()
    return _WHOSE.sub("", text)


def variants(heading: str) -> Iterator[str]:
    """What `heading` may be meant as, the most literal first.

    实发工资(元) is 实发工资元 and 实发工资; 应发项目/合计 is 应发项目合计 and 应发合计.
    """
    group, _, leaf = heading.rpartition("/")
    groups = dict.fromkeys((normalise(group), normalise(group.rpartition("/")[2])))
    without_brackets = _BRACKETS.sub("", unicodedata.normalize("NFKC", leaf))
    for text in (leaf, without_brackets):
        literal = normalise(text)
        if not literal:
            continue
        for above in groups if group else ():
            yield above + literal
            yield _FILLER.sub("", above) + literal
        if not group:
            yield literal
            yield _UNIT.sub("", literal)


def leaf_variants(heading: str) -> Iterator[str]:
    """What the lower part of a two-level heading means by itself."""
    group, _, leaf = heading.rpartition("/")
    if group:
        yield from variants(leaf)
