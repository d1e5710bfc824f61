"""People and their sign-ins: two at one object, two firms, a session lost, somebody who leaves."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.visitor import DESK, PHONE, People, Site, Visitor

OWNER, ADMIN, LABOUR = "jianshe.chengtou", "zongbao.guanli", "zongbao.laozi"
CLERK, OFFICER, COLLEAGUE = "fenbao.tianshan", "renshe.tianshan", "renshe.tianshan2"
SITE = "棚户区改造三期"
LEAVER, SUCCESSOR = "阿依古丽·吐尔逊", "张振华"


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


class TestOneObject:
    def test_second_of_two_tabs_is_told_what_was_done(self, people: People) -> None:
        labour = people(LABOUR)
        labour.go(f"/projects/?q={SITE}")
        labour.follow(SITE)
        labour.follow("工资", within="nav.tabs")
        row = labour.page.locator("main tbody tr", has_text="已提交")
        row.first.get_by_role("link", name="查看").click()
        labour.follow("审核")
        other = labour.context.new_page()
        other.goto(labour.page.url)
        other.get_by_role("button", name="审核通过", exact=True).click()
        other.locator("#approve-sheet").get_by_role("button", name="审核通过").click()
        other.get_by_text("审核通过，可以代发。").wait_for()
        labour.press("退回")
        labour.page.fill("#return_reason", "三人的天数与考勤不一致，请改正。")
        labour.press("退回", within="#return-sheet")
        labour.sees("没有办理", f"{LEAVER}已于", "已审核")
        labour.look("second-tab-refused")
        other.close()

    def test_second_of_two_officers_is_told_what_was_done(self, people: People) -> None:
        first, second = people(OFFICER), people(COLLEAGUE)
        first.go("/warnings/?handling=dispatched")
        first.page.locator("main tbody th a").first.click()
        warning = first.page.url.removeprefix(first.site.url)
        second.go(warning)
        second.page.fill("#id_sign-note", "已联系项目部，明日到场。")
        for officer, told in ((first, "已签收"), (second, "没有生效")):
            officer.press("签收")
            officer.press("签收", within="dialog[open]")
            officer.sees(told)
        second.look("second-officer-refused")
        second.go(warning)
        expect(second.page.locator(".timeline h3", has_text="签收")).to_have_count(1)


class TestTwoFirms:
    def test_one_sign_in_serves_both(self, people: People) -> None:
        admin, clerk = people(ADMIN), people(CLERK)
        admin.go("/users/")
        admin.press("邀请已有用户名的人")
        admin.page.locator("#colleague").get_by_label("姓名").fill("伊力亚斯·玉素甫")
        admin.page.locator("#colleague").get_by_label("岗位").select_option(label="项目经理")
        admin.press("生成邀请链接", within="#colleague")
        link = admin.page.get_by_label("邀请链接").input_value()
        admin.look("invitation-link")
        admin.follow("返回“本单位用户”")
        admin.sees("本单位用户")
        clerk.page.goto(clerk.site.url + "/invite/" + link.split("/invite/")[1])
        clerk.sees("新疆某某建设工程有限公司")
        clerk.look("invitation-join")
        clerk.press("以现在的用户接受")
        clerk.go("/projects/")
        expect(clerk.page.get_by_text("大湾北路停车楼").first).to_be_visible()
        expect(clerk.page.get_by_text("延南立交改造工程")).to_have_count(0)
        self.switch(clerk, "新疆某某建设工程有限公司")
        clerk.go("/projects/")
        clerk.sees("红光山片区道路及管网工程")
        clerk.look("switched-projects")
        self.switch(clerk, "天山劳务有限公司")
        clerk.go("/projects/?q=红光山")
        clerk.sees("没有符合条件的项目")

    def switch(self, visitor: Visitor, firm: str) -> None:
        """Through the menu of one's own name."""
        visitor.page.get_by_label("用户菜单").click()
        visitor.page.locator(".user-menu").get_by_role("button", name=f"切换为{firm}").click()
        visitor.page.get_by_label("用户菜单").click()
        expect(visitor.page.locator(".user-menu p")).to_contain_text(firm)


class TestLostSession:
    def test_leads_back_to_the_form_with_what_was_typed(self, people: People) -> None:
        admin, page = people(ADMIN), people(ADMIN).page
        admin.go("/users/new/")
        page.fill("#id_name", "赵晓燕")
        page.fill("#id_username", "zhao.xiaoyan")
        page.select_option("#id_role", label="劳资专管员")
        page.wait_for_load_state("networkidle")
        admin.site.expire_sessions(ADMIN)
        admin.press("增加")
        admin.sees("您填写的内容已经保留", "会回到原来的表单")
        admin.look("lost-session-sign-in")
        admin.give_password(ADMIN)
        admin.sees("您填写的内容还在")
        expect(page.locator("#id_name")).to_have_value("赵晓燕")
        expect(page.locator("#id_username")).to_have_value("zhao.xiaoyan")
        expect(page.locator("#id_role option:checked")).to_have_text("劳资专管员")
        admin.look("lost-session-form-again")
        admin.press("增加")
        admin.sees("赵晓燕", "zhao.xiaoyan")
        admin.go("/users/")
        admin.sees("赵晓燕")


class TestLeaving:
    def test_ends_sessions_at_once_and_hands_the_work_on(self, people: People) -> None:
        admin, leaver = people(ADMIN), people(LABOUR)
        leaver.go("/projects/")
        admin.go("/users/")
        admin.follow(LEAVER)
        admin.press("停用")
        dialog = admin.page.locator("#disable")
        tasks = dialog.locator("li")
        assert tasks.count() > 1
        project = tasks.first.inner_text().split("：")[0]
        admin.press("停用", within="#disable")
        admin.sees("请先选择接手的同事")
        admin.look("leaving-without-successor")
        dialog.get_by_label("接手的同事").select_option(label=SUCCESSOR)
        admin.press("停用", within="#disable")
        admin.sees(f"{LEAVER}已停用，所有登录已结束。")
        leaver.go("/projects/")
        expect(leaver.page).to_have_url(re.compile("/signin/"))
        leaver.look("signed-out-by-leaving")
        leaver.page.fill("#id_username", LABOUR)
        leaver.page.fill("#id_password", leaver.site.personas[LABOUR]["password"])
        leaver.press("登录")
        leaver.sees("没有登录")
        admin.go(f"/projects/?q={project}")
        admin.follow(project)
        admin.follow("参建与人员", within="nav.tabs")
        offices = admin.page.get_by_role("region", name="项目人员").locator("tbody tr")
        office = offices.filter(has_text="劳资专管员")
        expect(office.filter(has_text=SUCCESSOR)).to_contain_text("现任")
        expect(office.filter(has_text=LEAVER)).not_to_contain_text("现任")
        admin.look("offices-handed-on")
