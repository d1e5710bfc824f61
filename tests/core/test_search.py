"""The search page: four kinds of things, each cut to what the reader sees."""

import re

import pytest

from core.search import HITS
from monitoring.models import EarlyWarning, Level
from payroll.models import PaySheet
from tests.cast import MONTH, NOW, TODAY

pytestmark = pytest.mark.django_db


def search(cast, user, text: str) -> str:
    answer = cast.client(user).get("/search/", {"q": text})
    assert answer.status_code == 200
    page = answer.content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def make_sheet(cast, number: str, **changes) -> PaySheet:
    fields = {
        "project": cast.project,
        "employer": cast.subcontractor,
        "month": MONTH,
        "due_on": TODAY,
        "created_at": NOW,
    }
    return PaySheet.everything.create(number=number, **(fields | changes))


@pytest.fixture
def warning(cast) -> EarlyWarning:
    return EarlyWarning.everything.create(
        rule="NTC-01",
        rule_version=1,
        title="告示牌未公示",
        fact_level=Level.YELLOW,
        subject=cast.project.subject,
        project=cast.project,
        summary="还没有张贴照片。",
        since=TODAY,
        evaluated_on=TODAY,
        sign_by=TODAY,
        settle_by=TODAY,
    )


class TestProjects:
    @pytest.mark.parametrize("name", ["admin", "sub", "owner", "county", "housing"])
    def test_are_found_by_name_and_code(self, cast, name):
        user = getattr(cast.users, name)
        assert cast.project.code in search(cast, user, "昆仑")
        assert cast.project.name in search(cast, user, cast.project.code)

    @pytest.mark.parametrize("name", ["other_admin", "other_county", "water", "operator"])
    def test_are_not_found_out_of_scope(self, cast, name):
        assert "没有找到" in search(cast, getattr(cast.users, name), cast.project.code)


class TestOrganisations:
    def test_are_found_by_officers_alone(self, cast):
        assert cast.owner.uscc in search(cast, cast.users.county, cast.owner.name)
        assert "没有找到" in search(cast, cast.users.admin, cast.owner.name)


class TestSheets:
    def test_are_found_by_the_beginning_of_their_number(self, cast):
        sheet = make_sheet(cast, "GZD000001202609001")
        for user in (cast.users.labour, cast.users.sub, cast.users.county):
            assert sheet.number in search(cast, user, "gzd0000012026")
        assert "没有找到" in search(cast, cast.users.sub, "000001202609001")

    def test_of_others_are_not_found(self, cast):
        own = make_sheet(cast, "GZD000001202609001")
        make_sheet(cast, "GZD000002202609001", employer=cast.contractor)
        found = search(cast, cast.users.sub, "GZD")
        assert own.number in found
        assert "GZD000002202609001" not in found
        for user in (cast.users.owner, cast.users.other_labour):
            assert "没有找到" in search(cast, user, "GZD")


class TestWarnings:
    @pytest.mark.parametrize("text", ["NTC-01", "ntc-01", "告示牌", "昆仑"])
    def test_are_found_by_rule_and_project(self, cast, warning, text):
        assert warning.summary in search(cast, cast.users.county, text)

    def test_are_not_found_out_of_scope(self, cast, warning):
        assert warning.summary not in search(cast, cast.users.other_county, "NTC-01")
        assert warning.summary not in search(cast, cast.users.owner, "NTC-01")


class TestPage:
    def test_asks_for_something_first(self, cast):
        for text in ("", "   "):
            assert "没有找到" not in search(cast, cast.users.admin, text)

    def test_refuses_what_cannot_be_looked_for(self, cast):
        assert "没有找到" not in search(cast, cast.users.admin, "\0")

    def test_says_when_there_is_more(self, cast):
        for number in range(HITS + 1):
            project = cast.make_project(f"XJ65010220269{number:02d}", f"大道{number}期")
            cast.take_part(project, cast.contractor, "009")
        found = search(cast, cast.users.admin, "大道")
        assert f"只列出前 {HITS} 条" in found
