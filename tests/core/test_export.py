"""Tables out: typed, streamed, and nothing in them runs."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core import export
from core.export import Column

COLUMN = Column("值", lambda row: row)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "#N/A", "=cmd|' /C calc'!A0", "＝1"]


def read_back(*values, **options):
    file = export.workbook(values, [COLUMN], **options)
    return [row[0] for row in load_workbook(io.BytesIO(file.read())).active.iter_rows()]


class TestWorkbook:
    @pytest.mark.parametrize("text", [*DANGEROUS, "650102199001011234", "0012", "张·明"])
    def test_writes_text_as_text(self, text):
        cell = read_back(text)[1]
        assert cell.data_type in {"s", "inlineStr"}
        assert cell.value.strip() == text.strip()
        assert cell.quotePrefix is (text in DANGEROUS)

    def test_does_not_trust_titles_either(self):
        file = export.workbook([], [Column("=1+1", str)])
        assert load_workbook(io.BytesIO(file.read())).active["A1"].data_type == "s"

    @pytest.mark.parametrize(
        ("value", "read", "number_format"),
        [
            (Decimal("1234.50"), 1234.5, "#,##0.00"),
            (7, 7, "General"),
            (date(2026, 9, 30), datetime(2026, 9, 30), "yyyy-mm-dd"),
            (datetime(2026, 9, 30, 2, tzinfo=UTC), datetime(2026, 9, 30, 10), "yyyy-mm-dd hh:mm"),
            (True, "是", "@"),
            (None, None, "General"),
        ],
    )
    def test_keeps_types(self, value, read, number_format):
        cell = read_back(value)[1]
        assert cell.value == read
        if value is not None:
            assert cell.number_format == number_format

    def test_carries_the_viewers_watermark(self):
        file = export.workbook(["x"], [COLUMN], watermark="王处 人社局 A&B")
        sheet = load_workbook(io.BytesIO(file.read())).active
        assert [row[0].value for row in sheet.iter_rows()] == ["王处 人社局 A&B", "值", "x"]
        assert sheet.freeze_panes == "A3"
        assert "王处" in sheet.oddFooter.center.text

    @given(st.text(max_size=50))
    def test_takes_any_text(self, text):
        cell = read_back(text)[1]
        assert cell.data_type in {"s", "inlineStr"} or cell.value is None


class TestCsv:
    def read(self, *values, **options):
        data = b"".join(export.csv_lines(values, [COLUMN], **options)).decode("utf-8-sig")
        return [row[0] if row else "" for row in csv.reader(io.StringIO(data, newline=""))]

    @pytest.mark.parametrize("text", DANGEROUS)
    def test_marks_what_could_run(self, text):
        assert self.read(text) == ["值", "'" + text]

    def test_leaves_the_rest_as_it_is(self):
        values = ["张明", Decimal("-1.50"), date(2026, 9, 30), None, True]
        assert self.read(*values) == ["值", "张明", "-1.50", "2026-09-30", "", "是"]

    def test_carries_the_watermark(self):
        assert self.read("x", watermark="王处") == ["王处", "值", "x"]

    def test_is_streamed(self):
        def rows():
            yield "第一行"
            raise AssertionError("read ahead")

        lines = export.csv_lines(rows(), [COLUMN])
        assert "第一行" in b"".join(next(lines) for _ in range(3)).decode()


class TestResponses:
    def test_are_private_downloads(self):
        answer = export.xlsx_response(export.workbook([], [COLUMN]), "工资表.xlsx")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Disposition"].startswith("attachment")
        answer = export.csv_response(export.csv_lines([], [COLUMN]), "工资表.csv")
        assert answer.streaming
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
