"""A cell of a form or a spreadsheet: what it says, however it is written."""

import re
from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django import forms
from django.core.exceptions import ValidationError

from core.formula_cells import WITHOUT_VALUE
from core.masking import mask_numbers

PLACEHOLDERS = frozenset(["", "-", "--", "—", "——", "－", "/", "\\", "／", "无", "N/A", "n/a"])
_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_FULL_WIDTH = re.compile(r"[\u3000\uff01-\uff5e]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff]")

# What nobody sees or types and what turns the order of what follows round: marks of direction,
# C1 controls, soft hyphens, tags, characters that are none. Private-use characters are none of
# them: they belong to real names that a computer's fonts do not know yet.
_HIDDEN = re.compile(
    r"[\x80-\x9f\xad\u061c\u180e\u202a-\u202e\u2061-\u206f\ufdd0-\ufdef\ufff9-\uffff\ud800-\udfff"
    r"\U000e0000-\U000e0fff]"
)
HIDDEN_CHARACTERS = "里面有看不见的控制字符，请删去后用键盘重新输入，不要粘贴。"
# What a spreadsheet program would calculate. "-1层" and "+加班" are words: Chinese follows.
_FORMULA = re.compile(r"[=@]|[+-](?!\d*[\u4e00-\u9fff])")


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
        if _HIDDEN.search(text):
            fail("hidden", HIDDEN_CHARACTERS)
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
    """Short text on one line, such as a trade, a team or a bank's name; never a formula."""

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
        if _FORMULA.match(text):
            fail(
                "formula_like",
                "不能用 =、+、-、@ 开头：表格软件会把它当作公式。请改成文字。",
            )
        return text


class ProseField(forms.CharField):
    """Free text such as a reason or a note: kept as it was written, lines and punctuation and all.

    What nobody sees is refused as in every other field.
    """

    default_error_messages: ClassVar[Any] = {"required": "没有填写，请补上。"}

    def to_python(self, value: Any) -> str:
        text = _INVISIBLE.sub("", super().to_python(value) or "").strip()
        if _HIDDEN.search(text):
            fail("hidden", HIDDEN_CHARACTERS)
        return text
