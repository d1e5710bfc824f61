"""元, 角 and 分."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MoneyModelField, capitals, fen, yuan

AMOUNTS = st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)
_DIGITS = {digit: n for n, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


class TestFen:
    @pytest.mark.parametrize(
        ("value", "amount"),
        [("1.005", "1.01"), ("-1.005", "-1.01"), (1.005, "1.01"), (2, "2.00"), ("2.675", "2.68")],
    )
    def test_rounds_half_up(self, value, amount):
        assert str(fen(value)) == amount

    def test_is_the_model_fields_rounding(self):
        field = MoneyModelField()
        assert (field.max_digits, field.decimal_places) == (14, 2)
        assert field.get_prep_value("1.005") == Decimal("1.01")
        assert field.get_prep_value(None) is None


class TestYuan:
    def test_groups_thousands(self):
        assert yuan("1234567.5") == "1,234,567.50"
        assert yuan(-1) == "-1.00"


class TestCapitals:
    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("10", "壹拾元整"),
            ("100.05", "壹佰元零伍分"),
            ("1005.30", "壹仟零伍元叁角整"),
            ("1234.56", "壹仟贰佰叁拾肆元伍角陆分"),
            ("10001", "壹万零壹元整"),
            ("100100", "壹拾万零壹佰元整"),
            ("1001000", "壹佰万壹仟元整"),
            ("100000000", "壹亿元整"),
            ("100000001", "壹亿零壹元整"),
            ("100010000", "壹亿零壹万元整"),
            ("1000200030.04", "壹拾亿零贰拾万零叁拾元零肆分"),
            ("-5.02", "负伍元零贰分"),
        ],
    )
    def test_writes(self, amount, words):
        assert capitals(amount) == words

    def test_refuses_what_has_no_word(self):
        with pytest.raises(ValueError, match="too large"):
            capitals("1e16")

    @given(AMOUNTS)
    def test_reads_back_as_the_same_amount(self, amount):
        assert _read(capitals(amount)) == fen(amount)

    @given(AMOUNTS)
    def test_never_doubles_a_zero(self, amount):
        assert "零零" not in capitals(amount)


def _read(words: str) -> Decimal:
    sign = -1 if words.startswith("负") else 1
    whole, _, rest = words.removeprefix("负").rpartition("元")
    total, group, digit = 0, 0, 0
    for char in whole:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _PLACES:
            group, digit = group + digit * _PLACES[char], 0
        else:
            total, group, digit = total + (group + digit) * {"万": 10**4, "亿": 10**8}[char], 0, 0
    total, cents, digit = total + group + digit, 0, 0
    for char in rest:
        digit = _DIGITS.get(char, digit)
        cents += digit * {"角": 10, "分": 1}.get(char, 0)
    return sign * (Decimal(total) + Decimal(cents) / 100)
