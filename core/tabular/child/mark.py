"""A sender's workbook as xlsx with marks: see `core.tabular.marking`."""

import io
import re
import zipfile
from collections.abc import Sequence
from copy import copy
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from core.tabular.child import serve
from core.tabular.child.formulas import is_harmless, with_results
from core.tabular.child.read import sheets_of
from core.tabular.child.sniffing import ADVICE, ZIP, sniff
from core.tabular.errors import Unreadable
from core.workbook_text import disarm, put_text

AUTHOR = "工资支付监控预警平台"
LIST = "问题清单"
HEADINGS = ("工作表", "行号", "列", "单元格内容", "类别", "问题和改法")
WIDTHS = (14, 7, 14, 24, 7, 62)
CHANGES = "改动清单"
CHANGE_HEADINGS = ("工作表", "行号", "改了什么", "原表写的", "现在")
CHANGE_WIDTHS = (14, 7, 14, 46, 46)
FILLS = {
    "error": PatternFill("solid", fgColor="FFC7CE"),
    "warning": PatternFill("solid", fgColor="FFEB9C"),
    "changed": PatternFill("solid", fgColor="DDEBF7"),
    "removed": PatternFill("solid", fgColor="D9D9D9"),
}
HEAD_FILL = PatternFill("solid", fgColor="E7EEF1")
_LINE = Side("thin", color="B7C3C9")
FRAME = Border(_LINE, _LINE, _LINE, _LINE)
NO_FILL = PatternFill()
_TITLE = re.compile(r"[\\/*?:\[\]]")


def mark(content: bytes, job: dict[str, Any]) -> bytes:
    """:raises Unreadable: where the workbook cannot be opened or written again."""
    kind = sniff(content, job["max_unpacked"])
    keep_layout = kind == "workbook" and not job["rebuild"] and _is_xlsx(content)
    workbook, results = _load(content) if keep_layout else (_rebuild(content, job), {})
    sheets = workbook.worksheets
    for index, row, column, value in job["edits"]:
        _write(_anchor(sheets[index], row, column), value)
    for index, row, column, comment in job["changed"]:
        _remark(_anchor(sheets[index], row, column), "changed", comment)
    for index, row in job["removed"]:
        _strike_out(sheets[index], row)
    for index, row, column, comment, severity in job["marks"]:
        sheet = sheets[index]
        _remark(_anchor(sheet, row, column or _first_filled(sheet, row)), severity, comment)
    _list_issues(workbook, job)
    # What was mended changes what formulas come to; what they came to stands in the file as well.
    workbook.calculation.fullCalcOnLoad = True
    answer = io.BytesIO()
    workbook.save(answer)
    return with_results(answer.getvalue(), results)


def _remark(cell: Cell, tone: str, comment: str) -> None:
    cell.fill = FILLS[tone]
    cell.comment = Comment(comment, AUTHOR, width=320, height=120)


def _first_filled(sheet: Worksheet, row: int) -> int:
    """The column from 1 of the first cell of a row that holds something."""
    for cells in sheet.iter_rows(row, row):
        for cell in cells:
            if cell.value not in (None, ""):
                return int(cell.column)
    return 1


def _strike_out(sheet: Worksheet, row: int) -> None:
    """A row that was taken out on the page: it stays, so that nothing else moves."""
    for cells in sheet.iter_rows(row, row):
        for cell in cells:
            if not isinstance(cell, MergedCell):
                font = copy(cell.font)
                font.strike = True
                cell.font, cell.fill = font, FILLS["removed"]
    column = _first_filled(sheet, row)
    _remark(_anchor(sheet, row, column), "removed", "已在平台上删去这一行，不入库。")


def _is_xlsx(content: bytes) -> bool:
    if not content.startswith(ZIP):
        return False
    return "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()


def _load(content: bytes) -> tuple[Workbook, dict[str, dict[str, Any]]]:
    """The workbook without anything that acts (links, names, macros, formulas that reach outside
    it), and what its formulas came to: worksheet → cell → value."""
    try:
        workbook = load_workbook(io.BytesIO(content), keep_links=False)
        values = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError):
        raise Unreadable("damaged", f"表格结构异常，无法标注。{ADVICE}") from None
    workbook.defined_names.clear()
    results: dict[str, dict[str, Any]] = {}
    for sheet, valued in zip(workbook.worksheets, values.worksheets, strict=True):
        for cells in sheet.iter_rows():
            for cell in cells:
                _strip(cell)
                if not isinstance(cell, MergedCell) and cell.data_type == "f":
                    result = valued.cell(cell.row, cell.column).value
                    if is_harmless(cell.value):
                        results.setdefault(sheet.title, {})[cell.coordinate] = result
                    else:
                        _write(cell, result)
    return workbook, results


def _strip(cell: Cell | MergedCell) -> None:
    """Take links and the marks of an earlier copy off a cell."""
    if isinstance(cell, MergedCell):
        return
    if cell.hyperlink is not None:
        cell.hyperlink = None
    if cell.comment is not None and cell.comment.author == AUTHOR:
        cell.comment = None
        cell.fill = NO_FILL
    if cell.font.strike and cell.fill == FILLS["removed"]:
        font = copy(cell.font)
        font.strike = False
        cell.font, cell.fill = font, NO_FILL
    if isinstance(cell.value, str) and cell.data_type != "f":
        disarm(cell)


def _rebuild(content: bytes, job: dict[str, Any]) -> Workbook:
    """A plain workbook of the values that were read."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for read in sheets_of(content, job):
        sheet = workbook.create_sheet(_title(read["name"]))
        for number, values in enumerate(read["rows"], 1):
            for column, value in enumerate(values, 1):
                if value not in (None, ""):
                    _write(sheet.cell(number, column), value)
    return workbook


def _title(name: str) -> str:
    return _TITLE.sub("_", name)[:31] or "Sheet"


def _anchor(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell, or the one that it is merged into."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                return sheet.cell(area.min_row, area.min_col)
    return cell


def _write(cell: Cell, value: Any) -> None:
    if isinstance(value, str):
        put_text(cell, value)
    else:
        cell.value = value


def _list_issues(workbook: Workbook, job: dict[str, Any]) -> None:
    """The sheets 问题清单 and 改动清单, in front; those of an earlier copy give way."""
    for name in (LIST, CHANGES):
        if name in workbook.sheetnames:
            del workbook[name]
    issues = list(job["issues"])
    if job["unlisted"]:
        issues.append(("", "", "", "", "", f"另有 {job['unlisted']} 处问题没有列出。"))
    _list_sheet(workbook.create_sheet(LIST, 0), HEADINGS, WIDTHS, issues)
    if job["changes"]:
        _list_sheet(
            workbook.create_sheet(CHANGES, 1), CHANGE_HEADINGS, CHANGE_WIDTHS, job["changes"]
        )
    workbook.active = 0
    for sheet in workbook.worksheets[1:]:
        sheet.sheet_view.tabSelected = False


def _list_sheet(
    sheet: Worksheet, headings: Sequence[str], widths: Sequence[int], lines: Sequence[Sequence[Any]]
) -> None:
    """A list that one would print: wrapped, framed, one page wide, its head on every page."""
    for number, line in enumerate([headings, *lines], 1):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(number, column)
            _write(cell, value if value else "")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = FRAME
            if number == 1:
                cell.font, cell.fill = Font(bold=True), HEAD_FILL
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


if __name__ == "__main__":
    serve(mark)
