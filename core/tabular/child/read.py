"""All sheets of a file as JSON: `[{"name", "visible", "rows": [[cell, …], …], "hidden": […]}]`.

Row 1 of a sheet is the first of the list even where it is blank, so that numbers are those that
the sender sees. Dates are `{"date": "2026-03-02"}`.
"""

import csv
import io
from typing import Any

from core.tabular import wire
from core.tabular.child import serve
from core.tabular.child.sniffing import ADVICE, UTF16_MARKS, encrypted, mislabelled, sniff
from core.tabular.child.unread import Unread, unread_of
from core.tabular.errors import Unreadable

DELIMITERS = ",;\t，"


def read(content: bytes, options: dict[str, Any]) -> bytes:
    """:raises Unreadable: where there is no table or too large a one."""
    return wire.dumps(sheets_of(content, options)).encode("utf-8", "replace")


def sheets_of(content: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    """The sheets with their cells as Python values. :raises Unreadable: as `read`."""
    kind = sniff(content, options["max_unpacked"])
    return _text(content, options) if kind == "text" else _workbook(content, options)


def _workbook(content: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    import python_calamine as calamine

    unread = unread_of(content)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            _sheet(workbook, meta, options, unread.get(meta.name, Unread()))
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
    except calamine.PasswordError:
        raise encrypted() from None
    except calamine.CalamineError:
        raise Unreadable("damaged", f"表格文件已损坏，无法读取。{ADVICE}") from None


def _sheet(workbook: Any, meta: Any, options: dict[str, Any], unread: Unread) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(meta.name)
    last_row, last_column = sheet.end or (-1, -1)
    _check_size(meta.name, last_row + 1, last_column + 1, options)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), text in unread.cells.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = text
    visible = str(meta.visible).endswith("Visible")
    return {"name": meta.name, "visible": visible, "rows": rows, "hidden": unread.hidden}


def _check_size(name: str, rows: int, columns: int, options: dict[str, Any]) -> None:
    if rows > options["rows"]:
        raise Unreadable(
            "too_large",
            f"工作表「{name}」有 {rows:,} 行，一次最多读取 {options['rows']:,} 行。"
            "请删除下方多余的行，或按班组拆成几份再上传。",
        )
    if columns > options["columns"]:
        raise Unreadable(
            "too_large",
            f"工作表「{name}」有 {columns:,} 列，一次最多读取 {options['columns']} 列。"
            "请删除右侧多余的列后重新上传。",
        )


def _text(content: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    text = _decode(content)
    if "\x00" in text:
        raise mislabelled("二进制文件")
    try:
        # The delimiter that divides the first lines into the most cells.
        lines = text[:20_000].splitlines()[:50]
        delimiter = max(
            DELIMITERS,
            key=lambda mark: sum(len(row) for row in csv.reader(lines, delimiter=mark)),
        )
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Unreadable("damaged", f"文本表格的格式有误，无法分列。{ADVICE}") from None
    _check_size("CSV", len(rows), max(map(len, rows), default=0), options)
    return [{"name": "CSV", "visible": True, "rows": rows, "hidden": []}]


def _decode(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(UTF16_MARKS) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("damaged", f"文件不是表格，或其中的文字编码已损坏。{ADVICE}")


if __name__ == "__main__":
    serve(read)
