"""A project's overview: six systems, next steps, warnings, wages, facts."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import SpecialAccount
from bonds.services.determining import determine_bond
from monitoring import services as monitoring
from projects.models import Project
from supervision.selectors import systems
from supervision.services import judge
from tests.cast import NOW, TODAY


@pytest.fixture(autouse=True)
def on_the_day(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


def url_of(cast) -> str:
    return reverse("supervision:project", args=[cast.project.code])


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class TestOverview:
    @pytest.mark.parametrize(
        "name", ["admin", "manager", "labour", "sub", "owner", "county", "province", "housing"]
    )
    def test_opens_for(self, cast, name):
        response = cast.client(getattr(cast.users, name)).get(url_of(cast))
        assert response.status_code == 200
        assert "工资保证金" in text_of(response)

    @pytest.mark.parametrize("name", ["other_labour", "other_sub", "other_county", "water"])
    def test_is_not_there_for(self, cast, name):
        assert cast.client(getattr(cast.users, name)).get(url_of(cast)).status_code == 404

    def test_knows_no_such_project(self, cast):
        url = reverse("supervision:project", args=["XJ0"])
        assert cast.client(cast.users.labour).get(url).status_code == 404

    def test_is_only_read(self, cast):
        assert cast.client(cast.users.labour).post(url_of(cast)).status_code == 405

    def test_sends_a_stranger_to_sign_in(self, cast, client):
        assert client.get(url_of(cast)).url.startswith(reverse("identity:sign_in"))

    def test_leaves_registration_to_projects(self, cast):
        assert cast.client(cast.users.admin).get("/projects/new/").status_code == 200

    def test_hides_the_register_from_the_owner(self, cast):
        page = cast.client(cast.users.owner).get(url_of(cast)).content.decode()
        assert reverse("workers:register", args=[cast.project.code]) not in page

    def test_tells_no_owner_that_there_are_no_warnings(self, cast):
        assert "没有预警" not in text_of(cast.client(cast.users.owner).get(url_of(cast)))
        assert "没有预警" in text_of(cast.client(cast.users.sub).get(url_of(cast)))

    def test_leaves_answering_to_the_site(self, cast):
        monitoring.run_rules(as_of=TODAY, now=NOW, codes=["NTC-01"])
        assert "已预警" in text_of(cast.client(cast.users.labour).get(url_of(cast)))
        assert "反馈" not in text_of(cast.client(cast.users.county).get(url_of(cast)))

    def test_offers_the_next_step(self, cast):
        words = text_of(cast.client(cast.users.sub).get(url_of(cast)))
        assert "下一步" in words
        assert "导入花名册" in words

    def test_costs_the_same_for_a_full_register(self, cast):
        client = cast.client(cast.users.labour)
        few = self.queries(client, cast)
        assert cast.roster
        assert abs(self.queries(client, cast) - few) <= 2

    def queries(self, client, cast) -> int:
        client.get(url_of(cast))
        with CaptureQueriesContext(connection) as seen:
            client.get(url_of(cast))
        return len(seen)


class TestSystems:
    def state(self, cast, name: str, user: str = "county") -> tuple[str, str]:
        actor = cast.actor(getattr(cast.users, user))
        found = systems.project_systems(actor=actor, project=cast.project, as_of=TODAY)
        return next((one.state, one.reason) for one in found if one.name == name)

    def test_calls_an_empty_register_not_carried_out(self, cast):
        assert self.state(cast, "实名制") == ("no", "名册还是空的。")

    def test_calls_a_full_register_carried_out(self, cast):
        assert cast.roster
        assert self.state(cast, "实名制")[0] == "yes"

    @pytest.mark.parametrize("user", ["owner", "sub"])
    def test_tells_those_who_see_a_part_the_recorded_state_of_the_whole(self, cast, user):
        assert self.state(cast, "实名制", user)[0] == "unknown"
        judge(as_of=TODAY)
        assert self.state(cast, "实名制", user)[0] == "no"
        assert cast.roster
        judge(as_of=TODAY)
        assert self.state(cast, "实名制", user) == ("yes", "各用人单位都已落实。")

    def test_calls_an_open_account_carried_out(self, cast):
        assert self.state(cast, "专用账户")[0] == "yes"

    def test_calls_a_frozen_account_not_carried_out(self, cast):
        SpecialAccount.everything.update(status="frozen")
        assert self.state(cast, "专用账户") == ("no", "专户冻结。")

    def test_does_not_guess_at_a_bond_before_it_was_determined(self, cast):
        assert self.state(cast, "工资保证金")[0] == "unknown"

    def test_says_how_much_of_a_bond_is_missing(self, cast):
        actor = cast.actor(cast.users.admin)
        determine_bond(actor=actor, code=cast.project.code, now=NOW)
        state, reason = self.state(cast, "工资保证金")
        assert state == "no"
        assert reason.startswith("待存储：应存 1,720,000.00 元，还差 1,720,000.00 元")

    def test_misses_the_board_after_the_start(self, cast):
        assert self.state(cast, "告示牌")[0] == "no"

    def test_expects_no_board_before_the_start(self, cast):
        Project.everything.update(planned_start=TODAY + timedelta(days=1), actual_start=None)
        assert self.state(cast, "告示牌") == ("unknown", "尚未开工，还没有张贴。")

    def test_knows_nothing_of_wages_before_the_first_month(self, cast):
        assert self.state(cast, "按月足额支付")[0] == "unknown"
