"""All sheets of a file as JSON, a list of
`{"name", "visible", "rows", "hidden_rows", "hidden_columns", "merged"}`.

Rows and columns are counted from 0, and the first of a sheet is the first of the list even where it
is blank. Dates are `{"date": "2026-03-02"}`.
"""

import csv
import io
import re
import zipfile
from typing import Any

from core.tabular import wire
from core.tabular.child import serve
from core.tabular.child.hidden import Unread, unread_of
from core.tabular.child.sniffing import (
    ADVICE,
    UTF16_MARKS,
    ZIP,
    encrypted,
    mislabelled,
    sniff,
)
from core.tabular.errors import Unreadable
from core.utf16 import utf16_without_mark

DELIMITERS = ",;\t，"
# What nobody sees or types: zero width, marks of direction, joiners, byte order marks.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# How programs keep a spreadsheet from taking a number in a csv for one: ="650102…".
_QUOTED = re.compile(r'=\s*"([^"]*)"')


def read(content: bytes, options: dict[str, Any]) -> bytes:
    """:raises Unreadable: where there is no table or too large a one."""
    answer = wire.dumps(sheets_of(content, options))
    if not answer.isascii():
        answer = _UNSEEN.sub("", answer)
    return answer.encode("utf-8", "replace")


def sheets_of(content: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    """The sheets with their cells as Python values. :raises Unreadable: as `read`."""
    kind = sniff(content, options["max_unpacked"])
    if kind == "workbook":
        return _workbook(content, options)
    if kind == "text":
        return _text(content, options)
    # Seldom met, and slow to start.
    from core.tabular.child import markup

    if kind == "page":
        return markup.read_page(_decode(content, page=True), options)
    return markup.read_spreadsheet_xml(content, options)


def _workbook(content: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    import python_calamine as calamine

    content = _with_slashes(content)
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


def _with_slashes(content: bytes) -> bytes:
    """A zip whose parts are named xl\\workbook.xml, as some exports write it, named as they should
    be."""
    if not content.startswith(ZIP) or b"xl\\" not in content:
        return content
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.orig_filename.replace("\\", "/"), old.read(entry))
    return packed.getvalue()


def _sheet(workbook: Any, meta: Any, options: dict[str, Any], unread: Unread) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(meta.name)
    last_row, last_column = sheet.end or (-1, -1)
    _check_size(meta.name, last_row + 1, last_column + 1, options)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), text in unread.cells.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = text
    return {
        "name": meta.name,
        "visible": str(meta.visible).endswith("Visible"),
        "rows": rows,
        "hidden_rows": [row for row in unread.rows if row <= last_row],
        "hidden_columns": [column for column in unread.columns if column <= last_column],
        "merged": unread.merged,
    }


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
    if '="' in text or '= "' in text:
        rows = [[_unquoted(cell) for cell in row] for row in rows]
    parts: dict[str, list[Any]] = {"hidden_rows": [], "hidden_columns": [], "merged": []}
    return [{"name": "CSV", "visible": True, "rows": rows, **parts}]


def _unquoted(cell: str) -> str:
    quoted = _QUOTED.fullmatch(cell.strip())
    return quoted[1] if quoted else cell


def _decode(content: bytes, *, page: bool = False) -> str:
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")
    if content.startswith(UTF16_MARKS):
        encodings = ("utf-16",)
    elif guessed := utf16_without_mark(content):
        encodings = (guessed,)
    elif page and b"charset=gb" in content[:4096].lower():
        encodings = ("gb18030", "utf-8-sig")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("damaged", f"文件不是表格，或其中的文字编码已损坏。{ADVICE}")


if __name__ == "__main__":
    serve(read)
