"""Tables out: workbooks in which text stays text and no formula can run.

Rows are streamed: whatever the length, only one is in memory. What is written is read back as the
same rows by core.tabular.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from core import attachments, filekinds
from core.workbook_text import put_text

MONEY = "#,##0.00"
DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm"
_HEADER_FONT = Font(bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="E8EEF4")
_SPOOL_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, how to get its value from a row, its width in characters."""

    title: str
    value: Callable[[Any], Any]
    width: float = 14
    number_format: str = ""


def workbook(
    rows: Iterable[Any],
    columns: Sequence[Column],
    *,
    sheet: str = "Sheet1",
    watermark: str = "",
    totals: Mapping[str, Any] | None = None,
) -> IO[bytes]:
    """An xlsx file, at its beginning; ``watermark`` stands above the header and in the footer.

    ``totals`` are the list's sums by a column's title: the last row, begun with 合计.
    """
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet[:31])
    for number, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.freeze_panes = "A3" if watermark else "A2"
    page.page_setup.orientation = "landscape"
    if watermark:
        page.oddFooter.center.text = watermark.replace("&", "&&")
        page.append([_value_cell(page, watermark)])
    page.append([_header_cell(page, column.title) for column in columns])
    for row in rows:
        page.append(
            [_value_cell(page, column.value(row), column.number_format) for column in columns]
        )
    if totals:
        page.append(_total_row(page, columns, totals))
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - the caller closes
    book.save(file)
    file.seek(0)
    return file


def _total_row(page: Any, columns: Sequence[Column], totals: Mapping[str, Any]) -> list[Any]:
    values = [totals.get(column.title) for column in columns]
    cells = [
        _value_cell(page, value, column.number_format)
        for column, value in zip(columns, ["合计", *values[1:]], strict=True)
    ]
    for cell in cells:
        cell.font = _HEADER_FONT
    return cells


def _header_cell(page: Any, title: str) -> WriteOnlyCell:
    cell = _text_cell(page, title)
    cell.font, cell.fill = _HEADER_FONT, _HEADER_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _value_cell(page: Any, value: Any, number_format: str = "") -> Any:
    if isinstance(value, str):
        return _text_cell(page, value)
    if value is None or isinstance(value, bool):
        return _text_cell(page, {True: "是", False: "否", None: ""}[value])
    if isinstance(value, datetime):
        number_format = number_format or MOMENT
        # Excel knows no time zones.
        if timezone.is_aware(value):
            value = timezone.localtime(value).replace(tzinfo=None)
    elif isinstance(value, Decimal):
        number_format = number_format or MONEY
    elif isinstance(value, date):
        number_format = number_format or DATE
    elif not isinstance(value, int | float):
        return _text_cell(page, str(value))
    cell = WriteOnlyCell(page, value)
    cell.number_format = number_format or "General"
    return cell


def _text_cell(page: Any, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page)
    put_text(cell, value)
    cell.number_format = "@"
    return cell


def xlsx_response(file: IO[bytes], name: str) -> HttpResponseBase:
    """A workbook as a download."""
    answer = FileResponse(file, content_type=filekinds.media_type("xlsx"))
    return attachments.secure_answer(answer, name)
