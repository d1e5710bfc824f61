"""Deadlines against tables counted by hand on the printed calendars of 2025 and 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import calendar
from core.deadlines import Deadline, days_after, fixed_day, working_days_after
from core.models import CalendarDay

pytestmark = pytest.mark.django_db


class TestWorkingDaysAfter:
    @pytest.mark.parametrize(
        ("event", "count", "last"),
        [
            # 2026: 10-01 (Thursday) to 10-07 off, 09-20 (Sunday) and 10-10 (Saturday) worked.
            (date(2026, 9, 29), 0, date(2026, 9, 29)),
            (date(2026, 9, 29), 1, date(2026, 9, 30)),
            (date(2026, 9, 29), 2, date(2026, 10, 8)),
            (date(2026, 9, 29), 4, date(2026, 10, 10)),
            (date(2026, 9, 29), 5, date(2026, 10, 12)),
            (date(2026, 10, 4), 1, date(2026, 10, 8)),
            # 20 工作日 from the permit of 2026-09-01 (65号): 09-02 to 09-24, the festival of
            # 09-25 to 09-27, 09-28 to 09-30 with the Sunday 09-20 worked.
            (date(2026, 9, 1), 18, date(2026, 9, 24)),
            (date(2026, 9, 1), 20, date(2026, 9, 29)),
            # 古尔邦节 2025 in Xinjiang alone: Friday 06-06 to Tuesday 06-10.
            (date(2025, 6, 5), 1, date(2025, 6, 11)),
            (date(2025, 6, 4), 3, date(2025, 6, 12)),
        ],
    )
    def test_ends_on(self, event, count, last):
        assert working_days_after(event, count, event="签收").day == last

    def test_names_every_day_off_that_was_skipped(self):
        deadline = working_days_after(
            date(2026, 9, 29), 5, event="责令改正书送达", basis="条例 第五十六条"
        )

        assert deadline.explain() == (
            "自 2026-09-29（责令改正书送达）次日 2026-09-30 起算 5 个工作日，"
            "跳过 2026-10-01 至 2026-10-07 国庆节、2026-10-11 周日，"
            "计入 2026-10-10 国庆节调休上班，至 2026-10-12 止（条例 第五十六条）。"
        )

    def test_names_xinjiangs_own_festivals(self):
        assert "2025-06-06 至 2025-06-10 古尔邦节" in (
            working_days_after(date(2025, 6, 5), 1, event="派发").explain()
        )

    def test_says_that_a_year_is_not_announced(self):
        explained = working_days_after(date(2028, 9, 29), 1, event="派发").explain()

        assert "2028-10-01 周日" in explained
        assert "2028-10-02 至 2028-10-03 法定节日" in explained
        assert "2028 年放假安排未公布" in explained

    def test_ends_on_the_same_day_for_nought(self):
        assert working_days_after(date(2026, 9, 29), 0, event="派发").explain() == (
            "自 2026-09-29（派发）起，限当日，至 2026-09-29 止。"
        )

    def test_refuses_to_run_backward(self):
        with pytest.raises(ValueError, match="forward"):
            working_days_after(date(2026, 9, 29), -1, event="派发")


class TestDaysAfter:
    @pytest.mark.parametrize(
        ("event", "count", "last"),
        [
            (date(2026, 8, 31), 29, date(2026, 9, 29)),
            (date(2026, 8, 31), 30, date(2026, 9, 30)),
            (date(2026, 8, 31), 31, date(2026, 10, 8)),  # 10-01 is the holiday's first day
            (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
            (date(2026, 10, 10), 1, date(2026, 10, 12)),
            (date(2026, 10, 11), 0, date(2026, 10, 11)),
        ],
    )
    def test_ends_on(self, event, count, last):
        assert days_after(event, count, event="公示").day == last

    def test_says_over_which_days_the_last_one_moved(self):
        assert days_after(date(2026, 8, 31), 31, event="公示").explain() == (
            "自 2026-08-31（公示）次日 2026-09-01 起算 31 日，末日遇休息日，顺延过 "
            "2026-10-01 至 2026-10-07 国庆节，至 2026-10-08 止。"
        )

    def test_refuses_to_run_backward(self):
        with pytest.raises(ValueError, match="forward"):
            days_after(date(2026, 9, 29), -1, event="公示")


class TestFixedDay:
    def test_moves_to_the_next_working_day(self):
        deadline = fixed_day(date(2026, 10, 5), event="约定的报送日")

        assert deadline.day == date(2026, 10, 8)
        assert deadline.explain() == (
            "约定的报送日为 2026-10-05，末日遇休息日，顺延过 "
            "2026-10-05 至 2026-10-07 国庆节，至 2026-10-08 止。"
        )

    def test_stays_on_a_working_day(self):
        assert fixed_day(date(2026, 9, 30), event="报送日").day == date(2026, 9, 30)


class TestRecord:
    def test_stays_as_it_was_served_when_the_calendar_is_corrected(self):
        served = working_days_after(date(2026, 11, 3), 2, event="送达")
        CalendarDay.objects.create(
            day=date(2026, 11, 4), working=False, name="肉孜节", source="通知"
        )
        calendar.forget_overrides()

        assert working_days_after(date(2026, 11, 3), 2, event="送达").day == date(2026, 11, 6)
        assert Deadline.from_record(served.as_record()) == served


class TestAgainstTheCalendar(TestCase):
    """What the loop of core.calendar says of the same days, and what any deadline must hold."""

    @settings(max_examples=60, deadline=None)
    @given(st.dates(date(2025, 1, 1), date(2028, 12, 1)), st.integers(0, 70))
    def test_agrees_and_accounts_for_every_day(self, event, count):
        deadline = working_days_after(event, count, event="事件")

        assert deadline.day == calendar.add_working_days(event, count)
        passed = (deadline.day - event).days
        assert passed == count + len(deadline.skipped)
        assert all(one.name for one in (*deadline.skipped, *deadline.worked))
        assert Deadline.from_record(deadline.as_record()) == deadline

    @settings(max_examples=60, deadline=None)
    @given(st.dates(date(2025, 1, 1), date(2028, 12, 1)), st.integers(1, 70))
    def test_calendar_days_end_on_a_working_day(self, event, count):
        deadline = days_after(event, count, event="事件")

        assert calendar.is_working_day(deadline.day)
        moved = (deadline.day - event).days - count
        assert moved == len(deadline.skipped)
        assert deadline.day >= event + timedelta(days=count)
