"""Where a table's header is, and the lines that nearly are one."""

import pytest

from core.tabular.header import Header, Vocabulary, find_headers, side_by_side
from core.tabular.sheets import Sheet
from tests.core.tabular.tables import ATTENDANCE, PAY_SHEET

NAMES = ("姓名", "身份证号码", "出勤天数", "应发工资", "实发工资", "银行卡号")
WORKER = ("张伟", "650102199001011234", "20", "3000.00", "3000.00", "6222025008754751772")
TITLE = ("农民工工资表",)


def headers(*rows, table=PAY_SHEET, remembered=None, merged=()) -> list[Header]:
    sheet = Sheet(0, "工资表", [list(row) for row in rows], merged=merged)
    return find_headers(sheet, Vocabulary(table, remembered or {}))


def found(*rows, **options) -> Header | None:
    """The first header."""
    return next(iter(headers(*rows, **options)), None)


class TestLocate:
    @pytest.mark.parametrize(
        "above",
        [
            TITLE,
            # Particulars name one column or none.
            ("总包单位：", "某某建设工程有限公司", "", "工资月份：", "2026年9月"),
            ("班组", "木工班", "", "", "2026年9月"),
            # As data that stands above, or days without anything else.
            WORKER,
            tuple(str(day) for day in range(1, 32)),
        ],
    )
    def test_passes_over_what_stands_above(self, above):
        header = found(above, (), NAMES, WORKER)
        assert (header.row, header.depth, header.headings) == (3, 1, NAMES)

    def test_takes_the_line_that_names_most(self):
        assert found(NAMES[:3], NAMES, WORKER).row == 2
        assert found(NAMES, NAMES[:3], WORKER).row == 1

    def test_takes_the_first_of_equals(self):
        assert found(TITLE, NAMES, WORKER, NAMES, WORKER).row == 2

    def test_needs_two_names(self):
        assert found(TITLE, ("姓名", "备考", "其他栏"), WORKER) is None
        header = found(TITLE, ("姓名", "备考", "出勤天数"), WORKER)
        assert (header.row, header.score) == (2, 2)

    def test_counts_a_name_that_stands_twice_once(self):
        assert found(TITLE, ("姓名", "姓名", "备考"), WORKER) is None

    def test_knows_what_this_sender_called_it_before(self):
        theirs = ("大名", "证件", "到手")
        assert found(TITLE, theirs, WORKER) is None
        assert found(TITLE, theirs, WORKER, remembered={"大名": "name", "到手": "net"}).row == 2

    def test_finds_every_one(self):
        assert [h.row for h in headers(NAMES, WORKER, TITLE, NAMES, WORKER)] == [1, 4]
        assert [h.row for h in headers(*[TITLE] * 99, NAMES, WORKER)] == [100]

    def test_knows_the_same_header_on_the_next_page(self):
        first, second, third = headers(NAMES, WORKER, NAMES, WORKER, (*NAMES, "借支"), WORKER)
        assert first.says_the_same(second)
        assert not first.says_the_same(third)

    def test_takes_days_for_a_header_beside_a_name_alone(self):
        days = tuple(str(day) for day in range(1, 31))
        assert found(TITLE, ("", *days), WORKER, table=ATTENDANCE) is None
        assert found(TITLE, ("姓名", *days), WORKER, table=ATTENDANCE).row == 2


class TestLevels:
    UPPER = ("姓名", "身份证号码", "应发项目", "", "", "实发工资")
    LOWER = ("", "", "日工资", "加班工资", "合计", "")

    def test_hang_lower_headings_under_their_group(self):
        header = found(TITLE, self.UPPER, self.LOWER, WORKER)
        assert (header.row, header.depth) == (2, 2)
        assert header.headings == (
            *self.UPPER[:2],
            *("应发项目/日工资", "应发项目/加班工资", "应发项目/合计"),
            "实发工资",
        )

    @pytest.mark.parametrize(
        "below",
        [
            # Something stands below a heading that stands alone.
            ("张伟", "", "日工资", "加班工资", "合计", ""),
            ("", "", "日工资", "加班工资", "合计", "3000.00"),
            # Nothing is divided.
            ("", "", "", "", "", ""),
            ("", "", "3000.00", "", "", ""),
        ],
    )
    def test_are_not_what_stands_below_a_whole_heading(self, below):
        header = found(TITLE, self.UPPER, below, WORKER)
        assert (header.row, header.depth, header.headings) == (2, 1, self.UPPER)

    def test_may_begin_with_groups_alone(self):
        groups = ("基本信息", "", "应发项目", "", "", "发放")
        names = ("姓名", "身份证号码", "日工资", "加班工资", "合计", "实发工资")
        header = found(TITLE, groups, names, WORKER)
        assert (header.row, header.depth) == (2, 2)
        assert header.headings[:2] == ("基本信息/姓名", "基本信息/身份证号码")

    @pytest.mark.parametrize(
        "above",
        [
            # One group is a title; particulars are no groups.
            ("工资发放", "", "", "", "", ""),
            ("总包单位", "", "某某公司", "", "", ""),
            ("基本信息", "", "总包单位某某建设", "", "", ""),
        ],
    )
    def test_are_not_made_of_titles_and_particulars(self, above):
        header = found(above, NAMES, WORKER)
        assert (header.row, header.depth, header.headings) == (2, 1, NAMES)

    def test_end_with_the_sheet(self):
        header = found(TITLE, self.UPPER)
        assert (header.row, header.depth) == (2, 1)

    def test_hang_under_the_middle_of_three(self):
        rows = (
            ("姓名", "身份证号码", "工资", "", "", ""),
            ("", "", "应发", "", "应扣", ""),
            ("", "", "加班工资", "合计", "借支", "代扣"),
            WORKER,
        )
        merged = [(0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 0, 5), (1, 2, 1, 3), (1, 4, 1, 5)]
        for areas in (merged, ()):
            header = found(*rows, merged=areas)
            assert (header.depth, header.headings[2:4]) == (
                3,
                ("工资/应发/加班工资", "工资/应发/合计"),
            )

    def test_may_be_those_of_a_second_line(self):
        header = found(
            ("序号", "姓名", "出勤天数", "应发工资"),
            ("", "身份证号码", "实发工资", "银行卡号"),
            WORKER,
        )
        assert header.second == ("", "身份证号码", "实发工资", "银行卡号")


class TestSideBySide:
    def blocks(self, *names: str) -> list[tuple[int, int]]:
        vocabulary = Vocabulary(PAY_SHEET, {})
        return side_by_side(found(names, WORKER), vocabulary)

    @pytest.mark.parametrize(
        ("names", "blocks"),
        [
            (NAMES, [(0, 6)]),
            (("序号", *NAMES, "序号", *NAMES), [(0, 7), (7, 14)]),
            ((*NAMES, "", *NAMES), [(0, 7), (7, 13)]),
            (("", *NAMES, *NAMES[::-1]), [(0, 7), (7, 13)]),
            # A name that stands twice begins no block; neither does another's.
            ((*NAMES, "姓名"), [(0, 7)]),
            ((*NAMES, "班组长姓名"), [(0, 7)]),
        ],
    )
    def test_begin_where_the_headings_begin_anew(self, names, blocks):
        assert self.blocks(*names) == blocks
