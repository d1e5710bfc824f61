"""What the parser passes over in an xlsx: formulas saved without result, errors, hidden rows."""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

from core.formula_cells import UNCALCULATED

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
_FORMULA = rb"<f\b[^>]*?(?:/>|>[^<]*</f>)"
_CELL = rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>'
_WITHOUT_RESULT = re.compile(_CELL + _FORMULA + rb"(?:<v\s*/>|<v></v>)?</c>")
# Looked for first: most sheets have none, and a plain search takes a hundredth of the time.
_ENDS_WITHOUT_RESULT = (b"</f></c>", b"</f><v/>", b"</f><v />", b"</f><v></v>", b"/></c>")
_ERROR = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<v>(#[^<]{1,10})</v>")
_HIDDEN = re.compile(rb'<row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d{1,7})"')


@dataclass
class Unread:
    """Of one sheet: (row, column) from 0 → what stands there, and the hidden rows from 1."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)


def unread_of(content: bytes) -> dict[str, Unread]:
    """Sheet name → what was passed over; {} of other formats and of odd workbooks."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return {name: _unread(book.read(path)) for name, path in _sheets(book).items()}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError):
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


def _unread(xml: bytes) -> Unread:
    unread = Unread(hidden=[int(row[1]) for row in _HIDDEN.finditer(xml)])
    if any(end in xml for end in _ENDS_WITHOUT_RESULT):
        for cell in _WITHOUT_RESULT.finditer(xml):
            unread.cells[_place(cell)] = UNCALCULATED
    if b't="e"' in xml:
        for cell in _ERROR.finditer(xml):
            unread.cells[_place(cell)] = cell[3].decode()
    return unread


def _place(cell: "re.Match[bytes]") -> tuple[int, int]:
    column = 0
    for letter in cell[1]:
        column = column * 26 + letter - 64
    return int(cell[2]) - 1, column - 1
