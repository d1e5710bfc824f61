"""Tables as people send them, read to the row and the fen."""

import json
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from core.fields import DateField, MoneyField, NameField, TextField
from core.tabular.choices import Choices
from core.tabular.errors import Unreadable
from core.tabular.mapping import recall
from core.tabular.reading import ISSUES_LISTED, Reading
from core.tabular.tables import Column, Table
from tests.core.tabular import files
from tests.core.tabular.tables import (
    ATTENDANCE,
    ID,
    NAME,
    PAY_SHEET,
    ROSTER,
    STATEMENT,
    read_table,
    recheck,
    worked,
)

ANSWERS = json.loads(files.sample("answers.json"))
PAY_SHEETS = ("usual.xlsx", "twolevel.xlsx", "xls.xls", "gbcsv.csv", "textnumbers.xlsx")
CARDS = ("6221881399869879730", "6216616344002978751", "6222025008754751772")
IDS = ("654201197302110832", "652801198112197100", "654201199808238250")


def read_sample(name: str, schema: Table = PAY_SHEET) -> Reading:
    return read_table(files.sample(name), name, schema)


def read_rows(*rows, schema: Table = PAY_SHEET, **options) -> Reading:
    return read_table(files.xlsx(*rows), "工资表.xlsx", schema, **options)


def worker(n: int, **cells) -> tuple:
    values = dict(zip(files.HEADER, files.WORKER, strict=True))
    values |= {"序号": n, "身份证号码": IDS[n % 3], "银行卡号": CARDS[n % 3]}
    return tuple((values | cells).values())


def faults(reading: Reading) -> list[tuple[int, str, str]]:
    return [(issue.row, issue.column, issue.code) for issue in reading.issues]


class TestSample:
    @pytest.mark.parametrize("name", PAY_SHEETS)
    def test_pay_sheet_is_read_to_the_fen(self, name):
        reading, answer = read_sample(name), ANSWERS[name]
        assert reading.header_row == answer["header_row"]
        assert len(reading.rows) == answer["rows"]
        assert reading.totals == {key: answer[key] for key in ("gross", "net", "days")}
        assert reading.issues == []

    def test_roster(self):
        reading = read_sample("roster.xlsx", ROSTER)
        assert (reading.header_row, len(reading.rows), reading.issues) == (2, 30, [])
        assert reading.rows[0]["entry"] == date(2026, 3, 2)
        assert reading.rows[1]["name"] == "孙㛃"

    def test_attendance(self):
        reading = read_sample("attendance.xlsx", ATTENDANCE)
        assert (reading.header_row, len(reading.rows), reading.issues) == (2, 30, [])
        assert reading.totals == {"days": ANSWERS["attendance.xlsx"]["days"]}
        assert all(worked(row) == row["days"] for row in reading.rows)

    def test_statement_of_a_bank(self):
        reading, answer = read_sample("statement.xlsx", STATEMENT), ANSWERS["statement.xlsx"]
        assert (reading.header_row, len(reading.rows)) == (answer["header_row"], answer["entries"])
        assert reading.totals == {"debit": answer["debits"], "credit": answer["credits"]}
        assert reading.issues == []

    def test_faults_are_found_and_no_others(self):
        # The one who is not on the register takes a register to find.
        expected = [tuple(place) for place in ANSWERS["faults.xlsx"]["issues"] if place[0] != 24]
        assert [(i.row, i.column) for i in read_sample("faults.xlsx").issues] == expected


