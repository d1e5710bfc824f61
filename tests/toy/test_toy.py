"""The registry's proof: an app in a folder of its own stands in every shared page.

Nothing outside this folder knows the toy; only the settings of this test install it.
"""

import re

import pytest
from django.urls import clear_url_caches

import wagemon.urls
from core.hooks import declared
from identity.models import Grant
from identity.roles import Role
from monitoring.catalogue import RULES
from monitoring.models import EarlyWarning
from monitoring.services import run_rules
from projects.hook_kinds import ProjectTab
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
#: The rule of the toy, which its hooks.py declares the first time that it is read.
_rules = {}


@pytest.fixture
def toy(settings):
    """The platform with the toy installed."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.toy"]
    settings.WAGEMON_NOW = NOW.isoformat()
    RULES.update(_rules)
    names = ("handler400", "handler403", "handler404", "handler500")
    handlers = {name: getattr(wagemon.urls, name) for name in names}
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": wagemon.urls.patterns(), **handlers})
    clear_url_caches()
    yield
    _rules["TOY-01"] = RULES.pop("TOY-01")
    clear_url_caches()


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page(cast, user, url: str) -> str:
    return text_of(cast.client(user).get(url))


@pytest.mark.usefixtures("toy")
class TestProjectTab:
    def test_stands_between_the_tabs_of_others(self, cast):
        shown = page(cast, cast.users.labour, f"/projects/{cast.project.code}/people/")
        assert re.search("告示牌 食堂 预警", shown)

    def test_opens_its_page_to_those_it_names(self, cast):
        url = f"/projects/{cast.project.code}/canteen/"
        assert "这个项目的食堂有 120 座" in page(cast, cast.users.sub, url)
        assert cast.client(cast.users.owner).get(url).status_code == 403
        assert cast.client(cast.users.other_admin).get(url).status_code == 404


@pytest.mark.usefixtures("toy")
class TestHome:
    def test_has_the_section_for_its_roles(self, cast):
        assert "今日菜单：抓饭" in page(cast, cast.users.labour, "/")
        assert "今日菜单" not in page(cast, cast.users.owner, "/")

    def test_has_the_sections_of_both_roles_each_once(self, cast):
        user = cast.users.labour
        Grant.objects.create(user=user, role=Role.BUREAU_OFFICER, region_id="650102")
        shown = page(cast, user, "/")
        assert shown.count("今日菜单：抓饭") == shown.count("今日菜单：食堂待检查") == 1

    def test_has_the_section_of_the_navigation(self, cast):
        assert "工地食堂" in page(cast, cast.users.admin, "/projects/")
        assert "工地食堂" not in page(cast, cast.users.owner, "/projects/")
        assert "抓饭" in page(cast, cast.users.admin, "/canteen/")


@pytest.mark.usefixtures("toy")
class TestSearch:
    def test_finds_what_the_toy_knows(self, cast):
        assert "工地食堂今日菜单" in page(cast, cast.users.sub, "/search/?q=抓饭")


@pytest.mark.usefixtures("toy")
class TestProjectList:
    def test_has_the_column(self, cast):
        shown = page(cast, cast.users.county, "/projects/")
        assert "食堂座位" in shown
        assert "120 座" in shown


@pytest.mark.usefixtures("toy")
class TestSystem:
    def test_stands_in_the_strip_with_the_way_to_its_tab(self, cast):
        answer = cast.client(cast.users.labour).get(f"/projects/{cast.project.code}/")
        assert "食堂代管保证金。" in text_of(answer)
        assert f"/projects/{cast.project.code}/canteen/" in answer.content.decode()


@pytest.mark.usefixtures("toy")
class TestRule:
    def test_warns_and_shows_its_evidence_with_the_panel_beside_it(self, cast):
        run_rules(as_of=TODAY, now=NOW, codes=["TOY-01"])
        warning = EarlyWarning.everything.live().get(rule="TOY-01", project=cast.project)
        shown = page(cast, cast.users.county, f"/warnings/{warning.uuid}/")
        assert "座位 120" in shown
        assert "K1" not in shown
        assert "食堂看到预警 TOY-01" in shown
        assert "食堂未备案" in page(cast, cast.users.county, "/warnings/")


@pytest.mark.usefixtures("toy")
class TestBar:
    def test_stands_against_the_act_of_another_app(self, cast):
        closing = {"from_status": "active", "to_status": "closed", "reason": "完工"}
        url = f"/accounts/{cast.account.uuid}/status/"
        answer = cast.client(cast.users.bank).post(url, closing)
        assert "食堂还有 3 笔饭费没有结清" in text_of(answer)
        cast.account.refresh_from_db()
        assert cast.account.status == "active"


class TestWithoutTheToy:
    def test_nothing_of_it_is_left(self, cast):
        assert "canteen" not in {tab.key for tab in declared(ProjectTab)}
        assert "TOY-01" not in RULES
        assert cast.client(cast.users.admin).get("/canteen/").status_code == 404
