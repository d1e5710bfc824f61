"""The pages of what was judged and what could not be, and who is told that a rule does not run."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from monitoring import services
from monitoring.coverage import rule_faults
from monitoring.engine import run_pass
from monitoring.models import Coverage, EarlyWarning, Level, RuleRun
from tests.cast import TODAY
from tests.monitoring.conftest import at
from tests.monitoring.test_states import effect, effect_rule  # noqa: F401 - a fixture


def open_page(cast, user, name: str, *args: str, **query: str) -> str:
    response = cast.client(user).get(reverse(f"monitoring:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def swept(db):
    services.run_rules(as_of=TODAY, now=at(TODAY))


class TestFaults:
    def test_are_none_after_a_sweep(self, cast, swept):
        assert rule_faults(as_of=TODAY) == []
        assert rule_faults(as_of=TODAY + timedelta(days=1)) == []

    def test_name_what_was_not_judged_for_more_than_a_day(self, cast, swept):
        faults = rule_faults(as_of=TODAY + timedelta(days=2))

        assert {fault.words for fault in faults} == {f"自 {TODAY} 起没有巡查"}

    def test_name_what_failed_and_where(self, cast, swept):
        RuleRun.objects.filter(rule="PAY-01").update(status="failed", error="ZeroDivisionError")

        [fault] = rule_faults(as_of=TODAY)
        assert (fault.code, "ZeroDivisionError" in fault.words) == ("PAY-01", True)

    def test_name_runs_of_a_clock_that_was_ahead(self, cast, swept):
        faults = rule_faults(as_of=TODAY - timedelta(days=30))

        assert "时钟" in faults[0].words

    @pytest.mark.parametrize("user", ["operator", "province"])
    def test_stand_on_the_home_pages_of_operator_and_autonomous_region(self, cast, user):
        page = cast.client(getattr(cast.users, user)).get("/").content.decode()

        assert "预警规则没有正常巡查" in page

    def test_are_no_business_of_a_county(self, cast):
        page = cast.client(cast.users.county).get("/").content.decode()

        assert "预警规则没有正常巡查" not in page


class TestRuns:
    def test_show_what_each_rule_judged(self, cast, swept):
        page = open_page(cast, cast.users.county, "runs")

        assert "逾期未支付" in page
        assert "已判断项目" in page

    def test_of_one_rule_are_listed(self, cast, swept):
        assert TODAY.strftime("%Y") in open_page(cast, cast.users.operator, "rule_runs", "PAY-02")

    def test_of_a_rule_that_does_not_exist_are_not_found(self, cast):
        client = cast.client(cast.users.county)
        assert client.get(reverse("monitoring:rule_runs", args=["XXX-1"])).status_code == 404


class TestHeldBack:
    @pytest.fixture
    def held(self, effect):  # noqa: F811 - the fixture
        unknown = replace(effect, level=None, want="账户流水")
        run_pass([effect_rule(unknown)], as_of=TODAY, now=at(TODAY))
        return Coverage.everything.get()

    def test_is_listed_with_why_and_cut_by_state(self, cast, held):
        page = open_page(cast, cast.users.county, "coverage", state="unknown")
        assert "账户流水" in page
        assert cast.project.name in page
        assert "账户流水" not in open_page(cast, cast.users.county, "coverage", state="inhibited")

    def test_of_another_county_is_not_shown(self, cast, held):
        assert "账户流水" not in open_page(cast, cast.users.other_county, "coverage")

    def test_is_exported_as_listed(self, cast, held):
        client = cast.client(cast.users.county)
        answer = client.get(reverse("monitoring:coverage_export"))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        rows = list(openpyxl.load_workbook(BytesIO(content)).active.values)
        assert any("账户流水" in row for row in rows)


class TestHeldBackWarning:
    def test_says_why_on_its_page_and_keeps_its_days(self, cast, effect):  # noqa: F811
        warns = [effect_rule(effect)]
        run_pass(warns, as_of=date(2026, 10, 9), now=at(date(2026, 10, 9)))
        unknown = replace(effect, level=None, want="账户流水")
        run_pass([effect_rule(unknown)], as_of=TODAY, now=at(TODAY))

        warning = EarlyWarning.everything.get()
        page = open_page(cast, cast.users.county, "warning", str(warning.uuid))
        assert "账户流水" in page
        assert "期限照常计算" in page
        assert "账户流水" in open_page(cast, cast.users.county, "list")
        assert warning.level == Level.YELLOW
