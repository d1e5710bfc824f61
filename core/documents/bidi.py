"""Pieces of one line, in the order the eye meets them, from left to right.

A line mixes words in Arabic letters, which are shaped one by one, with Chinese, Latin and digits,
which are not. python-bidi orders them by the Unicode rules, over one stand-in per piece: within a
right-to-left line everything foreign is isolated, or else a phone number after Arabic letters
would be turned round.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

import uharfbuzz as hb
from bidi.algorithm import get_display  # the other one does not turn brackets
from reportlab.pdfbase.pdfmetrics import stringWidth

from core.documents.fonts import Face, font

_ARABIC = (
    "\u0600-\u065f\u066a-\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc\u200c\u200d"
)
_PIECE = re.compile(
    rf"(?P<word>[{_ARABIC}]+)"
    rf"|(?P<foreign>[+¥￥]?[^\W_{_ARABIC}](?:[^{_ARABIC}]*[^\W_{_ARABIC}])?%?)"
    r"|(?P<neutral>.)",
    re.DOTALL,
)
_WORD = re.compile(f"[{_ARABIC}]")
_RIGHT_TO_LEFT_LETTERS = 0x1E800  # Mende Kikakui: nothing else on our pages is written in it
_SYMBOLS = 0x2500  # box drawings: of no direction, like an isolated run seen from outside
_LEFT_TO_RIGHT_LETTERS = 0xA000  # Yi syllables


class Glyph(NamedTuple):
    """A shape of the font: the code it is drawn by, its place in ems from the word's left end,
    and the letters that it stands for (none for the dots that are drawn apart)."""

    code: str
    across: float
    up: float
    letters: str


@dataclass(frozen=True)
class Piece:
    """What is drawn in one go: a shaped word, or text set as it stands."""

    text: str
    arabic: bool

    def width(self, face: Face, size: float) -> float:
        if self.arabic:
            return shaped(self.text, face.uyghur)[1] * size
        font(face.chinese)
        return float(stringWidth(self.text, face.chinese, size))


def is_arabic(text: str) -> bool:
    """Whether any of it is written in Arabic letters."""
    return bool(_WORD.search(text))


def visual(line: str, *, rightwards: bool) -> list[Piece]:
    """The pieces of `line`, left to right; `rightwards` when the line itself reads that way."""
    if rightwards and not is_arabic(line):
        return [Piece(line, arabic=False)]
    stand_ins: dict[str, Piece] = {}
    marks = [_stand_in(match, stand_ins, rightwards) for match in _PIECE.finditer(line)]
    ordered = get_display("".join(marks), base_dir="L" if rightwards else "R")
    return [stand_ins.get(mark) or Piece(mark, arabic=False) for mark in ordered]


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of `text` in reading order, for measuring."""
    if not is_arabic(text):
        yield Piece(text, arabic=False)
        return
    for match in _PIECE.finditer(text):
        yield Piece(match[0], arabic=match.lastgroup == "word")


@lru_cache(maxsize=4096)
def shaped(word: str, font_name: str) -> tuple[tuple[Glyph, ...], float]:
    """The joined letters of one word from left to right, and its width in ems."""
    made = font(font_name)
    buffer = hb.Buffer()
    buffer.add_str(word)
    buffer.direction, buffer.script, buffer.language = "rtl", "Arab", "ug"
    hb.shape(hb.Font(made.hbFace), buffer)
    em = made.face.unitsPerEm
    # The letters of each cluster, by its first one's place in the word.
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    letters = {start: word[start:end] for start, end in zip_longest(starts, starts[1:])}
    glyphs, pen = [], 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        code = chr(made.face.glyphToChar[info.codepoint][0])
        across, up = (pen + position.x_offset) / em, position.y_offset / em
        stands_for = letters.pop(info.cluster, "") if position.x_advance else ""
        glyphs.append(Glyph(code, across, up, stands_for))
        pen += position.x_advance
    return tuple(glyphs), pen / em


def _stand_in(match: re.Match[str], stand_ins: dict[str, Piece], rightwards: bool) -> str:
    if match.lastgroup == "neutral":
        return match[0]
    if match.lastgroup == "word":
        block = _RIGHT_TO_LEFT_LETTERS
    else:
        block = _LEFT_TO_RIGHT_LETTERS if rightwards else _SYMBOLS
    mark = chr(block + len(stand_ins))
    stand_ins[mark] = Piece(match[0], arabic=match.lastgroup == "word")
    return mark
