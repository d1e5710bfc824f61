"""PDF pages: Chinese and Uyghur text, paper sizes, page furniture, QR codes, table reports.

`table_report` prints any list; a document with a form of its own (the notice board) draws on
`new_canvas` with `lay_out`, `fit` and `draw_qr`. Every document embeds its fonts, and the same
content always gives the same bytes, so that what was printed can be known by its hash.
"""

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
    "BilingualText",
    "Column",
    "Face",
    "Furniture",
    "Layout",
    "Paper",
    "Style",
    "Text",
    "Totals",
    "UnknownPaper",
    "draw_line",
    "draw_qr",
    "draw_watermark",
    "fit",
    "lay_out",
    "measure",
    "new_canvas",
    "paper",
    "printable",
    "table_report",
    "uyghur",
]
