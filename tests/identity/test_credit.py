"""The record of units' good faith: entered by officers, ended, never overwritten."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.actor import Forbidden
from identity.models import CreditEntry
from identity.selectors.credit import credit_entries, credit_standings, listed_units
from identity.services.credit import NewCreditEntry, end_credit, enter_credit
from tests.cast import NOW, TODAY
from tests.refusals import refused


@pytest.fixture
def officer(cast):
    return cast.actor(cast.users.county)


def enter(cast, actor, kind="arrears", **changes):
    fields = {
        "uscc": cast.contractor.uscc,
        "kind": kind,
        "region": "650102",
        "since": date(2026, 3, 1),
        "ground": "拖欠 12 人工资",
        "amount": Decimal("36000"),
    }
    return enter_credit(actor=actor, entry=NewCreditEntry(**(fields | changes)), now=NOW)


def end(actor, row, until=TODAY, reason="已移出"):
    return end_credit(actor=actor, uuid=row.uuid, until=until, reason=reason, now=NOW)


class TestEntering:
    def test_counts_in_the_area_it_is_about(self, cast, officer):
        enter(cast, officer)
        unit = cast.contractor.pk
        for area, found in (("650100", date(2026, 3, 1)), ("652300", None)):
            assert credit_standings([unit], on=TODAY, area=area)[unit].last_arrears == found
        before = date(2026, 2, 28)
        assert credit_standings([unit], on=before, area="650100")[unit].last_arrears is None

    def test_the_list_counts_everywhere_and_is_public(self, cast, officer):
        enter(cast, officer, "listed", region="650000", ground="列入决定")
        unit = cast.contractor.pk
        assert credit_standings([unit], on=TODAY, area="652300")[unit].is_listed
        assert listed_units(on=TODAY) == {unit}
        assert credit_entries(actor=cast.actor(cast.users.other_sub)).count() == 1

    def test_arrears_are_seen_by_the_unit_and_its_officers(self, cast, officer):
        enter(cast, officer)
        seen = {"admin": 1, "county": 1, "province": 1, "other_admin": 0, "other_county": 0}
        for name, count in seen.items():
            actor = cast.actor(getattr(cast.users, name))
            assert credit_entries(actor=actor).count() == count, name

    def test_refuses_what_cannot_be(self, cast, officer):
        with refused("credit.no_such_unit", "uscc"):
            enter(cast, officer, uscc="91650100MA99999999")
        with refused("day.to_come", "since"):
            enter(cast, officer, since=TODAY + timedelta(days=1))
        with refused("credit.days", "until"):
            enter(cast, officer, until=date(2026, 2, 28))
        with refused("credit.other_area", "region"):
            enter(cast, officer, region="652301")
        with pytest.raises(Forbidden):
            enter(cast, cast.actor(cast.users.admin))

    def test_a_unit_stands_on_the_list_once(self, cast, officer):
        enter(cast, officer, "listed")
        with refused("credit.listed_already", "uscc"):
            enter(cast, officer, "listed")


class TestEnding:
    def test_holds_up_to_its_day(self, cast, officer):
        row = end(officer, enter(cast, officer, "listed"), until=date(2026, 9, 1))
        assert row.ended_by == officer.name
        assert listed_units(on=date(2026, 8, 31)) == {cast.contractor.pk}
        assert listed_units(on=date(2026, 9, 1)) == set()

    def test_once_with_a_reason_and_on_a_day_that_can_be(self, cast, officer):
        row = enter(cast, officer)
        with refused("credit.end_unexplained", "reason"):
            end(officer, row, reason=" ")
        with refused("day.to_come", "until"):
            end(officer, row, until=TODAY + timedelta(days=1))
        with refused("credit.days", "until"):
            end(officer, row, until=date(2026, 2, 1))
        end(officer, row)
        with refused("credit.ended_already"):
            end(officer, row)

    def test_is_of_the_area_where_it_counts(self, cast, officer):
        row = enter(cast, cast.actor(cast.users.province), region="652301")
        with refused("credit.elsewhere"):
            end(officer, row)
        assert CreditEntry.everything.get().ended_at is None
