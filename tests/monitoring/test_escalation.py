"""What the clock does to warnings that nobody signs or answers."""

from datetime import date, timedelta

import pytest

from core.calendar import add_working_days, is_working_day
from core.messages.models import Delivery, Message
from monitoring import acts, telling
from monitoring.escalation import escalate_overdue
from monitoring.models import EarlyWarning, Escalation, Level
from tests.cast import NOW, TODAY
from tests.monitoring.conftest import at
from tests.monitoring.test_telling import raised as raised

pytestmark = pytest.mark.django_db
Handling = EarlyWarning.Handling


def escalate(day):
    return escalate_overdue(as_of=day, now=at(day))


def days_until(end, start=TODAY):
    day = start
    while day <= end:
        yield day
        day += timedelta(days=1)


def notes(warning):
    steps = warning.escalations.select_related("event").order_by("pk")
    return [(step.on, step.event.note) for step in steps]


@pytest.fixture
def signed(raised):
    """A warning that is signed for; its answer is due a week from today."""

    def warn(level=Level.YELLOW):
        warning = raised(level=level)
        EarlyWarning.everything.filter(pk=warning.pk).update(handling=Handling.SIGNED)
        warning.refresh_from_db()
        return warning

    return warn


class TestUnsigned:
    def test_goes_up_a_level_of_government_on_the_day_after(self, raised):
        warning = raised()
        assert escalate(warning.sign_by) == 0
        first = add_working_days(TODAY, 1)
        assert escalate(first) == 1
        assert notes(warning) == [(first, "逾期未签收，报地州市人社部门")]
        assert escalate(first) == 0

    def test_goes_on_to_the_region_when_the_time_has_passed_again_and_no_further(self, raised):
        warning = raised()
        EarlyWarning.everything.update(settle_by=date(2027, 1, 1))
        for day in days_until(date(2026, 10, 30)):
            escalate(day)
        first, second = add_working_days(TODAY, 1), add_working_days(TODAY, 3)
        assert notes(warning) == [
            (first, "逾期未签收，报地州市人社部门"),
            (second, "逾期未签收，报自治区人社部门"),
        ]

    def test_stops_once_somebody_signed(self, cast, raised):
        warning = raised()
        acts.sign(actor=cast.users.county.actor, uuid=warning.uuid, now=NOW)
        assert escalate(add_working_days(TODAY, 1)) == 0

    def test_tells_the_level_above_at_once(self, cast, raised):
        raised()
        day = add_working_days(TODAY, 1)
        escalate(day)
        telling.tell_people(now=at(day))
        told = Message.everything.get(
            recipient=cast.users.prefecture.uuid, event="warning.escalated"
        )
        assert "逾期未签收，报地州市人社部门" in told.title
        assert Delivery.everything.filter(message=told).count() == 1


class TestUnanswered:
    def test_rises_level_by_level_and_is_then_supervised(self, signed):
        warning = signed()
        for day in days_until(date(2026, 12, 1)):
            escalate(day)
        found = notes(warning)
        assert [note for _, note in found] == [
            "逾期未处置，由黄色升为橙色",
            "逾期未处置，由橙色升为红色",
            "红色预警逾期未处置，由地州市督办",
            "红色预警逾期未处置，由自治区督办",
        ]
        days = [day for day, _ in found]
        assert days[0] == add_working_days(warning.settle_by, 1)
        # 橙 has 3 working days, 红 2, counted from the step before.
        assert days[1] == add_working_days(days[0], 4)
        assert days[2] == add_working_days(days[1], 3)
        assert days[3] == add_working_days(days[2], 3)
        assert all(is_working_day(day) for day in days)
        warning.refresh_from_db()
        assert (warning.fact_level, warning.raised_level, warning.level) == ("2", "4", "4")

    def test_stops_once_it_is_answered(self, cast, signed):
        warning = signed()
        acts.report(actor=cast.users.labour.actor, uuid=warning.uuid, now=NOW, note="已补发")
        assert escalate(add_working_days(warning.settle_by, 1)) == 0

    def test_of_what_is_mended_does_not_rise(self, signed):
        warning = signed()
        EarlyWarning.everything.update(condition=EarlyWarning.Condition.CLEARED)
        assert escalate(add_working_days(warning.settle_by, 1)) == 0

    def test_of_a_notice_does_not_rise(self, signed):
        warning = signed(Level.BLUE)
        assert escalate(add_working_days(warning.settle_by, 30)) == 0

    def test_begins_anew_when_it_comes_back(self, signed):
        warning = signed(Level.RED)
        day = add_working_days(warning.settle_by, 1)
        assert escalate(day) == 1
        EarlyWarning.everything.update(reopened=1, settle_by=day)
        later = add_working_days(day, 1)
        assert escalate(later) == 1
        tiers = Escalation.everything.order_by("pk").values_list("episode", "number", "tier")
        assert list(tiers) == [(0, 1, 1), (1, 1, 1)]

    def test_waits_on_rest_days(self, signed):
        warning = signed()
        rest = next(
            day
            for day in days_until(warning.settle_by + timedelta(days=9), warning.settle_by)
            if not is_working_day(day)
        )
        assert escalate(rest) == 0
