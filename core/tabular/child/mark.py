"""A sender's workbook as xlsx with marks: see `core.tabular.marking`."""

import io
import re
import zipfile
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from core.tabular.child import serve
from core.tabular.child.read import sheets_of
from core.tabular.child.sniffing import ADVICE, ZIP, sniff
from core.tabular.errors import Unreadable
from core.workbook_text import disarm, put_text

AUTHOR = "工资支付监控预警平台"
LIST = "问题清单"
HEADINGS = ("工作表", "行号", "列", "单元格内容", "类别", "问题和改法")
WIDTHS = (14, 8, 16, 26, 8, 80)
FILLS = {
    "error": PatternFill("solid", fgColor="FFC7CE"),
    "warning": PatternFill("solid", fgColor="FFEB9C"),
}
NO_FILL = PatternFill()
_TITLE = re.compile(r"[\\/*?:\[\]]")


def mark(content: bytes, job: dict[str, Any]) -> bytes:
    """:raises Unreadable: where the workbook cannot be opened or written again."""
    kind = sniff(content, job["max_unpacked"])
    keep_layout = kind == "workbook" and not job["rebuild"] and _is_xlsx(content)
    workbook = _load(content) if keep_layout else _rebuild(content, job)
    sheets = workbook.worksheets
    for index, row, column, value in job["edits"]:
        _write(_anchor(sheets[index], row, column), value)
    for index, row, column, comment, severity in job["marks"]:
        cell = _anchor(sheets[index], row, column)
        cell.fill = FILLS[severity]
        cell.comment = Comment(comment, AUTHOR, width=320, height=120)
    _list_issues(workbook, job)
    answer = io.BytesIO()
    workbook.save(answer)
    return answer.getvalue()


def _is_xlsx(content: bytes) -> bool:
    if not content.startswith(ZIP):
        return False
    return "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()


def _load(content: bytes) -> Workbook:
    """The workbook without anything that acts: formulas as values, no links, names or macros."""
    try:
        workbook = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError):
        raise Unreadable("damaged", f"表格结构异常，无法标注。{ADVICE}") from None
    workbook.defined_names.clear()
    for sheet in workbook.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                _strip(cell)
    return workbook


def _strip(cell: Cell | MergedCell) -> None:
    """Take links and the marks of an earlier copy off a cell."""
    if isinstance(cell, MergedCell):
        return
    if cell.hyperlink is not None:
        cell.hyperlink = None
    if cell.comment is not None and cell.comment.author == AUTHOR:
        cell.comment = None
        cell.fill = NO_FILL
    if isinstance(cell.value, str):
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
    """The sheet 问题清单, in front; one of an earlier copy gives way."""
    if LIST in workbook.sheetnames:
        del workbook[LIST]
    sheet = workbook.create_sheet(LIST, 0)
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True), 1):
        sheet.cell(1, column, heading).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    for number, issue in enumerate(job["issues"], 2):
        for column, value in enumerate(issue, 1):
            _write(sheet.cell(number, column), value)
    if job["unlisted"]:
        _write(
            sheet.cell(len(job["issues"]) + 2, len(HEADINGS)),
            f"另有 {job['unlisted']} 处问题没有列出。",
        )
    sheet.freeze_panes = "A2"
    workbook.active = 0


if __name__ == "__main__":
    serve(mark)
