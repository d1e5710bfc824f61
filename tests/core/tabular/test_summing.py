"""The sender's grand total against the sum of the rows."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook

from core.fields import MoneyField, NameField
from core.tabular.reading import Changes, Reading, check_reading, edit_rows
from core.tabular.tables import Column, Table
from tests.core.tabular.files import csv
from tests.core.tabular.tables import read_table, recheck

SCHEMA = Table(
    (Column("name", "姓名", NameField()), Column("net", "实发工资", MoneyField())),
    totals=("net",),
    identity=("name",),
)


def read(*lines: tuple[object, ...]) -> Reading:
    book = Workbook()
    for line in (("序号", "姓名", "实发工资"), *lines):
        book.active.append(line)
    file = BytesIO()
    book.save(file)
    return read_table(file.getvalue(), "a.xlsx", SCHEMA)


class TestGrandTotal:
    def test_is_no_issue_where_it_agrees(self):
        assert read((1, "张明", 10), (2, "李强", 20.5), ("合计", "", 30.5)).issues == []

    def test_is_an_error_of_the_file_where_it_differs(self):
        reading = read((1, "张明", 10), (2, "李强", 20.5), ("合 计", "", "¥31.00"))
        (issue,) = reading.issues
        assert (issue.row, issue.column, issue.severity) == (4, "net", "error")
        assert "31.00" in issue.message
        assert "30.50" in issue.message

    def test_is_judged_again_after_a_cell_is_mended(self):
        reading = read((1, "张明", 10), (2, "李强", 20.5), ("合计", "", 31))
        staged = Reading.from_json(reading.to_json())
        assert recheck(staged, SCHEMA, {(3, "net"): "21"}).issues == []

    def test_waits_until_every_cell_is_clean(self):
        reading = read((1, "张明", 10), (2, "李强", -5), ("合计", "", 5))
        assert [issue.code for issue in reading.issues] == ["negative"]

    @pytest.mark.parametrize("line", [("合计", "", "元"), ("大写：", "叁拾元整"), ("说明", "", 99)])
    def test_is_taken_from_nothing_else(self, line):
        codes = [issue.code for issue in read((1, "张明", 10), (2, "李强", 20), line).issues]
        assert "total_differs" not in codes

    def test_of_a_page_is_the_sum_of_its_rows_and_that_of_all_is_of_all(self):
        lines = ((1, "张明", 10), ("合计", "", 10), (2, "李强", 20), ("小计", "", 20))
        assert read(*lines, ("总计", "", 30)).issues == []
        (issue,) = read(*lines, ("总计", "", 20.01)).issues
        assert (issue.row, issue.code) == (6, "total_differs")

    def test_of_a_row_that_was_taken_out_still_proves_the_file(self):
        reading = read((1, "张明", 10), (2, "李强", 20.5), ("合计", "", 30.5))
        shorter = edit_rows(reading, SCHEMA, Changes(removed=[3]))
        shorter = check_reading(shorter, SCHEMA)
        assert (len(shorter.rows), shorter.totals, shorter.issues) == (1, {"net": "10.00"}, [])

    @pytest.mark.parametrize("said", ["2人", "共2人", "（2 人）"])
    def test_may_count_heads(self, said):
        assert read((1, "张明", 10), (2, "李强", 20), ("合计", said, 30)).issues == []
        (issue,) = read((1, "张明", 10), ("合计", said, 10)).issues
        assert (issue.row, issue.code, issue.severity) == (3, "head_count", "error")

    def test_adds_up_what_no_column_holds(self):
        def heads(lines, context):
            return Decimal(len(lines))

        reading = read_table(
            csv(("姓名", "实发工资"), ("张明", 10), ("李强", 20)),
            "a.csv",
            replace(SCHEMA, computed={"heads": heads}, totals=("heads",)),
        )
        assert reading.totals == {"heads": "2.00"}
