"""Headings as people write them, brought to a form in which the same ones are equal."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from core.fields import as_text

_BRACKETS = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
_BRACKETED = re.compile(r"[(（\[［【〔{<《][^)）\]］】〕}>》]*[)）\]］】〕}>》]")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Site offices put the Uyghur or English word beside the Chinese one.
_OTHER_SCRIPTS = re.compile(r"[a-z\u0400-\u04ff\u0600-\u077f\ufb50-\ufdff\ufe70-\ufefc]+", re.I)
_CLUTTER = re.compile(r"[\W_]+")
_WHOSE = re.compile(
    r"^(?:农民工|务工人员|施工人员|作业人员|劳务人员|民工|工人|员工|职工|本人|个人)(?=.)"
)
_FILLER = re.compile(r"(?:项目|部分|情况|明细|信息)$")
_SUM = re.compile(r"^(?:小计|总计)$")
_UNIT = re.compile(r"(?<=..)(?:人民币)?[元天]$")
# 本月应发金额 is 应发; what is left has two characters at least, so that 金额 and 数 stay.
_THIS_MONTH = re.compile(r"^(?:本月|当月|本期|当期|本次)(?=..)")
_AMOUNT = re.compile(r"(?<=..)(?:金额|总额|数额|总数|额|数)$")
# Not this month's, or not a worker's alone: what stands under such a group is no column of ours.
_ELSEWHERE = re.compile(r"上月|上期|上年|去年|往年|往月|累计|历史|计划|预算|全年|年度|欠付|未付")
_DAY = re.compile(r"(?:(?:\d{4}[年/.-])?\d{1,2}[月/.-])?0?([1-9]|[12]\d|3[01])[日号]?")


def heading_text(cell: Any) -> str:
    """A heading's cell as shown to people; a date of an attendance grid as its day.

    A slash in brackets, 单价（元/工日）, parts nothing: it is written ／.
    """
    if isinstance(cell, date):
        return f"{cell.day}日"
    if cell in ("", None):
        return ""
    text = " ".join(as_text(cell).split())
    return _BRACKETED.sub(lambda inner: inner[0].replace("/", "／"), text) if "/" in text else text


def normalise(heading: str) -> str:
    """`heading` without width, case, spaces, punctuation and whose it is: 本人 姓名* → 姓名."""
    text = unicodedata.normalize("NFKC", heading)
    day = _DAY.fullmatch(text.strip())
    if day:
        return f"{day[1]}日"
    text = _CLUTTER.sub("", text).lower()
    return _WHOSE.sub("", text)


def _chinese_of(heading: str) -> str:
    """The Chinese of a bilingual heading; one without Chinese stays as it is."""
    if not _HAN.search(heading):
        return heading
    return _OTHER_SCRIPTS.sub("", heading).strip("/ ")


def variants(heading: str) -> Iterator[str]:
    """What `heading` may be meant as, the most literal first.

    实发工资(元) is 实发工资元 and 实发工资; 应发项目/合计 is 应发项目合计 and 应发合计;
    本月应发金额 is 应发.
    """
    heading = _chinese_of(heading)
    group, _, leaf = heading.rpartition("/")
    groups = dict.fromkeys((normalise(group), normalise(group.rpartition("/")[2])))
    without_brackets = _BRACKETS.sub("", unicodedata.normalize("NFKC", leaf))
    for text in dict.fromkeys((leaf, without_brackets)):
        literal = normalise(text)
        if not literal:
            continue
        for above in groups if group else ():
            yield above + literal
            yield _FILLER.sub("", above) + literal
            # The sum of a group, as distinct from a line's.
            yield _FILLER.sub("", above) + _SUM.sub("合计", literal)
        if not group:
            yield literal
            yield _UNIT.sub("", literal)
    if not group and (literal := normalise(without_brackets)):
        yield _bare(literal)


def _bare(literal: str) -> str:
    """A heading without 本月, 金额, 总额, 数 and its unit."""
    return _AMOUNT.sub("", _UNIT.sub("", _THIS_MONTH.sub("", literal)))


def leaf_variants(heading: str) -> Iterator[str]:
    """What the lower part of a two-level heading means by itself; nothing under 上月 or 累计."""
    group, _, leaf = _chinese_of(heading).rpartition("/")
    if group and not _ELSEWHERE.search(group):
        yield from variants(leaf)
