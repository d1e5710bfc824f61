"""One's own sessions: seen, and ended at another browser."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.visitor import DESK, PHONE, People, Site, Visitor

OWNER = "jianshe.chengtou"


@pytest.fixture
def newcomer(browser: Browser, site: Site) -> Visitor:
    """Somebody at a browser of their own that nobody has used."""
    return Visitor(browser, site, DESK)


class TestSessions:
    def test_ends_the_one_at_another_browser(self, people: People, newcomer: Visitor) -> None:
        owner, page = people(OWNER), people(OWNER).page
        newcomer.sign_in(OWNER)
        owner.go("/sessions/")
        owner.look("sessions")
        page.get_by_role("button", name="结束登录", exact=True).first.click()
        page.get_by_role("dialog").get_by_role("button", name="结束登录").dblclick()
        owner.sees("那里的登录已结束。")
        newcomer.go("/projects/")
        expect(newcomer.page).to_have_url(re.compile("/signin/"))
        owner.go("/projects/")
        owner.sees("工程项目")
        newcomer.answer()


class TestOnAPhone:
    def test_menu_and_sessions_fit(self, browser: Browser, site: Site) -> None:
        owner = Visitor(browser, site, PHONE)
        owner.sign_in(OWNER)
        owner.page.get_by_label("用户菜单").tap()
        owner.follow("登录与安全", within=".user-menu")
        owner.sees("正在登录的设备")
        owner.look("sessions-phone")
        owner.answer()
