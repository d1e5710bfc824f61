"""The minimum wages of the counties, loaded and then kept by officers."""

from datetime import date
from decimal import Decimal

import pytest

from core.actor import Forbidden
from core.models import AuditEntry
from identity.models import Region
from payroll.models import MinimumWage
from payroll.selectors.checking import minimum_wage
from payroll.selectors.minimum import county as county_of
from payroll.services import minimum
from tests.cast import MONTH, NOW
from tests.refusals import refused

VALUES = {
    "since": date(2026, 1, 1),
    "tier": 2,
    "monthly": Decimal("1870"),
    "hourly": Decimal("18.7"),
    "source": "新政办发〔2025〕1号",
}


@pytest.mark.django_db
class TestLoadedStandards:
    @pytest.mark.parametrize(
        ("region", "monthly"),
        [
            ("650203", "1900.00"),
            ("653131", "1900.00"),
            ("650102", "1700.00"),
            ("652301", "1700.00"),
            ("653101", "1620.00"),
            ("650121", "1540.00"),
            ("653201", "1540.00"),
        ],
    )
    def test_stand_in_their_tier(self, region, monthly):
        assert minimum_wage(region=region, month=MONTH) == Decimal(monthly)

    def test_are_all_unconfirmed(self):
        assert MinimumWage.objects.count() > 90
        assert not MinimumWage.objects.exclude(confirmed_at=None).exists()


class TestKeepingStandards:
    def test_confirms_once(self, cast):
        loaded = MinimumWage.objects.get(region_id="650102")
        officer = cast.actor(cast.users.county)
        minimum.confirm_standard(actor=officer, region="650102", since=loaded.since, now=NOW)
        loaded.refresh_from_db()
        assert loaded.confirmed_by == "county甲"
        with refused("minimum_wage.confirmed", match="county甲已经核实"):
            minimum.confirm_standard(actor=officer, region="650102", since=loaded.since, now=NOW)

    def test_counts_from_its_day_on(self, cast):
        officer = cast.actor(cast.users.county)
        minimum.add_standard(actor=officer, region="650102", values=VALUES, now=NOW)
        assert minimum_wage(region="650102", month=MONTH) == Decimal("1870.00")
        assert minimum_wage(region="650102", month=date(2025, 12, 1)) == Decimal("1700.00")

    def test_corrects_what_was_loaded_in_the_wrong_tier(self, cast):
        officer = cast.actor(cast.users.county)
        loaded = MinimumWage.objects.get(region_id="650102")
        minimum.add_standard(
            actor=officer, region="650102", values=VALUES | {"since": loaded.since}, now=NOW
        )
        loaded.refresh_from_db()
        assert (loaded.monthly, loaded.is_confirmed) == (Decimal("1870.00"), True)
        entry = AuditEntry.objects.get(action="minimum_wage.add")
        assert (entry.detail["before"], entry.detail["monthly"]) == ("1700.00", "1870")

    def test_shows_the_one_in_force_until_the_next_begins(self, cast):
        officer = cast.actor(cast.users.county)
        minimum.add_standard(
            actor=officer, region="650102", values=VALUES | {"since": date(2027, 1, 1)}, now=NOW
        )
        county = county_of(actor=officer, code="650102", as_of=date(2026, 12, 31))
        assert (county.current.monthly, len(county.coming)) == (Decimal("1700.00"), 1)
        county = county_of(actor=officer, code="650102", as_of=date(2027, 1, 1))
        assert (county.current.monthly, county.coming) == (Decimal("1870.00"), [])

    @pytest.mark.parametrize("user", ["other_county", "labour", "housing"])
    def test_is_the_countys_own_officers(self, cast, user):
        with pytest.raises(Region.DoesNotExist if user == "other_county" else Forbidden):
            minimum.add_standard(
                actor=cast.actor(getattr(cast.users, user)),
                region="650102",
                values=VALUES,
                now=NOW,
            )
