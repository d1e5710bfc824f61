"""Form fields for what forms and spreadsheets have in common: names, numbers, amounts, dates.

Each takes what a person types or a workbook cell holds (text, number, date), forgives how it is
written (full-width digits, spaces, ¥, 2026年3月2日) and never what it says. A fault is a
`ValidationError` with a Chinese sentence that says how to mend it and a stable `code`:
`required`, `format`, `digits_lost`, `check_digit`, `fifteen_digits`, `negative`, `decimals`,
`range`, `too_long`, `formula`. Of several faults the first in the order format, check digit is
raised.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, ClassVar, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError as NumberError

from core import months
from core.cells import WITHOUT_VALUE
from core.masking import mask_card, mask_id, mask_numbers, mask_phone
from core.money import FEN

# A spreadsheet keeps 15 digits of a number; of a longer one the rest is zeros that nobody typed.
SURE_DIGITS = 10**15
PLACEHOLDERS = frozenset(["", "-", "--", "—", "——", "－", "/", "\\", "／", "无", "N/A", "n/a"])

_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_FULL_WIDTH = re.compile(r"[\u3000\uff01-\uff5e]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff]")
_SEPARATORS = re.compile(r"[\s'‘’`\u200b-\u200f\u2060\ufeff-]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


def fail(code: str, message: str) -> NoReturn:
    """:raises ValidationError: always, with `message` for people and `code` for programs."""
    raise ValidationError(message, code=code)


def half_width(text: str) -> str:
    """Full-width letters, digits and spaces as half-width. Not NFKC, which changes rare characters
    of names."""
    return text.translate(_WIDTH) if _FULL_WIDTH.search(text) else text


def as_text(value: Any) -> str:
    """A cell's content as a person would type it, half-width, without invisible characters."""
    if isinstance(value, str):
        if value.isalnum():  # neither spaces nor anything invisible
            return half_width(value)
        return _INVISIBLE.sub("", half_width(value)).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


class CellField(forms.Field):
    """Base of the fields: blank becomes `empty_value`, anything else goes through `read`."""

    widget = forms.TextInput
    empty_value: ClassVar[Any] = None
    default_error_messages = {"required": "没有填写，请补上。"}
    # Whether the value is personal data, which only `mask` may show.
    sealed: ClassVar[bool] = False

    def read(self, value: Any, text: str) -> Any:
        """The value that a filled cell stands for; `text` is the cell as half-width text."""
        raise NotImplementedError

    def mask(self, text: str) -> str:
        """`text`, be it valid or not, for those who need not see it in full.

        An ID number may stand in any column by mistake.
        """
        return mask_numbers(text)

    def to_python(self, value: Any) -> Any:
        text = as_text(value)
        return self.empty_value if text in PLACEHOLDERS else self.read(value, text)

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and value in WITHOUT_VALUE:
            fail("formula", WITHOUT_VALUE[value])
        cleaned = self.to_python(value)
        if cleaned is None or cleaned == "":
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
        elif self.validators:
            self.run_validators(cleaned)
        return cleaned


class TextField(CellField):
    """Short text on one line, such as a trade, a team or a bank's name."""

    empty_value = ""

    def __init__(self, *, max_length: int = 100, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "maxlength": str(self.max_length)}

    def read(self, value: Any, text: str) -> str:
        text = " ".join(text.split())
        if len(text) > self.max_length:
            fail("too_long", f"共 {len(text)} 个字，最多 {self.max_length} 个字，请缩短。")
        return text


class NameField(CellField):
    """A person's name as on the identity card; 阿不都热合曼‧买买提 gets the standard dot."""

    empty_value = ""
    max_length = 50
    _dots = str.maketrans(dict.fromkeys("‧•・･∙⋅.。˙●", "·"))
    _spaces = re.compile(r"\s+")
    _chinese = re.compile(r"[\u2e80-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003ffff]")
    _plain = re.compile(r"[\u4e00-\u9fff]{1,20}(?:·[\u4e00-\u9fff]{1,20})?")
    # Letters of any script; characters that a computer's fonts do not know yet lie in private
    # and supplementary areas and belong to real names.
    _name = re.compile(r"(?:[^\W\d_]|[\ue000-\uf8ff\U00020000-\U0003ffff]|[·' -]|\u0640)+")

    def read(self, value: Any, text: str) -> str:
        if self._plain.fullmatch(text):
            return text
        gap = "" if self._chinese.search(text) else " "
        text = self._spaces.sub(gap, text).translate(self._dots).strip("·")
        if not text:
            return ""
        if not self._name.fullmatch(text):
            fail("format", "姓名里有数字或符号，请按身份证上的姓名填写。")
        if len(text) > self.max_length:
            fail("too_long", f"姓名超过 {self.max_length} 个字，请检查是否填错列。")
        return text


def same_name(one: str, other: str) -> bool:
    """Whether two names are one by the name rules: dots, spaces and case make no difference."""
    return _bare_name(one) == _bare_name(other)


def _bare_name(name: str) -> str:
    return "".join(name.replace("·", "").split()).casefold()


class DigitsField(CellField):
    """Base of numbers that are names, not quantities: no digit of them may be lost."""

    empty_value = ""
    label_zh: ClassVar[str] = "号码"

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._refuse_rounded(abs(value) >= SURE_DIGITS)
        text = as_text(value)
        if text in PLACEHOLDERS:
            return ""
        self._refuse_rounded(_SCIENTIFIC.fullmatch(text) is not None)
        digits = text if text.isdigit() else _SEPARATORS.sub("", text).upper()
        return self.read(value, digits) if digits else ""

    def _refuse_rounded(self, rounded: bool) -> None:
        if rounded:
            fail(
                "digits_lost",
                f"{self.label_zh}被表格软件当成数字，末几位已经丢失。"
                "请把该列设为文本格式，再按原件重新填写。",
            )


