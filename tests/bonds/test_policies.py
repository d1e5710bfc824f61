"""What a policy can say, who keeps it, and that nobody rewrites what was determined by it."""

from datetime import date, timedelta

import pytest

from bonds.models import BondPolicy
from bonds.policy import SETTINGS, Act, read_policy, read_value
from bonds.selectors import policies
from bonds.services.policies import add_policy, confirm_setting, set_setting
from core.actor import Forbidden
from tests.bonds.test_golden import POLICIES
from tests.cast import NOW, TODAY
from tests.refusals import refused


@pytest.fixture
def whole(db):
    return BondPolicy.objects.get(region="650000")


@pytest.fixture
def city(cast):
    return cast.actor(cast.users.prefecture)


@pytest.fixture
def own(city, whole):
    """A policy of 乌鲁木齐 from tomorrow on."""
    return add_policy(
        actor=city,
        region="650100",
        since=TODAY + timedelta(days=1),
        title="乌鲁木齐市",
        like=whole.uuid,
        now=NOW,
    )


def put(actor, policy, key, value, source="某文件第一条"):
    return set_setting(
        actor=actor,
        uuid=policy.uuid,
        key=key,
        value=value,
        source=source,
        certainty="original",
        now=NOW,
    )


class TestWhatHolds:
    def test_what_was_loaded_names_its_source_or_says_that_it_is_unseen(self, whole):
        rows = {row.key: row for row in whole.settings.all()}
        assert set(rows) == set(SETTINGS)
        for row in rows.values():
            assert row.source
            assert (row.value is None) == (row.certainty == "unseen"), row.key

    def test_the_newest_of_the_nearest_area(self, own, whole):
        assert policies.policy_for("650102", TODAY) == whole
        assert policies.policy_for("650102", TODAY + timedelta(days=1)) == own
        assert policies.policy_for("652301", TODAY + timedelta(days=1)) == whole

    @pytest.mark.parametrize("province", ["fujian", "zhengzhou"])
    def test_other_provinces_can_be_entered_by_an_officer(self, city, own, province):
        stated = POLICIES[province]["settings"]
        for key, one in stated.items():
            put(city, own, key, one["value"], one["source"])
        values = {row.key: row.value for row in own.settings.all()}
        assert all(read_value(k, values[k]) == read_value(k, stated[k]["value"]) for k in SETTINGS)

    def test_papers_by_where_the_firm_is_from(self):
        stated = POLICIES["zhengzhou"]["settings"]["papers"]["value"]
        read = read_policy({"papers": stated})
        assert "注册地《无拖欠证明》" in read.papers_for(Act.STORE, local=False)
        assert "注册地《无拖欠证明》" not in read.papers_for(Act.STORE, local=True)
        assert "注册地《无拖欠证明》" in read.papers_for(Act.STORE, local=None)


class TestKeeping:
    def test_a_setting_takes_effect_and_loses_its_confirmation(self, city, own):
        confirm_setting(actor=city, uuid=own.uuid, key="cap", now=NOW)
        row = put(city, own, "cap", "3000000")
        assert (row.value, row.confirmed_by) == ("3000000", "")
        assert own.value.cap == 3_000_000

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("cap", "-1"),
            ("cap", "甲"),
            ("tiers", [{"since": "1", "rate": "3"}]),
            ("tiers", [{"since": "0", "rate": "3"}, {"since": "0", "rate": "2"}]),
            ("tiers", [{"since": "0", "rate": "101"}]),
            ("forms", ["gold"]),
            ("store_days", "一"),
            ("changes", [{"ground": "clean", "years": 2, "manner": "share"}]),
            ("waivers", [{"clean_years": 0}]),
            ("cap_binds_raise", "yes"),
            ("several_applies", "all"),
        ],
    )
    def test_refuses_what_cannot_be_read(self, city, own, key, value):
        with refused("bond.setting_unreadable", key):
            put(city, own, key, value)

    def test_refuses_an_unknown_setting_and_one_without_source(self, city, own):
        with refused("bond.no_such_setting"):
            put(city, own, "nonsense", "1")
        with refused("bond.no_source", "source"):
            put(city, own, "cap", "1", source=" ")

    def test_unsetting_needs_no_source(self, city, own):
        assert put(city, own, "cap", None, source="").certainty == "unseen"

    def test_refused_once_in_force(self, cast, whole):
        with refused("bond.policy_in_force"):
            put(cast.actor(cast.users.province), whole, "cap", "1")

    def test_confirming_is_once_and_leaves_the_value(self, cast, whole):
        actor = cast.actor(cast.users.province)
        assert confirm_setting(actor=actor, uuid=whole.uuid, key="cap", now=NOW).confirmed_by
        with refused("bond.setting_confirmed"):
            confirm_setting(actor=actor, uuid=whole.uuid, key="cap", now=NOW)
        with refused("bond.setting_unset"):
            confirm_setting(actor=actor, uuid=whole.uuid, key="changes", now=NOW)

    def test_by_the_areas_officers_alone(self, cast, whole, own):
        for name in ("county", "other_county", "admin", "housing"):
            with pytest.raises(Forbidden):
                confirm_setting(
                    actor=cast.actor(getattr(cast.users, name)), uuid=own.uuid, key="cap", now=NOW
                )
        with pytest.raises(Forbidden):
            confirm_setting(
                actor=cast.actor(cast.users.prefecture), uuid=whole.uuid, key="cap", now=NOW
            )

    def test_a_new_one_begins_today_at_the_earliest_and_once(self, city, own, whole):
        args = {"actor": city, "region": "650100", "title": "甲", "like": whole.uuid, "now": NOW}
        with refused("bond.policy_backdated", "since"):
            add_policy(since=TODAY - timedelta(days=1), **args)
        with refused("bond.policy_there", "since"):
            add_policy(since=own.since, **args)
        with refused("bond.policy_elsewhere"):
            add_policy(**(args | {"region": "652300"}), since=date(2026, 12, 1))


def test_every_setting_is_shown(whole):
    groups = policies.setting_groups(whole)
    shown = [line.setting.key for group in groups for line in group.lines]
    assert sorted(shown) == sorted(SETTINGS)
    by_key = {line.setting.key: line for group in groups for line in group.lines}
    assert (by_key["changes"].text, by_key["changes"].certainty) == ("未设定", "原文未见，未设定")
    assert by_key["tiers"].rows[1][:2] == ["10,000,000.00", "2"]
    assert by_key["cap"].text == "5,000,000.00 元"
    assert by_key["forms"].text.startswith("现金存储、银行保函")
