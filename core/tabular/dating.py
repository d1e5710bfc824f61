"""Which months a file says it is of: in its title, its headings, its worksheets' and its own name.

A month is (year or None, month 1 to 12).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from core.fields import as_text
from core.tabular.sheets import Cells

Month = tuple[int | None, int]

_CHINESE = {
    name: number
    for number, name in enumerate(
        ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1
    )
}
_NUMBER = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"(?:(?P<year>(?:20)?\d\d)\s*年度?\s*)?"
# 9月, 2026年9月份, 九月; not 9月3日, unless a whole month is meant: 9月1日至9月30日.
_SPOKEN = re.compile(
    rf"(?<![\d一二三四五六七八九十]){_YEAR}(?P<month>{_NUMBER})\s*月(?!\s*\d{{1,2}}\s*[日号]|个)份?"
)
_PERIOD = re.compile(
    rf"(?<!\d){_YEAR}(?P<month>{_NUMBER})\s*月\s*0?1\s*[日号]?\s*[-—~～至到]+\s*"
    rf"(?:(?:20)?\d\d\s*年\s*)?(?P<until>{_NUMBER})\s*月\s*(?:28|29|30|31)\s*[日号]?"
)
_RANGE = re.compile(
    rf"(?<![\d.]){_YEAR}(?P<month>{_NUMBER})\s*月?\s*[-—~～至到、]\s*(?P<until>{_NUMBER})\s*月(?!\s*\d)"
)
_WRITTEN = re.compile(
    r"(?<!\d)(?P<year>20\d\d)\s*[-./_年]\s*(?P<month>1[0-2]|0?[1-9])(?![\d]|\s*[-./月]\s*\d)"
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>1[0-2]|0[1-9])(?!\d)")
# When the sheet was made, paid out, or the firm's contract signed is no month of wages.
_OTHER_DATE = re.compile(
    r"(?:发放日|发放时|支付日|付款日|制表|填表|填报|编制|制单|打印|导出|审核|审批|签字|开工|竣工|合同|签订|进场|生成|更新)"
    r"[^:：]{0,6}(?:[:：]|日期|时间|期|间)[^;；，,]*"
)
# The heading of a column of one month among several: 9月/应发, 8月份实发.
_HEADS = re.compile(rf"^{_YEAR}(?P<month>{_NUMBER})\s*月(?:份)?(?!\s*\d)")


def months_in(text: str) -> tuple[set[Month], bool]:
    """The months that a text names, and whether it is of several at once, 7-9月."""
    text = _OTHER_DATE.sub(" ", unicodedata.normalize("NFKC", text))
    named: set[Month] = set()
    several = False
    for pattern in (_PERIOD, _RANGE):
        for match in pattern.finditer(text):
            first, last = _number(match["month"]), _number(match["until"])
            several |= first != last
            named |= {(_year(match["year"]), month) for month in range(first, last + 1)}
        text = pattern.sub(" ", text)
    for pattern in (_SPOKEN, _WRITTEN, _COMPACT):
        named |= {(_year(m["year"]), _number(m["month"])) for m in pattern.finditer(text)}
        text = pattern.sub(" ", text)
    return named, several


def is_of(month: Month, asked: date) -> bool:
    """Whether a month that was named is the one asked for; one without a year may be."""
    return month[1] == asked.month and month[0] in (None, asked.year)


def heading_month(heading: str) -> tuple[Month | None, str]:
    """The month that a column's heading puts it in, and the heading without it."""
    kept, found = [], None
    for part in heading.split("/"):
        match = _HEADS.match(unicodedata.normalize("NFKC", part).strip())
        if match:
            found = _year(match["year"]), _number(match["month"])
            part = unicodedata.normalize("NFKC", part).strip()[match.end() :]
        if part:
            kept.append(part)
    return found, "/".join(kept)


def title_months(lines: Iterable[Cells]) -> tuple[set[Month], bool]:
    """The months of the lines above a header."""
    named: set[Month] = set()
    several = False
    for cells in lines:
        for cell in cells:
            if isinstance(cell, str) and cell:
                months, many = months_in(as_text(cell))
                named, several = named | months, several or many
    return named, several


def days_month(cells: Sequence[object]) -> set[Month]:
    """The months that the dates over an attendance grid lie in."""
    return {(cell.year, cell.month) for cell in cells if isinstance(cell, date)}


def month_label(month: Month) -> str:
    """2026年9月, 9月."""
    year, number = month
    return f"{year}年{number}月" if year else f"{number}月"


def _number(text: str) -> int:
    return _CHINESE.get(text) or int(text)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)
