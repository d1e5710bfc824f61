"""What becomes of everything in a workbook: rows, columns, worksheets, ID numbers."""

from datetime import date

import openpyxl
import pytest

from core.tabular.account import Account
from core.tabular.choices import Choices
from core.tabular.reading import Changes, Reading, check_reading, edit_rows
from core.tabular.workerrows import ADDED, row_key
from tests.core.tabular import files
from tests.core.tabular.tables import PAY_SHEET, read_table
from tests.core.tabular.test_reading import CARDS, IDS, worker

HEADER = (*files.HEADER, "签字", "工会费")


def read(rows, **options) -> Reading:
    return read_table(files.xlsx(*rows), "工资表.xlsx", PAY_SHEET, **options)


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(issue.code, issue.severity) for issue in reading.issues]


class TestAccount:
    ROWS = (
        ("某项目2026年9月工资表",),
        (*files.HEADER, "签字"),
        (*worker(1), ""),
        (),
        (*worker(2), ""),
        ("合计", "", "2人", 34, 7480, 7480, "", ""),
        ("制表人：李四", "", f"班组长 {IDS[0]}"),
    )

    def test_says_what_every_row_and_column_is(self):
        (sheet,) = read(self.ROWS).account.sheets
        assert (sheet.use, sheet.why) == ("read", "")
        assert sheet.rows == {
            "worker": 2,
            "header": 1,
            "total": 1,
            "note": 2,
            "blank": 1,
            "unaccounted": 0,
        }
        assert [(c.letter, c.column, c.state) for c in sheet.columns] == [
            ("A", None, "known"),
            ("B", "name", "mapped"),
            ("C", "id", "mapped"),
            ("D", "days", "mapped"),
            ("E", "gross", "mapped"),
            ("F", "net", "mapped"),
            ("G", "card", "mapped"),
            ("H", None, "known"),
        ]

    def test_shows_nobodys_number_in_full(self):
        kept = str(read(self.ROWS).account.to_dict())
        assert not [number for number in (*IDS, *CARDS) if number in kept]

    def test_counts_every_id_number_of_the_workbook(self):
        account = read(self.ROWS).account
        assert (account.ids_in_file, account.ids_accounted) == (3, 3)

    def test_is_printed_as_others_rely_on(self):
        printed = read(self.ROWS).account.to_json()
        assert list(printed) == ["sheets", "ids_in_file", "ids_accounted"]
        assert list(printed["sheets"][0]) == ["name", "use", "why", "rows", "columns"]
        assert printed["sheets"][0]["columns"][1] == {
            "letter": "B",
            "heading": "姓名",
            "field": "name",
        }

    def test_is_kept_whole(self):
        reading = read(self.ROWS)
        assert Account.from_dict(reading.account.to_dict()) == reading.account
        assert Reading.from_json(reading.to_json()).account == reading.account


class TestUnaccounted:
    def test_a_number_that_no_row_owns_is_an_error(self):
        reading = read((HEADER, (*worker(1), "", ""), ("附：", "", "", "", "", "", "", IDS[0])))
        (issue,) = [i for i in reading.issues if i.code == "unaccounted"]
        assert (issue.sheet, issue.row, issue.severity) == ("工资表", 3, "error")
        assert issue.value == "654201********0832"
        assert reading.account.sheets[0].rows["unaccounted"] == 1
        assert reading.account.ids_accounted == reading.account.ids_in_file - 1

    def test_a_number_without_a_word_is_a_warning(self):
        reading = read((files.HEADER, worker(1), ("", "", "", "", "", 99, "")))
        assert ("unaccounted", "warning") in codes(reading)

    def test_a_column_of_amounts_is_a_warning_with_its_letter(self):
        reading = read((HEADER, (*worker(1), "", 12.5), (*worker(2), "", 0)))
        (issue,) = reading.issues
        assert (issue.code, issue.severity, issue.value) == (
            "unmapped_column",
            "warning",
            "工会费",
        )
        assert issue.message.startswith("I 列「工会费」")
        assert [row.spare for row in reading.rows] == [{"I 列「工会费」": 12.5}, {}]

    def test_a_worksheet_of_people_is_an_error_until_it_is_said_what_to_do(self):
        more = (("序号", "姓名", "身份证号码", "打款数"), (1, "李四", IDS[0], 3000))
        content = files.xlsx(sheets={"工资表": (files.HEADER, worker(1)), "补充": more})
        reading = read_table(content, "a.xlsx", PAY_SHEET)
        (issue,) = reading.issues
        assert (issue.code, issue.sheet, issue.severity) == ("unaccounted_sheet", "补充", "error")
        assert "有 1 个身份证号" in issue.message
        assert reading.account.sheets[1].use == "unaccounted"
        assert (reading.account.ids_in_file, reading.account.ids_accounted) == (2, 1)

        skipped = read_table(content, "a.xlsx", PAY_SHEET, choices=Choices(sheets={1: "skip"}))
        assert skipped.account.sheets[1].use == "other"
        assert codes(skipped) == [("other_sheets", "warning")]
        wanted = read_table(content, "a.xlsx", PAY_SHEET, choices=Choices(sheets={1: "read"}))
        assert wanted.account.sheets[1].use == "read"
        assert ("missing_column", "error") in codes(wanted)

    def test_a_table_below_without_a_column_is_an_error_that_names_it(self):
        lacking = ("序号", "姓名", "身份证号码", "出勤天数", "应发工资", "", "银行卡号")
        reading = read((files.HEADER, worker(1), (), lacking, worker(2)))
        (issue,) = [i for i in reading.issues if i.code == "unaccounted_table"]
        assert (issue.row, issue.severity) == (4, "error")
        assert "实发工资" in issue.message
        assert [row["id"] for row in reading.rows] == [IDS[1]]


