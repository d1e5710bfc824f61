"""Working days of Xinjiang, in an announced year (2026) and one nobody has announced (2028)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import calendar
from core.models import CalendarDay

pytestmark = pytest.mark.django_db
DAYS = st.dates(date(2025, 1, 1), date(2029, 12, 31))


class TestIsWorkingDay:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (date(2026, 9, 30), True),
            (date(2026, 10, 1), False),
            (date(2026, 10, 10), True),  # a Saturday worked for the holiday
            (date(2026, 10, 17), False),
            (date(2025, 6, 10), False),  # 古尔邦节, Xinjiang alone
            (date(2026, 5, 28), False),
            (date(2028, 10, 3), False),
            (date(2028, 10, 4), True),  # beyond the statutory three nothing is known yet
            (date(2028, 1, 25), False),  # 除夕
            (date(2028, 1, 26), False),  # 春节
            (date(2028, 1, 31), True),
            (date(2028, 4, 4), False),  # 清明
            (date(2028, 5, 2), False),
            (date(2028, 5, 28), False),  # 端午, a Sunday
            (date(2028, 3, 4), False),
            (date(2028, 3, 6), True),
        ],
    )
    def test_says(self, day, works):
        assert calendar.is_working_day(day) is works

    def test_refuses_a_moment(self):
        with pytest.raises(TypeError):
            calendar.is_working_day(datetime(2026, 9, 30, 10))

    @pytest.mark.parametrize("day", [date(2026, 11, 4), date(2028, 11, 1)])
    def test_a_dated_setting_wins_once_committed(self, day, django_capture_on_commit_callbacks):
        assert calendar.is_working_day(day)
        CalendarDay.objects.create(day=day, working=False, name="肉孜节", source="通知")
        assert calendar.is_working_day(day)
        with django_capture_on_commit_callbacks(execute=True):
            calendar.forget_on_commit()
        assert not calendar.is_working_day(day)

    def test_reads_the_settings_once(self, django_assert_num_queries):
        calendar.forget_overrides()
        with django_assert_num_queries(1):
            calendar.add_working_days(date(2026, 1, 1), 100)


class TestStatutoryDays:
    @pytest.mark.parametrize("year", range(2025, 2061))
    def test_are_thirteen_or_share_a_day(self, year):
        assert 12 <= len(calendar.statutory_days(year)) <= 13

    def test_are_named_for_2028(self):
        spring = [date(2028, 1, day) for day in (25, 26, 27, 28)]
        others = [(1, 1), (4, 4), (5, 1), (5, 2), (5, 28), (10, 1), (10, 2), (10, 3)]
        assert calendar.statutory_days(2028) == {*spring, *(date(2028, *d) for d in others)}


class TestIsAnnounced:
    def test_says(self):
        assert calendar.is_announced(2026)
        assert not calendar.is_announced(2028)


class TestSteps:
    @pytest.mark.parametrize(
        ("day", "before", "after"),
        [
            (date(2026, 10, 5), date(2026, 9, 30), date(2026, 10, 8)),
            (date(2026, 10, 12), date(2026, 10, 10), date(2026, 10, 13)),
            (date(2028, 10, 2), date(2028, 9, 29), date(2028, 10, 4)),
        ],
    )
    def test_strictly_before_and_after(self, day, before, after):
        assert calendar.previous_working_day(day) == before
        assert calendar.next_working_day(day) == after

    def test_does_not_count_the_day_of_the_event(self):
        assert calendar.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
        assert calendar.add_working_days(date(2028, 9, 29), 1) == date(2028, 10, 4)
        assert calendar.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 3)

    def test_refuses_to_count_back(self):
        with pytest.raises(ValueError, match="forward"):
            calendar.add_working_days(date(2026, 9, 30), -1)

    def test_counts_between(self):
        assert calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
        assert calendar.working_days_between(date(2026, 10, 10), date(2026, 9, 30)) == -3
        assert calendar.working_days_between(date(2028, 9, 29), date(2028, 10, 4)) == 1


class TestDueDays:
    @pytest.mark.parametrize(
        ("month", "pay_day", "offset", "due"),
        [
            (date(2026, 9, 1), 5, 1, date(2026, 9, 30)),
            (date(2026, 9, 1), 15, 1, date(2026, 10, 15)),
            (date(2026, 1, 1), 31, 1, date(2026, 2, 28)),  # a Saturday that is worked
            (date(2026, 9, 1), 31, 0, date(2026, 9, 30)),
            (date(2026, 12, 1), 15, 1, date(2027, 1, 15)),
            (date(2028, 9, 1), 1, 1, date(2028, 9, 29)),
            (date(2028, 1, 1), 31, 1, date(2028, 2, 29)),
        ],
    )
    def test_wages_move_earlier(self, month, pay_day, offset, due):
        assert calendar.wage_due_day(month, pay_day, offset) == due

    @pytest.mark.parametrize(
        ("day", "due"),
        [
            (date(2026, 10, 5), date(2026, 10, 8)),
            (date(2026, 10, 9), date(2026, 10, 9)),
            (date(2028, 10, 1), date(2028, 10, 4)),
        ],
    )
    def test_administrative_deadlines_move_later(self, day, due):
        assert calendar.administrative_due_day(day) == due


class TestProperties(TestCase):
    @given(DAYS, st.integers(1, 31), st.integers(0, 1))
    @settings(max_examples=100, deadline=None)
    def test_wages_are_due_on_a_working_day_no_later_than_agreed(self, day, pay_day, offset):
        month = calendar.shift_month(day.replace(day=1), 0)
        due = calendar.wage_due_day(month, pay_day, offset)
        agreed = calendar.clamp_day(calendar.shift_month(month, offset), pay_day)
        assert due <= agreed
        assert calendar.is_working_day(due)
        assert not any(
            calendar.is_working_day(due + timedelta(n)) for n in range(1, (agreed - due).days + 1)
        )

    @given(DAYS, st.integers(0, 80))
    @settings(max_examples=100, deadline=None)
    def test_counting_undoes_adding(self, day, count):
        assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == count
