"""Forms of fixed size: areas of a page, and blocks of text set as large as an area allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from core.documents.text import Layout


@dataclass(frozen=True)
class Area:
    """A rectangle of the page: left and top edge, width and height."""

    x: float
    top: float
    width: float
    height: float

    def columns(self, *shares: float, gap: float = 0.0) -> list["Area"]:
        room = self.width - gap * (len(shares) - 1)
        areas, x = [], self.x
        for share in shares:
            areas.append(Area(x, self.top, room * share / sum(shares), self.height))
            x += areas[-1].width + gap
        return areas

    def rows(self, *heights: float) -> list["Area"]:
        """Strips of the given heights, and the rest."""
        areas, top = [], self.top
        for height in (*heights, self.height - sum(heights)):
            areas.append(Area(self.x, top, self.width, height))
            top -= height
        return areas

    def inset(self, across: float, down: float = 0.0) -> "Area":
        return Area(
            self.x + across, self.top - down, self.width - 2 * across, self.height - 2 * down
        )


@dataclass(frozen=True)
class Line:
    """Stacks of texts side by side, each at its distance from the left."""

    stacks: tuple[tuple[float, tuple[Layout, ...]], ...]
    centred: bool = True

    @property
    def height(self) -> float:
        return max(_stack_height(stack) for _, stack in self.stacks)

    @property
    def overflows(self) -> bool:
        return any(part.overflows for _, stack in self.stacks for part in stack)

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        for distance, stack in self.stacks:
            down = top - (self.height - _stack_height(stack)) / 2 * self.centred
            for part in stack:
                part.draw(canvas, x + distance, down)
                down -= part.height


Entry = tuple[Line, ...]
Entries = Callable[[float, float], list[Entry]]
"""The entries of a block for its width and a factor on the size of its text."""


def largest(
    entries: Entries, width: float, height: float, *, most: float = 1.0, gap: float = 0.0
) -> list[Entry]:
    """The entries in the largest setting that fits, in steps of a twentieth, down to a quarter.

    At least `gap` is kept free around each.
    """
    for step in range(round(most * 20), 4, -1):
        found = entries(width, step / 20)
        broken = any(line.overflows for entry in found for line in entry)
        if not broken and sum(depth(entry) + gap for entry in found) <= height:
            break
    return found


def _stack_height(stack: Sequence[Layout]) -> float:
    return sum(part.height for part in stack)


def depth(entry: Entry) -> float:
    return sum(line.height for line in entry)
