"""The sender's workbook back, marked."""

import io

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from core.tabular.marking import mark_copy
from core.tabular.reading import Reading
from core.tabular.workerrows import row_key
from tests.core.tabular import files
from tests.core.tabular.tables import PAY_SHEET, read_table, recheck

DDE = "=cmd|' /C calc'!A0"


def marked(content: bytes, edits: dict | None = None) -> tuple[openpyxl.Workbook, Reading]:
    reading = read_table(content, "工资表", PAY_SHEET)
    reading = recheck(reading, PAY_SHEET, edits)
    copy = mark_copy(content, reading, PAY_SHEET)
    return openpyxl.load_workbook(io.BytesIO(copy)), reading


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
        assert (sheet["C5"].value, sheet["C5"].comment) == ("652801198112197100", None)
        assert sheet["L6"].value == "五千"

    def test_marks_of_an_earlier_copy_are_gone(self):
        content = files.sample("faults.xlsx")
        reading = read_table(content, "", PAY_SHEET)
        copy = mark_copy(content, reading, PAY_SHEET)
        # The copy's own list stands in front: the sheet is its second.
        workbook, _ = marked(copy, {(row_key(1, 0, 5), "id"): "652801198112197100"})
        assert workbook.sheetnames == ["问题清单", "工资表"]
        assert workbook["工资表"]["C5"].comment is None
        assert workbook["工资表"]["C8"].fill.fgColor.rgb == "00000000"


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
        assert [cell.data_type for row in after.iter_rows() for cell in row].count("f") == 0
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
