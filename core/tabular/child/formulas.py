"""Formulas of a sender's workbook in its marked copy: kept where they only calculate within it."""

import io
import re
import zipfile
from collections.abc import Mapping
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.reader.workbook import WorkbookParser
from openpyxl.xml.constants import ARC_WORKBOOK

#: What pay sheets calculate with. None of these reaches a file, a network or a program.
FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        "ABS AND AVERAGE CEILING CHOOSE COLUMN CONCATENATE COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS"
        " DATE DATEDIF DAY DAYS EDATE EOMONTH FALSE FIND FIXED FLOOR HLOOKUP IF IFERROR IFNA IFS"
        " INDEX INT ISBLANK ISERROR ISNUMBER LARGE LEFT LEN LOOKUP LOWER MATCH MAX MID MIN MOD"
        " MONTH N NOT OR PRODUCT RANK RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS SMALL SUBSTITUTE"
        " SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT TEXT TODAY TRIM TRUE TRUNC UPPER VALUE VLOOKUP"
        " WEEKDAY YEAR",
    )
)
_PART = r"\$?[A-Z]{1,3}\$?\d+|\$?[A-Z]{1,3}(?=:)|(?<=:)\$?[A-Z]{1,3}|\$?\d+(?=:)|(?<=:)\$?\d+"
#: Cells of this workbook: B5, $B$5:$D$9, B:D, 3:3, of another worksheet as well.
_CELLS = re.compile(
    rf"(?:(?:'[^'\[\]|]+'|[^'!\[\]|():*/+=<>&,; -]+)!)?(?:{_PART})(?::(?:{_PART}))?"
)
#: A cell with a formula, as openpyxl writes it: without what it came to.
_WRITTEN = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*)><f>(.*?)</f><v\s*/?>(?:</v>)?</c>', re.DOTALL)


def is_harmless(formula: Any) -> bool:
    """Whether a formula only calculates with cells of its own workbook."""
    if not isinstance(formula, str):
        return False
    try:
        tokens = Tokenizer(formula).items
    except (TokenizerError, IndexError):
        return False
    return all(_calculates(token) for token in tokens)


def _calculates(token: Token) -> bool:
    if token.type == Token.FUNC:
        return token.subtype == Token.CLOSE or token.value.rstrip("(").upper() in FUNCTIONS
    if token.type == Token.OPERAND:
        return token.subtype != Token.RANGE or _CELLS.fullmatch(token.value.upper()) is not None
    return True


def with_results(workbook: bytes, results: Mapping[str, Mapping[str, Any]]) -> bytes:
    """A workbook as openpyxl wrote it, with what its formulas had come to beside them.

    Whoever looks at it in a preview, or sends it back without opening it, sees the figures.
    """
    if not results:
        return workbook
    answer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as before:
        parts = _parts(before, results)
        with zipfile.ZipFile(answer, "w", zipfile.ZIP_DEFLATED) as after:
            for entry in before.infolist():
                data = before.read(entry)
                if found := parts.get(entry.filename):
                    data = _WRITTEN.sub(partial(_result, found=found), data)
                after.writestr(entry, data)
    return answer.getvalue()


def _parts(
    book: zipfile.ZipFile, results: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """The part of each worksheet that has results: openpyxl numbers them in their order."""
    parser = WorkbookParser(book, ARC_WORKBOOK)
    parser.parse()
    return {
        relation.target: results[sheet.name]
        for sheet, relation in parser.find_sheets()
        if sheet.name in results
    }


def _result(match: "re.Match[bytes]", found: Mapping[str, Any]) -> bytes:
    place, rest, formula = match.groups()
    value = found.get(place.decode())
    if value is None:
        return match[0]
    kind, text = _written(value)
    rest = re.sub(rb'\st="[^"]*"', b"", rest) + kind
    return b'<c r="%s"%s><f>%s</f><v>%s</v></c>' % (place, rest, formula, text.encode())


def _written(value: Any) -> tuple[bytes, str]:
    if isinstance(value, bool):
        return b' t="b"', str(int(value))
    if isinstance(value, (int, float)):
        return b"", repr(value)
    text = str(value)
    return (b' t="e"' if text.startswith("#") else b' t="str"'), escape(text)
