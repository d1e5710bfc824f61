"""Finding things: across the platform, and in a list that is sorted, filtered and taken away."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import PHONE, People, Visitor

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
