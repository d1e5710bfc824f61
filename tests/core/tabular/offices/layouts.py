"""Every way in which an office lays the thirty out.

A layout returns the workbook and says what a right reading finds. `LAYOUTS` are to be read;
`TRAPS` hold what must never be taken for the month's wages without a word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.core.tabular.offices.books import Book, Page
from tests.core.tabular.offices.people import TEAMS, Paid, everybody, others

Getter = Callable[[Paid], Any]
FIELDS: dict[str, Getter] = {
    name: (lambda p, name=name: getattr(p, name))
    for name in (
        *("name", "id", "team", "trade", "days", "rate", "overtime", "gross"),
        *("advance", "deduction", "net", "card", "phone"),
    )
}
#: Three offices' words for the same columns.
WORDS: dict[str, dict[str, str]] = {
    "model": {
        "name": "姓名", "id": "身份证号码", "team": "班组", "trade": "工种", "days": "出勤天数",
        "rate": "日工资标准", "overtime": "加班工资", "gross": "应发工资", "advance": "借支",
        "deduction": "代扣", "net": "实发工资", "card": "银行卡号", "phone": "联系电话",
    },
    "units": {
        "name": "姓 名", "id": "身份证号", "team": "所属班组", "trade": "岗位",
        "days": "出勤（天）", "rate": "单价（元/工日）",
        "overtime": "加班费(元)", "gross": "本月应发金额(元)",
        "advance": "预支（元）", "deduction": "扣款(元)", "net": "本月实发金额(元)",
        "card": "工资卡账号", "phone": "手机号码",
    },
    "platform": {
        "name": "工人姓名", "id": "公民身份号码", "team": "班组名称", "trade": "工种名称",
        "days": "考勤天数", "rate": "日薪", "overtime": "加班金额", "gross": "应付工资总额",
        "advance": "借款", "deduction": "代扣代缴", "net": "实付工资", "card": "工资卡银行账号",
        "phone": "联系方式",
    },
}  # fmt: skip
USUAL = (
    *("name", "id", "team", "trade", "days", "rate", "overtime", "gross", "advance", "deduction"),
    *("net", "card"),
)
TITLE = "昆仑大道安置房二期2026年9月农民工工资支付表"
SUMS = ("days", "overtime", "gross", "advance", "deduction", "net")


@dataclass(frozen=True)
class Laid:
    """A workbook, the people that a right reading finds, and whether it finds their teams."""

    book: Book
    people: Sequence[Paid]
    has_teams: bool = False


def sums(people: Sequence[Paid], columns: Sequence[str], label: str, at: int = 1) -> list[Any]:
    """A line of totals under these columns."""
    line: list[Any] = [
        sum((FIELDS[c](p) for p in people), Decimal()) if c in SUMS else "" for c in columns
    ]
    line.insert(0, "")
    line[at] = label
    return line


def table(
    page: Page,
    people: Sequence[Paid],
    columns: Sequence[str] = USUAL,
    words: str = "model",
    *,
    total: str = "合计",
    first: int = 1,
) -> None:
    """Header, workers and total at the end of a page."""
    page.add("序号", *[WORDS[words][c] for c in columns], "签字")
    for number, person in enumerate(people, first):
        page.add(number, *[FIELDS[c](person) for c in columns], "")
    if total:
        page.rows.append(sums(people, columns, total, at=0))


def title(page: Page, text: str = TITLE, width: int = 14) -> None:
    page.add(text, *[""] * (width - 1))
    page.merge(0, 0, 0, width - 1)


def usual(words: str = "model", columns: Sequence[str] = USUAL) -> Laid:
    people, page = everybody(), Page("工资表")
    title(page)
    page.add("分包单位：天山劳务有限公司", "", "", "", "", "单位：元")
    table(page, people, columns, words)
    page.add("大写：", "壹拾陆万元整")
    page.add("制表人：李四", "", "审核人：王五", "", "", "日期：2026年10月8日")
    page.add("说明：本表一式三份，工人本人签字后生效。")
    return Laid(Book([page]), people, "team" in columns)


def words_of_units() -> Laid:
    return usual("units")


def words_of_platform() -> Laid:
    return usual("platform")


def without_total() -> Laid:
    people, page = everybody(), Page("Sheet1")
    table(page, people, total="")
    return Laid(Book([page]), people, True)


def unnamed_total() -> Laid:
    laid = without_total()
    laid.book.pages[0].rows.append(sums(laid.people, USUAL, "", at=0))
    return laid


NO_TEAM = tuple(c for c in USUAL if c != "team")


def team_sheets() -> Laid:
    people, pages = everybody(), []
    for team in TEAMS:
        page = Page(team)
        title(page, f"昆仑大道安置房二期2026年9月{team}工资表")
        table(page, [p for p in people if p.team == team], NO_TEAM)
        pages.append(page)
    return Laid(Book(pages), people, True)


def team_sheets_of_their_own_kind() -> Laid:
    people, pages = everybody(), []
    orders = (
        NO_TEAM,
        tuple(reversed(NO_TEAM)),
        ("id", "name", "net", "gross", "days", "card", "advance", "deduction"),
    )
    for team, columns, words in zip(TEAMS, orders, WORDS, strict=True):
        page = Page(team)
        table(page, [p for p in people if p.team == team], columns, words)
        pages.append(page)
    return Laid(Book(pages), people, True)


def tables_below() -> Laid:
    people, page = everybody(), Page("工资表")
    for team in TEAMS:
        page.add(f"{team}2026年9月工资表")
        page.add(f"班组：{team}", "", "", "单位：元")
        table(page, [p for p in people if p.team == team], NO_TEAM)
        page.add("班组长：", "", "", "日期：")
        page.add()
    return Laid(Book([page]), people, True)


def tables_below_of_their_own_kind() -> Laid:
    people, page = everybody(), Page("工资表")
    orders = (
        NO_TEAM,
        tuple(reversed(NO_TEAM)),
        ("id", "name", "net", "gross", "days", "card", "advance", "deduction"),
    )
    for team, columns, words in zip(TEAMS, orders, WORDS, strict=True):
        page.add(f"班组：{team}")
        table(page, [p for p in people if p.team == team], columns, words, total="小计")
    return Laid(Book([page]), people, True)


def side_by_side() -> Laid:
    people, page = everybody(), Page("工资表")
    columns = ("name", "id", "days", "gross", "advance", "deduction", "net", "card")
    title(page, TITLE, 18)
    head = ["序号", *[WORDS["model"][c] for c in columns]]
    page.add(*head, "", *head)
    for n in range(15):
        cells = [[m + 1, *[FIELDS[c](people[m]) for c in columns]] for m in (n, n + 15)]
        page.add(*cells[0], "", *cells[1])
    left, right = (sums(people[a:b], columns, "合计", at=0) for a, b in ((0, 15), (15, 30)))
    page.add(*left, "", *right)
    return Laid(Book([page]), people)


def two_levels() -> Laid:
    people, page = everybody(), Page("工资表")
    title(page)
    page.add(
        "序号",
        "姓名",
        "身份证号码",
        "班组",
        "出勤天数",
        "应发工资",
        "",
        "",
        "应扣款项",
        "",
        "实发工资",
        "银行卡号",
    )
    page.add("", "", "", "", "", "计时工资", "加班工资", "合计", "借支", "代扣", "", "")
    for column in (0, 1, 2, 3, 4, 10, 11):
        page.merge(1, column, 2, column)
    page.merge(1, 5, 1, 7)
    page.merge(1, 8, 1, 9)
    for n, p in enumerate(people, 1):
        page.add(
            n,
            p.name,
            p.id,
            p.team,
            p.days,
            p.gross - p.overtime,
            p.overtime,
            p.gross,
            p.advance,
            p.deduction,
            p.net,
            p.card,
        )
    return Laid(Book([page]), people, True)


def three_levels() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add("序号", "人员信息", "", "", "工资", "", "", "", "", "", "备注")
    page.add("", "姓名", "身份证号", "银行卡号", "出勤天数", "应发", "", "应扣", "", "实发工资", "")
    page.add("", "", "", "", "", "加班工资", "应发合计", "借支", "代扣", "", "")
    page.merge(0, 0, 2, 0)
    page.merge(0, 1, 0, 3)
    page.merge(0, 4, 0, 9)
    page.merge(0, 10, 2, 10)
    for column in (1, 2, 3, 4, 9):
        page.merge(1, column, 2, column)
    page.merge(1, 5, 1, 6)
    page.merge(1, 7, 1, 8)
    for n, p in enumerate(people, 1):
        page.add(
            n, p.name, p.id, p.card, p.days, p.overtime, p.gross, p.advance, p.deduction, p.net, ""
        )
    return Laid(Book([page]), people)


def four_levels() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add("序号", "基本信息", "", "", "工资情况", "", "", "", "", "")
    page.add("", "姓名", "身份证号", "银行卡号", "出勤天数", "金额", "", "", "", "实发工资")
    page.add("", "", "", "", "", "应发", "", "应扣", "", "")
    page.add("", "", "", "", "", "加班工资", "应发合计", "借支", "代扣", "")
    page.merge(0, 0, 3, 0)
    page.merge(0, 1, 0, 3)
    page.merge(0, 4, 0, 9)
    for column in (1, 2, 3, 4, 9):
        page.merge(1, column, 3, column)
    page.merge(1, 5, 1, 8)
    page.merge(2, 5, 2, 6)
    page.merge(2, 7, 2, 8)
    for n, p in enumerate(people, 1):
        page.add(
            n, p.name, p.id, p.card, p.days, p.overtime, p.gross, p.advance, p.deduction, p.net
        )
    return Laid(Book([page]), people)


def printed_pages() -> Laid:
    people, page = everybody(), Page("工资表")
    for number in range(3):
        page.add(TITLE)
        part = people[number * 10 : number * 10 + 10]
        table(page, part, total="本页小计", first=number * 10 + 1)
        page.add(f"第 {number + 1} 页，共 3 页")
    page.rows.append(sums(people, USUAL, "合\n计", at=0))
    return Laid(Book([page]), people, True)


def lines_under_the_header() -> Laid:
    people, page = everybody(), Page("工资表")
    title(page)
    page.add("序号", *[WORDS["model"][c] for c in USUAL])
    page.add("", "", "", "", "", "天", "元/天", "元", "元", "元", "元", "元", "")
    page.add("甲", "乙", "丙", "丁", "戊", "1", "2", "3", "4=1×2+3", "5", "6", "7=4-5-6", "8")
    for n, p in enumerate(people, 1):
        page.add(n, *[FIELDS[c](p) for c in USUAL])
    page.rows.append(sums(people, USUAL, "总计", at=0))
    return Laid(Book([page]), people, True)


def team_sums_and_leaders() -> Laid:
    people, page = everybody(), Page("工资表")
    title(page)
    page.add("序号", *[WORDS["model"][c] for c in USUAL])
    for team, leader in zip(TEAMS, others(3), strict=True):
        own = [p for p in people if p.team == team]
        for n, p in enumerate(own, 1):
            page.add(n, *[FIELDS[c](p) for c in USUAL])
        page.rows.append(sums(own, USUAL, f"{team[:2]}班计", at=1))
        page.add(f"班组长：{leader.name}", "", f"身份证号：{leader.id}", "", "签字：")
    page.rows.append(sums(people, USUAL, "合 计（30人）", at=0))
    page.add("人民币（大写）：壹拾伍万元整")
    return Laid(Book([page]), people, True)


def team_merged_down() -> Laid:
    people, page = everybody(), Page("工资表")
    columns = ("team", *NO_TEAM)
    page.add("序号", *[WORDS["model"][c] for c in columns])
    for n, p in enumerate(people):
        page.add(n + 1, p.team if n % 10 == 0 else "", *[FIELDS[c](p) for c in NO_TEAM])
    for start in (1, 11, 21):
        page.merge(start, 1, start + 9, 1)
    return Laid(Book([page]), people, True)


def team_banners() -> Laid:
    people, page = everybody(), Page("工资表")
    title(page)
    page.add("序号", *[WORDS["model"][c] for c in NO_TEAM])
    for number, team in zip("一二三", TEAMS, strict=True):
        row = page.add(f"{number}、{team}", *[""] * len(NO_TEAM))
        page.merge(row, 0, row, len(NO_TEAM))
        own = [p for p in people if p.team == team]
        for n, p in enumerate(own, 1):
            page.add(n, *[FIELDS[c](p) for c in NO_TEAM])
        page.rows.append(sums(own, NO_TEAM, "小计", at=0))
    page.rows.append(sums(people, NO_TEAM, "合计", at=0))
    return Laid(Book([page]), people, True)


def two_lines_each() -> Laid:
    people, page = everybody(), Page("工资表")
    title(page, TITLE, 7)
    page.add("序号", "姓名", "出勤天数", "应发工资", "借支", "签字")
    page.add("", "身份证号码", "日工资标准", "实发工资", "代扣", "银行卡号")
    page.merge(1, 0, 2, 0)
    for n, p in enumerate(people, 1):
        row = page.add(n, p.name, p.days, p.gross, p.advance, "")
        page.add("", p.id, p.rate, p.net, p.deduction, p.card)
        page.merge(row, 0, row + 1, 0)
    return Laid(Book([page]), people)


def two_lines_merged() -> Laid:
    """Ordinary days and overtime on lines of their own, each with its amounts."""
    people, page = everybody(), Page("工资表")
    page.add(
        "序号",
        "姓名",
        "身份证号码",
        "类别",
        "出勤天数",
        "应发工资",
        "借支",
        "代扣",
        "实发工资",
        "银行卡号",
    )
    for n, p in enumerate(people, 1):
        usual_days = p.gross - p.overtime
        row = page.add(
            n,
            p.name,
            p.id,
            "正常",
            p.days,
            usual_days,
            p.advance,
            p.deduction,
            usual_days - p.advance - p.deduction,
            p.card,
        )
        page.add("", "", "", "加班", "", p.overtime, "", "", p.overtime, "")
        for column in (0, 1, 2, 9):
            page.merge(row, column, row + 1, column)
    page.add(
        "",
        "合计",
        "",
        "",
        sum(p.days for p in people),
        sum(p.gross for p in people),
        "",
        "",
        sum(p.net for p in people),
        "",
    )
    return Laid(Book([page]), people)


def kinds_of_work() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add(
        "序号",
        "姓名",
        "身份证号码",
        "工作内容",
        "出勤天数",
        "应发工资",
        "借支",
        "代扣",
        "实发工资",
        "银行卡号",
    )
    for n, p in enumerate(people, 1):
        days = (p.days - 5, Decimal(5))
        part = days[1] * p.rate
        page.add(
            n,
            p.name,
            p.id,
            "基础",
            days[0],
            p.gross - part,
            p.advance,
            p.deduction,
            p.net - part,
            p.card,
        )
        page.add(n, p.name, p.id, "二层", days[1], part, "", "", part, p.card)
    page.add(
        "合计",
        "",
        "",
        "",
        sum(p.days for p in people),
        sum(p.gross for p in people),
        "",
        "",
        sum(p.net for p in people),
        "",
    )
    return Laid(Book([page]), people)


def kinds_of_work_merged() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add(
        "序号",
        "姓名",
        "身份证号码",
        "工作内容",
        "工程量",
        "金额",
        "出勤天数",
        "应发工资",
        "借支",
        "代扣",
        "实发工资",
        "银行卡号",
    )
    for n, p in enumerate(people, 1):
        row = page.add(
            n,
            p.name,
            p.id,
            "砌墙",
            12,
            p.gross - 500,
            p.days,
            p.gross,
            p.advance,
            p.deduction,
            p.net,
            p.card,
        )
        page.add("", "", "", "抹灰", 30, Decimal(500), "", "", "", "", "", "")
        for column in (0, 1, 2, 6, 7, 8, 9, 10, 11):
            page.merge(row, column, row + 1, column)
    return Laid(Book([page]), people)


def months_beside() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add("昆仑大道安置房二期第三季度工资表")
    page.add("序号", "姓名", "身份证号码", "银行卡号", "7月", "", "", "8月", "", "", "9月", "", "")
    page.add("", "", "", "", *["出勤天数", "应发工资", "实发工资"] * 3)
    for column in range(4):
        page.merge(1, column, 2, column)
    for column in (4, 7, 10):
        page.merge(1, column, 1, column + 2)
    months = [everybody(month) for month in (7, 8, 9)]
    for n, p in enumerate(people):
        cells = [(q.days, q.gross, q.gross) for q in (month[n] for month in months)]
        page.add(n + 1, p.name, p.id, p.card, *[c for cell in cells for c in cell])
    from dataclasses import replace

    paid = [replace(p, advance=Decimal(), deduction=Decimal(), net=p.gross) for p in people]
    return Laid(Book([page]), paid)


def month_sheets() -> Laid:
    pages = []
    for month in (7, 8, 9):
        page = Page(f"{month}月")
        table(page, everybody(month))
        pages.append(page)
    return Laid(Book(pages, "2026年工资"), everybody(), True)


def attendance_page(people: Sequence[Paid]) -> Page:
    page = Page("考勤表")
    page.add("2026年9月考勤表")
    page.add("序号", "姓名", "身份证号", "班组", *range(1, 31), "合计")
    for n, p in enumerate(people, 1):
        marks = ["√"] * int(p.days) + ["半"] * (p.days % 1 > 0)
        page.add(n, p.name, p.id, p.team, *marks, *[""] * (30 - len(marks)), p.days)
    return page


def roster_page(people: Sequence[Paid]) -> Page:
    page = Page("花名册")
    page.add("农民工实名制花名册")
    page.add(
        "序号",
        "姓名",
        "性别",
        "民族",
        "身份证号码",
        "工种",
        "班组",
        "进场日期",
        "劳动合同编号",
        "银行卡号",
        "联系电话",
    )
    for n, p in enumerate(people, 1):
        page.add(
            n,
            p.name,
            "男",
            "汉",
            p.id,
            p.trade,
            p.team,
            "2026-03-02",
            f"HT-{n:03d}",
            p.card,
            p.phone,
        )
    return page


def with_roster_and_attendance() -> Laid:
    laid = usual()
    # The roster has people who earned nothing this month.
    pages = [
        roster_page([*laid.people, *others(5)]),
        attendance_page(laid.people),
        *laid.book.pages,
    ]
    return Laid(Book(pages), laid.people, True)


def with_bank_list_and_summary() -> Laid:
    laid = usual()
    bank = Page("代发明细")
    bank.add("序号", "姓名", "身份证号码", "银行卡号", "实发工资")
    for n, p in enumerate(laid.people, 1):
        bank.add(n, p.name, p.id, p.card, p.net)
    summary = Page("汇总")
    summary.add("序号", "班组", "人数", "应发工资", "实发工资")
    for n, team in enumerate(TEAMS, 1):
        own = [p for p in laid.people if p.team == team]
        summary.add(n, team, len(own), sum(p.gross for p in own), sum(p.net for p in own))
    return Laid(Book([summary, *laid.book.pages, bank]), laid.people, True)


def with_daily_marks() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add(
        "序号",
        "姓名",
        "身份证号码",
        "出勤情况",
        *[""] * 29,
        "出勤天数",
        "应发工资",
        "借支",
        "代扣",
        "实发工资",
        "银行卡号",
    )
    page.add("", "", "", *range(1, 31), "", "", "", "", "", "")
    page.merge(0, 3, 0, 32)
    for column in (0, 1, 2, 33, 34, 35, 36, 37, 38):
        page.merge(0, column, 1, column)
    for n, p in enumerate(people, 1):
        marks = [1] * int(p.days) + [0.5] * (p.days % 1 > 0)
        page.add(
            n,
            p.name,
            p.id,
            *marks,
            *[""] * (30 - len(marks)),
            p.days,
            p.gross,
            p.advance,
            p.deduction,
            p.net,
            p.card,
        )
    return Laid(Book([page]), people)


def minus_signs() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add("序号", *[WORDS["model"][c] for c in USUAL])
    for n, p in enumerate(people, 1):
        cells = [FIELDS[c](p) for c in USUAL]
        cells = [
            -c if f in ("advance", "deduction") and c else c
            for f, c in zip(USUAL, cells, strict=True)
        ]
        page.add(n, *cells)
    return Laid(Book([page]), people, True)


def third_decimals() -> Laid:
    """What a formula came to and a cell shows as two decimals."""
    people, page = everybody(), Page("工资表")
    page.add("序号", *[WORDS["model"][c] for c in USUAL])
    for n, p in enumerate(people, 1):
        cells = [FIELDS[c](p) for c in USUAL]
        tail = Decimal("0.003") if n % 3 == 0 else Decimal()
        cells = [
            c + tail if f in ("gross", "net") else c for f, c in zip(USUAL, cells, strict=True)
        ]
        page.add(n, *cells)
    return Laid(Book([page]), people, True)


LAYOUTS: dict[str, Callable[[], Laid]] = {
    make.__name__: make
    for make in (
        *(usual, words_of_units, words_of_platform, without_total, unnamed_total, team_sheets),
        *(team_sheets_of_their_own_kind, tables_below, tables_below_of_their_own_kind),
        *(side_by_side, two_levels, three_levels, four_levels, printed_pages),
        *(lines_under_the_header, team_sums_and_leaders, team_merged_down, team_banners),
        *(two_lines_each, two_lines_merged, kinds_of_work, kinds_of_work_merged, months_beside),
        *(month_sheets, with_roster_and_attendance, with_bank_list_and_summary, with_daily_marks),
        *(minus_signs, third_decimals),
    )
}


# What must end in an error.


def second_sheet_unknown() -> Laid:
    people = everybody()
    first, second = Page("工资表"), Page("补充")
    table(first, people[:10])
    second.add("序号", "姓名", "身份证号码", "打款数", "卡")
    for n, p in enumerate(people[10:], 1):
        second.add(n, p.name, p.id, p.net, p.card)
    return Laid(Book([first, second]), people)


def second_sheet_without_header() -> Laid:
    people = everybody()
    first, second = Page("第一页"), Page("第二页")
    table(first, people[:20], total="")
    for n, p in enumerate(people[20:], 21):
        second.add(n, *[FIELDS[c](p) for c in USUAL])
    return Laid(Book([first, second]), people)


def second_sheet_names_only() -> Laid:
    people = everybody()
    first, second = Page("工资表"), Page("临时工")
    table(first, people[:20], total="")
    for p in people[20:]:
        second.add(p.name, p.trade, p.net)
    return Laid(Book([first, second]), people)


def second_table_unknown() -> Laid:
    people, page = everybody(), Page("工资表")
    table(page, people[:20], total="")
    page.add()
    page.add("序号", "姓名", "身份证号码", "打款数", "卡")
    for n, p in enumerate(people[20:], 1):
        page.add(n, p.name, p.id, p.net, p.card)
    return Laid(Book([page]), people)


def people_beside_without_header() -> Laid:
    people, page = everybody(), Page("工资表")
    table(page, people[:15], total="")
    for row, p in zip(page.rows[1:16], people[15:], strict=True):
        row += ["", *[FIELDS[c](p) for c in USUAL]]
    return Laid(Book([page]), people)


def another_month() -> Laid:
    page = Page("工资表")
    page.add("昆仑大道安置房二期2026年7月农民工工资支付表")
    table(page, everybody(7))
    return Laid(Book([page]), everybody())


def another_month_of_the_sheet() -> Laid:
    page = Page("7月")
    table(page, everybody(7))
    return Laid(Book([page]), everybody())


def another_month_of_the_file() -> Laid:
    page = Page("Sheet1")
    table(page, everybody(7))
    return Laid(Book([page], "2026年7月工资表"), everybody())


def another_year() -> Laid:
    page = Page("Sheet1")
    page.add("2025年9月工资表")
    table(page, everybody(7))
    return Laid(Book([page]), everybody())


def other_months_beside() -> Laid:
    laid = months_beside()
    page = laid.book.pages[0]
    page.rows[1][10] = "10月"
    return laid


def several_months_in_one() -> Laid:
    page = Page("工资表")
    page.add("昆仑大道安置房二期2026年7-9月农民工工资支付表")
    table(page, everybody(7))
    return Laid(Book([page]), everybody())


def two_months_below() -> Laid:
    """August's people, then September's, half of them others."""
    people, page = everybody(), Page("工资表")
    page.add("2026年8月工资表")
    table(page, others(8))
    page.add("2026年9月工资表")
    table(page, people)
    return Laid(Book([page]), people)


def hidden_old_column() -> Laid:
    people, page = everybody(), Page("工资表")
    page.add(
        "序号",
        "姓名",
        "身份证号码",
        "出勤天数",
        "应发工资",
        "实发工资",
        "应发金额",
        "借支",
        "代扣",
        "实发金额",
        "银行卡号",
    )
    for n, (p, old) in enumerate(zip(people, everybody(8), strict=True), 1):
        page.add(
            n,
            p.name,
            p.id,
            p.days,
            old.gross,
            old.net,
            p.gross,
            p.advance,
            p.deduction,
            p.net,
            p.card,
        )
    page.hidden_columns |= {4, 5}
    return Laid(Book([page]), people)


def hidden_workers() -> Laid:
    laid = without_total()
    laid.book.pages[0].hidden_rows |= {4, 5, 6}
    return laid


def hidden_sheet() -> Laid:
    people = everybody()
    shown, hidden = Page("工资表"), Page("其他人", hidden=True)
    table(shown, people[:20], total="")
    table(hidden, people[20:], total="")
    return Laid(Book([shown, hidden]), people)


def bonus_sheet_beside() -> Laid:
    laid = usual()
    bonus = Page("奖金")
    bonus.add("序号", "姓名", "身份证号码", "银行卡号", "实发工资")
    for n, p in enumerate(laid.people, 1):
        bonus.add(n, p.name, p.id, p.card, 300 + n)
    return Laid(Book([*laid.book.pages, bonus]), [])


def wrong_total() -> Laid:
    laid = usual()
    page = laid.book.pages[0]
    del page.rows[7]
    return Laid(laid.book, everybody())


def wrong_head_count() -> Laid:
    laid = without_total()
    page = laid.book.pages[0]
    page.add("合计", "32人")
    return Laid(laid.book, [])


def worker_without_number() -> Laid:
    laid = without_total()
    laid.book.pages[0].rows[9][2] = ""
    return laid


def lost_digits() -> Laid:
    laid = without_total()
    for row in laid.book.pages[0].rows[1:]:
        row[2] = float(row[2][:17] + "0")
    return laid


def total_under_the_last_worker() -> Laid:
    """A sum that nobody labelled and that is not right must not become the last worker's."""
    laid = without_total()
    line = sums(laid.people[:29], USUAL, "", at=0)
    laid.book.pages[0].rows.append(line)
    return laid


def same_person_twice() -> Laid:
    laid = without_total()
    page = laid.book.pages[0]
    page.rows.append(list(page.rows[4]))
    return laid


TRAPS: dict[str, Callable[[], Laid]] = {
    make.__name__: make
    for make in (
        *(second_sheet_unknown, second_sheet_without_header, second_sheet_names_only),
        *(second_table_unknown, people_beside_without_header, another_month),
        *(another_month_of_the_sheet, another_month_of_the_file, another_year),
        *(other_months_beside, several_months_in_one, hidden_old_column, hidden_workers),
        *(hidden_sheet, bonus_sheet_beside, wrong_total, wrong_head_count),
        *(worker_without_number, lost_digits, total_under_the_last_worker, same_person_twice),
    )
}
#: Read right or refused, whichever; never anything else.
EITHER: dict[str, Callable[[], Laid]] = {make.__name__: make for make in (two_months_below,)}
