"""A telephone's photo: the platform only reads HEIC, so the tests bring a writer of their own."""

from io import BytesIO

import pillow_heif
from PIL import Image


def heic(image: Image.Image, **how: object) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(image).save(out, **how)
    return out.getvalue()
