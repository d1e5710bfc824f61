"""When: days and months."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from core import months
from core.fields.cells import CellField, fail


def day_input(**attrs: Any) -> forms.DateInput:
    """A day by keyboard, 2026-11-28, in Chinese whatever the language of the browser."""
    kept = {"data-day": True, "placeholder": "2026-11-28", "inputmode": "numeric"}
    return forms.DateInput(attrs=kept | {"autocomplete": "off"} | attrs, format="%Y-%m-%d")


class DateField(CellField):
    """A day: 2026-3-2, 2026/3/2, 2026.3.2, 2026年3月2日, 20260302, a workbook's date or serial."""

    _text = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?: \d\d?:.*)?", re.ASCII)
    _compact = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
    _serial = re.compile(r"\d{5}", re.ASCII)
    # Day 0 of Excel's calendar, which believes in a 29 February 1900.
    _epoch = date(1899, 12, 30)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", day_input())
        super().__init__(**kwargs)

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
    """A month: 2026-09, 2026.9, 202609, 2026年9月. The date of its first day."""

    def __init__(self, **kwargs: Any) -> None:
        kept = {"data-month": True, "placeholder": "2026-09", "inputmode": "numeric"}
        kwargs.setdefault("widget", forms.TextInput(attrs=kept | {"autocomplete": "off"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return months.month_code(value) if isinstance(value, date) else value

    def read(self, value: Any, text: str) -> date:
        if isinstance(value, date):
            return value
        try:
            return months.typed_month(text)
        except ValueError as error:
            fail("format", str(error))
