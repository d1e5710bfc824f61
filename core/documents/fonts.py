"""The fonts of every printed page: Noto Sans SC for Chinese, Latin and digits, Noto Sans Arabic
for Uyghur, each in a regular and a bold cut.

Both come as variable TrueType fonts from packages. HarfBuzz pins the weight, because reportlab
knows static TrueType only; the pages embed and subset what it makes. Noto Sans SC holds the rare
characters that people's names need (㛃 䶮 𬭎), which smaller Chinese fonts lack.
"""

import io
import logging
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from threading import Lock

import uharfbuzz as hb
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

logger = logging.getLogger(__name__)

MISSING = "〓"
"""The printer's mark for a character that no font holds."""


@dataclass(frozen=True)
class Face:
    """One weight: the font names under which Chinese and Uyghur are set in it."""

    chinese: str
    uyghur: str


REGULAR = Face("NotoSansSC-Regular", "NotoSansArabic-Regular")
BOLD = Face("NotoSansSC-Bold", "NotoSansArabic-Bold")

_CHINESE = ("justmytype_intl_cjk", "fonts/ofl/notosanssc/NotoSansSC[wght].ttf")
_UYGHUR = ("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf")
_SOURCES: dict[str, tuple[tuple[str, str], dict[str, float]]] = {
    REGULAR.chinese: (_CHINESE, {"wght": 400}),
    BOLD.chinese: (_CHINESE, {"wght": 700}),
    REGULAR.uyghur: (_UYGHUR, {"wght": 400, "wdth": 100}),
    BOLD.uyghur: (_UYGHUR, {"wght": 700, "wdth": 100}),
}
_lock = Lock()
_made: dict[str, TTFont] = {}


def font(name: str) -> TTFont:
    """The registered font of that name, made on first use."""
    if name not in _made:
        with _lock:
            if name not in _made:
                _made[name] = _make_font(name)
    return _made[name]


@lru_cache(maxsize=65536)
def printable(text: str) -> str:
    """`text` with every character that no font holds replaced by 〓, and the loss logged."""
    chinese = font(REGULAR.chinese).face.charToGlyph
    uyghur = font(REGULAR.uyghur).face.charToGlyph
    missing = {c for c in text if ord(c) not in chinese and ord(c) not in uyghur}
    missing -= set("\n\t\u200c\u200d")
    if not missing:
        return text
    points = " ".join(sorted(f"U+{ord(c):04X}" for c in missing))
    logger.warning("No font has the characters %s", points)
    return "".join(MISSING if c in missing else c for c in text)


def _make_font(name: str) -> TTFont:
    (package, path), axes = _SOURCES[name]
    made = TTFont(name, io.BytesIO(_pinned_axes((files(package) / path).read_bytes(), axes)))
    # All cuts of a variable font bear its name, and reportlab files what it embeds by name.
    made.face.name = name.encode()
    if name in (REGULAR.uyghur, BOLD.uyghur):
        _name_every_glyph(made)
    pdfmetrics.registerFont(made)
    return made


def _pinned_axes(variable: bytes, axes: dict[str, float]) -> bytes:
    """A static font with every glyph of `variable` at the given weight and width."""
    face = hb.Face(hb.Blob(variable))
    wanted = hb.SubsetInput()
    wanted.keep_everything()
    wanted.flags |= hb.SubsetFlags.RETAIN_GIDS
    for tag, value in axes.items():
        wanted.pin_axis_location(face, tag, value)
    return bytes(hb.subset(face, wanted).blob.data)


def _name_every_glyph(made: TTFont) -> None:
    """Give each glyph that shaping can yield a code of its own, in glyph order.

    reportlab hands such codes out as glyphs turn up, so that the same page would differ from one
    process to the next, and two threads could be given the same one.
    """
    shaper = made.hbFont()
    for glyph in range(made.hbFace.glyph_count):
        if glyph not in made.face.glyphToChar:
            advance = made.pdfScale(shaper.get_glyph_h_advance(glyph))
            made.hbAddPrivate(shaper.glyph_to_string(glyph), glyph, advance)
