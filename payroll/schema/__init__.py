"""A pay sheet's columns and checks 条例15, shared by imports, forms and exports."""

from payroll.schema.checks import PAY_DAYS, Book, Enrolled, pay_sheet_schema
from payroll.schema.columns import COLUMNS, TOTALS
from payroll.schema.lines import Amounts, amounts

__all__ = [
    "COLUMNS",
    "PAY_DAYS",
    "TOTALS",
    "Amounts",
    "Book",
    "Enrolled",
    "amounts",
    "pay_sheet_schema",
]
