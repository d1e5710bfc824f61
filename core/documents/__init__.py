"""PDF pages: Chinese and Uyghur text, paper sizes, page furniture, QR codes, table reports.

`table_report` prints any list; a document with a form of its own (the notice board) draws on
`new_canvas` with `Area`, `largest`, `lay_out` and `draw_qr`. Every document embeds its fonts, and
the same content always gives the same bytes, so that what was printed can be known by its hash.
"""

from core.documents.boxes import Area, Entries, Entry, Line, depth, largest
from core.documents.fonts import BOLD, REGULAR, Face, printable
from core.documents.pages import (
    Furniture,
    Paper,
    UnknownPaper,
    draw_watermark,
    new_canvas,
    paper,
)
from core.documents.qr import draw_qr
from core.documents.report import Column, Totals, table_report
from core.documents.text import (
    BilingualText,
    Layout,
    Style,
    Text,
    draw_line,
    fit,
    lay_out,
    measure,
    uyghur,
)

__all__ = [
    "BOLD",
    "REGULAR",
    "Area",
    "BilingualText",
    "Column",
    "Entries",
    "Entry",
    "Face",
    "Furniture",
    "Layout",
    "Line",
    "Paper",
    "Style",
    "Text",
    "Totals",
    "UnknownPaper",
    "depth",
    "draw_line",
    "draw_qr",
    "draw_watermark",
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