class TestFormat:
    ROWS = (files.HEADER, worker(0), worker(1))

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_csv(self, encoding, delimiter):
        content = files.csv(*self.ROWS, encoding=encoding, delimiter=delimiter)
        reading = read_table(content, "工资表.csv", PAY_SHEET)
        assert [row["card"] for row in reading.rows] == [CARDS[0], CARDS[1]]

    def test_ods(self):
        reading = read_table(files.ods(*self.ROWS), "工资表.ods", PAY_SHEET)
        assert [row["card"] for row in reading.rows] == [CARDS[0], CARDS[1]]

    def test_is_told_by_content_not_by_name(self):
        reading = read_table(files.sample("usual.xlsx"), "工资表.csv", PAY_SHEET)
        assert len(reading.rows) == 30

    def test_every_whole_sheet_is_read_and_what_is_left_is_named(self):
        sheets = {
            "说明": [("填表说明",)],
            "名单": [("姓名", "身份证号码"), ("张三", IDS[0])],
            "钢筋班": (files.HEADER, worker(0), worker(1)),
            "木工班": (files.HEADER, worker(2)),
        }
        reading = read_table(files.xlsx(sheets=sheets), "工资表.xlsx", PAY_SHEET)
        assert (reading.sheet, reading.header_row) == ("钢筋班", 1)
        assert [(row.sheet, row.number) for row in reading.rows] == [
            ("钢筋班", 2),
            ("钢筋班", 3),
            ("木工班", 2),
        ]
        assert faults(reading) == [(0, "", "other_sheets")]
        assert "「名单」没有金额，是人员名单" in reading.issues[0].message

    def test_formula_text_is_only_text(self):
        reading = read_rows(files.HEADER, worker(0, 姓名="'=cmd|' /C calc'!A0"))
        assert faults(reading) == [(2, "name", "format")]


class TestLayouts:
    """A kind of table that senders lay out in more than one way."""

    CLOCK_INS = Table((NAME, ID, Column("time", "打卡时间", TextField())), name="clock_ins")

    def read(self, *rows, **options) -> Reading:
        return read_table(files.xlsx(*rows), "a.xlsx", self.CLOCK_INS, ATTENDANCE, **options)

    def test_are_told_apart_by_their_headings(self):
        clock_in = self.read(("姓名", "身份证号", "打卡时间"), ("张三", IDS[0], "07:52"))
        grid = self.read(("姓名", "身份证号", 1, 2, 3), ("张三", IDS[0], "√", "", ""))
        assert (clock_in.layout, grid.layout) == ("clock_ins", "")
        assert Reading.from_json(clock_in.to_json()).layout == "clock_ins"

    def test_are_the_first_named_where_the_headings_fit_two(self):
        reading = self.read(("姓名", "身份证号", "识别时刻"), ("张三", IDS[0], "07:52"))
        assert reading.layout == "clock_ins"
        assert [issue.code for issue in reading.issues] == ["missing_column"]

    def test_are_not_confused_by_what_was_remembered_of_another(self):
        remembered = {"打卡时间": "time", "出勤几何": "days"}
        rows = (("姓名", "身份证号", "打卡时间"), ("张三", IDS[0], "07:52"))
        assert self.read(*rows, remembered=remembered).layout == "clock_ins"

    def test_name_what_all_of_them_need_where_there_is_no_header(self):
        with pytest.raises(Unreadable, match="至少包括：姓名、身份证号码。"):
            self.read(("甲", "乙"), (1, 2))


