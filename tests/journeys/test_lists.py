"""Finding things: across the platform, and in a list that is sorted, filtered and taken away."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import DESK, PHONE, People, Visitor

OFFICER, ADMIN = "renshe.zizhiqu", "zongbao.guanli"
KUNLUN = "昆仑大道安置房二期"


def shown_names(visitor: Visitor) -> list[str]:
    """The projects on the page, from top to bottom."""
    return visitor.page.locator("main tbody th a").all_inner_texts()


def shown_amounts(visitor: Visitor) -> list[float]:
    cells = visitor.page.locator("main tbody td[data-label^='合同额']").all_inner_texts()
    return [float(text.replace(",", "")) for text in cells]


class TestProjectList:
    def test_is_sorted_filtered_and_exported_as_it_is_shown(
        self, people: People, tmp_path: Path
    ) -> None:
        officer, page = people(OFFICER), people(OFFICER).page
        officer.go("/projects/")
        everything = shown_names(officer)
        page.locator("thead").get_by_role("link", name="合同额").click()
        falling = shown_amounts(officer)
        assert falling == sorted(falling, reverse=True)
        page.locator("thead").get_by_role("link", name="合同额").click()
        assert shown_amounts(officer) == falling[::-1]
        page.get_by_label("状态", exact=True).select_option(label="在建")
        officer.choose("地区", "tianshan", "天山区")
        officer.press("查找")
        names, amounts = shown_names(officer), shown_amounts(officer)
        assert 1 < len(names) < len(everything)
        assert amounts == sorted(amounts), "the order outlives the filter"
        total = page.locator("tfoot td.num").inner_text()
        assert float(total.replace(",", "")) == sum(amounts)
        expect(page.locator("main tbody td[data-label='状态']", has_not_text="在建")).to_have_count(
            0
        )
        officer.look("projects-filtered")
        with page.expect_download() as download:
            officer.follow("导出")
        copy = tmp_path / "projects.xlsx"
        download.value.save_as(copy)
        cells = {str(cell) for row in openpyxl.load_workbook(copy).active.values for cell in row}
        assert {name for name in everything if name in cells} == set(names)
        page.go_back()
        officer.sees("工程项目")
        officer.go("/projects/")
        officer.sees(f"共 {len(everything)} 个项目")

    def test_opens_a_row_on_a_phone(self, people: People) -> None:
        manager, page = people("zongbao.jingli", PHONE), people("zongbao.jingli", PHONE).page
        page.set_viewport_size(PHONE)
        manager.go("/projects/")
        row = page.locator("main tbody tr", has_text=KUNLUN)
        owner = row.locator("td[data-label='建设单位']")
        expect(owner).to_be_hidden()
        row.locator("summary").click()
        expect(owner).to_be_visible()
        page.get_by_label(re.compile("名称或编号")).fill("昆仑")
        manager.press("查找")
        assert shown_names(manager) == [KUNLUN]
        manager.look("projects-on-a-phone")


class TestPaging:
    def test_goes_through_an_accounts_movements_and_back(self, people: People) -> None:
        officer, page = people("renshe.tianshan"), people("renshe.tianshan").page
        officer.go("/projects/?q=棚户区改造三期")
        officer.follow("棚户区改造三期")
        officer.follow("专户", within="nav.tabs")
        movements = page.get_by_role("region", name="账户流水")
        balances = movements.locator("tbody td[data-label^='余额']")
        total = page.locator(".pager-total").inner_text()
        first = balances.all_inner_texts()
        read = list(first)
        expect(page.get_by_role("link", name="上一页")).to_have_count(0)
        while page.get_by_role("link", name="下一页").count():
            page.get_by_role("link", name="下一页").click()
            page.wait_for_load_state()
            expect(page.locator(".pager-total")).to_have_text(total)
            read += balances.all_inner_texts()
        assert len(read) > len(first)
        assert total == f"共 {len(read)} 笔"
        officer.look("movements-last-page")
        while page.get_by_role("link", name="上一页").count():
            page.get_by_role("link", name="上一页").click()
            page.wait_for_load_state()
        assert balances.all_inner_texts() == first


class TestGroupedList:
    def test_opens_by_prefecture_on_a_phone(self, people: People) -> None:
        officer, page = people(OFFICER), people(OFFICER).page
        page.set_viewport_size(PHONE)
        for path in ("/regions/", "/minimum-wages/"):
            officer.go(path)
            county = page.locator("main tbody th", has_text="伊吾县")
            expect(county).to_be_hidden()
            officer.look(f"grouped-{path.strip('/')}")
            page.set_viewport_size(PHONE)
            high = page.evaluate("() => document.documentElement.scrollHeight")
            assert high < 3000, "the groups are closed"
            page.locator("summary", has_text="哈密市").click()
            expect(county).to_be_visible()
            page.get_by_label("名称、代码或拼音").fill("yiwu")
            officer.press("查找")
            expect(county).to_be_visible()
            expect(page.get_by_text("天山区")).to_have_count(0)
        page.set_viewport_size(DESK)
        officer.go("/regions/")
        expect(page.locator("main tbody th", has_text="伊吾县")).to_be_visible()


class TestSearch:
    @pytest.mark.parametrize("text", ["昆仑", "XJ65010220260001"])
    def test_finds_a_project_by_name_and_number(self, people: People, text: str) -> None:
        admin = people(ADMIN)
        admin.go("/")
        admin.follow("查找", within="nav.nav")
        admin.page.get_by_role("search").get_by_role("textbox").fill(text)
        admin.press("查找")
        admin.follow(KUNLUN)
        admin.sees(KUNLUN, "工程概况")

    def test_says_what_to_do_where_nothing_is_found(self, people: People) -> None:
        admin = people(ADMIN)
        admin.go("/search/?q=没有这个项目")
        admin.sees("没有找到", "只在您能查看的范围内查找")
        admin.look("search-nothing")

    def test_finds_nothing_beyond_ones_reach(self, people: People) -> None:
        owner = people("fenbao.tianshan")
        owner.go("/search/?q=延南立交")
        owner.sees("没有找到")
