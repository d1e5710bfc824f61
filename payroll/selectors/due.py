"""Wage months whose sheet day or due day has passed, as conditions on many projects at once.

A project's days are two small numbers. For a given day each pair of them has one latest month that
is past, so that a handful of conditions covers a whole province.
"""

from collections.abc import Callable, Hashable
from datetime import date
from functools import lru_cache

from django.db.models import Q

from core.calendar import days_off_known, sheet_day_of, wage_due_day
from core.months import first_day, shift_month


def past_due(as_of: date) -> Q:
    """Rows with ``project`` and ``month`` whose wage due day lies before ``as_of``."""
    return _past_days(as_of, "pay_day", wage_due_day, days_off_known())


def past_sheet_day(as_of: date) -> Q:
    """Rows with ``project`` and ``month`` whose sheet day lies before ``as_of``."""
    return _past_days(as_of, "sheet_day", sheet_day_of, days_off_known())


@lru_cache(maxsize=100)
def _past_days(
    as_of: date, field: str, day_of: Callable[[date, int, int], date], days_off: Hashable
) -> Q:
    """``days_off`` is what ``day_of`` reckons with: a new holiday moves the days at once."""
    # A later day of the month never passes before an earlier one: the last of each month that has
    # passed speaks for those before it.
    last: dict[tuple[int, date], int] = {}
    for offset in (0, 1):
        for day in range(1, 32):
            last[offset, _latest_month(as_of, day, offset, day_of)] = day
    passed = Q()
    for (offset, month), day in last.items():
        passed |= Q(
            month__lte=month,
            project__pay_month_offset=offset,
            **{f"project__{field}__lte": day},
        )
    return passed


def _latest_month(
    as_of: date, day: int, offset: int, day_of: Callable[[date, int, int], date]
) -> date:
    """The last wage month of which that day lies before ``as_of``."""
    # A due day on the first may have moved into the month before: begin one month late.
    month = shift_month(first_day(as_of), 1 - offset)
    while day_of(month, day, offset) >= as_of:
        month = shift_month(month, -1)
    return month