class TestLocate:
    def test_sums_signatures_notes_and_repeated_headers_are_no_workers(self):
        reading = read_rows(
            ("某项目 9 月工资表",),
            ("分包单位：", "天山劳务", "", "", "单位：元"),
            files.HEADER,
            ("钢筋班",),
            worker(1),
            ("", "小 计", "", 17, 3740, 3740, ""),
            (),
            files.HEADER,
            worker(2),
            (3, "", "", "", 0, 0, ""),
            (4,),
            ("", "合计", "2人", 34, 7480, 7480, ""),
            ("大写：", "柒仟肆佰捌拾元整"),
            ("制表人：李四", "", "审核：", "", "", "日期：2026年10月8日"),
            ("说明：1. 本表一式三份", "联系电话 09912345678"),
            ("", "本人对以上内容确认无误", "签字"),
        )
        assert reading.header_row == 3
        assert [row.number for row in reading.rows if row.has("id")] == [5, 9]
        assert len(reading.rows) == 2 or reading.rows[-1].number == 16

    def test_formulas_drawn_down_over_empty_lines_are_no_workers(self):
        empty = (3, "", "", "", "=D4*220", "=E4", "")
        reading = read_rows(files.HEADER, worker(1), worker(2), empty)
        assert [row.number for row in reading.rows] == [2, 3]

    def test_hidden_rows_with_people_are_an_error(self):
        book = openpyxl.load_workbook(BytesIO(files.xlsx(files.HEADER, worker(1), worker(2))))
        book.active.row_dimensions[3].hidden = True
        reading = read_table(files.saved(book), "工资表.xlsx", PAY_SHEET)
        assert len(reading.rows) == 2
        (note,) = reading.issues
        assert (note.code, note.severity) == ("hidden_rows", "error")
        assert "第 3 行" in note.message

    def test_sums_of_groups_are_what_the_group_comes_to(self):
        reading = read_rows(
            ("姓名", "身份证号码", "应发", "", "应扣", "", "实发金额", "银行卡号"),
            ("", "", "计时", "小计", "借支", "小计", "", ""),
            ("张小明", IDS[0], 3740, 3740, 40, 40, 3700, CARDS[0]),
        )
        assert {m.heading: m.column for m in reading.mapping}["应发/小计"] == "gross"

    def test_worker_without_numbers_is_a_fault_not_lost(self):
        reading = read_rows(files.HEADER, worker(1), (2, "李四", "", 5, 100, 100, ""))
        assert faults(reading) == [(3, "id", "required"), (3, "card", "required")]

    def test_groups_over_all_columns(self):
        reading = read_rows(
            ("工资表",),
            ("基本信息", "", "", "工资", "", "", "发放"),
            files.HEADER,
            worker(1),
        )
        assert reading.header_row == 2
        assert [m.heading for m in reading.mapping][3:5] == ["工资/出勤天数", "工资/应发工资"]
        assert reading.issues == []

    def test_days_under_a_group_and_as_dates(self):
        for days in ([1, 2, 3], ["1日", "2日", "3日"], [date(2026, 9, d) for d in (1, 2, 3)]):
            reading = read_rows(
                ("姓名", "身份证号", "出勤情况", "", ""),
                ("", "", *days),
                ("张三", IDS[0], "√", "半", "×"),
                schema=ATTENDANCE,
            )
            assert reading.header_row == 1
            assert [reading.rows[0][f"day{d}"] for d in (1, 2, 3)] == ["√", "半", "×"]

    def test_cells_left_of_the_table_keep_row_numbers(self):
        reading = read_rows((), (), ("", "", *files.HEADER), ("", "", *worker(1)))
        assert (reading.header_row, reading.rows[0].number) == (3, 4)


class TestMap:
    @pytest.mark.parametrize(
        "heading",
        [
            "本人姓名",
            "姓 名",
            "姓\n名",
            "＊姓名",
            "农民工姓名",
            "姓名（必填）",
            "工人姓名",
            "姓名/ئىسمى",
            "姓名 Name",
        ],
    )
    def test_headings_are_known_however_written(self, heading):
        header = (files.HEADER[0], heading, *files.HEADER[2:])
        assert read_rows(header, worker(1)).issues == []

    def test_missing_column_is_named_with_what_is_accepted(self):
        reading = read_rows(files.HEADER[:-2], worker(1)[:-2])
        assert faults(reading) == [
            (1, "net", "missing_column"),
            (1, "card", "missing_column"),
        ]
        assert "实发金额" in reading.issues[0].message
        assert reading.good_lines == []

    def test_what_the_sender_used_last_time(self):
        header = (*files.HEADER[:5], "打款数", files.HEADER[6])
        first = read_rows(header, worker(1), choices=Choices({(0, 1, 5): "net"}))
        assert [m.how for m in first.mapping][5] == "chosen"
        again = read_rows(header, worker(1), remembered=recall(first.mapping))
        assert [m.how for m in again.mapping][5] == "remembered"
        assert again.issues == []

    def test_a_header_of_only_remembered_names_is_found(self):
        names = ("编号", "甲", "乙", "丙", "丁", "戊", "己")
        remembered = dict(
            zip(names[1:], ("name", "id", "days", "gross", "net", "card"), strict=True)
        )
        assert read_rows(("表",), names, worker(1), remembered=remembered).issues == []

    def test_two_headings_for_one_column_are_pointed_out(self):
        header = (*files.HEADER[:6], "实发金额", "银行卡号")
        reading = read_rows(header, (*worker(1)[:6], 1, CARDS[1]))
        assert faults(reading) == [(1, "net", "ambiguous_column")]
        chosen = read_rows(
            header,
            (*worker(1)[:6], 1, CARDS[1]),
            choices=Choices({(0, 1, 6): "net", (0, 1, 5): None}),
        )
        assert chosen.rows[0]["net"] == 1


