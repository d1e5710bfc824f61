"""Months: a wage month is the date of its first day."""

import calendar
import re
from datetime import date

_MONTH = re.compile(r"([1-9]\d{3})-(0[1-9]|1[0-2])", re.ASCII)
_TYPED = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)", re.ASCII)


def first_day(day: date) -> date:
    """The month that a day lies in."""
    return date(day.year, day.month, 1)


def parse_month(text: str) -> date:
    """ "2026-09" as a month.

    :raises ValueError: anything else.
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        raise ValueError("月份应写成“2026-09”的样子。")
    return date(int(match[1]), int(match[2]), 1)


def typed_month(text: str) -> date:
    """A month as people type it: 2026-09, 2026.9, 2026/9, 202609, 2026年9月.

    :raises ValueError: anything else.
    """
    found = _TYPED.fullmatch(text.strip()) or _COMPACT.fullmatch(text.strip())
    return parse_month(f"{found[1]}-{found[2]:0>2}" if found else text)


def month_code(month: date) -> str:
    """A month as addresses and files write it: "2026-09"."""
    return f"{month:%Y-%m}"


def month_label(month: date) -> str:
    """A month as people read it: "2026年9月"."""
    return f"{month.year}年{month.month}月"


def shift_month(month: date, count: int) -> date:
    """The month that lies ``count`` months later (earlier when negative)."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def days_in(month: date) -> int:
    """How many days a month has."""
    return calendar.monthrange(month.year, month.month)[1]


def clamp_day(month: date, day: int) -> date:
    """Day 1 to 31 of a month, cut to the month's last day."""
    return month.replace(day=min(day, days_in(month)))
