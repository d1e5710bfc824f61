"""A pay sheet's columns and checks 条例15, shared by imports, forms and exports."""

from payroll.tables.checks import (
    PAY_DAYS,
    PAY_SHEET,
    Amounts,
    EnrolledWorker,
    PaySheetContext,
    line_amounts,
)

__all__ = [
    "PAY_DAYS",
    "PAY_SHEET",
    "Amounts",
    "EnrolledWorker",
    "PaySheetContext",
    "line_amounts",
]