class TestClean:
    def test_numbers_that_lost_digits_are_reported_never_guessed(self):
        reading = read_rows(
            files.HEADER, worker(1, 身份证号码=652801198112197100, 银行卡号=6216616344002978751)
        )
        assert faults(reading) == [(2, "id", "digits_lost"), (2, "card", "digits_lost")]

    def test_sealed_values_are_masked_in_issues(self):
        reading = read_rows(files.HEADER, worker(1, 身份证号码="652801198112197101"))
        assert reading.issues[0].value == "652801********7101"
        assert "652801198112197101" not in reading.issues[0].message

    def test_what_is_left_of_a_sum_is_nothing(self):
        reading = read_rows(files.HEADER, worker(1, 应发工资=3740 + 1e-9, 实发工资=-1.8e-12))
        assert faults(reading) == [(2, "net", "net_mismatch")]
        assert str(reading.rows[0]["net"]) == "0.00"

    def test_formula_without_its_result_is_told_from_a_blank_cell(self):
        reading = read_rows(files.HEADER, worker(1, 应发工资="=D2*220"), worker(2, 应发工资=""))
        assert faults(reading) == [(2, "gross", "formula"), (3, "gross", "required")]
        assert "保存一次再上传" in reading.issues[0].message

    def test_formula_error_is_told_from_a_blank_cell(self):
        reading = read_rows(files.HEADER, worker(1, 应发工资="#REF!"))
        assert faults(reading) == [(2, "gross", "formula")]
        assert reading.issues[0].value == "#REF!"

    def test_only_the_first_fault_of_a_cell_is_listed(self):
        reading = read_rows(files.HEADER, worker(1, 实发工资=-5))
        assert faults(reading) == [(2, "net", "negative")]

    def test_listing_stops_counting_does_not(self):
        content = files.csv(files.HEADER, *[worker(1, 姓名="3")] * (ISSUES_LISTED + 50))
        reading = read_table(content, "大.csv", PAY_SHEET)
        assert len(reading.issues) == ISSUES_LISTED
        assert reading.issue_count > ISSUES_LISTED
        assert len(reading.faulty_rows) == ISSUES_LISTED + 50


class TestStage:
    def test_survives_being_put_away(self):
        for name in ("faults.xlsx", "twolevel.xlsx"):
            reading = read_sample(name)
            reading = recheck(reading, PAY_SHEET, {(reading.rows[0].number, "net"): "1"})
            assert Reading.from_json(reading.to_json()) == reading

    def test_mended_cells_are_checked_anew(self):
        reading = read_sample("faults.xlsx")
        mended = recheck(
            reading,
            PAY_SHEET,
            {(5, "id"): "652801198112197100", (35, "id"): "650102198406099967"},
        )
        assert {5, 35}.isdisjoint(i.row for i in mended.issues if i.column != "id")
        assert (5, "id") not in [(i.row, i.column) for i in mended.issues]
        assert (5, "id") in [(i.row, i.column) for i in reading.issues]

    def test_an_edit_can_break_what_was_right(self):
        reading = read_sample("usual.xlsx")
        broken = recheck(reading, PAY_SHEET, {(4, "net"): "1"})
        # The total proved what was read; what the sender changes since is their own doing.
        assert faults(broken) == [(4, "net", "net_mismatch")]
        assert broken.totals["net"] == str(Decimal("158208.50") - Decimal("3703.50") + 1)

    def test_an_edit_of_nothing_there_is_refused(self):
        with pytest.raises(KeyError):
            recheck(read_sample("usual.xlsx"), PAY_SHEET, {(999, "net"): "1"})

    def test_good_lines_are_those_without_errors(self):
        reading = read_sample("faults.xlsx")
        assert len(reading.good_lines) == 30 - len(reading.faulty_rows)
        assert reading.has_errors


def test_schema_of_blanks_lets_them_pass():
    schema = Table(
        (
            Column("name", "姓名", NameField()),
            Column("entry", "进场日期", DateField(required=False)),
            Column("pay", "工资", MoneyField(required=False)),
            Column("team", "班组", TextField(required=False)),
        )
    )
    reading = read_rows(("姓名", "进场日期", "工资"), ("张三", "", "/"), schema=schema)
    assert reading.issues == []
    assert reading.rows[0].values == {"name": "张三", "entry": None, "pay": None}
