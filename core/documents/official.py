"""Official documents (文书) on A4: the issuer in red, number, addressee, text, seal space, code.

The seal is pressed on the printed paper: the dashed square beside the issuer's name and the date
keeps its place free (印章直径 42 mm).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.documents.fonts import BOLD
from core.documents.pages import QUIET, Furniture, Paper, new_canvas, paper
from core.documents.qr import draw_qr
from core.documents.text import Layout, Style, lay_out

_RED = HexColor("#b3261e")
_SEAL = 42 * mm
_HEADING = Style(24, face=BOLD, colour=_RED, align="centre")
_TITLE = Style(18, face=BOLD, align="centre", leading=1.5)
_NUMBER = Style(11, align="centre")
_TEXT = Style(12, leading=1.75)
_SMALL = Style(8.5, colour=QUIET, leading=1.5)


@dataclass(frozen=True)
class OfficialText:
    """What an official document says; ``facts`` are label and value, one to a line."""

    issuer: str
    number: str
    title: str
    addressee: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    issued_on: date = date.min
    #: Where anybody checks the document, and the code to type there.
    check_url: str = ""
    code: str = ""


def official_pdf(text: OfficialText) -> bytes:
    """The document as PDF; the same text gives the same bytes."""
    sheet = paper("A4", landscape=False)
    footer = f"{text.number} · 核验码 {text.code}" if text.code else text.number
    furniture = Furniture(footer=footer, margin=26 * mm)
    buffer = BytesIO()
    canvas = new_canvas(buffer, sheet, title=f"{text.title} {text.number}", furniture=furniture)
    page = _Flow(canvas, sheet, furniture.margin)
    page.put(lay_out(text.issuer, _HEADING, page.width), after=8)
    page.rule()
    page.put(lay_out(text.title, _TITLE, page.width), after=4)
    page.put(lay_out(text.number, _NUMBER, page.width), after=16)
    page.put(lay_out(f"{text.addressee}：", _TEXT, page.width))
    for paragraph in text.paragraphs:
        # Two full-width blanks, as Chinese paragraphs begin.
        page.put_lines(lay_out(f"\u3000\u3000{paragraph}", _TEXT, page.width))
    for label, value in text.facts:
        page.put_lines(lay_out(f"\u3000\u3000{label}：{value}", _TEXT, page.width))
    _draw_closing(page, text)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_closing(page: "_Flow", text: OfficialText) -> None:
    """Issuer, date and the seal's place to the right, the code to the left, on one page."""
    page.keep_together(_SEAL + 24)
    top = page.top - 20
    canvas, left = page.canvas, page.left + page.width - _SEAL - 20
    canvas.saveState()
    canvas.setStrokeColor(HexColor("#9aa4b0"))
    canvas.setDash(3, 3)
    canvas.rect(left, top - _SEAL, _SEAL, _SEAL, stroke=1, fill=0)
    canvas.restoreState()
    width = page.width / 2
    signed = Style(12, align="right")
    day = f"{text.issued_on.year}年{text.issued_on.month}月{text.issued_on.day}日"
    right = page.left + page.width - width
    lay_out(text.issuer, signed, width).draw(canvas, right, top - _SEAL / 2 + 14)
    lay_out(day, signed, width).draw(canvas, right, top - _SEAL / 2 - 8)
    lay_out("（印章）", Style(8.5, colour=QUIET, align="centre"), _SEAL).draw(
        canvas, left, top - _SEAL + 14
    )
    if text.check_url:
        side = 26 * mm
        draw_qr(canvas, text.check_url, page.left, top - side, side)
        lay_out(f"扫码核验真伪\n核验码 {text.code}", _SMALL, width).draw(
            canvas, page.left, top - side
        )


class _Flow:
    """Text from the top down, over as many pages as it needs."""

    def __init__(self, canvas: Canvas, sheet: Paper, margin: float) -> None:
        self.canvas, self.left, self.width = canvas, margin, sheet.width - 2 * margin
        self.start, self.bottom = sheet.height - margin, margin
        self.top = self.start

    def keep_together(self, height: float) -> None:
        """Begin a page where so much no longer fits on this one."""
        if self.top - height < self.bottom:
            self.canvas.showPage()
            self.top = self.start

    def put(self, layout: Layout, *, after: float = 0) -> None:
        self.keep_together(layout.height)
        layout.draw(self.canvas, self.left, self.top)
        self.top -= layout.height + after

    def put_lines(self, layout: Layout) -> None:
        """A paragraph, parted between lines where the page ends."""
        for line in layout.lines:
            self.put(Layout((line,), layout.style, layout.width, overflows=False))

    def rule(self) -> None:
        self.canvas.setStrokeColor(_RED)
        self.canvas.setLineWidth(1.6)
        self.canvas.line(self.left, self.top, self.left + self.width, self.top)
        self.top -= 18