class IdNumberField(DigitsField):
    """居民身份证号码, GB 11643: 18 characters of which the last is a check digit."""

    label_zh = "身份证号"
    sealed = True
    _format = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
    _fifteen = re.compile(r"[1-9]\d{14}", re.ASCII)

    def mask(self, text: str) -> str:
        return mask_id(text)

    def read(self, value: Any, text: str) -> str:
        if not self._format.fullmatch(text):
            self._explain_format(text)
        self._refuse_impossible_birth(text)
        if text[-1] != ric.calc_check_digit(text):
            fail("check_digit", "身份证号校验位不对，多半是抄错了一位，请对照身份证原件核对。")
        return text

    def _explain_format(self, text: str) -> NoReturn:
        if self._fifteen.fullmatch(text):
            fail("fifteen_digits", "这是 15 位的旧身份证号，已经停用，请填写 18 位身份证号。")
        if len(text) != 18:
            fail("format", f"身份证号应为 18 位，这里有 {len(text)} 位，请对照身份证原件核对。")
        fail("format", "身份证号应为 17 位数字加 1 位数字或 X，请对照身份证原件核对。")

    def _refuse_impossible_birth(self, text: str) -> None:
        try:
            plausible = date(int(text[6:10]), int(text[10:12]), int(text[12:14])).year >= 1900
        except ValueError:
            plausible = False
        if not plausible:
            fail("format", "身份证号第 7 至 14 位不是出生日期，请对照身份证原件核对。")


class CardNumberField(DigitsField):
    """A bank card's number: 16 to 19 digits, the last one a Luhn check digit."""

    label_zh = "银行卡号"
    sealed = True
    _format = re.compile(r"\d{16,19}", re.ASCII)

    def mask(self, text: str) -> str:
        return mask_card(text)

    def read(self, value: Any, text: str) -> str:
        if not self._format.fullmatch(text):
            fail(
                "format", f"银行卡号应为 16 至 19 位数字，这里是 {len(text)} 位，请对照银行卡核对。"
            )
        if luhn.checksum(text) != 0:
            fail("check_digit", "银行卡号校验位不对，多半是抄错了一位，请对照银行卡核对。")
        return text


class PhoneField(DigitsField):
    """A mobile number, or a land line with its area code."""

    label_zh = "电话号码"
    sealed = True
    _prefix = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
    _format = re.compile(r"1[3-9]\d{9}|0\d{9,11}", re.ASCII)

    def mask(self, text: str) -> str:
        return mask_phone(text)

    def read(self, value: Any, text: str) -> str:
        text = self._prefix.sub("", text)
        if not self._format.fullmatch(text):
            fail("format", "电话号码应为 11 位手机号，或带区号的座机号，请改正。")
        return text


class UsccField(DigitsField):
    """统一社会信用代码, GB 32100: 18 characters of which the last is a check digit."""

    label_zh = "统一社会信用代码"

    def read(self, value: Any, text: str) -> str:
        try:
            return uscc.validate(text)
        except (NumberError, ValueError):
            pass
        if len(text) != 18:
            fail(
                "format", f"统一社会信用代码应为 18 位，这里有 {len(text)} 位，请对照营业执照核对。"
            )
        fail("check_digit", "统一社会信用代码不对，多半是抄错了一位，请对照营业执照核对。")


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
        r"\s*(?:元整?|圆整?|个?工日?|天|日)?",
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
        number = self._parse(value, text)
        if abs(number) > 10**12:
            self._refuse_range()
        number = self.exact(number)
        if self.minimum is not None and number < self.minimum:
            self._refuse_low()
        if number > self.maximum:
            self._refuse_range()
        return number

    def _parse(self, value: Any, text: str) -> Decimal:
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

    def _refuse_low(self) -> NoReturn:
        if self.minimum == 0:
            fail("negative", "不能是负数，请核对。")
        fail("range", f"不能小于 {self.minimum}{self.unit}，请核对。")

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


class DateField(CellField):
    """A day: 2026-3-2, 2026/3/2, 2026.3.2, 2026年3月2日, 20260302, a workbook's date or serial."""

    _text = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?: \d\d?:.*)?", re.ASCII)
    _compact = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
    _serial = re.compile(r"\d{5}", re.ASCII)
    # Day 0 of Excel's calendar, which believes in a 29 February 1900.
    _epoch = date(1899, 12, 30)

    def read(self, value: Any, text: str) -> date:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = re.sub(r"\s*([-/.年月日号])\s*", r"\1", text)
        if self._serial.fullmatch(text):
            return self._epoch + timedelta(days=int(text))
        found = self._text.fullmatch(text) or self._compact.fullmatch(text)
        if found is None:
            fail("format", "日期请写成 2026-03-02 这样的年月日。")
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            fail("format", "没有这一天，请核对年月日。")


class MonthField(CellField):
    """A month as 2026-09, for a ``type="month"`` input: the date of its first day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "month"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return months.iso(value) if isinstance(value, date) else value

    def read(self, value: Any, text: str) -> date:
        if isinstance(value, date):
            return value
        try:
            return months.parse_month(text)
        except ValueError as error:
            fail("format", str(error))
