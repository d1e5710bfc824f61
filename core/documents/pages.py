"""Paper, and what every page of a document carries: footer, page number, watermark."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.documents.fonts import REGULAR, font
from core.documents.text import Style, draw_line, lay_out, measure

QUIET = HexColor("#5f6b7a")
_ISO = {"A0": (841, 1189), "A1": (594, 841), "A2": (420, 594), "A3": (297, 420), "A4": (210, 297)}
_SIDES = range(100, 3001)


class UnknownPaper(ValueError):
    """The paper is neither an ISO size nor width × height in millimetres."""


@dataclass(frozen=True)
class Paper:
    """A sheet, in points."""

    width: float
    height: float


@dataclass(frozen=True)
class Furniture:
    """What stands around the content of each page; `watermark` names who looked, and when."""

    footer: str = ""
    watermark: str = ""
    margin: float = 14 * mm


def paper(name: str, *, landscape: bool = True) -> Paper:
    """The sheet called A0 to A4, or e.g. 1200x800 (mm), turned the way that is asked for.

    :raises UnknownPaper: for any other name, or a side outside 100-3000 mm.
    """
    free = re.fullmatch(r"(\d{3,4})[xX×*](\d{3,4})", name.strip())
    sides = tuple(map(int, free.groups())) if free else _ISO.get(name.strip().upper())
    if sides is None or any(side not in _SIDES for side in sides):
        raise UnknownPaper(
            f"没有“{name}”这种纸张：请填 A0 至 A4，"
            "或以毫米为单位的宽x高（100 至 3000），如 1200x800。"
        )
    short, long = sorted(side * mm for side in sides)
    return Paper(long, short) if landscape else Paper(short, long)


def new_canvas(
    buffer: BytesIO, sheet: Paper, *, title: str, furniture: Furniture | None = None
) -> Canvas:
    """A canvas to draw pages on; the same drawing always gives the same bytes.

    With `furniture` the canvas dresses every page and numbers it (第 x 页 共 y 页).
    """
    made = _NumberedCanvas if furniture else Canvas
    canvas = made(
        buffer,
        pagesize=(sheet.width, sheet.height),
        invariant=1,
        pageCompression=1,
        initialFontName=font(REGULAR.chinese).fontName,
    )
    canvas.furniture = furniture
    canvas.setTitle(title)
    canvas.setCreator("新疆农民工工资支付监控预警平台")
    return canvas


def _draw_watermark(canvas: Canvas, text: str, sheet: Paper) -> None:
    """Repeat `text` slantwise and faint over the whole page."""
    if not text:
        return
    if not canvas.hasForm("watermark"):
        _define_watermark(canvas, text, sheet)
    canvas.saveState()
    canvas.setFillAlpha(0.13)  # on the page: a form's own dictionary has no room for it
    canvas.doForm("watermark")
    canvas.restoreState()


class _NumberedCanvas(Canvas):
    """Keeps the pages back until their number is known."""

    furniture: Furniture

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            _draw_furniture(self, self.furniture, number, len(self._kept))
            super().showPage()
        super().save()


def _draw_furniture(canvas: Canvas, furniture: Furniture, number: int, total: int) -> None:
    width, height = canvas._pagesize
    style = Style(8, colour=QUIET)
    left, right = furniture.margin, width - furniture.margin
    _draw_watermark(canvas, furniture.watermark, Paper(width, height))
    page = f"第 {number} 页 共 {total} 页"
    page_width = measure(page, style)
    footer = lay_out(furniture.footer, style, right - left - page_width - 12).lines[0]
    draw_line(canvas, footer, left, furniture.margin - 14, style)
    draw_line(canvas, page, right - page_width, furniture.margin - 14, style)


def _define_watermark(canvas: Canvas, text: str, sheet: Paper) -> None:
    style = Style(13, colour=QUIET)
    across = int(measure(text, style)) + 70
    canvas.beginForm("watermark", 0, 0, sheet.width, sheet.height)
    canvas.rotate(28)
    reach = int(sheet.width + sheet.height)
    for row, y in enumerate(range(-reach, reach, 110)):
        for x in range(-(row % 2) * across // 2, reach, across):
            draw_line(canvas, text, x, y, style)
    canvas.endForm()
