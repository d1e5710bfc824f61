"""What the parser says nothing of: hidden rows and columns, merges, formulas without result.

One reader for each kind of workbook. Every pattern is bounded by the next angle bracket, so that
what it costs grows with the file and no faster, whatever stands in it.
"""

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from xml.etree import ElementTree

from core.formula_cells import UNCALCULATED

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
_FORMULA = rb"<f\b[^<>]*(?:/>|>[^<]*</f>)"
_CELL = rb'<c\b[^<>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"[^<>]*>'
_WITHOUT_RESULT = re.compile(_CELL + _FORMULA + rb"(?:<v\s*/>|<v></v>)?</c>")
# Looked for first: most sheets have none, and a plain search takes a hundredth of the time.
_ENDS_WITHOUT_RESULT = (b"</f></c>", b"</f><v/>", b"</f><v />", b"</f><v></v>", b"/></c>")
_ERROR = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<v>(#[^<]{1,10})</v>")
_ROW = re.compile(rb"<row\b([^<>]*)>")
_COLUMN = re.compile(rb"<col\b([^<>]*)>")
_MERGE = re.compile(rb'<mergeCell\b[^<>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = {
    name: re.compile(rb"\b" + name.encode() + rb'="(\d{1,7})"') for name in ("r", "min", "max")
}
# More hidden columns or merges than a sheet can show are not worth their memory.
MOST_COLUMNS, MOST_MERGES = 16_384, 50_000
MOST_ROWS = 1_100_000


@dataclass
class Unread:
    """Of one sheet, from 0: (row, column) → what stands there; hidden rows and columns; merges as
    top, left, bottom, right."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def unread_of(content: bytes) -> dict[str, Unread]:
    """Sheet name → what was passed over; {} of other formats and of odd workbooks."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if "content.xml" in book.namelist():
                return dict(_of_ods(book.read("content.xml")))
            return {name: _of_xlsx(book.read(path)) for name, path in _sheets(book).items()}
    except zipfile.BadZipFile:
        return _of_xls(content)
    except (KeyError, ElementTree.ParseError, ValueError):
        return {}


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the part of the archive that holds it.

    The XML is the sender's: this process holds nothing else, and its memory and time are limited.
    """
    targets = {
        part.get("Id"): posixpath.join("/xl", part.get("Target", ""))[1:]
        for part in ElementTree.fromstring(book.read(RELATIONS))  # noqa: S314 - see above
    }
    root = ElementTree.fromstring(book.read(WORKBOOK))  # noqa: S314 - see above
    found = {}
    for sheet in root.iter():
        if sheet.tag.endswith("}sheet"):
            key = next((v for name, v in sheet.attrib.items() if name.endswith("}id")), None)
            if targets.get(key) in book.namelist():
                found[sheet.get("name", "")] = targets[key]
    return found


def _of_xlsx(xml: bytes) -> Unread:
    unread = Unread()
    if b"hidden=" in xml:
        unread.rows = [
            int(number[1]) - 1
            for row in _ROW.finditer(xml)
            if _HIDDEN.search(row[1]) and (number := _NUMBER["r"].search(row[1]))
        ]
        begin = max(xml.find(b"<sheetData"), 0)
        for column in _COLUMN.finditer(xml, 0, begin):
            if _HIDDEN.search(column[1]):
                unread.columns += _columns(column[1])
    for merge in _MERGE.finditer(xml, max(xml.rfind(b"</sheetData>"), 0)):
        left, top, right, bottom = merge.groups()
        if len(unread.merged) < MOST_MERGES:
            unread.merged.append((int(top) - 1, _index(left), int(bottom) - 1, _index(right)))
    if any(end in xml for end in _ENDS_WITHOUT_RESULT):
        for cell in _WITHOUT_RESULT.finditer(xml):
            unread.cells[int(cell[2]) - 1, _index(cell[1])] = UNCALCULATED
    if b't="e"' in xml:
        for cell in _ERROR.finditer(xml):
            unread.cells[int(cell[2]) - 1, _index(cell[1])] = cell[3].decode()
    return unread


def _columns(attributes: bytes) -> range:
    first, last = (_NUMBER[name].search(attributes) for name in ("min", "max"))
    if first is None or last is None:
        return range(0)
    return range(int(first[1]) - 1, min(int(last[1]), MOST_COLUMNS))


def _index(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


# OpenDocument: rows and columns are repeated, and hidden by visibility.

_ODS = re.compile(
    rb"<table:(table|table-row|table-column|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>"
)
_ODS_SPAN = re.compile(rb'table:number-(rows|columns)-spanned="(\d{1,5})"')
_ODS_NAME = re.compile(rb'table:name="([^"]*)"')
_ODS_REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="(\d{1,7})"')
_ODS_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')


def _of_ods(xml: bytes) -> Iterator[tuple[str, Unread]]:
    """The hidden rows and columns and the merges of each sheet."""
    unread, row, column, cell, following = Unread(), 0, 0, 0, 0
    for tag in _ODS.finditer(xml):
        kind, attributes = tag.groups()
        repeated = _ODS_REPEATED.search(attributes)
        count = int(repeated[1]) if repeated else 1
        hidden = _ODS_HIDDEN.search(attributes) is not None
        if kind == b"table":
            name = _ODS_NAME.search(attributes)
            unread, row, column, cell, following = Unread(), 0, 0, 0, 0
            yield unescape(name[1].decode("utf-8", "replace")) if name else "", unread
        elif kind == b"table-row":
            row, following, cell = following, following + count, 0
            if hidden and following < MOST_ROWS:
                unread.rows += range(row, following)
        elif kind == b"table-column":
            if hidden:
                unread.columns += range(column, min(column + count, MOST_COLUMNS))
            column += count
        else:
            spans = {one[1]: int(one[2]) for one in _ODS_SPAN.finditer(attributes)}
            if spans and len(unread.merged) < MOST_MERGES:
                bottom = row + spans.get(b"rows", 1) - 1
                unread.merged.append((row, cell, bottom, cell + spans.get(b"columns", 1) - 1))
            cell += count


# The old binary workbook: an OLE container with a stream of records.

_BOUNDSHEET, _ROW_RECORD, _COLINFO, _MERGED, _EOF = 0x85, 0x208, 0x7D, 0xE5, 0x0A


def _of_xls(content: bytes) -> dict[str, Unread]:
    """The hidden rows and columns and the merges of each sheet of an .xls."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            name = next((n for n in ("Workbook", "Book") if ole.exists(n)), None)
            stream = ole.openstream(name).read() if name else b""
    except (OSError, ValueError, IndexError, TypeError, AttributeError, struct.error):
        return {}
    found: dict[str, Unread] = {}
    for kind, data in _records(stream, 0):
        if kind == _BOUNDSHEET and len(data) > 8:
            found[_sheet_name(data)] = _of_stream(stream, struct.unpack_from("<I", data)[0])
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, up to its end."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet_name(data: bytes) -> str:
    length, wide = data[6], data[7] & 1
    raw = data[8 : 8 + length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _of_stream(stream: bytes, at: int) -> Unread:
    unread = Unread()
    for kind, data in _records(stream, at):
        if kind == _ROW_RECORD and len(data) >= 16:
            number, flags = struct.unpack_from("<H10xI", data)
            if flags & 0x20:
                unread.rows.append(number)
        elif kind == _COLINFO and len(data) >= 10:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", data)
            if flags & 1:
                unread.columns += range(first, min(last + 1, 256))
        elif kind == _MERGED and len(data) >= 2:
            (count,) = struct.unpack_from("<H", data)
            for n in range(min(count, (len(data) - 2) // 8)):
                top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * n)
                if len(unread.merged) < MOST_MERGES:
                    unread.merged.append((top, left, bottom, right))
    return unread
