"""Text in the cells of a workbook: as it is, and never a formula.

Nothing of Django is imported: the child that marks senders' workbooks writes cells as well.
"""

import re
from typing import Any

#: What spreadsheet programs take for the beginning of a formula, a command or an error value.
#: Their full-width forms count too: Chinese editions turn them into the plain ones.
DANGEROUS = (*"=+-@#＝＋－＠", "\t", "\r", "\n")
#: What XML cannot hold; nobody can see or type it.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Workbooks spell a character as _x000D_, so whoever means these letters must spell the first.
_SPELLED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def put_text(cell: Any, text: str) -> None:
    """Fill a cell of openpyxl with text that is read back as it was."""
    cell.value = _SPELLED.sub("_x005F_", _UNWRITABLE.sub("", text))
    disarm(cell)


def disarm(cell: Any) -> None:
    """Make the text in a cell plain text, whatever it begins with."""
    # openpyxl takes "=…" for a formula and "#N/A" for an error unless told.
    cell.data_type = "s"
    if cell.value.startswith(DANGEROUS):
        cell.quotePrefix = True
