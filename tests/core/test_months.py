"""Months as the date of their first day."""

from datetime import date

import pytest

from core import months


class TestMonths:
    def test_are_read_and_written(self):
        month = months.parse_month(" 2026-09 ")
        assert month == date(2026, 9, 1)
        assert months.month_code(month) == "2026-09"
        assert months.month_label(month) == "2026年9月"

    @pytest.mark.parametrize("text", ["2026-13", "2026-9", "九月", "", "2026-09-01", "0000-01"])
    def test_refuse_what_is_none(self, text):
        with pytest.raises(ValueError, match="月份"):
            months.parse_month(text)

    def test_shift_over_the_year(self):
        assert months.shift_month(date(2026, 12, 1), 1) == date(2027, 1, 1)
        assert months.shift_month(date(2026, 1, 1), -13) == date(2024, 12, 1)

    def test_clamp_a_day(self):
        assert months.clamp_day(date(2028, 2, 1), 31) == date(2028, 2, 29)
        assert months.clamp_day(date(2026, 2, 1), 31) == date(2026, 2, 28)
        assert months.days_in(date(2026, 4, 1)) == 30
