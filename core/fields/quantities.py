"""How much: amounts in 元, rates, days."""

import re
from decimal import Decimal
from math import isfinite
from typing import Any, ClassVar, NoReturn

from django import forms

from core.fields.cells import CellField, fail
from core.money import FEN


class QuantityField(CellField):
    """Base of quantities: an exact decimal within limits, from a number or from text."""

    minimum: Decimal | None
    maximum: Decimal
    unit: ClassVar[str] = ""
    _plain = re.compile(r"-?\d{1,12}(?:\.\d{1,20})?", re.ASCII)
    _bracketed = re.compile(r"\((.+)\)")
    # Commas only where thousands end: 3.740,00 or 1,2.5 must not become another amount.
    _dressed = re.compile(
        r"(?:RMB|CNY|人民币)?\s*[¥￥]?\s*([+-]?)\s*[¥￥]?\s*"
        r"((?:\d{1,3}(?:,\d{3}){1,5}|\d{1,20})(?:\.\d{0,20})?|\.\d{1,20})"
        r"\s*(?:元整?|圆整?|个?工日?|个|天|日)?",
        re.ASCII | re.IGNORECASE,
    )

    def __init__(
        self,
        *,
        minimum: Decimal | int | None = 0,
        maximum: Decimal | int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.minimum = None if minimum is None else Decimal(minimum)
        self.maximum = Decimal(maximum)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def exact(self, number: Decimal) -> Decimal:
        """`number` at the field's precision. :raises ValidationError: where it has more."""
        raise NotImplementedError

    def read(self, value: Any, text: str) -> Decimal:
        number = self._parse_number(value, text)
        if abs(number) > 10**12:
            self._refuse_range()
        number = self.exact(number)
        if self.minimum is not None and number < self.minimum:
            if self.minimum == 0:
                fail("negative", "不能是负数，请核对。")
            fail("range", f"不能小于 {self.minimum}{self.unit}，请核对。")
        if number > self.maximum:
            self._refuse_range()
        return number

    def _parse_number(self, value: Any, text: str) -> Decimal:
        if isinstance(value, float) and isfinite(value):
            # What is left of sums, 1.1e-16, is no text that a person would type.
            return Decimal(repr(value))
        if self._plain.fullmatch(text):
            return Decimal(text)
        bracketed = self._bracketed.fullmatch(text)
        dressed = self._dressed.fullmatch(bracketed[1] if bracketed else text)
        if dressed is None:
            fail("format", "这里应填数字，请删去文字和符号。")
        number = Decimal(dressed[1] + dressed[2].replace(",", ""))
        return -abs(number) if bracketed else number

    def _refuse_range(self) -> NoReturn:
        fail("range", f"不能大于 {self.maximum:,}{self.unit}，请核对。")


class MoneyField(QuantityField):
    """An amount in 元 with at most two decimals. Takes ¥1,234.50, 1234.5元, (12.00).

    A workbook's number carries noise in the last binary digits (3703.5000000001), which is not a
    third decimal.
    """

    unit = " 元"
    noise = Decimal("0.00001")

    def __init__(self, *, maximum: Decimal | int = 10**10, **kwargs: Any) -> None:
        super().__init__(maximum=maximum, **kwargs)

    def exact(self, number: Decimal) -> Decimal:
        rounded = number.quantize(FEN)
        if rounded != number and abs(rounded - number) > self.noise:
            fail("decimals", "金额最多两位小数，请四舍五入到分。")
        return rounded + 0  # -0.00 is 0.00


class RateField(MoneyField):
    """A wage per day, hour or piece in 元."""

    def __init__(self, *, maximum: Decimal | int = 10**5, **kwargs: Any) -> None:
        super().__init__(maximum=maximum, **kwargs)


class DaysField(QuantityField):
    """Days of attendance in a month, in halves: 0 to 31."""

    unit = " 天"

    def __init__(self, *, maximum: Decimal | int = 31, **kwargs: Any) -> None:
        super().__init__(maximum=maximum, **kwargs)

    def exact(self, number: Decimal) -> Decimal:
        doubled = number * 2
        halves = doubled.to_integral_value()
        if halves != doubled and abs(halves - doubled) > MoneyField.noise:
            fail("format", "天数以半天为单位，例如 26 或 26.5。")
        return (halves / 2).quantize(Decimal("0.1")) + 0
