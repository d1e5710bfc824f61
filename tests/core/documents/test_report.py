from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from core.documents import Column, Totals, paper, table_report

COLUMNS = [
    Column("序号", 0.5, "centre"),
    Column("姓名", 1.5),
    Column("应发工资", 1.2, "right"),
    Column("实发工资", 1.2, "right"),
    Column("备注", 1.5),
]


def rows(count):
    return [
        [str(n), "孙㛃" if n % 2 else "阿不都热合曼·买买提", "6,840.00", "6,303.50", ""]
        for n in range(1, count + 1)
    ]


def report(count=3, **options):
    return table_report(
        "昆仑大道安置房二期 2026年9月农民工工资支付表",
        [("用人单位", "天山劳务有限公司"), ("支付周期", "2026年9月")],
        COLUMNS,
        rows(count),
        Totals({2: "20,520.00", 3: "18,910.50"}, Decimal("18910.50")),
        ["制表人", "劳资专管员"],
        **options,
    )


def pages(pdf):
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


class TestTableReport:
    def test_holds_title_particulars_rows_totals_and_signatures(self):
        (text,) = pages(report())
        for expected in ("用人单位：天山劳务有限公司", "孙㛃", "18,910.50", "劳资专管员："):
            assert expected in text

    def test_writes_the_amount_in_words(self):
        assert "壹万捌仟玖佰壹拾元伍角整" in pages(report())[0]

    def test_repeats_the_heading_and_numbers_every_page(self):
        texts = pages(report(120))
        assert len(texts) > 2
        for number, text in enumerate(texts, start=1):
            assert "实发工资" in text
            assert f"第 {number} 页 共 {len(texts)} 页" in text

    def test_totals_never_stand_alone_on_a_page(self):
        for count in range(20, 34):
            last = pages(report(count))[-1]
            assert "合计" not in last or f"{count}" in last

    def test_carries_the_watermark_of_its_viewer(self):
        plain, marked = report(), report(watermark="王某某 2026-10-13 09:30")
        assert PdfReader(BytesIO(marked)).pages[0]["/Resources"].get("/XObject")
        assert not PdfReader(BytesIO(plain)).pages[0]["/Resources"].get("/XObject")

    def test_prints_without_rows_or_totals(self):
        (text,) = pages(table_report("名册", [], COLUMNS, []))
        assert "姓名" in text

    def test_stands_upright_where_asked(self):
        box = PdfReader(BytesIO(report(sheet=paper("A4", landscape=False)))).pages[0].mediabox
        assert box.height > box.width

    def test_same_rows_same_bytes(self):
        assert report() == report()

    def test_prints_five_thousand_rows_to_the_last(self):
        # Reading the text of one page takes longer than printing it.
        assert "5000" in PdfReader(BytesIO(report(5000))).pages[-1].extract_text()
