"""September's wages of 昆仑大道安置房二期, from the project's registration to the last yuan.

The steps are ordered: each begins where the one before it ended, as it does on site.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys import papers
from tests.journeys.papers import SAMPLES
from tests.journeys.steps import (
    PARTICULARS,
    Month,
    bring,
    compared_days,
    figure,
    preview,
    sign_and_submit,
)
from tests.journeys.visitor import PHONE, People

KUNLUN, ACCOUNT = "昆仑大道安置房二期", "65050161625000000123"
OWNER, SUBCONTRACTOR = "新疆某某城市建设投资有限公司", "天山劳务有限公司"
ADMIN, LABOUR, MANAGER = "zongbao.guanli", "zongbao.laozi", "zongbao.jingli"
CLERK, OFFICER = "fenbao.tianshan", "renshe.tianshan"
GROSS, NET = "167,610.00", "158,208.50"
#: Days on the pay sheet and in attendance, of the three workers where they differ.
DIFFERING = {("26", "24"), ("27", "27.5"), ("30", "29")}
REASON = "三人的出勤天数与考勤不一致，请按考勤改正后重新报送。"
STATUS = ".figure:has-text('状态')"
NEW_CARD = "6217008594069257770"

pytestmark = pytest.mark.usefixtures("in_order")


# 1. The project


def test_enterprise_admin_looks_up_who_takes_part(people: People, month: Month) -> None:
    admin = people(ADMIN)
    admin.go(f"/projects/?q={KUNLUN}")
    admin.follow(KUNLUN)
    month.kunlun = admin.page.url.removeprefix(admin.site.url)
    admin.look("kunlun-before")
    admin.follow("参建与人员", within="nav.tabs")
    for name in (OWNER, SUBCONTRACTOR):
        month.uscc[name] = admin.page.locator("tr", has_text=name).locator("small").inner_text()


def test_enterprise_admin_begins_to_register_a_project(people: People, month: Month) -> None:
    admin = people(ADMIN)
    page = admin.page
    admin.go("/projects/")
    admin.follow("登记项目")
    admin.look("register-empty")
    page.fill("#id_name", "和平路社区养老服务中心")
    page.fill("#id_contract_amount", "三千六百万")
    page.locator("#id_contract_amount").blur()
    page.locator("#group-id_contract_amount.field-bad").wait_for()
    page.fill("#id_contract_amount", "36,500,000.00")
    page.locator("#id_contract_amount").blur()
    expect(page.locator("#group-id_contract_amount.field-bad")).to_have_count(0)
    admin.sees("叁仟陆佰伍拾万元整")
    page.fill("#id_owner_uscc", month.uscc[OWNER])
    page.locator("#id_owner_uscc").blur()
    admin.sees(f"平台已登记：{OWNER}")
    admin.choose("项目所在地", "tianshan", "天山区")
    page.reload()
    admin.press("接着填")
    expect(page.locator("#id_name")).to_have_value("和平路社区养老服务中心")
    expect(page.locator("#id_contract_amount")).to_have_value("36,500,000.00")
    region = page.get_by_role("combobox", name="项目所在地")
    expect(region).to_have_value(re.compile("天山区"))
    admin.press("登记，下一步登记专户")
    expect(page.locator(".error-summary")).to_have_count(1)
    admin.look("register-faults")


def test_enterprise_admin_registers_the_project(people: People, month: Month) -> None:
    admin = people(ADMIN)
    page = admin.page
    for name, choice in {"category": "01", "industry": "housing"}.items():
        page.select_option(f"#id_{name}", choice)
    for name, text in PARTICULARS.items():
        page.fill(f"#id_{name}", text)
    admin.press("登记，下一步登记专户")
    admin.sees("项目已登记，编号")
    month.registered = page.url.removeprefix(admin.site.url).removesuffix("account/")
    admin.look("account-none")


def test_enterprise_admin_registers_the_wage_account(people: People, month: Month) -> None:
    admin = people(ADMIN)
    page = admin.page
    admin.follow("登记专户")
    admin.look("account-register")
    page.fill("#id_bank", "建设银行")
    page.get_by_role("option", name="中国建设银行某某支行").click()
    page.fill("#id_number", "6505 0161 6250 0000 0999")
    page.fill("#id_opened_on", "2026-09-16")
    page.fill("#id_filed_on", "2026-09-25")
    page.set_input_files("#id_agreement", papers.scan("三方协议.pdf", "agreement"))
    admin.press("登记专户")
    admin.sees("三方协议.pdf", "还没有约定人工费用拨付")
    admin.follow("填写拨付约定")
    for name, text in {"day": "8", "amount": "2,000,000", "since": "2026-09-20"}.items():
        page.fill(f"#id_{name}", text)
    admin.look("account-funding")
    admin.press("保存")
    admin.sees("本期人工费用")
    admin.look("account-registered")


def test_enterprise_admin_brings_in_the_subcontractor(people: People, month: Month) -> None:
    admin = people(ADMIN)
    page, dialog = admin.page, "#add-participant"
    admin.go(month.registered + "people/")
    admin.press("增加参建单位")
    page.select_option(f"{dialog} #id_role", label="劳务分包单位")
    page.fill(f"{dialog} #id_uscc", month.uscc[SUBCONTRACTOR])
    page.fill(f"{dialog} #id_entered_on", "2026-09-22")
    admin.look("participant-dialog")
    admin.press("增加", within=dialog)
    admin.sees(SUBCONTRACTOR, "张振华")
    admin.look("participants")
    admin.go(month.registered)
    admin.look("registered-overview")


# 2. The register and attendance


def test_subcontractor_imports_the_roster(people: People, month: Month) -> None:
    clerk = people(CLERK)
    clerk.go(month.kunlun + "workers/")
    clerk.sees("名册还是空的")
    clerk.look("register-of-nobody")
    clerk.go(month.kunlun + "workers/import/")
    clerk.look("roster-file")
    preview(clerk, month.kunlun + "workers/import/", SAMPLES / "roster.xlsx")
    clerk.look("roster-preview")
    clerk.press("确认入库（30 行）")
    clerk.press("确认入库（30 行）", within="dialog[open]")
    clerk.sees("共 30 行，入库 30 行。")
    clerk.look("roster-done")
    clerk.follow("看实名制名册")
    clerk.look("register")


def test_subcontractor_imports_attendance(people: People, month: Month) -> None:
    clerk = people(CLERK)
    address = month.kunlun + "attendance/import/?month=2026-09"
    preview(clerk, address, SAMPLES / "attendance.xlsx")
    assert "641.5" in figure(clerk, "出勤合计")
    clerk.press("确认入库（30 行）")
    clerk.press("确认入库（30 行）", within="dialog[open]")
    clerk.follow("看本月考勤")
    clerk.sees("共 30 人")
    clerk.look("attendance")


# 3. The pay sheet


def test_subcontractor_sees_the_faults_of_a_sheet_and_mends_one(
    people: People, month: Month
) -> None:
    clerk = people(CLERK)
    page = clerk.page
    preview(clerk, month.kunlun + "payroll/import/", SAMPLES / "faults.xlsx")
    faults = page.locator("#import-preview tbody tr th[scope=row]")
    rows = [int(text.split()[1]) for text in faults.all_inner_texts() if "行" in text]
    assert rows == sorted(rows), "the faults are in the order of the sheet"
    assert set(rows) == {5, 6, 7, 8, 9, 10, 24, 35}
    clerk.look("faults")
    page.get_by_role("button", name=re.compile(r"修改\s*第 7 行出勤天数")).click()
    expect(page.locator("#cell-7")).to_have_value("32")
    page.fill("#cell-7", "15")
    clerk.press("保存")
    expect(page.locator("#import-preview th", has_text="第 7 行")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile(r"修改\s*第 8 行"))).to_be_focused()


def test_subcontractor_takes_the_marked_copy_and_drops_the_sheet(
    people: People, month: Month, tmp_path: Path
) -> None:
    clerk = people(CLERK)
    with clerk.page.expect_download() as download:
        clerk.press("下载标注后的原表")
    copy = tmp_path / "marked.xlsx"
    download.value.save_as(copy)
    comments = papers.comments_in(copy)
    assert {int(re.sub(r"\D", "", cell)) for cell in comments} >= {5, 6, 8, 9, 10, 24, 35}
    clerk.press("作废这次上传")
    clerk.press("确认作废", within="#discard")
    clerk.sees("已作废这次上传")


@pytest.mark.parametrize("make", [papers.mislabelled, papers.empty])
def test_subcontractor_is_told_what_is_wrong_with_a_file(
    people: People, month: Month, make: Callable[[str], FilePayload]
) -> None:
    clerk = people(CLERK)
    bring(clerk, month.kunlun + "payroll/import/", make("工资表.xlsx"))
    told = clerk.page.locator("main .error-summary li, main .alert-bad p").first
    told.wait_for()
    assert re.search(r"[\u4e00-\u9fff]{6}", told.inner_text())
    clerk.look(f"refused-{make.__name__}")


@pytest.mark.parametrize("sample", ["twolevel.xlsx", "xls.xls", "gbcsv.csv", "textnumbers.xlsx"])
def test_subcontractor_tries_the_sheet_of_another_office(
    people: People, month: Month, sample: str
) -> None:
    clerk = people(CLERK)
    preview(clerk, month.kunlun + "payroll/import/", SAMPLES / sample)
    assert GROSS in figure(clerk, "应发合计")
    assert NET in figure(clerk, "实发合计")
    clerk.press("作废这次上传")
    clerk.press("确认作废", within="#discard")
    clerk.sees("已作废这次上传")


def test_subcontractor_submits_the_sheet_once(people: People, month: Month) -> None:
    clerk = people(CLERK)
    page = clerk.page
    preview(clerk, month.kunlun + "payroll/import/", SAMPLES / "usual.xlsx")
    clerk.look("sheet-preview")
    clerk.press("确认入库（30 行）")
    clerk.press("确认入库（30 行）", within="dialog[open]")
    clerk.follow("去提交工资表")
    month.sheet = page.url.removeprefix(clerk.site.url)
    page.fill("#id_progress", "3 号楼主体完成至 12 层，累计完成产值 42%。")
    clerk.press("保存")
    clerk.sees("工程进度已保存。")
    clerk.look("sheet-draft")
    sign_and_submit(clerk, month.sheet)
    expect(page.locator(".timeline h3", has_text="已提交")).to_have_count(1)
    clerk.look("sheet-submitted")


# 4. Review and payment


def test_labour_officer_returns_the_sheet(people: People, month: Month) -> None:
    officer = people(LABOUR)
    officer.go("/")
    officer.sees(KUNLUN)
    officer.go(month.sheet)
    officer.follow("审核")
    officer.sees("3 人天数不同。")
    officer.look("review")
    days = compared_days(officer)
    assert {(sheet, attendance) for _, sheet, attendance in days} == DIFFERING
    month.days = {int(row): float(attendance) for row, _, attendance in days}
    officer.press("退回")
    officer.page.fill("#return_reason", REASON)
    officer.press("退回", within="#return-sheet")
    officer.sees("已退回，对方会看到退回原因。")


def test_subcontractor_sees_why_and_corrects_it(people: People, month: Month) -> None:
    clerk = people(CLERK)
    clerk.go("/")
    clerk.sees(KUNLUN)
    clerk.look("home-with-a-returned-sheet")
    clerk.go(month.sheet)
    clerk.sees("总包已退回", REASON)
    clerk.look("sheet-returned")
    corrected = papers.corrected("usual.xlsx", month.days)
    preview(clerk, month.kunlun + "payroll/import/", corrected)
    clerk.press("确认入库（30 行）")
    clerk.press("确认入库（30 行）", within="dialog[open]")
    clerk.sees("共 30 行，入库 30 行。")
    sign_and_submit(clerk, month.sheet)


def test_labour_officer_approves_the_corrected_sheet(people: People, month: Month) -> None:
    officer = people(LABOUR)
    officer.go(month.sheet + "review/")
    officer.sees("天数与考勤一致")
    officer.press("审核通过")
    officer.press("审核通过", within="#approve-sheet")
    officer.sees("审核通过，可以代发。")


def test_owner_pays_in_at_the_bank(people: People, month: Month) -> None:
    owner = people("jianshe.chengtou")
    page = owner.page
    page.goto(owner.site.bank_url)
    page.locator("form[action='/deposit'] select").select_option(ACCOUNT)
    page.fill("form[action='/deposit'] input[name=amount]", "200000")
    page.fill("form[action='/deposit'] input[name=summary]", "九月人工费用")
    owner.press("存入")
    owner.sees("已存入 200,000.00 元。", "刘志刚")
    owner.look("bank")
    owner.go(month.kunlun + "account/")
    owner.reloads_until("九月人工费用")
    owner.look("account-after-deposit")
    with owner.expects(404):
        owner.go(month.sheet)
    owner.look("not-found")


def test_labour_officer_pays_and_one_wage_comes_back(people: People, month: Month) -> None:
    officer = people(LABOUR)
    officer.site.age_codes(LABOUR)
    officer.go(month.sheet)
    officer.press("代发工资")
    officer.look("pay-dialog")
    officer.press("确认代发", within="#pay")
    officer.sees("办理前请再输入一次动态口令")
    officer.look("step-up")
    officer.confirm_with_code()
    officer.sees("代发指令已生成")
    officer.reloads_until("部分发放", within=STATUS)
    officer.sees("户名不符")
    assert "29 人" in figure(officer, "已付")
    returned = officer.page.get_by_role("region", name="银行退回的工资")
    expect(returned.locator("tbody tr")).to_have_count(1)
    officer.look("sheet-partly-paid")
    officer.go(month.kunlun + "account/")
    officer.reloads_until("退汇：户名不符")
    officer.look("account-after-payment")


def test_labour_officer_changes_the_card_and_pays_the_last(people: People, month: Month) -> None:
    officer = people(LABOUR)
    page, dialog = officer.page, "dialog#card"
    officer.go(month.kunlun + "workers/?text=刘志强")
    page.locator("main tbody th a").first.click()
    officer.press("更换工资卡")
    page.fill(f"{dialog} [name=number]", NEW_CARD)
    page.fill(f"{dialog} [name=bank]", "中国建设银行乌鲁木齐某某支行")
    page.fill(f"{dialog} [name=since]", "2026-10-09")
    officer.press("确认更换", within=dialog)
    expect(page.locator("tr", has_text="使用中")).to_contain_text(NEW_CARD[-4:])
    officer.look("worker")
    officer.go(month.sheet)
    officer.press("更正后重新代发")
    officer.press("确认代发", within="#pay")
    page.wait_for_load_state()
    # The code given for the first payment counts for five minutes; a slow machine takes longer.
    if page.locator("[name=one_time_code]").count():
        officer.confirm_with_code()
    officer.sees("代发指令已生成")
    officer.reloads_until("已发放", within=STATUS)
    assert "30 人" in figure(officer, "已付")
    officer.look("sheet-paid")


# 5. and 6. A warning and the notice board


def test_county_officer_signs_for_a_warning(people: People, month: Month) -> None:
    officer = people(OFFICER)
    page = officer.page
    officer.go("/")
    first = page.locator(".worklist .work").first
    expect(first.locator(".level")).to_be_visible()
    expect(first.locator(".deadline")).to_be_visible()
    officer.go(f"/warnings/?text={KUNLUN}&rule=NTC-01")
    officer.follow("告示牌未公示")
    month.warning = page.url.removeprefix(officer.site.url)
    officer.sees("2026-03-01", "条例》第三十四条", "打印告示牌张贴到施工现场", "处置期限")
    officer.look("warning")
    page.fill("#id_sign-note", "请于三日内张贴并上传照片。")
    officer.press("签收")
    officer.press("签收", within="dialog[open]")
    officer.sees("已签收")


def test_project_manager_makes_the_board_on_a_phone(people: People, month: Month) -> None:
    manager = people(MANAGER, PHONE)
    page = manager.page
    manager.go(month.kunlun + "notice/")
    manager.look("board-none")
    manager.press("生成告示牌")
    manager.press("生成告示牌", within="dialog[open]")
    manager.sees("告示牌是最新的")
    answer = page.context.request.get(
        manager.site.url + (page.locator("td a", has_text="打开").get_attribute("href") or "")
    )
    assert answer.headers["content-type"] == "application/pdf"
    assert KUNLUN in papers.words_of(answer.body())
    page.set_input_files("#id_photo", papers.photo("告示牌.jpg", "notice board"))
    page.fill("#id_place", "工地大门口")
    manager.press("上传")
    expect(page.locator("figure.photo img")).to_be_visible()
    manager.look("board-posted")
    month.board = page.locator("a[href^='/b/']").get_attribute("href") or ""


def test_anybody_reads_the_board_on_a_phone(people: People, month: Month) -> None:
    worker = people.anybody(PHONE)
    worker.go(month.board)
    worker.sees(KUNLUN)
    worker.look("public-zh")
    worker.follow("ئۇيغۇرچە")
    expect(worker.page.locator("article[lang=ug][dir=rtl]")).to_be_visible()
    worker.look("public-ug")


def test_county_officer_sees_the_warning_clear_by_itself(people: People, month: Month) -> None:
    officer = people(OFFICER)
    officer.go(month.warning)
    officer.reloads_until("自动解除")
    steps = officer.page.locator(".timeline h3").all_inner_texts()
    assert any("产生并派发" in step for step in steps)
    assert any("签收" in step for step in steps)
    officer.look("warning-cleared")
