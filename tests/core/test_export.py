"""Tables out: typed, streamed, and nothing in them runs."""

import io
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core import export
from core.export import Column
from core.tabular.child.read import sheets_of
from core.tabular.process import LIMITS

COLUMN = Column("值", lambda row: row)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "#N/A", "=cmd|' /C calc'!A0", "＝1"]
#: What XML can hold, which is all that anybody can see or type.
VISIBLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=50
)


def read_back(*values, **options):
    sheet = sheet_of(export.workbook(values, [COLUMN], **options))
    return [row[0] for row in sheet.iter_rows()]


def sheet_of(file):
    with file:
        return load_workbook(io.BytesIO(file.read())).active


class TestWorkbook:
    @pytest.mark.parametrize("text", [*DANGEROUS, "650102199001011234", "0012", "张·明"])
    def test_writes_text_as_text(self, text):
        cell = read_back(text)[1]
        assert cell.data_type in {"s", "inlineStr"}
        assert cell.value.strip() == text.strip()
        assert cell.quotePrefix is (text in DANGEROUS)

    def test_does_not_trust_titles_either(self):
        assert sheet_of(export.workbook([], [Column("=1+1", str)]))["A1"].data_type == "s"

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
        sheet = sheet_of(export.workbook(["x"], [COLUMN], watermark="王处 人社局 A&B"))
        assert [row[0].value for row in sheet.iter_rows()] == ["王处 人社局 A&B", "值", "x"]
        assert sheet.freeze_panes == "A3"
        assert "王处" in sheet.oddFooter.center.text

    @given(st.lists(VISIBLE | st.sampled_from([*DANGEROUS, "_x0041_", "'=1"]), min_size=1))
    def test_is_read_back_as_the_same_rows(self, texts):
        columns = [Column("值", lambda row: row), Column("末列", lambda row: "末")]
        with export.workbook(texts, columns) as book:
            (sheet,) = sheets_of(book.read(), asdict(LIMITS))
        assert sheet["rows"] == [["值", "末列"], *([text, "末"] for text in texts)]

    def test_leaves_out_what_no_workbook_can_hold(self):
        assert read_back("a\x00b\x1f\ufffe\ud800c")[1].value == "abc"


class TestResponses:
    def test_are_private_downloads(self, db):
        # Closing an answer ends the request, which looks after the connection of an earlier test.
        answer = export.xlsx_response(book := export.workbook([], [COLUMN]), "工资表.xlsx")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Disposition"].startswith("attachment")
        answer.close()
        assert book.closed
