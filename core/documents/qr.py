"""QR codes as vector drawings: sharp at any size of paper."""

import segno
from reportlab.lib.colors import black, white
from reportlab.pdfgen.canvas import Canvas


def draw_qr(canvas: Canvas, content: str, x: float, y: float, side: float) -> None:
    """Draw `content` in the square whose lower left corner is (`x`, `y`), quiet zone included.

    A quarter of it may be dirty or torn (level Q): boards hang outdoors.
    """
    matrix = list(segno.make_qr(content, error="q").matrix_iter(border=4))
    module = side / len(matrix)
    canvas.setFillColor(white)
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    path = canvas.beginPath()
    for row, bits in enumerate(matrix, start=1):
        for column, bit in enumerate(bits):
            if bit:
                path.rect(x + column * module, y + side - row * module, module, module)
    canvas.setFillColor(black)
    canvas.drawPath(path, stroke=0, fill=1)
