"""A pay sheet's columns and checks 条例15, shared by imports, forms and exports."""

from payroll.tables.amounts import Amounts, line_amounts
from payroll.tables.checks import PAY_DAYS, PAY_SHEET, EnrolledWorker, PaySheetContext

__all__ = [
    "PAY_DAYS",
    "PAY_SHEET",
    "Amounts",
    "EnrolledWorker",
    "PaySheetContext",
    "line_amounts",
]
