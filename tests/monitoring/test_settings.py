"""Thresholds that officers change from a day on."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core.models import AuditEntry
from identity.models import Region
from monitoring import services
from monitoring.catalogue import RULES
from monitoring.models import RuleSetting
from tests.cast import NOW, TODAY
from tests.refusals import refused


def change(cast, user: str, region: str, value: str, since: str = "2099-01-01"):
    """Asks the rule's page to change the grace of PAY-01, which is three days."""
    data = {"name": "grace", "region": region, "value": value, "since": since, "reason": "试行"}
    client = cast.client(getattr(cast.users, user))
    return client.post(reverse("monitoring:rule", args=["PAY-01"]), data)


class TestSetThreshold:
    def test_is_the_provinces_either_way(self, cast):
        assert change(cast, "province", "650000", "5").status_code == 302
        assert RuleSetting.objects.get().value == 5
        assert AuditEntry.objects.filter(action="rule.set").count() == 1

    @pytest.mark.parametrize(("value", "kept"), [("2", 1), ("3", 1), ("4", 0)])
    def test_lets_a_prefecture_only_tighten(self, cast, value, kept):
        change(cast, "prefecture", "650100", value)
        assert RuleSetting.objects.count() == kept

    def test_says_how_far_a_prefecture_may_go(self, cast):
        answer = change(cast, "prefecture", "650100", "4")
        assert "只能比自治区的 3 更严" in answer.content.decode()

    def test_leaves_the_past_as_it_was(self, cast):
        answer = change(cast, "province", "650000", "5", since="2020-01-01")
        assert "不能早于今天" in answer.content.decode()
        assert not RuleSetting.objects.exists()

    @pytest.mark.parametrize(
        ("user", "region"),
        [
            ("prefecture", "650000"),
            ("county", "650102"),
            ("prefecture", "652300"),
            ("labour", "650000"),
        ],
    )
    def test_stays_within_reach(self, cast, user, region):
        change(cast, user, region, "1")
        assert not RuleSetting.objects.exists()

    @pytest.mark.parametrize(
        ("user", "region", "value", "since", "code", "field"),
        [
            ("prefecture", "650102", "1", TODAY, "setting.not_for_counties", "region"),
            ("prefecture", "652300", "1", TODAY, "setting.another_region", ""),
            ("prefecture", "650100", "4", TODAY, "setting.looser", "value"),
            ("province", "650000", "5", TODAY - timedelta(days=1), "setting.past", "since"),
        ],
    )
    def test_refuses_by_code(self, cast, user, region, value, since, code, field):
        with refused(code, field):
            services.set_threshold(
                actor=cast.actor(getattr(cast.users, user)),
                rule=RULES["PAY-01"],
                name="grace",
                region=Region.objects.get(code=region),
                value=Decimal(value),
                since=since,
                reason="试行",
                now=NOW,
            )
