"""Tables out: workbooks and CSV in which text stays text and no formula can run.

Rows are streamed: whatever the length, only one is in memory. What is written is read back as the
same rows by core.tabular.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from core import attachments, filekinds

MONEY = "#,##0.00"
DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm"
#: What spreadsheet programs take for the beginning of a formula, a command or an error value.
#: Their full-width forms count too: Chinese editions turn them into the plain ones.
_DANGEROUS = (*"=+-@#＝＋－＠", "\t", "\r", "\n")
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
    rows: Iterable[Any], columns: Sequence[Column], *, sheet: str = "Sheet1", watermark: str = ""
) -> IO[bytes]:
    """An xlsx file, at its beginning; ``watermark`` stands above the header and in the footer."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet[:31])
    for number, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.freeze_panes = "A3" if watermark else "A2"
    page.page_setup.orientation = "landscape"
    if watermark:
        page.oddFooter.center.text = watermark.replace("&", "&&")
        page.append([_cell(page, watermark)])
    page.append([_header(page, column.title) for column in columns])
    for row in rows:
        page.append([_cell(page, column.value(row), column.number_format) for column in columns])
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - the caller closes
    book.save(file)
    file.seek(0)
    return file


def _header(page: Any, title: str) -> WriteOnlyCell:
    cell = _text_cell(page, title)
    cell.font, cell.fill = _HEADER_FONT, _HEADER_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _cell(page: Any, value: Any, number_format: str = "") -> Any:
    if isinstance(value, str):
        return _text_cell(page, value)
    if value is None or isinstance(value, bool):
        return _text_cell(page, {True: "是", False: "否", None: ""}[value])
    if isinstance(value, datetime):
        value, number_format = _local(value), number_format or MOMENT
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
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(page, text)
    # openpyxl takes "=…" for a formula and "#N/A" for an error unless told.
    cell.data_type = "s"
    cell.number_format = "@"
    if text.startswith(_DANGEROUS):
        cell.quotePrefix = True
    return cell


def _local(value: datetime) -> datetime:
    return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value


def csv_lines(
    rows: Iterable[Any], columns: Sequence[Column], *, watermark: str = ""
) -> Iterator[bytes]:
    """The same table as CSV in UTF-8 with the mark that Excel needs, line by line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff".encode()
    if watermark:
        yield _line(buffer, writer, [watermark])
    yield _line(buffer, writer, [_csv_text(column.title) for column in columns])
    for row in rows:
        yield _line(buffer, writer, [_csv_value(column.value(row)) for column in columns])


def _line(buffer: io.StringIO, writer: Any, cells: list[str]) -> bytes:
    writer.writerow(cells)
    line = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return line


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M}"
    return _csv_text(value) if isinstance(value, str) else str(value)


def _csv_text(text: str) -> str:
    # CSV has no cell types: the apostrophe is what spreadsheet programs read as "text follows".
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def xlsx_response(file: IO[bytes], name: str) -> HttpResponseBase:
    """A workbook as a download."""
    answer = FileResponse(file, content_type=filekinds.media_type("xlsx"))
    return attachments.secured(answer, name)


def csv_response(lines: Iterator[bytes], name: str) -> HttpResponseBase:
    """CSV lines as a streamed download."""
    answer = StreamingHttpResponse(lines, content_type=filekinds.media_type("csv"))
    return attachments.secured(answer, name)
