"""The sender's workbook back, marked."""

import io

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from core.tabular.changing import change_rows
from core.tabular.child.formulas import is_harmless
from core.tabular.marking import mark_copy
from core.tabular.reading import Changes, Reading
from core.tabular.workerrows import row_key
from tests.core.tabular import files
from tests.core.tabular.tables import PAY_SHEET, read_table, recheck

DDE = "=cmd|' /C calc'!A0"


def marked(content: bytes, edits: dict | None = None) -> tuple[openpyxl.Workbook, Reading]:
    reading = read_table(content, "工资表", PAY_SHEET)
    reading = recheck(reading, PAY_SHEET, edits)
    copy = mark_copy(content, reading, PAY_SHEET)
    return openpyxl.load_workbook(io.BytesIO(copy)), reading


def copy_of(content: bytes) -> bytes:
    reading = recheck(read_table(content, "工资表", PAY_SHEET), PAY_SHEET, None)
    return mark_copy(content, reading, PAY_SHEET)


class TestMarkedCopy:
    def test_marks_each_fault_in_its_cell(self):
        workbook, _ = marked(files.sample("faults.xlsx"))
        sheet = workbook["工资表"]
        assert "校验位" in sheet["C5"].comment.text
        assert sheet["C5"].fill.fgColor.rgb == "00FFC7CE"
        assert sheet["C4"].comment is None
        assert sheet["M8"].comment.text.startswith("没有填写")

    def test_keeps_the_layout(self):
        workbook, _ = marked(files.sample("twolevel.xlsx"))
        before = openpyxl.load_workbook(files.SAMPLES / "twolevel.xlsx")["工资表"]
        after = workbook["工资表"]
        assert {str(area) for area in after.merged_cells.ranges} == {
            str(area) for area in before.merged_cells.ranges
        }
        assert after.column_dimensions["C"].width == before.column_dimensions["C"].width

    def test_lists_the_faults_in_front_with_masked_values(self):
        workbook, reading = marked(files.sample("faults.xlsx"))
        assert workbook.sheetnames[0] == "问题清单"
        lines = list(workbook["问题清单"].iter_rows(min_row=2, values_only=True))
        assert len(lines) == len(reading.issues)
        assert lines[0][:5] == ("工资表", 5, "身份证号码", "652801********7101", "错误")

    @pytest.mark.parametrize("name", ["faults.xlsx", "xls.xls", "gbcsv.csv"])
    def test_reads_back_to_the_same_rows_and_faults(self, name):
        content = files.sample(name)
        reading = read_table(content, name, PAY_SHEET)
        copy = mark_copy(content, reading, PAY_SHEET)
        again = read_table(copy, name, PAY_SHEET)
        assert [row.values for row in again.rows] == [row.values for row in reading.rows]
        assert [(i.row, i.column, i.code) for i in again.issues] == [
            (i.row, i.column, i.code) for i in reading.issues
        ]

    def test_holds_what_was_mended(self):
        workbook, reading = marked(
            files.sample("faults.xlsx"), {(5, "id"): "652801198112197100", (6, "net"): "五千"}
        )
        sheet = workbook["工资表"]
        assert (5, "id") not in [(i.row, i.column) for i in reading.issues]
        assert sheet["C5"].value == "652801198112197100"
        assert sheet["C5"].comment.text == "在平台上改过，原表写的是：652801********7101"
        assert sheet["L6"].value == "五千"

    def test_marks_of_an_earlier_copy_are_gone(self):
        content = files.sample("faults.xlsx")
        reading = read_table(content, "", PAY_SHEET)
        copy = mark_copy(content, reading, PAY_SHEET)
        # The copy's own list stands in front: the sheet is its second.
        workbook, _ = marked(copy, {(row_key(1, 0, 5), "id"): "652801198112197100"})
        assert workbook.sheetnames == ["问题清单", "改动清单", "工资表"]
        assert workbook["工资表"]["C5"].fill.fgColor.rgb == "00DDEBF7"
        assert workbook["工资表"]["C8"].fill.fgColor.rgb == "00000000"

    def test_keeps_formulas_with_what_they_came_to(self):
        workbook = openpyxl.load_workbook(files.SAMPLES / "usual.xlsx")
        workbook["工资表"]["I4"] = "=F4*G4+H4"
        content = files.calculated(workbook, "F4*G4+H4", "3740")
        workbook, reading = marked(content)
        assert workbook["工资表"]["I4"].value == "=F4*G4+H4"
        again = openpyxl.load_workbook(io.BytesIO(copy_of(content)), data_only=True)
        assert again["工资表"]["I4"].value == 3740
        assert reading.rows[0]["gross"] == 3740

    def test_keeps_hidden_parts_hidden(self):
        workbook = openpyxl.load_workbook(files.SAMPLES / "usual.xlsx")
        sheet = workbook["工资表"]
        sheet.column_dimensions["P"].hidden = True
        sheet.row_dimensions[2].hidden = True
        workbook.create_sheet("留底").sheet_state = "hidden"
        copy, _ = marked(files.saved(workbook))
        assert copy["工资表"].column_dimensions["P"].hidden
        assert copy["工资表"].row_dimensions[2].hidden
        assert copy["留底"].sheet_state == "hidden"

    def test_strikes_out_a_row_that_was_deleted_and_lists_it(self):
        content = files.sample("faults.xlsx")
        reading = read_table(content, "工资表", PAY_SHEET)
        reading = change_rows(reading, PAY_SHEET, Changes(removed=[35], added=1))
        workbook = openpyxl.load_workbook(io.BytesIO(mark_copy(content, reading, PAY_SHEET)))
        assert workbook["工资表"]["C35"].font.strike
        lines = list(workbook["改动清单"].iter_rows(min_row=2, values_only=True))
        assert [line[1:3] for line in lines] == [(35, "删去的行"), (None, "新增的行")]
        assert "654201197302110832" not in str(lines)

    def test_lists_on_a_sheet_that_prints_one_page_wide(self):
        workbook, _ = marked(files.sample("faults.xlsx"), {(7, "days"): "15"})
        for name in ("问题清单", "改动清单"):
            sheet = workbook[name]
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.print_title_rows == "$1:$1"
            assert sheet["E2"].alignment.wrap_text

    def test_marks_a_total_that_does_not_come_out(self):
        workbook = openpyxl.load_workbook(files.SAMPLES / "usual.xlsx")
        total = next(r for r in range(4, 60) if workbook.active.cell(r, 1).value == "合计")
        workbook.active.cell(total, 12).value = 1
        copy, reading = marked(files.saved(workbook))
        assert "total_differs" in {issue.code for issue in reading.issues}
        assert "逐行相加" in copy["工资表"].cell(total, 12).comment.text


