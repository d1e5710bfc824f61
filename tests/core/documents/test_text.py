import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents import Style, fit, lay_out, measure, printable
from core.documents.fonts import MISSING, REGULAR, font

STYLE = Style(10)


class TestLayOut:
    def test_breaks_between_any_two_chinese_characters(self):
        assert lay_out("农民工工资支付", STYLE, 40).lines == ("农民工工", "资支付")

    def test_no_line_begins_with_closing_punctuation(self):
        assert lay_out("按时足额，支付", STYLE, 40).lines == ("按时足", "额，支付")

    def test_no_line_ends_with_opening_punctuation(self):
        assert lay_out("依据第《条例》", STYLE, 40).lines == ("依据第", "《条例》")

    @pytest.mark.parametrize("number", ["0991-2345678", "1,186,500,000.55", "10:00-14:00"])
    def test_a_number_is_never_broken(self, number):
        layout = lay_out(f"举报请拨打电话{number}", STYLE, 95)
        assert any(number in line for line in layout.lines)
        assert not layout.overflows

    def test_a_word_wider_than_the_line_is_cut_and_said_so(self):
        layout = lay_out("A" * 40, STYLE, 60)
        assert layout.overflows
        assert "".join(layout.lines) == "A" * 40

    def test_uyghur_words_stay_whole(self):
        text = "دېھقان ئىشلەمچىلەر ئىش ھەققى"
        layout = lay_out(text, STYLE, 70)
        assert len(layout.lines) > 1
        assert " ".join(layout.lines) == text

    @given(st.text("农民工，。（）《》12ab-. ئىش、", max_size=60), st.integers(30, 200))
    def test_loses_nothing_and_keeps_within_the_width(self, text, width):
        layout = lay_out(text, STYLE, width)
        assert "".join(layout.lines).replace(" ", "") == text.replace(" ", "")
        if not layout.overflows:
            assert all(measure(line, STYLE) <= width + 0.01 for line in layout.lines)


class TestFit:
    def test_keeps_the_size_where_it_fits(self):
        assert fit("工资", STYLE, 100, 20).style.size == 10

    def test_shrinks_until_the_height_suffices(self):
        layout = fit("农民工工资" * 6, STYLE, 80, 30)
        assert layout.height <= 30
        assert 5 <= layout.style.size < 10


class TestPrintable:
    @pytest.mark.parametrize("name", ["孙㛃", "䶮堃淼喆", "𬭎", "阿不都热合曼·买买提"])
    def test_keeps_rare_characters_of_names(self, name):
        assert printable(name) == name

    def test_a_character_that_no_font_has_is_marked(self):
        assert printable("张\U0002a6d6") == "张" + MISSING

    def test_fonts_are_made_once(self):
        assert font(REGULAR.chinese) is font(REGULAR.chinese)
