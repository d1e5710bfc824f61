"""A pay sheet's columns and checks 条例15, shared by imports, forms and exports."""

from payroll.schema.checks import PAY_DAYS, Book, Enrolled, pay_sheet_schema
from payroll.schema.columns import PAY_SHEET
from payroll.schema.lines import Amounts, amounts

__all__ = [
    "PAY_DAYS",
    "PAY_SHEET",
    "Amounts",
    "Book",
    "Enrolled",
    "amounts",
    "pay_sheet_schema",
]
