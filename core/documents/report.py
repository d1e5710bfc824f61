"""The table on paper: title, particulars, rows over as many pages as they need, totals with the
amount in words (大写), signatures. Pay sheets, lists and registers are printed with it.

Drawn row by row: reportlab's own table takes a minute to part 5,000 rows into pages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from itertools import accumulate
from math import inf

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from core.documents.fonts import BOLD
from core.documents.pages import Furniture, Paper, new_canvas, paper
from core.documents.text import Layout, Style, fit, lay_out, measure
from core.money import capitals, yuan

_RULE = HexColor("#8a94a0")
_SHADE = HexColor("#e9eef4")
_PADDING = 3.0
_TITLE = Style(17, face=BOLD, align="centre")
_PLAIN = Style(9)


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the width, and how its cells stand."""

    title: str
    share: float = 1.0
    align: str = "left"


@dataclass(frozen=True)
class Totals:
    """The last line: sums by column number, and the amount that is written out in words (元)."""

    cells: Mapping[int, str] = field(default_factory=dict)
    amount: Decimal | None = None


@dataclass(frozen=True)
class _Row:
    cells: tuple[Layout, ...]
    shade: Color | None = None

    @cached_property
    def height(self) -> float:
        return max(cell.height for cell in self.cells) + 2 * _PADDING

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        edges = list(accumulate((c.width + 2 * _PADDING for c in self.cells), initial=x))
        bottom = top - self.height
        if self.shade:
            canvas.setFillColor(self.shade)
            canvas.rect(x, bottom, edges[-1] - x, self.height, stroke=0, fill=1)
        canvas.setStrokeColor(_RULE)
        canvas.setLineWidth(0.4)
        canvas.grid(edges, [bottom, top])
        for cell, edge in zip(self.cells, edges, strict=False):
            cell.draw(canvas, edge + _PADDING, top - (self.height - cell.height) / 2)


def table_report(
    title: str,
    particulars: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    totals: Totals | None = None,
    signatures: Sequence[str] = (),
    watermark: str = "",
    *,
    footer: str = "",
    sheet: Paper | None = None,
) -> bytes:
    """The report as PDF, on A4 landscape unless another `sheet` is named.

    The heading of the table is repeated on every page, the totals never stand alone on one, and
    the same arguments give the same bytes.
    """
    sheet = sheet or paper("A4")
    furniture = Furniture(footer=footer, watermark=watermark)
    buffer = BytesIO()
    canvas = new_canvas(buffer, sheet, title=title, furniture=furniture)
    form = _Form(columns, sheet.width - 2 * furniture.margin)
    page = _Page(canvas, sheet, furniture.margin)
    page.put(form.opening(title, particulars))
    page.fill(form.heading(), form.groups(rows, totals))
    page.put(form.closing(signatures))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class _Form:
    """What the report consists of, measured for one width."""

    def __init__(self, columns: Sequence[Column], width: float) -> None:
        whole = sum(column.share for column in columns)
        self.columns = columns
        self.width = width
        self.widths = [width * column.share / whole - 2 * _PADDING for column in columns]
        self.size = self._text_size()

    def opening(self, title: str, particulars: Sequence[tuple[str, str]]) -> list[list[Layout]]:
        """The title, then label and value three to a row, as on the head of the paper form."""
        third = self.width / 3
        parts = [lay_out(f"{label}：{value}", _PLAIN, third - 12) for label, value in particulars]
        lines = [parts[i : i + 3] for i in range(0, len(parts), 3)]
        return [[lay_out(title, _TITLE, self.width)], *lines]

    def closing(self, signatures: Sequence[str]) -> list[list[Layout]]:
        """A line to sign on for each."""
        share = self.width / max(1, len(signatures))
        return [[lay_out(f"{who}：", _PLAIN, share) for who in signatures]] if signatures else []

    def heading(self) -> _Row:
        style = Style(self.size, face=BOLD, align="centre")
        cells = zip(self.columns, self.widths, strict=True)
        return _Row(tuple(lay_out(c.title, style, width) for c, width in cells), _SHADE)

    def groups(
        self, rows: Iterable[Sequence[str]], totals: Totals | None
    ) -> Iterator[tuple[_Row, ...]]:
        """Rows that stand on one page together: each by itself, the last one with the totals."""
        last: tuple[_Row, ...] = ()
        for row in rows:
            if last:
                yield last
            last = (self._row(row, Style(self.size)),)
        yield last + self._totals_rows(totals)

    def _totals_rows(self, totals: Totals | None) -> tuple[_Row, ...]:
        if totals is None:
            return ()
        bold = Style(self.size, face=BOLD)
        sums = {0: "合计", **totals.cells}
        cells = [sums.get(number, "") for number in range(len(self.columns))]
        line = self._row(cells, bold, _SHADE)
        if totals.amount is None:
            return (line,)
        words = f"合计金额（大写）：{capitals(totals.amount)}  ¥{yuan(totals.amount)}"
        return line, _Row((lay_out(words, bold, self.width - 2 * _PADDING),), _SHADE)

    def _row(self, values: Sequence[str], style: Style, shade: Color | None = None) -> _Row:
        """Amounts and numbers too wide for their column are set smaller, never broken."""
        cells = zip(values, self.columns, self.widths, strict=True)
        return _Row(
            tuple(fit(text, style.aligned(c.align), width, inf) for text, c, width in cells), shade
        )

    def _text_size(self) -> float:
        """9 points, less where the headings of many columns stand close."""
        style = Style(9, face=BOLD)
        headings = zip(self.columns, self.widths, strict=True)
        crowding = max(measure(c.title, style) / (2 * width) for c, width in headings)
        return max(6.5, 9 / max(1.0, crowding))


class _Page:
    """The page being filled, from the top down."""

    def __init__(self, canvas: Canvas, sheet: Paper, margin: float) -> None:
        self.canvas = canvas
        self.left = margin
        self.right = sheet.width - margin
        self.start = sheet.height - margin
        self.bottom = margin
        self.top = self.start

    def put(self, lines: Sequence[Sequence[Layout]]) -> None:
        """Lines of texts side by side, at equal distances."""
        for line in lines:
            height = max(part.height for part in line) + 8
            self._room_for(height)
            pitch = (self.right - self.left) / max(len(line), 3)
            for number, part in enumerate(line):
                part.draw(self.canvas, self.left + number * pitch, self.top - 4)
            self.top -= height

    def fill(self, heading: _Row, groups: Iterable[tuple[_Row, ...]]) -> None:
        """The table, its heading at the top of each page."""
        self._row(heading)
        for group in groups:
            if self._room_for(sum(row.height for row in group)):
                self._row(heading)
            for row in group:
                self._row(row)
        self.top -= 20

    def _row(self, row: _Row) -> None:
        row.draw(self.canvas, self.left, self.top)
        self.top -= row.height

    def _room_for(self, height: float) -> bool:
        """Whether a new page had to be begun for it."""
        if self.top - height >= self.bottom:
            return False
        self.canvas.showPage()
        self.top = self.start
        return True
