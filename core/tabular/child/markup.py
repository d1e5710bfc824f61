"""Tables that office programs and attendance machines save as .xls and that are HTML or
SpreadsheetML (Excel 2003 XML) inside."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from core.tabular.child.sniffing import ADVICE
from core.tabular.errors import Unreadable

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_NAME = re.compile(r"<x:Name>\s*([^<]{1,60}?)\s*</x:Name>", re.I)
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.I)
# What stands between tables of a page and is a line of its own there.
_LINES = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "caption", "center", "div")

Options = dict[str, Any]


class Grid:
    """Cells put where they belong, by whichever way a format says so."""

    def __init__(self, name: str, options: Options) -> None:
        self.name, self.options = name, options
        self.visible = True
        self.rows: list[list[Any]] = []
        self.merged: list[list[int]] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self.taken: set[tuple[int, int]] = set()

    def put(self, row: int, column: int, value: Any, across: int = 1, down: int = 1) -> None:
        """Put a value in a cell that covers so many columns and rows.

        :raises Unreadable: it lies beyond what one sheet may hold.
        """
        self.check(row + 1, column + across)
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = value
        if across > 1 or down > 1:
            self.merged.append([row, column, row + down - 1, column + across - 1])

    def cover(self, row: int, column: int, across: int, down: int) -> None:
        """Keep the cells that a cell reaches over from being filled by its neighbours."""
        down = min(down, self.options["rows"] - row)
        if down * across > 1:
            self.check(0, column + across)
            cells = ((r, c) for r in range(row, row + down) for c in range(column, column + across))
            self.taken.update(cells)

    def check(self, rows: int, columns: int) -> None:
        if rows > self.options["rows"] or columns > self.options["columns"]:
            raise Unreadable(
                "too_large",
                f"工作表「{self.name}」超过 {self.options['rows']:,} 行或 "
                f"{self.options['columns']} 列，无法读取。请删除多余的行和列后重新上传。",
            )
        if len(self.taken) > 2_000_000:
            raise MemoryError

    def sheet(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "visible": self.visible,
            "rows": self.rows,
            "hidden_rows": self.hidden_rows,
            "hidden_columns": self.hidden_columns,
            "merged": self.merged,
        }


def read_page(text: str, options: Options) -> list[dict[str, Any]]:
    """The tables of a page, one below another as a spreadsheet program opens them."""
    try:
        # As bytes of a known encoding: what the page says of its own no longer holds.
        parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable("damaged", f"网页格式的表格已损坏，无法读取。{ADVICE}") from None
    name = _NAME.search(text)
    grid = Grid(name[1] if name else "网页", options)
    row = 0
    for element in _in_order(root):
        if element.tag == "table":
            row = _read_table(element, grid, row)
        elif line := " ".join(element.text_content().split()):
            grid.put(row, 0, line[:2000])
            row += 1
    return [grid.sheet()]


def _in_order(root: Any) -> Iterator[Any]:
    """The innermost tables, and the lines of text outside of any."""
    for element in root.iter("table", *_LINES):
        if element.tag == "table":
            if element.find(".//table") is None:
                yield element
        elif element.find(".//table") is None and not any(
            up.tag == "table" or up.tag in _LINES for up in element.iterancestors()
        ):
            yield element


def _read_table(table: Any, grid: Grid, row: int) -> int:
    """Put a page's table below what is there; the row after it."""
    last = row - 1
    for line in table.iter("tr"):
        last = row
        if _NO_DISPLAY.search(line.get("style") or ""):
            grid.hidden_rows.append(row)
        column = 0
        for cell in line.iterchildren("td", "th"):
            while (row, column) in grid.taken:
                column += 1
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            grid.put(row, column, _text_of(cell), across, down)
            grid.cover(row, column, across, down)
            column += across
        row += 1
        while len(grid.rows) < row:
            grid.rows.append([])
    return max(row, last + 1)


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return (
        min(max(int(text), 1), 5000) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    )


def _text_of(cell: Any) -> str:
    for gap in cell.iter("br"):
        gap.tail = "\n" + (gap.tail or "")
    return cell.text_content().replace("\xa0", " ").strip()


def read_spreadsheet_xml(content: bytes, options: Options) -> list[dict[str, Any]]:
    """The worksheets of an Excel 2003 XML workbook."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("damaged", f"XML 格式的表格已损坏，无法读取。{ADVICE}") from None
    sheets = [_worksheet(sheet, options) for sheet in root.iter(f"{_SS}Worksheet")]
    if not sheets:
        raise Unreadable("damaged", f"XML 里没有工作表。{ADVICE}")
    return sheets


def _worksheet(sheet: Any, options: Options) -> dict[str, Any]:
    grid = Grid(sheet.get(f"{_SS}Name") or "Sheet", options)
    visible = sheet.find(f"{_EXCEL}WorksheetOptions/{_EXCEL}Visible")
    grid.visible = visible is None or "Hidden" not in (visible.text or "")
    table = sheet.find(f"{_SS}Table")
    column = 0
    for line in table.iterchildren(f"{_SS}Column") if table is not None else ():
        column = _place(line, column)
        count = 1 + _number(line, "Span")
        if line.get(f"{_SS}Hidden") == "1":
            grid.hidden_columns += range(column, min(column + count, options["columns"]))
        column += count
    row = 0
    for line in table.iterchildren(f"{_SS}Row") if table is not None else ():
        row = _place(line, row)
        count = 1 + _number(line, "Span")
        if line.get(f"{_SS}Hidden") == "1":
            grid.hidden_rows += range(row, min(row + count, options["rows"]))
        _read_row(line, grid, row)
        row += count
    return grid.sheet()


def _read_row(line: Any, grid: Grid, row: int) -> None:
    column = 0
    for cell in line.iterchildren(f"{_SS}Cell"):
        column = _place(cell, column)
        across, down = 1 + _number(cell, "MergeAcross"), 1 + _number(cell, "MergeDown")
        data = cell.find(f"{_SS}Data")
        value = "" if data is None else _value(data)
        if value != "" or across > 1 or down > 1:
            grid.put(row, column, value, across, down)
        column += across


def _value(data: Any) -> Any:
    text = "".join(data.itertext())
    if data.get(f"{_SS}Type") == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    if data.get(f"{_SS}Type") == "DateTime":
        # 2026-03-02T00:00:00.000
        return text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
    return text


def _place(element: Any, following: int) -> int:
    """Where an element stands, from 0: where it says, or after the one before."""
    said = element.get(f"{_SS}Index") or ""
    return int(said) - 1 if said.isascii() and said.isdigit() and 0 < len(said) < 8 else following


def _number(element: Any, name: str) -> int:
    said = element.get(f"{_SS}{name}") or ""
    return min(int(said), 5000) if said.isascii() and said.isdigit() and len(said) < 8 else 0
