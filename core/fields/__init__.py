"""Form fields for what forms and spreadsheets have in common: names, numbers, amounts, dates.

Each takes what a person types or a workbook cell holds (text, number, date), forgives how it is
written (full-width digits, spaces, ¥, 2026年3月2日) and never what it says. A fault is a
`ValidationError` with a Chinese sentence that says how to mend it and a stable `code`:
`required`, `format`, `digits_lost`, `check_digit`, `fifteen_digits`, `negative`, `decimals`,
`range`, `too_long`, `formula`, `formula_like`, `hidden`. Of several faults the first in the order
format, check digit is raised.
"""

from core.fields.cells import CellField, ProseField, TextField, as_text, fail, half_width
from core.fields.dates import DateField, MonthField
from core.fields.people import (
    CardNumberField,
    DigitsField,
    IdNumberField,
    NameField,
    OfficePhoneField,
    PhoneField,
    UsccField,
    same_name,
)
from core.fields.quantities import DaysField, MoneyField, RateField

__all__ = [
    "CardNumberField",
    "CellField",
    "DateField",
    "DaysField",
    "DigitsField",
    "IdNumberField",
    "MoneyField",
    "MonthField",
    "NameField",
    "OfficePhoneField",
    "PhoneField",
    "ProseField",
    "RateField",
    "TextField",
    "UsccField",
    "as_text",
    "fail",
    "half_width",
    "same_name",
]
