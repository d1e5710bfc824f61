"""Photos of boards on site: whether a file is one, and copies of it that every browser shows."""

from io import BytesIO

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Refused

#: More than any telephone takes; a file that claims more is made to fill the memory.
MAX_PIXELS = 210_000_000
#: What may be unpacked: a plain JPEG comes out of its file small already, the other kinds whole.
MAX_UNPACKED = 50_000_000
#: The longest sides of the copies: for lists, and large enough to read the board.
SMALL, LARGE = 640, 2400
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_UNREADABLE = (
    *(UnidentifiedImageError, Image.DecompressionBombError),
    *(OSError, SyntaxError, ValueError),
)

pi_heif.register_heif_opener()


def copy(data: bytes, side: int) -> bytes:
    """An upright JPEG, no longer than ``side``, without the camera's notes, which tell the place.

    :raises Refused: damaged, cut off, or beyond all size.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as photo:
            # Have the photo read no larger than need be, and refuse what fills the memory.
            claimed = photo.width * photo.height
            photo.draft("RGB", (side, side))
            # A progressive JPEG is held whole before any of it comes out small.
            unpacked = claimed if photo.info.get("progressive") else photo.width * photo.height
            if claimed > MAX_PIXELS or unpacked > MAX_UNPACKED:
                raise Refused("photo.too_many_pixels", "photo")
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except _UNREADABLE as fault:
        raise Refused("photo.broken", "photo") from fault
    upright.thumbnail((side, side))
    out = BytesIO()
    upright.save(out, "JPEG", quality=80)
    return out.getvalue()
