"""Fields that forms and spreadsheets share."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from core import fields
from core.money import yuan

ALL = [
    fields.TextField(),
    fields.NameField(),
    fields.IdNumberField(),
    fields.CardNumberField(),
    fields.PhoneField(),
    fields.UsccField(),
    fields.MoneyField(),
    fields.RateField(),
    fields.DaysField(),
    fields.DateField(),
    fields.TextField(),
    fields.OfficePhoneField(),
]
AMOUNTS = st.decimals(Decimal(0), Decimal("9999999999.99"), places=2)
CELLS = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.dates(), st.datetimes()
)
ID = "65320119930905355X"


def code(field: fields.CellField, value: object) -> str | None:
    with pytest.raises(ValidationError) as error:
        field.clean(value)
    return error.value.code


class TestEveryField:
    @pytest.mark.parametrize("field", ALL, ids=lambda field: type(field).__name__)
    @given(value=CELLS)
    def test_raises_nothing_but_a_sentence(self, field, value):
        try:
            field.clean(value)
        except ValidationError as error:
            assert error.code
            assert error.messages[0].endswith("。")

    @pytest.mark.parametrize("field", ALL, ids=lambda field: type(field).__name__)
    @pytest.mark.parametrize("blank", [None, "", "  ", "—", "/", "无", "\u200b"])
    def test_blank_is_missing(self, field, blank):
        assert code(field, blank) == "required"

    @pytest.mark.parametrize("kind", list(dict.fromkeys(type(field) for field in ALL)))
    def test_blank_passes_where_it_may(self, kind):
        assert kind(required=False).clean(" ") in (None, "")


class TestName:
    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            (" 孙小龙\n", "孙小龙"),
            ("张 三", "张三"),
            ("阿不都热合曼‧买买提", "阿不都热合曼·买买提"),
            ("阿不都热合曼．买买提", "阿不都热合曼·买买提"),
            ("阿不都热合曼 • 买买提", "阿不都热合曼·买买提"),
            ("孙㛃", "孙㛃"),
            ("王\U00020bb7", "王\U00020bb7"),
            ("李\ue863", "李\ue863"),
            ("ئابدۇراخمان", "ئابدۇراخمان"),
            ("John  Smith", "John Smith"),
        ],
    )
    def test_is_as_on_the_card(self, typed, name):
        assert fields.NameField().clean(typed) == name

    @pytest.mark.parametrize("typed", ["张3", "合计:", "=cmd|x", 17.0])
    def test_has_no_digits_or_signs(self, typed):
        assert code(fields.NameField(), typed) == "format"


class TestIdNumber:
    @pytest.mark.parametrize(
        "typed",
        [
            ID,
            ID.lower(),
            f" {ID} ",
            f"\t{ID}",
            f"'{ID}",
            "６５３２０１１９９３０９０５３５５Ｘ",
            "653201 19930905 355X",
        ],
    )
    def test_is_read_however_written(self, typed):
        assert fields.IdNumberField().clean(typed) == ID

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("653201199309053551", "check_digit"),
            ("650102880101123", "fifteen_digits"),
            ("65320119930905355", "format"),
            ("653201199313053551", "format"),
            ("身份证", "format"),
            (653201199309053500.0, "digits_lost"),
            (653201199309053550, "digits_lost"),
            ("6.53201E+17", "digits_lost"),
        ],
    )
    def test_says_what_is_wrong(self, typed, expected):
        assert code(fields.IdNumberField(), typed) == expected

    @given(st.integers(0, 16), st.integers(1, 9))
    def test_one_digit_off_is_always_noticed(self, place, shift):
        wrong = ID[:place] + str((int(ID[place]) + shift) % 10) + ID[place + 1 :]
        with pytest.raises(ValidationError):
            fields.IdNumberField().clean(wrong)

    @given(st.dates(date(1930, 1, 1), date(2010, 1, 1)), st.integers(0, 999))
    def test_every_right_number_passes(self, birth, order):
        body = f"650102{birth:%Y%m%d}{order:03}"
        number = body + ric.calc_check_digit(body + "0")
        assert fields.IdNumberField().clean(number) == number


class TestCardNumber:
    @pytest.mark.parametrize(
        "typed",
        [
            "6221881399869879730",
            "6221 8813 9986 9879 730",
            "6221-8813-9986-9879-730",
            "\t6221881399869879730",
        ],
    )
    def test_is_read_however_grouped(self, typed):
        assert fields.CardNumberField().clean(typed) == "6221881399869879730"

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("6221881399869879731", "check_digit"),
            ("622188139986", "format"),
            ("62218813998698797301", "format"),
            (6221881399869879730, "digits_lost"),
            ("6.22188E+18", "digits_lost"),
        ],
    )
    def test_says_what_is_wrong(self, typed, expected):
        assert code(fields.CardNumberField(), typed) == expected

    @given(st.integers(10**14, 10**18 - 1))
    def test_every_right_number_passes(self, body):
        number = f"{body}{luhn.calc_check_digit(str(body))}"
        assert fields.CardNumberField().clean(number) == number


class TestPhone:
    @pytest.mark.parametrize(
        "typed", ["13812341234", "138 1234 1234", "138-1234-1234", "+8613812341234", 13812341234.0]
    )
    def test_mobile(self, typed):
        assert fields.PhoneField().clean(typed) == "13812341234"

    def test_land_line(self):
        assert fields.PhoneField().clean("0991-2345678") == "09912345678"

    @pytest.mark.parametrize("typed", ["1381234123", "12345678901", "电话"])
    def test_refuses_others(self, typed):
        assert code(fields.PhoneField(), typed) == "format"


class TestUscc:
    def test_is_checked_to_the_last_digit(self):
        assert fields.UsccField().clean(" 91110000600037341l ") == "91110000600037341L"
        assert code(fields.UsccField(), "911100006000373410") == "check_digit"
        assert code(fields.UsccField(), "9111000060003734") == "format"


class TestMoney:
    @pytest.mark.parametrize(
        ("typed", "amount"),
        [
            ("¥3,740.00", "3740.00"),
            ("￥ 3740", "3740.00"),
            ("5800元", "5800.00"),
            ("３７０３．５０", "3703.50"),
            (" 2530.00 ", "2530.00"),
            (3703.5000000001, "3703.50"),
            (0.1 + 0.2, "0.30"),
            (3740, "3740.00"),
            ("人民币1,234,567.89元", "1234567.89"),
            ("0", "0.00"),
        ],
    )
    def test_is_read_however_written(self, typed, amount):
        assert fields.MoneyField().clean(typed) == Decimal(amount)

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("3.745", "decimals"),
            (3.745, "decimals"),
            ("-5", "negative"),
            ("(5.00)", "negative"),
            ("3.740,00", "format"),
            ("1,2.5", "format"),
            ("3元5", "format"),
            ("三千", "format"),
            ("1e5", "format"),
            (float("nan"), "format"),
            (float("inf"), "format"),
            (10**11, "range"),
            (True, "format"),
        ],
    )
    def test_says_what_is_wrong(self, typed, expected):
        assert code(fields.MoneyField(), typed) == expected

    def test_may_be_negative_where_allowed(self):
        assert fields.MoneyField(minimum=None).clean("(1,234.50)") == Decimal("-1234.50")

    @given(AMOUNTS)
    def test_what_pages_show_is_read_back(self, amount):
        field = fields.MoneyField()
        assert (
            field.clean(yuan(amount)) == field.clean(f"¥{amount}") == field.clean(amount) == amount
        )

    @given(AMOUNTS)
    def test_a_workbook_number_is_exact(self, amount):
        assert fields.MoneyField().clean(float(amount)) == amount


class TestDays:
    @pytest.mark.parametrize(
        ("typed", "days"), [(17.0, "17"), ("26.5", "26.5"), ("26天", "26"), (0, "0"), ("31", "31")]
    )
    def test_are_in_halves(self, typed, days):
        assert fields.DaysField().clean(typed) == Decimal(days)

    @pytest.mark.parametrize(
        ("typed", "expected"), [(32, "range"), (26.3, "format"), (-1, "negative")]
    )
    def test_says_what_is_wrong(self, typed, expected):
        assert code(fields.DaysField(), typed) == expected


class TestDate:
    @pytest.mark.parametrize(
        "typed",
        [
            "2026-3-2",
            "2026/3/2",
            "2026.3.2",
            "2026年3月2日",
            "2026 年 3 月 2 日",
            "20260302",
            "2026-03-02",
            "2026-03-02 00:00:00",
            20260302.0,
            46083,
            46083.0,
            "46083",
            date(2026, 3, 2),
            datetime(2026, 3, 2, 8, 30),
        ],
    )
    def test_is_read_however_written(self, typed):
        assert fields.DateField().clean(typed) == date(2026, 3, 2)

    @pytest.mark.parametrize("typed", ["2026-2-30", "2026年", "3月2日", "明天", "26-3-2"])
    def test_refuses_what_is_no_day(self, typed):
        assert code(fields.DateField(), typed) == "format"


class TestText:
    def test_is_one_line(self):
        assert fields.TextField().clean(" 钢筋\n一班 ") == "钢筋 一班"
        assert fields.TextField().clean(12.0) == "12"

    def test_is_not_too_long(self):
        assert code(fields.TextField(max_length=3), "钢筋一班") == "too_long"

    @pytest.mark.parametrize(
        "typed", ["=1+1", "＝1+1", " =A1", "@SUM(A1)", "+1+1", "-2+3", "+cmd|x"]
    )
    def test_is_no_formula(self, typed):
        assert code(fields.TextField(), typed) == "formula_like"

    @pytest.mark.parametrize("typed", ["-1层木工班", "+加班", "钢筋班=二组", "#3楼木工班"])
    def test_may_hold_the_signs_of_one(self, typed):
        assert fields.TextField().clean(typed) == typed


HIDDEN = ["\u202e", "\u2066", "\ufffe", "\uffff", "\ufdd0", "\xad", "\x9f", "\U000e0041", "\ud800"]


class TestHiddenCharacters:
    @pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
    @pytest.mark.parametrize(
        "field",
        [fields.TextField(), fields.NameField(), fields.ProseField()],
        ids=["text", "name", "prose"],
    )
    def test_are_refused(self, field, hidden):
        assert code(field, f"天山{hidden}劳务") == "hidden"

    def test_that_a_telephone_copies_along_are_dropped_from_numbers(self):
        assert fields.PhoneField().clean("\u202d13999990001\u202c") == "13999990001"


class TestProse:
    def test_keeps_lines_and_punctuation_as_written(self):
        typed = "已约谈（见附件）：\r\n= 3 人 11 月工资，限 5 日内补发！"
        assert fields.ProseField().clean(f" {typed}\u200b ") == typed

    def test_of_what_nobody_sees_alone_is_none(self):
        assert code(fields.ProseField(), "\u200b\x00 ") == "required"


class TestOfficePhone:
    @pytest.mark.parametrize(
        "typed", ["12333", "0991-2660333", "0991-2660333转8012", "(0991)2660333"]
    )
    def test_is_written_as_people_do(self, typed):
        assert fields.OfficePhoneField().clean(typed) == typed

    @pytest.mark.parametrize("typed", ["人社局", "12", "1" * 31])
    def test_says_what_is_wrong(self, typed):
        assert code(fields.OfficePhoneField(), typed) == "format"


class TestWrongColumn:
    def test_shows_no_number_that_stands_in_it_by_mistake(self):
        assert fields.NameField().mask("654201197302110832") == "****0832"
        assert fields.TextField().mask("张小明 6221881399869879730") == "张小明 ****9730"
