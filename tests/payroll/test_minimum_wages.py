"""The minimum wages of the counties, loaded and then kept by officers."""

from datetime import date
from decimal import Decimal

import pytest

from core.actor import Forbidden
from payroll.models import MinimumWage
from payroll.selectors.book import minimum_wage
from payroll.services import minimum
from tests.cast import MONTH, NOW

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
        minimum.confirm(actor=officer, region="650102", standard=loaded.pk, now=NOW)
        loaded.refresh_from_db()
        assert loaded.confirmed_by == "county甲"
        with pytest.raises(minimum.StandardRefused, match="county甲已经核实"):
            minimum.confirm(actor=officer, region="650102", standard=loaded.pk, now=NOW)

    def test_counts_from_its_day_on(self, cast):
        officer = cast.actor(cast.users.county)
        minimum.add(actor=officer, region="650102", values=VALUES, now=NOW)
        assert minimum_wage(region="650102", month=MONTH) == Decimal("1870.00")
        assert minimum_wage(region="650102", month=date(2025, 12, 1)) == Decimal("1700.00")

    def test_takes_one_a_day(self, cast):
        officer = cast.actor(cast.users.county)
        minimum.add(actor=officer, region="650102", values=VALUES, now=NOW)
        with pytest.raises(minimum.StandardRefused):
            minimum.add(actor=officer, region="650102", values=VALUES, now=NOW)

    @pytest.mark.parametrize("user", ["other_county", "labour", "housing"])
    def test_is_the_countys_own_officers(self, cast, user):
        with pytest.raises((Forbidden, MinimumWage.region.field.related_model.DoesNotExist)):
            minimum.add(
                actor=cast.actor(getattr(cast.users, user)),
                region="650102",
                values=VALUES,
                now=NOW,
            )
