"""Photos of boards on site: whether a file is one, and its small copy for lists."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

#: More than any telephone takes; a file that claims more is made to fill the memory.
MAX_PIXELS = 210_000_000
#: What may be unpacked: a JPEG comes out of its file small already, the other kinds whole.
MAX_UNPACKED = 50_000_000
_SIDE = 640
#: What can be opened here; a HEIC photo is kept and handed out as it is.
OPENED = ("jpg", "png", "webp")


class NotAPhoto(ValueError):
    """The file cannot be opened as a picture; the message says so in Chinese."""


def thumbnail(data: bytes) -> bytes:
    """A small upright JPEG without the camera's notes, which tell the place.

    :raises NotAPhoto: damaged, cut off, or beyond all size.
    """
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as photo:
            _insist(photo, MAX_PIXELS)
            photo.draft("RGB", (_SIDE, _SIDE))
            _insist(photo, MAX_UNPACKED)
            small = ImageOps.exif_transpose(photo).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as fault:
        raise NotAPhoto("照片打不开，可能没有传完整，请重新拍照后上传。") from fault
    small.thumbnail((_SIDE, _SIDE))
    out = BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def _insist(photo: Image.Image, pixels: int) -> None:
    if photo.width * photo.height > pixels:
        raise NotAPhoto("照片尺寸过大，请用手机相机重新拍照后上传。")
