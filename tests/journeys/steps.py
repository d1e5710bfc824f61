"""What several steps of the wage month do, and what they leave to the next."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import FilePayload, expect

from tests.journeys import papers
from tests.journeys.visitor import Visitor

#: The rest of the new project's particulars 规程二(一), field by field.
PARTICULARS = {
    "address": "和平南路 88 号",
    "permit_number": "650102202609150101",
    "contract_signed_on": "2026-09-10",
    "planned_start": "2026-09-20",
    "planned_end": "2027-10-31",
    "sheet_day": "5",
    "pay_day": "15",
    "manager_name": "张振华",
    "manager_phone": "13899990001",
    "leader_name": "王建国",
    "leader_phone": "13899990002",
    "labour_name": "阿依古丽·吐尔逊",
    "labour_phone": "13899990003",
}
_COMPARED = ("原表行", "工资表（天）", "考勤（天）")


@dataclass
class Month:
    """What earlier steps leave to later ones."""

    uscc: dict[str, str] = field(default_factory=dict)
    registered: str = ""
    kunlun: str = ""
    sheet: str = ""
    days: dict[int, float] = field(default_factory=dict)
    warning: str = ""
    board: str = ""
    broken_at: str = ""


def bring(visitor: Visitor, address: str, file: Path | FilePayload) -> None:
    """Choose a file on the first page of an import and send it."""
    visitor.go(address)
    visitor.page.set_input_files("#id_file", file)
    visitor.press("上传并核对")


def preview(visitor: Visitor, address: str, file: Path | FilePayload) -> None:
    """Bring a file and wait until it is read."""
    bring(visitor, address, file)
    visitor.page.locator("#import-preview").wait_for()
    expect(visitor.page.locator(".steps [aria-current=step]")).to_have_text(re.compile("预览"))


def figure(visitor: Visitor, label: str) -> str:
    """What stands under a figure's label."""
    return visitor.page.locator(".figure", has_text=label).first.inner_text()


def sign_and_submit(visitor: Visitor, address: str) -> None:
    """Upload the signed sheet, then hand it in; whoever is nervous clicks twice."""
    visitor.go(address)
    page = visitor.page
    page.set_input_files(
        "form[action$='signed/keep/'] input[type=file]", papers.scan("签字表.pdf", "2026-09")
    )
    visitor.press("上传签字表")
    visitor.sees("签字表已上传。")
    page.get_by_role("button", name="提交总包审核").click()
    page.get_by_role("button", name="确认提交").dblclick()
    visitor.sees("已提交，等待总包单位审核。")


def compared_days(visitor: Visitor) -> list[list[str]]:
    """Row, days on the sheet and days in attendance, of those that stand out in a review."""
    return [
        [row.locator(f"td[data-label='{label}']").inner_text() for label in _COMPARED]
        for row in visitor.page.get_by_role("region", name="天数不同的工人")
        .locator("tbody tr")
        .all()
    ]
