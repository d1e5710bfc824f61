"""Text in Chinese and Uyghur: measured, broken into lines, fitted into a box, drawn.

A line may be broken between any two Chinese characters but never inside a number or a word, and
never so that closing punctuation begins it or opening punctuation ends it (避头尾).
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from core.documents.bidi import Piece, is_arabic, pieces, shaped, visual
from core.documents.fonts import REGULAR, Face, font, printable

INK = HexColor("#1a1a1a")

_OPENING = "(（《〈“‘「『【〔［{¥￥"
_CLOSING = ")）》〉”’」』】〕］},.;:!?%，。、；：！？…—·℃％/"
_JOINED = r"0-9A-Za-z_+\-*#@&\u00c0-\u024f\u0600-\u06ff\u0750-\u077f\ufb50-\ufefc\u200c\u200d"
_CHUNK = re.compile(
    r"\n|[^\S\n]+"
    rf"|[{re.escape(_OPENING)}]*"
    rf"(?:[{_JOINED}]+(?:[.,:/'][{_JOINED}]+)*|.)"
    rf"[{re.escape(_CLOSING)}]*"
)
_ASCENT = 0.88  # of Noto Sans SC
_UYGHUR_ASCENT = 0.74  # its letters hang deep below the baseline: this centres them


@dataclass(frozen=True)
class Style:
    """How a text is set. `align` is left, right or centre; Uyghur reads from the right."""

    size: float
    face: Face = REGULAR
    colour: Color = INK
    align: str = "left"
    leading: float = 1.35
    rightwards: bool = True

    def scaled(self, factor: float) -> "Style":
        return self if factor == 1 else replace(self, size=self.size * factor)

    @lru_cache(maxsize=256)  # noqa: B019 - styles are few, and live as long as the process
    def aligned(self, align: str) -> "Style":
        return self if align == self.align else replace(self, align=align)


def uyghur(style: Style, *, ratio: float = 0.82) -> Style:
    """The style of the Uyghur that stands beneath Chinese set in `style`."""
    align = "centre" if style.align == "centre" else "right"
    size = style.size * ratio
    return replace(style, size=size, align=align, leading=1.6, rightwards=False)


@dataclass(frozen=True)
class Layout:
    """A text broken for one width."""

    lines: tuple[str, ...]
    style: Style
    width: float
    overflows: bool

    @property
    def height(self) -> float:
        return len(self.lines) * self.style.size * self.style.leading

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        """Draw with the upper left corner at (`x`, `top`)."""
        style = self.style
        pitch = style.size * style.leading
        ascent = _ASCENT if style.rightwards else _UYGHUR_ASCENT
        baseline = top - (pitch - style.size) / 2 - style.size * ascent
        for number, line in enumerate(self.lines):
            if not line:
                continue
            slack = self.width - measure(line, style)
            shift = {"left": 0.0, "centre": slack / 2, "right": slack}[style.align]
            draw_line(canvas, line, x + shift, baseline - number * pitch, style)


def measure(text: str, style: Style) -> float:
    """The width of `text` on one line, in points."""
    if len(text) > 1 and is_arabic(text):
        return sum(_piece_width(piece, style) for piece in pieces(text))
    return _piece_width(Piece(text, arabic=is_arabic(text)), style)


@lru_cache(maxsize=8192)
def lay_out(text: str, style: Style, width: float) -> Layout:
    """Break `text` into lines of at most `width`; a chunk that is wider is cut where it must."""
    text = printable(text)
    lines: list[str] = [""]
    cut = False
    for chunk in _CHUNK.findall(text):
        if chunk == "\n":
            lines.append("")
        elif chunk.isspace():
            lines[-1] += " " if lines[-1] else ""
        elif measure(lines[-1] + chunk, style) <= width:
            lines[-1] += chunk
        elif measure(chunk, style) <= width:
            lines.append(chunk)
        else:
            cut = True
            lines.append("")
            for character in chunk:
                if lines[-1] and measure(lines[-1] + character, style) > width:
                    lines.append("")
                lines[-1] += character
    return Layout(tuple(line.rstrip() for line in lines), style, width, cut)


def fit(text: str, style: Style, width: float, height: float, *, smallest: float = 0.5) -> Layout:
    """The largest setting of `text`, from its own size down to `smallest` of it, that fits."""
    factor = 1.0
    while True:
        layout = lay_out(text, style.scaled(factor), width)
        if (layout.height <= height and not layout.overflows) or factor <= smallest:
            return layout
        factor = max(smallest, factor - 0.05)


def draw_line(canvas: Canvas, line: str, x: float, baseline: float, style: Style) -> None:
    """Draw one line from `x` on; what is drawn can be selected and searched as it reads."""
    canvas.setFillColor(style.colour)
    for piece in visual(line, rightwards=style.rightwards):
        if piece.arabic:
            _draw_word(canvas, piece.text, x, baseline, style)
        else:
            font(style.face.chinese)
            canvas.setFont(style.face.chinese, style.size)
            canvas.drawString(x, baseline, piece.text)
        x += _piece_width(piece, style)


@lru_cache(maxsize=65536)
def _width_in_ems(piece: Piece, face: Face) -> float:
    return piece.width(face, 1.0)


def _piece_width(piece: Piece, style: Style) -> float:
    return _width_in_ems(piece, style.face) * style.size


def _draw_word(canvas: Canvas, word: str, x: float, baseline: float, style: Style) -> None:
    """Glyph by glyph, each marked with the letters that it stands for (PDF's ActualText)."""
    canvas.setFont(style.face.uyghur, style.size)
    for glyph in shaped(word, style.face.uyghur)[0]:
        letters = glyph.letters.encode("utf-16-be").hex().upper()
        across, up = glyph.across * style.size, glyph.up * style.size
        canvas._code.append(f"/Span <</ActualText <FEFF{letters}>>> BDC")
        canvas.drawString(x + across, baseline + up, glyph.code)
        canvas._code.append("EMC")
