"""The fields of a wage account that forms and imports share."""

import re
from typing import Any

from core.fields import DigitsField, fail

#: What every wage account's name ends with 53号5.
NAME_ENDING = "农民工工资专用账户"


class AccountNumberField(DigitsField):
    """A company's account: 9 to 22 digits, which follow no check-digit rule."""

    label_zh = "账号"
    _format = re.compile(r"\d{9,22}", re.ASCII)

    def read(self, value: Any, text: str) -> str:
        if not self._format.fullmatch(text):
            fail(
                "format",
                f"账号应为 9 至 22 位数字，这里是 {len(text)} 位，请对照开户许可证核对。",
            )
        return text


def full_name(contractor: str, project: str) -> str:
    """The name that 53号5 asks for: 总包单位 + 工程项目 + 农民工工资专用账户."""
    return f"{contractor}{project}{NAME_ENDING}"
