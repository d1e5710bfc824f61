"""A clerk's pay sheets that are not right at once: another month, a sheet for each team, faults.

The steps are ordered: the register that the first fills is what the others are checked against.
"""

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.journeys.papers import SAMPLES
from tests.journeys.steps import Month, figure, preview
from tests.journeys.visitor import People, Visitor

CLERK, KUNLUN = "fenbao.tianshan", "昆仑大道安置房二期"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Our columns as they stand in the sample, from B on.
COLUMNS = (
    *("name", "id", "team", "trade", "days", "rate", "overtime", "gross", "advance", "deduction"),
    *("net", "card", "bank", "phone"),
)
#: Rows of the faulty sample that are mended cell by cell; 24 is pasted anew, 35 deleted.
TYPED = (5, 6, 7, 8, 9, 10)

pytestmark = pytest.mark.usefixtures("in_order")


def cell(visitor: Visitor, row: int, column: str) -> Locator:
    return visitor.page.locator(f"tr[data-key='{row}'] td[data-column='{column}']")


def saved(visitor: Visitor, place: Locator) -> None:
    """Wait until what was typed has come back from the platform."""
    expect(visitor.page.locator(".cell-waiting, .cell-unsaved")).to_have_count(0)
    expect(place).to_have_class(re.compile("cell-changed"))


def type_into(visitor: Visitor, place: Locator, text: str) -> None:
    """Choose a cell and type: figures at once, Chinese into the opened cell, where it composes."""
    place.click()
    if text.isascii():
        visitor.page.keyboard.type(text)
    else:
        visitor.page.keyboard.press("F2")
        place.locator("input").fill(text)
    visitor.page.keyboard.press("Enter")
    saved(visitor, place)


def true_row(row: int) -> list[str]:
    sheet = openpyxl.load_workbook(SAMPLES / "usual.xlsx").worksheets[0]
    return [str(sheet.cell(row, at).value) for at in range(2, 2 + len(COLUMNS))]


def team_sheets() -> FilePayload:
    """The usual sheet with each team on a worksheet of its own."""
    usual = openpyxl.load_workbook(SAMPLES / "usual.xlsx").worksheets[0]
    rows = [list(row) for row in usual.iter_rows(min_row=3, values_only=True)]
    header, people = rows[0], [row for row in rows[1:] if row[2] and len(str(row[2])) == 18]
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for team in dict.fromkeys(row[3] for row in people):
        sheet = book.create_sheet(team)
        sheet.append([f"2026年9月{team}工资表"])
        sheet.append(header)
        for row in people:
            if row[3] == team:
                sheet.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return FilePayload(name="各班组工资表.xlsx", mimeType=XLSX, buffer=buffer.getvalue())


def set_aside(visitor: Visitor) -> None:
    visitor.press("作废这次上传")
    visitor.press("确认作废", within="#discard")
    visitor.sees("已作废这次上传")


def test_clerk_fills_the_register(people: People, month: Month) -> None:
    clerk = people(CLERK)
    clerk.go(f"/projects/?q={KUNLUN}")
    clerk.follow(KUNLUN)
    month.kunlun = clerk.page.url.removeprefix(clerk.site.url)
    preview(clerk, month.kunlun + "workers/import/", SAMPLES / "roster.xlsx")
    clerk.press("确认入库（30 行）")
    clerk.press("确认入库（30 行）", within="dialog[open]")
    clerk.sees("共 30 行，入库 30 行。")
    clerk.look("import-done")


def test_clerk_switches_to_the_month_that_the_sheet_names(people: People, month: Month) -> None:
    clerk = people(CLERK)
    clerk.go(month.kunlun + "payroll/import/")
    clerk.page.fill("#id_month", "2026-08")
    clerk.page.set_input_files("#id_file", SAMPLES / "usual.xlsx")
    clerk.press("上传并核对")
    clerk.sees("表里写的是 2026年9月，要上传的是 2026年8月")
    clerk.look("import-other-month")
    clerk.press("改为2026年9月")
    clerk.sees("已改到表里写的月份")
    expect(clerk.page.get_by_role("button", name="确认入库（30 行）")).to_be_visible()
    set_aside(clerk)


def test_clerk_sees_what_became_of_each_teams_worksheet(people: People, month: Month) -> None:
    clerk = people(CLERK)
    preview(clerk, month.kunlun + "payroll/import/", team_sheets())
    assert "158,208.50" in figure(clerk, "实发合计")
    clerk.follow("工作簿清点")
    for team in ("钢筋班", "木工班", "砌筑班"):
        panel = clerk.page.locator(".panel", has_text=f"工作表“{team}”")
        expect(panel.get_by_text("已读取")).to_be_visible()
    clerk.look("import-account")
    set_aside(clerk)


def test_clerk_mends_a_sheet_to_the_end_without_leaving_the_page(
    people: People, month: Month, tmp_path: Path
) -> None:
    clerk = people(CLERK)
    page = clerk.page
    preview(clerk, month.kunlun + "payroll/import/", SAMPLES / "faults.xlsx")
    clerk.follow("整张表 30")
    clerk.look("import-grid")
    faulty = openpyxl.load_workbook(SAMPLES / "faults.xlsx").worksheets[0]
    for row in TYPED:
        for at, (column, text) in enumerate(zip(COLUMNS, true_row(row), strict=True), 2):
            if str(faulty.cell(row, at).value) != text:
                place = cell(clerk, row, column)
                type_into(clerk, place, text)
    page.evaluate(
        """([key, text]) => {
            const place = document.querySelector(`tr[data-key='${key}'] td[data-column=name]`);
            place.click();
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            place.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        ["24", "\t".join(true_row(24))],
    )
    saved(clerk, cell(clerk, 24, "id"))
    page.locator("tr[data-key='35']").get_by_role("button", name=re.compile("删去")).click()
    expect(page.locator("tr[data-key='35']")).to_have_class(re.compile("row-removed"))
    cell(clerk, 7, "days").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("tr[data-key='35']")).not_to_have_class(re.compile("row-removed"))
    page.locator("tr[data-key='35']").get_by_role("button", name=re.compile("删去")).click()
    commit = page.get_by_role("button", name="确认入库（29 行）")
    expect(commit).to_be_visible()
    clerk.look("import-mended")
    with page.expect_download() as download:
        clerk.press("下载标注后的原表")
    download.value.save_as(tmp_path / "marked.xlsx")
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames[:2] == ["问题清单", "改动清单"]
    commit.click()
    clerk.press("确认入库（29 行）", within="dialog[open]")
    clerk.sees("共 29 行，入库 29 行。")


def test_clerk_finds_the_import_again(people: People, month: Month) -> None:
    clerk = people(CLERK)
    clerk.go("/payroll/imports/?state=committed")
    clerk.look("imports")
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("button", name=re.compile("^原表")).first.click()
    assert download.value.suggested_filename == "faults.xlsx"
    clerk.follow("faults.xlsx")
    clerk.page.get_by_role("link", name=re.compile("^改动")).click()
    clerk.sees("删去的行")
    clerk.look("import-changes")
