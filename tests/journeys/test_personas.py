"""Everybody's home page and main pages, at the office desk and on a phone."""

from pathlib import PurePosixPath

import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import DESK, PHONE, People, Visitor

#: Who finds what in the bar on top, besides the day's work.
SECTIONS = {
    "zongbao.guanli": ["/projects/", "/warnings/", "/users/"],
    "zongbao.jingli": ["/projects/", "/warnings/"],
    "zongbao.laozi": ["/projects/", "/warnings/"],
    "fenbao.tianshan": ["/projects/", "/warnings/"],
    "jianshe.chengtou": ["/projects/", "/funding/"],
    "yinhang.jianhang": ["/accounts/"],
    "renshe.tianshan": [
        "/projects/",
        "/warnings/",
        "/organisations/",
        "/users/",
        "/minimum-wages/",
    ],
    "renshe.tianshan2": ["/warnings/"],
    "renshe.wulumuqi": ["/projects/", "/warnings/"],
    "renshe.zizhiqu": ["/projects/", "/warnings/"],
    "renshe.xinshi": ["/projects/", "/warnings/", "/minimum-wages/"],
    "renshe.hutubi": ["/projects/", "/warnings/", "/minimum-wages/"],
    "renshe.changji": ["/projects/", "/warnings/", "/organisations/", "/minimum-wages/"],
    "zhujian.wulumuqi": ["/projects/", "/warnings/"],
    "shuili.changji": ["/projects/", "/warnings/"],
    "yunwei": [],
}
#: What a project shows to those with different parts in it.
TABS = {
    "zongbao.laozi": ["参建与人员", "专户", "实名制", "考勤", "工资", "告示牌", "预警", "动态"],
    "fenbao.tianshan": ["实名制", "考勤", "工资"],
    "jianshe.chengtou": ["参建与人员", "专户", "告示牌"],
    "renshe.tianshan": ["专户", "实名制", "考勤", "工资", "预警"],
}
SITE = "棚户区改造三期"


def name_of(path: str) -> str:
    """A picture's name for an address."""
    return "-".join(PurePosixPath(path).parts[1:]) or "home"


def project_page(visitor: Visitor, name: str) -> None:
    """Find a project by its name in the list."""
    visitor.go(f"/projects/?q={name}")
    visitor.follow(name)


class TestHome:
    @pytest.mark.parametrize("username", SECTIONS)
    def test_opens_with_every_section_of_the_bar(self, people: People, username: str) -> None:
        visitor = people(username)
        visitor.go("/")
        visitor.look(f"{username}-home")
        bar = visitor.page.locator("nav.nav a")
        addresses = {link.get_attribute("href") for link in bar.all()}
        assert addresses >= {"/", *SECTIONS[username]}
        for path in SECTIONS[username]:
            visitor.go(path)
            visitor.look(f"{username}-{name_of(path)}")

    @pytest.mark.parametrize(
        "username", ["zongbao.laozi", "jianshe.chengtou", "renshe.tianshan", "zhujian.wulumuqi"]
    )
    def test_has_something_real_to_do(self, people: People, username: str) -> None:
        visitor = people(username)
        visitor.go("/")
        assert visitor.page.locator(".worklist .work").count() > 0

    def test_tells_the_operator_of_the_machine_and_of_nobody(self, people: People) -> None:
        operator = people("yunwei")
        operator.go("/")
        operator.sees("数据库", "审计链")
        operator.go("/warnings/")
        operator.sees("没有符合条件的预警")
        operator.go("/projects/")
        operator.sees("还没有项目")


class TestProject:
    @pytest.mark.parametrize("username", TABS)
    def test_shows_each_the_tabs_of_its_part(self, people: People, username: str) -> None:
        visitor = people(username)
        project_page(visitor, SITE)
        visitor.look(f"{username}-project")
        for tab in TABS[username]:
            visitor.follow(tab, within="nav.tabs")
            visitor.look(f"{username}-project-{tab}")

    def test_shows_where_one_is_in_a_bar_wider_than_a_phone(self, people: People) -> None:
        labour, page = people("zongbao.laozi"), people("zongbao.laozi").page
        page.set_viewport_size(PHONE)
        project_page(labour, SITE)
        for tab in ("动态", "工资", "概况"):
            labour.follow(tab, within="nav.tabs")
            current = page.locator("nav.tabs [aria-current]")
            expect(current).to_have_text(tab)
            expect(current).to_be_in_viewport(ratio=0.9)
        page.set_viewport_size(DESK)

    def test_keeps_wages_from_the_owner(self, people: People) -> None:
        owner = people("jianshe.chengtou")
        project_page(owner, SITE)
        assert owner.page.locator("nav.tabs a", has_text="工资").count() == 0
        with owner.expects(403):
            owner.page.goto(owner.page.url + "payroll/")

    def test_is_not_there_for_another_districts_industry(self, people: People) -> None:
        officer = people("zhujian.wulumuqi")
        officer.go("/projects/")
        officer.sees(SITE)
        assert officer.page.get_by_text("延南立交改造工程").count() == 0, "a road is not housing"

    @pytest.mark.parametrize(
        ("username", "seen", "beyond"),
        [
            ("shuili.changji", "头屯河生态治理工程", "北郊产业园标准厂房"),
            ("renshe.hutubi", "三屯河灌区续建配套工程", "客运枢纽站前广场"),
            ("renshe.changji", "客运枢纽站前广场", "体育中心训练馆"),
            ("renshe.xinshi", "体育中心训练馆", "棚户区改造三期"),
        ],
    )
    def test_is_seen_as_far_as_the_office_reaches(
        self, people: People, username: str, seen: str, beyond: str
    ) -> None:
        officer = people(username)
        officer.go("/projects/")
        officer.sees(seen)
        assert officer.page.get_by_text(beyond).count() == 0
        officer.follow(seen)
        officer.look(f"{username}-project")


class TestSignIn:
    def test_opens_for_anybody(self, people: People) -> None:
        for size, name in ((DESK, "desk"), (PHONE, "phone")):
            stranger = people.anybody(size)
            stranger.go("/")
            stranger.sees("登录")
            stranger.look(f"anybody-{name}-signin")
