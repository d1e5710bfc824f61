"""The sender's grand total against the sum of the rows."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook

from core.fields import MoneyField, NameField
from core.tabular.reading import Reading
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

    def test_warns_where_it_differs(self):
        reading = read((1, "张明", 10), (2, "李强", 20.5), ("合 计", "", "¥31.00"))
        (issue,) = reading.issues
        assert (issue.row, issue.column, issue.severity) == (4, "net", "warning")
        assert "31.00" in issue.message
        assert "30.50" in issue.message

    def test_is_judged_again_after_a_cell_is_mended(self):
        reading = read((1, "张明", 10), (2, "李强", 20.5), ("合计", "", 31))
        staged = Reading.from_json(reading.to_json())
        assert recheck(staged, SCHEMA, {(3, "net"): "21"}).issues == []

    def test_waits_until_every_cell_is_clean(self):
        reading = read((1, "张明", 10), (2, "李强", -5), ("合计", "", 5))
        assert [issue.code for issue in reading.issues] == ["negative"]

    @pytest.mark.parametrize("line", [("", "小计", 99), ("合计", "", "元"), ("说明", "合计", 99)])
    def test_is_taken_from_nothing_else(self, line):
        assert read((1, "张明", 10), (2, "李强", 20), line).issues == []

    def test_is_not_told_from_the_totals_of_pages(self):
        lines = ((1, "张明", 10), ("合计", "", 10), (2, "李强", 20), ("合计", "", 20))
        assert read(*lines).issues == []

    def test_adds_up_what_no_column_holds(self):
        def heads(lines, context):
            return Decimal(len(lines))

        reading = read_table(
            csv(("姓名", "实发工资"), ("张明", 10), ("李强", 20)),
            "a.csv",
            replace(SCHEMA, computed={"heads": heads}, totals=("heads",)),
        )
        assert reading.totals == {"heads": "2.00"}
