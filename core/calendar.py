"""Working days in Xinjiang: national holidays and 调休, and what the region decides on top.

Years that the State Council has announced come from ``chinesecalendar``. Later years are weekends
plus the fixed statutory days and are marked 未公布. A dated ``CalendarDay`` overrides any day.
All functions take plain dates.
"""

import time
from collections.abc import Hashable
from datetime import date, datetime, timedelta
from functools import lru_cache

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays
from django.db import transaction
from lunar_python import Lunar, Solar

from core.models import CalendarDay
from core.months import clamp_day, shift_month

_FIRST_YEAR, _LAST_YEAR = min(holidays).year, max(holidays).year
_ONE = timedelta(days=1)
_WEEKEND = {5: "周六", 6: "周日"}
_FESTIVALS = {
    one.value: {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}.get(one.chinese, one.chinese)
    for one in Holiday
}
#: Overrides are read again after this many seconds: every process learns of a new notice.
_FRESH_SECONDS = 60.0
_overrides: dict[date, tuple[bool, str]] = {}
_read_at: float | None = None


def is_announced(year: int) -> bool:
    """Whether the State Council's holiday notice for the year is known; if not, show 未公布."""
    return _FIRST_YEAR <= year <= _LAST_YEAR


def is_working_day(day: date) -> bool:
    """Whether offices and banks work on this day."""
    if isinstance(day, datetime):
        raise TypeError("The calendar takes dates; a date-time has a zone to lose first.")
    override = _current_overrides().get(day)
    return _works_nationally(day) if override is None else override[0]


def day_off_name(day: date) -> str:
    """What a day off is called: 国庆节, 古尔邦节, 周六, …"""
    if override := _current_overrides().get(day):
        return override[1]
    if not is_announced(day.year):
        return _WEEKEND.get(day.weekday(), "法定节日")
    _, name = chinese_calendar.get_holiday_detail(day)
    return _FESTIVALS[name] if name else _WEEKEND[day.weekday()]


def makeup_name(day: date) -> str:
    """Why a weekend day is worked."""
    if override := _current_overrides().get(day):
        return override[1]
    _, name = chinese_calendar.get_holiday_detail(day)
    return f"{_FESTIVALS[name]}调休上班" if name else "上班"


def previous_working_day(day: date) -> date:
    """The last working day before this one."""
    return _next_day(day, -_ONE)


def next_working_day(day: date) -> date:
    """The first working day after this one."""
    return _next_day(day, _ONE)


def _next_day(day: date, step: timedelta) -> date:
    day += step
    while not is_working_day(day):
        day += step
    return day


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after an event; the day of the event is not counted.

    :raises ValueError: ``count`` is negative.
    """
    if count < 0:
        raise ValueError("Deadlines run forward.")
    for _ in range(count):
        day = next_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days from an event up to ``end`` included, the event's own day not counted.

    Negative when ``end`` lies before ``start``.
    """
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + _ONE * n) for n in range(1, (end - start).days + 1))


def sheet_day_of(month: date, sheet_day: int, offset: int) -> date:
    """The agreed day on which a wage month's sheet is handed in, cut to its month's last day.

    A day off moves to the next working day.
    """
    return administrative_due_day(clamp_day(shift_month(month, offset), sheet_day))


def wage_due_day(month: date, pay_day: int, offset: int) -> date:
    """The day by which a wage month must be paid (条例 14条).

    ``pay_day`` is 1 to 31, cut to the month's last day, ``offset`` months after the wage month;
    a day off moves to the nearest *earlier* working day.
    """
    day = clamp_day(shift_month(month, offset), pay_day)
    return day if is_working_day(day) else previous_working_day(day)


def administrative_due_day(day: date) -> date:
    """An administrative deadline fixed by date: a day off moves to the next working day."""
    return day if is_working_day(day) else next_working_day(day)


def days_off_known() -> Hashable:
    """All that is known beyond the national calendar; part of the key of what is reckoned by it."""
    return frozenset(_current_overrides().items())


def forget_overrides() -> None:
    """Read the overrides anew at the next question; other processes do within a minute."""
    global _read_at
    _read_at = None


def forget_on_commit() -> None:
    """What is being saved takes effect in this process as soon as it is committed."""
    transaction.on_commit(forget_overrides)


def read_overrides() -> dict[date, tuple[bool, str]]:
    """The days on which the region departs from the national calendar: worked or not, and name."""
    rows = CalendarDay.objects.values_list("day", "working", "name")
    return {day: (working, name) for day, working, name in rows}


def _current_overrides() -> dict[date, tuple[bool, str]]:
    global _overrides, _read_at
    moment = time.monotonic()
    if _read_at is None or moment - _read_at > _FRESH_SECONDS:
        _overrides = read_overrides()
        _read_at = moment
    return _overrides


@lru_cache(maxsize=20_000)
def _works_nationally(day: date) -> bool:
    if is_announced(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and day not in statutory_days(day.year)


@lru_cache(maxsize=200)
def statutory_days(year: int) -> frozenset[date]:
    """The 13 statutory days of a year (全国年节及纪念日放假办法, from 2025), 调休 apart."""
    spring = _solar_day(Lunar.fromYmd(year, 1, 1).getSolar())
    return frozenset(
        {
            date(year, 1, 1),
            *(spring + _ONE * n for n in range(-1, 3)),
            _solar_day(Lunar.fromYmd(year, 2, 15).getJieQiTable()["清明"]),
            date(year, 5, 1),
            date(year, 5, 2),
            _solar_day(Lunar.fromYmd(year, 5, 5).getSolar()),
            _solar_day(Lunar.fromYmd(year, 8, 15).getSolar()),
            *(date(year, 10, day) for day in (1, 2, 3)),
        }
    )


def _solar_day(day: Solar) -> date:
    return date(day.getYear(), day.getMonth(), day.getDay())