class TestMonth:
    """What a file says of its month is held against the month asked for."""

    def test_of_several_at_once_is_an_error(self):
        rows = (("某项目2026年7-9月工资表",), files.HEADER, worker(1))
        (issue,) = read(rows, month=date(2026, 9, 1)).issues
        assert (issue.code, issue.severity, issue.row) == ("several_months", "error", 2)

    def test_in_the_files_name_that_differs_is_a_warning(self):
        content = files.xlsx(("某项目2026年9月工资表",), files.HEADER, worker(1))
        asked = date(2026, 9, 1)
        same = read_table(content, "2026年9月工资表.xlsx", PAY_SHEET, month=asked)
        assert codes(same) == []
        other = read_table(content, "2026年8月工资表.xlsx", PAY_SHEET, month=asked)
        assert codes(other) == [("file_month_differs", "warning")]


class TestHidden:
    def content(self, **hidden) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        for row in ((*files.HEADER, "实发金额"), (*worker(1), 1), (*worker(2), 2)):
            sheet.append(row)
        for row in hidden.get("rows", ()):
            sheet.row_dimensions[row].hidden = True
        for letter in hidden.get("columns", ()):
            sheet.column_dimensions[letter].hidden = True
        if hidden.get("sheet"):
            other = book.create_sheet("旧")
            other.append(files.HEADER)
            other.append(worker(0))
            other.sheet_state = "hidden"
        return files.saved(book)

    def read(self, choice="", **hidden) -> Reading:
        content = self.content(**hidden)
        return read_table(content, "a.xlsx", PAY_SHEET, choices=Choices(hidden=choice))

    @pytest.mark.parametrize(
        ("hidden", "code", "words"),
        [
            ({"rows": [3], "columns": "H"}, "hidden_rows", "第 3 行"),
            ({"columns": "H"}, "hidden_columns", "H 列「实发金额」"),
            ({"columns": "H", "sheet": True}, "hidden_sheet", "「旧」"),
        ],
    )
    def test_people_and_money_are_an_error_until_it_is_said(self, hidden, code, words):
        (issue,) = [i for i in self.read(**hidden).issues if i.code == code]
        assert issue.severity == "error"
        assert words in issue.message
        for choice in ("read", "skip"):
            found = [i for i in self.read(choice, **hidden).issues if i.code == code]
            assert all(i.severity == "warning" for i in found)

    def test_rows_are_left_out_where_they_are_skipped(self):
        assert [row.number for row in self.read("skip", rows=[3], columns="H").rows] == [2]
        assert [row.number for row in self.read("read", rows=[3], columns="H").rows] == [2, 3]

    def test_a_visible_column_goes_before_a_hidden_one(self):
        reading = self.read("read", columns="F")
        assert {m.column: m.letter for m in reading.mapping if m.column}["net"] == "H"

    def test_a_hidden_sheet_is_read_where_that_is_said(self):
        assert [row.sheet for row in self.read("read", sheet=True, columns="H").rows][-1] == "旧"
        assert self.read("skip", sheet=True, columns="H").account.sheets[1].use == "hidden"


class TestChanges:
    def reading(self) -> Reading:
        sheets = {"甲": (files.HEADER, worker(0)), "乙": (files.HEADER, worker(1), worker(2))}
        return read_table(files.xlsx(sheets=sheets), "a.xlsx", PAY_SHEET)

    def test_rows_of_several_sheets_have_keys_of_their_own(self):
        reading = self.reading()
        assert [row.key for row in reading.rows] == [2, row_key(1, 0, 2), row_key(1, 0, 3)]

    def test_a_cell_is_mended_on_its_sheet_and_the_old_value_kept(self):
        key = row_key(1, 0, 2)
        changed = edit_rows(self.reading(), PAY_SHEET, Changes({(key, "net"): "1"}))
        changed = check_reading(changed, PAY_SHEET)
        (issue,) = changed.issues
        assert (issue.sheet, issue.row, issue.key, issue.code) == ("乙", 2, key, "net_mismatch")
        assert changed.originals == {(key, "net"): 3740}
        assert changed.faulty_rows == {key}

    def test_rows_are_taken_out_put_back_and_added(self):
        shorter = edit_rows(self.reading(), PAY_SHEET, Changes(removed=[2]))
        assert [row.sheet for row in shorter.rows] == ["乙", "乙"]
        again = edit_rows(Reading.from_json(shorter.to_json()), PAY_SHEET, Changes(restored=[2]))
        assert again.rows[0].key == 2
        longer = check_reading(edit_rows(again, PAY_SHEET, Changes(added=2)), PAY_SHEET)
        assert [row.key for row in longer.rows][3:] == [ADDED, ADDED + 1]
        assert {issue.key for issue in longer.issues} == {ADDED, ADDED + 1}

    def test_what_is_not_there_cannot_be_changed(self):
        with pytest.raises(KeyError):
            edit_rows(self.reading(), PAY_SHEET, Changes({(3, "net"): "1"}))