class TestFormulas:
    @pytest.mark.parametrize(
        "formula",
        [
            "=SUM(I4:I33)",
            "=ROUND($F4*G4,2)+H4",
            "='工资表'!B4&\"元\"",
            "=考勤!C5",
            "=SUM(I:I)",
            '=IF(F4>31,"超",0)',
        ],
    )
    def test_that_only_calculate_stay(self, formula):
        assert is_harmless(formula)

    @pytest.mark.parametrize(
        "formula",
        [
            DDE,
            '=HYPERLINK("http://example.org")',
            "=[1]Sheet1!A1",
            '=WEBSERVICE("http://example.org")',
            '=INDIRECT("A1")',
            "=名称",
            "=CALL(1)",
            "='\\\\server\\[a.xlsx]b'!A1",
            None,
        ],
    )
    def test_that_reach_further_do_not(self, formula):
        assert not is_harmless(formula)


class TestSafety:
    def test_nothing_in_the_copy_can_act(self):
        workbook = openpyxl.load_workbook(files.SAMPLES / "usual.xlsx")
        sheet = workbook["工资表"]
        sheet["Q4"], sheet["Q5"] = DDE, "=1+1"
        sheet["Q6"].hyperlink = "http://example.org/"
        sheet["Q7"].comment = Comment("请核对", "李四")
        sheet["Q7"].font = Font(bold=True)
        copy, _ = marked(files.saved(workbook))
        after = copy["工资表"]
        formulas = [c.value for row in after.iter_rows() for c in row if c.data_type == "f"]
        assert DDE not in formulas
        assert after["Q5"].value == "=1+1"
        assert after["Q6"].hyperlink is None
        assert after["Q7"].comment.text == "请核对"

    @pytest.mark.parametrize("value", [DDE, "+1+1", "-2+3", "@SUM(1)", "=HYPERLINK(0)"])
    def test_text_of_a_csv_stays_text(self, value):
        content = files.csv((*files.HEADER, "备注"), (*files.WORKER, value))
        copy, _ = marked(content)
        cell = copy["CSV"]["H2"]
        assert (cell.value, cell.data_type) == (value, "s")
        assert cell.quotePrefix

    def test_text_mended_to_a_formula_stays_text(self):
        copy, _ = marked(files.sample("usual.xlsx"), {(4, "name"): DDE})
        assert (copy["工资表"]["B4"].value, copy["工资表"]["B4"].data_type) == (DDE, "s")
