from core.documents.bidi import Piece, is_arabic, shaped, visual
from core.documents.fonts import REGULAR

LAM_ALEF = "لا"


def texts(line, *, rightwards=False):
    return [piece.text for piece in visual(line, rightwards=rightwards) if piece.text.strip()]


class TestVisual:
    def test_uyghur_words_stand_from_right_to_left(self):
        assert texts("ئىش ھەققى تارقىتىش") == ["تارقىتىش", "ھەققى", "ئىش"]

    def test_a_phone_number_after_uyghur_keeps_its_digits_in_order(self):
        assert texts("تېلېفونى: 0991-2345678") == ["0991-2345678", ":", "تېلېفونى"]

    def test_two_numbers_are_read_one_after_the_other_from_the_right(self):
        assert texts("12333، 12345") == ["12345", "،", "12333"]

    def test_a_day_with_its_suffix_stays_one(self):
        assert texts("ھەر ئاينىڭ 15-كۈنى") == ["كۈنى", "-", "15", "ئاينىڭ", "ھەر"]

    def test_chinese_inside_uyghur_reads_from_left_to_right(self):
        assert texts("ئورۇن 新疆某某 建设公司") == ["新疆某某 建设公司", "ئورۇن"]

    def test_brackets_are_turned(self):
        assert texts("(ئىش)") == ["(", "ئىش", ")"]

    def test_uyghur_inside_chinese_follows_it(self):
        found = texts("待审核 / تەكشۈرۈش كۈتۈلمەكتە", rightwards=True)
        assert found == ["待审核", "/", "كۈتۈلمەكتە", "تەكشۈرۈش"]

    def test_a_chinese_line_is_one_piece(self):
        assert visual("工资 0991-2345678", rightwards=True) == [
            Piece("工资 0991-2345678", arabic=False)
        ]


class TestShaped:
    def test_letters_are_joined_from_right_to_left(self):
        glyphs, width = shaped("ئىش", REGULAR.uyghur)
        letters = [glyph.letters for glyph in glyphs if glyph.letters]
        assert letters == ["ش", "ى", "ئ"]
        assert [g.across for g in glyphs if g.letters] == sorted(
            g.across for g in glyphs if g.letters
        )
        assert 0 < width < 3

    def test_a_letter_has_another_shape_beside_others(self):
        (alone,) = (g for g in shaped("ش", REGULAR.uyghur)[0] if g.letters)
        first = next(g for g in shaped("شش", REGULAR.uyghur)[0] if g.letters)
        assert alone.code != first.code or alone.across != first.across

    def test_keeps_the_letter_ae(self):
        glyphs, _ = shaped("ھەققى", REGULAR.uyghur)
        assert "ە" in "".join(glyph.letters for glyph in glyphs)

    def test_a_ligature_stands_for_both_letters(self):
        glyphs, _ = shaped(LAM_ALEF, REGULAR.uyghur)
        assert sorted("".join(glyph.letters for glyph in glyphs)) == sorted(LAM_ALEF)


def test_knows_arabic_letters_from_digits_and_chinese():
    assert is_arabic("工资 ئىش")
    assert not is_arabic("工资 0991-2345678 ¥1,234.50")
