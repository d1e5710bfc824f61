"""A workbook before it is a file, and the kinds of file that it becomes."""

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import Any

import openpyxl

Area = tuple[int, int, int, int]


@dataclass
class Page:
    """One worksheet: rows of cells from the first; merges and hidden parts from 0."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False

    def add(self, *cells: Any) -> int:
        """A row at the end; its place."""
        self.rows.append(list(cells))
        return len(self.rows) - 1

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            self.merged.append((top, left, bottom, right))

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


@dataclass
class Book:
    """A file: its pages and its name without ending."""

    pages: list[Page]
    name: str = "工资表"

    @property
    def has_hidden(self) -> bool:
        return any(p.hidden or p.hidden_rows or p.hidden_columns for p in self.pages)


def as_number(cell: Any) -> Any:
    """Amounts as workbooks keep them: floats."""
    return float(cell) if isinstance(cell, Decimal) else cell


def xlsx(book: Book) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for page in book.pages:
        sheet = workbook.create_sheet(page.name)
        for row in page.rows:
            sheet.append([as_number(cell) for cell in row])
        for top, left, bottom, right in page.merged:
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
        for row in page.hidden_rows:
            sheet.row_dimensions[row + 1].hidden = True
        for column in page.hidden_columns:
            letter = openpyxl.utils.get_column_letter(column + 1)
            sheet.column_dimensions[letter].hidden = True
        if page.hidden:
            sheet.sheet_state = "hidden"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def xls(book: Book) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import xlwt
    workbook = xlwt.Workbook(encoding="utf-8")
    for page in book.pages:
        sheet = workbook.add_sheet(page.name)
        covered = {
            (r, c)
            for top, left, bottom, right in page.merged
            for r in range(top, bottom + 1)
            for c in range(left, right + 1)
        }
        for number, row in enumerate(page.rows):
            for column, cell in enumerate(row):
                if (number, column) not in covered and cell not in ("", None):
                    sheet.write(number, column, as_number(cell))
        for top, left, bottom, right in page.merged:
            cell = page.rows[top][left] if left < len(page.rows[top]) else ""
            sheet.write_merge(top, bottom, left, right, as_number(cell))
        for row in page.hidden_rows:
            sheet.row(row).hidden = True
        for column in page.hidden_columns:
            sheet.col(column).hidden = True
        sheet.visibility = int(page.hidden)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _as_text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def ods(book: Book) -> bytes:
    """An OpenDocument workbook as office programs write it."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    tables = "".join(_ods_table(page) for page in book.pages)
    content = (
        f'<office:document-content{names} office:version="1.2"><office:automatic-styles>'
        '<style:style style:name="hidden" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        "<office:body><office:spreadsheet>"
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return result.getvalue()


def _ods_table(page: Page) -> str:
    collapsed = ' table:visibility="collapse"'
    columns = "".join(
        f"<table:table-column{collapsed if c in page.hidden_columns else ''}/>"
        for c in range(page.width)
    )
    spans = {(top, left): area for area in page.merged for top, left in [area[:2]]}
    covered = {
        (r, c)
        for top, left, bottom, right in page.merged
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
    } - set(spans)
    lines = []
    for number, row in enumerate(page.rows):
        cells = []
        for column in range(page.width):
            cell = row[column] if column < len(row) else ""
            if (number, column) in covered:
                cells.append("<table:covered-table-cell/>")
                continue
            span = ""
            if area := spans.get((number, column)):
                span = (
                    f' table:number-rows-spanned="{area[2] - area[0] + 1}"'
                    f' table:number-columns-spanned="{area[3] - area[1] + 1}"'
                )
            if isinstance(cell, (int, float, Decimal)):
                cells.append(
                    f'<table:table-cell{span} office:value-type="float" office:value="{cell}">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
            elif cell in ("", None):
                cells.append(f"<table:table-cell{span}/>")
            else:
                cells.append(
                    f'<table:table-cell{span} office:value-type="string">'
                    f"<text:p>{escape(str(cell))}</text:p></table:table-cell>"
                )
        hidden = ' table:visibility="collapse"' if number in page.hidden_rows else ""
        lines.append(f"<table:table-row{hidden}>{''.join(cells)}</table:table-row>")
    style = ' table:style-name="hidden"' if page.hidden else ""
    name = escape(page.name)
    return f'<table:table table:name="{name}"{style}>{columns}{"".join(lines)}</table:table>'


def text(encoding: str, delimiter: str = ",", *, quoted: bool = False, bom: bool = True) -> Any:
    """A writer of delimited text: `quoted` writes numbers that are names as ="6501…"."""

    def write(book: Book) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        for row in book.pages[0].rows:
            cells = [_as_text(cell) for cell in row]
            if quoted:
                cells = [f'="{c}"' if len(c) > 14 and c[:14].isdigit() else c for c in cells]
            writer.writerow(cells)
        content = out.getvalue()
        if encoding == "utf-16-le" and bom:
            return b"\xff\xfe" + content.encode(encoding)
        return content.encode(encoding)

    return write


def page_as_xls(book: Book) -> bytes:
    """An HTML table, as OA programs and attendance machines save .xls."""
    page = book.pages[0]
    spans = {area[:2]: area for area in page.merged}
    covered = {
        (r, c)
        for top, left, bottom, right in page.merged
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
    } - set(spans)
    lines = []
    for number, row in enumerate(page.rows):
        cells = []
        for column in range(page.width):
            if (number, column) in covered:
                continue
            area = spans.get((number, column), (number, column, number, column))
            cell = _as_text(row[column]) if column < len(row) else ""
            cells.append(
                f'<td rowspan="{area[2] - area[0] + 1}" colspan="{area[3] - area[1] + 1}"'
                f" style=\"mso-number-format:'\\@'\">{escape(cell).replace(chr(10), '<br>')}</td>"
            )
        hidden = ' style="display:none"' if number in page.hidden_rows else ""
        lines.append(f"<tr{hidden}>{''.join(cells)}</tr>")
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body>'
        f"<table border=1>{''.join(lines)}</table></body></html>"
    ).encode("gb18030")


def spreadsheet_xml(book: Book) -> bytes:
    """Excel 2003 XML, saved as .xls."""
    sheets = []
    for page in book.pages:
        spans = {area[:2]: area for area in page.merged}
        covered = {
            (r, c)
            for top, left, bottom, right in page.merged
            for r in range(top, bottom + 1)
            for c in range(left, right + 1)
        } - set(spans)
        columns = "".join(
            f'<Column ss:Index="{c + 1}" ss:Hidden="1"/>' for c in sorted(page.hidden_columns)
        )
        lines = []
        for number, row in enumerate(page.rows):
            cells = []
            for column, cell in enumerate(row):
                if cell in ("", None) and (number, column) not in spans:
                    continue
                if (number, column) in covered:
                    continue
                area = spans.get((number, column))
                span = (
                    f' ss:MergeAcross="{area[3] - area[1]}" ss:MergeDown="{area[2] - area[0]}"'
                    if area
                    else ""
                )
                kind = "Number" if isinstance(cell, (int, float, Decimal)) else "String"
                cells.append(
                    f'<Cell ss:Index="{column + 1}"{span}><Data ss:Type="{kind}">'
                    f"{escape(_as_text(cell))}</Data></Cell>"
                )
            hidden = ' ss:Hidden="1"' if number in page.hidden_rows else ""
            lines.append(f'<Row ss:Index="{number + 1}"{hidden}>{"".join(cells)}</Row>')
        state = "SheetHidden" if page.hidden else "SheetVisible"
        sheets.append(
            f'<Worksheet ss:Name="{escape(page.name)}"><Table>{columns}{"".join(lines)}</Table>'
            f'<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">'
            f"<Visible>{state}</Visible></WorksheetOptions></Worksheet>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f"{''.join(sheets)}</Workbook>"
    ).encode()


#: How a file is written; the first ones hold several worksheets, merges and hidden parts.
WORKBOOKS = {"xlsx": xlsx, "xls": xls, "ods": ods, "xml.xls": spreadsheet_xml}
TEXTS = {
    "utf-8.csv": text("utf-8"),
    "utf-8-sig.csv": text("utf-8-sig"),
    "gb18030.csv": text("gb18030"),
    "semicolons.csv": text("gb18030", ";"),
    "unicode.txt": text("utf-16-le", "\t"),
    "no mark.txt": text("utf-16-le", "\t", bom=False),
    "big endian.txt": text("utf-16-be", "\t"),
    "quoted.csv": text("utf-8-sig", quoted=True),
}
FORMATS = {**WORKBOOKS, "page.xls": page_as_xls, **TEXTS}
