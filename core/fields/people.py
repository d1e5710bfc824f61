"""Who somebody is: names, and numbers that carry check digits."""

import re
from datetime import date
from typing import Any, ClassVar

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError as NumberError

from core.fields.cells import PLACEHOLDERS, CellField, as_text, fail
from core.masking import mask_card, mask_id, mask_phone

# A spreadsheet keeps 15 digits of a number; of a longer one the rest is zeros that nobody typed.
SURE_DIGITS = 10**15
_SEPARATORS = re.compile(r"[\s'‘’`\u200b-\u200f\u202a-\u202e\u2060\ufeff-]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


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
            if self._fifteen.fullmatch(text):
                fail("fifteen_digits", "这是 15 位的旧身份证号，已经停用，请填写 18 位身份证号。")
            if len(text) != 18:
                fail("format", f"身份证号应为 18 位，这里有 {len(text)} 位，请对照身份证原件核对。")
            fail("format", "身份证号应为 17 位数字加 1 位数字或 X，请对照身份证原件核对。")
        try:
            plausible = date(int(text[6:10]), int(text[10:12]), int(text[12:14])).year >= 1900
        except ValueError:
            plausible = False
        if not plausible:
            fail("format", "身份证号第 7 至 14 位不是出生日期，请对照身份证原件核对。")
        if text[-1] != ric.calc_check_digit(text):
            fail("check_digit", "身份证号校验位不对，多半是抄错了一位，请对照身份证原件核对。")
        return text


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


class OfficePhoneField(CellField):
    """An office's telephone as people write it: 0991-2660333转8012, or short as 12333."""

    empty_value = ""
    _format = re.compile(r"[\d()转 +-]{3,30}", re.ASCII)

    def read(self, value: Any, text: str) -> str:
        if not self._format.fullmatch(text):
            fail("format", "电话只能由数字、横线和“转”组成，3 至 30 位。")
        return text


class UsccField(DigitsField):
    """统一社会信用代码, GB 32100: 18 characters of which the last is a check digit."""

    label_zh = "统一社会信用代码"

    def read(self, value: Any, text: str) -> str:
        try:
            code = uscc.validate(text)
        except (NumberError, ValueError):
            if len(text) != 18:
                fail(
                    "format",
                    f"统一社会信用代码应为 18 位，这里有 {len(text)} 位，请对照营业执照核对。",
                )
            fail("check_digit", "统一社会信用代码不对，多半是抄错了一位，请对照营业执照核对。")
        return code
