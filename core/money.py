"""Money: 元 as Decimal to the fen, rounded half-up here and nowhere else."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

FEN = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def fen(value: Decimal | int | str | float) -> Decimal:
    """An amount in 元 rounded half-up to the fen.

    A float is taken as it is written, because that is what the spreadsheet's user saw.

    :raises decimal.InvalidOperation: the text is not a number.
    """
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def yuan(value: Decimal | int | str) -> str:
    """An amount as people read it: "1,234.50"."""
    return f"{fen(value):,.2f}"


def capitals(value: Decimal | int | str) -> str:
    """An amount in 大写 as vouchers write it: "壹仟零伍元叁角整", "负伍分".

    :raises ValueError: 一万万亿元 or more.
    """
    amount = fen(value)
    whole, cents = divmod(int(abs(amount) * 100), 100)
    if whole >= 10**16:
        raise ValueError("The amount is too large to be written in 大写.")
    text = "负" if amount < 0 else ""
    if whole:
        text += _integer_in_capitals(whole) + "元"
    if not cents:
        return (text if whole else "零元") + "整"
    jiao, fen_ = divmod(cents, 10)
    text += "零" if whole and not jiao else ""
    return text + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen_]}分" if fen_ else "整")


def _integer_in_capitals(whole: int) -> str:
    text, index, gap = "", 0, False
    while whole:
        whole, group = divmod(whole, 10_000)
        if group:
            text = (
                _group_in_capitals(group) + _GROUPS[index] + ("零" if gap and text else "") + text
            )
        # A group short of its thousands is joined by 零 to what stands before it.
        gap = group < 1000
        index += 1
    return text


def _group_in_capitals(number: int) -> str:
    text, pending = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if pending and text else "") + _DIGITS[digit] + _PLACES[place]
        pending = not digit
    return text


class MoneyModelField(models.DecimalField):
    """An amount in 元: numeric(14,2), rounded half-up on its way in."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        amount = super().to_python(value)
        return None if amount is None else fen(amount)
