"""PDF pages: Chinese and Uyghur text, paper sizes, page furniture, QR codes, table reports.

`table_report` prints any list; a document with a form of its own (the notice board) draws on
`new_canvas` with `Area`, `largest`, `lay_out` and `draw_qr`. Every document embeds its fonts, and
the same content always gives the same bytes, so that what was printed can be known by its hash.
"""

from core.documents.boxes import Area, Entries, Entry, Line, depth, largest
from core.documents.fonts import BOLD, printable
from core.documents.pages import (
    Furniture,
    Paper,
    UnknownPaper,
    new_canvas,
    paper,
)
from core.documents.qr import draw_qr
from core.documents.report import Column, Totals, table_report
from core.documents.text import (
    Layout,
    Style,
    fit,
    lay_out,
    measure,
    uyghur,
)

__all__ = [
    "BOLD",
    "Area",
    "Column",
    "Entries",
    "Entry",
    "Furniture",
    "Layout",
    "Line",
    "Paper",
    "Style",
    "Totals",
    "UnknownPaper",
    "depth",
    "draw_qr",
    "fit",
    "largest",
    "lay_out",
    "measure",
    "new_canvas",
    "paper",
    "printable",
    "table_report",
    "uyghur",
]
