"""Charts as SVG from the server, each with its numbers as a table underneath.

Classes of static/core/components.css draw them: no style attributes, which the CSP forbids. A
value of None is a gap: nothing known is not nought.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = Decimal | int | float

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 26, 40
INNER_WIDTH = WIDTH - LEFT - RIGHT
INNER_HEIGHT = HEIGHT - TOP - BOTTOM
TICKS = 4
#: The palette's size; a fifth series would repeat the first.
SERIES_LIMIT = 4
#: Names along the axis that stay readable.
NAME_LIMIT = 8
#: Steps that read well on an axis.
NICE = (1, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Series:
    """One measured thing, a value per name along the axis; None where not known."""

    label: str
    values: Sequence[Number | None]


@dataclass(frozen=True)
class Share:
    """One part of a whole; ``level`` (red, orange, yellow, blue) gives it the warning's colour."""

    label: str
    value: Number
    level: str = ""


@dataclass(frozen=True)
class _Frame:
    """Where values lie on the drawing."""

    names: Sequence[str]
    step: float

    @property
    def top(self) -> float:
        return self.step * TICKS

    @property
    def slot(self) -> float:
        return INNER_WIDTH / len(self.names)

    def middle(self, index: int) -> float:
        return LEFT + self.slot * (index + 0.5)

    def y(self, value: Number) -> float:
        return TOP + INNER_HEIGHT * (1 - float(value) / self.top)


def bar_chart(
    title: str, names: Sequence[str], series: Sequence[Series], *, unit: str, across: str
) -> SafeString:
    """Grouped bars, one group per name (``across`` says what the names are, e.g. 工资月份)."""
    if not names or len(series) > SERIES_LIMIT:
        raise ValueError(f"A chart needs names and at most {SERIES_LIMIT} series.")
    if any(len(one.values) != len(names) for one in series):
        raise ValueError("Each series needs one value per name.")
    known = [float(v) for one in series for v in one.values if v is not None]
    step = nice_step(max(known, default=0) / TICKS, whole=all(v.is_integer() for v in known))
    frame = _Frame(names, step)
    width = min(frame.slot * 0.7 / len(series), 34)
    drawn = (
        _draw_bar(frame, one, at, index, width, (at - len(series) / 2) * width)
        for at, one in enumerate(series)
        for index in range(len(names))
        if one.values[index] is not None
    )
    marks = format_html_join("", "{}", ((bar,) for bar in drawn))
    return _draw_chart(title, frame, series, marks, unit=unit, across=across)


def share_chart(title: str, parts: Sequence[Share], *, unit: str) -> SafeString:
    """One bar cut into its parts, with each part's count and share in the legend."""
    total = sum(float(part.value) for part in parts)
    rows = [
        {
            "label": part.label,
            "value": figure_text(part.value),
            "share": f"{float(part.value) / total:.1%}" if total else "—",
            "css": _share_class(part, at),
        }
        for at, part in enumerate(parts, 1)
    ]
    segments = _bar_segments(parts, total)
    context = {"title": title, "unit": unit, "rows": rows, "segments": segments, "width": WIDTH}
    return render_to_string("components/shares.html", context)


def figure_text(value: Number | None) -> str:
    """A figure with separators and no idle zeros; — where nothing is known."""
    if value is None:
        return "—"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def nice_step(least: float, *, whole: bool = False) -> float:
    """The smallest well-reading step that is not below ``least``; ``whole`` for what is counted."""
    if least <= 0:
        return 1
    power = 10.0 ** floor(log10(least))
    steps = (step * power for step in NICE if step * power >= least * (1 - 1e-9))
    return next(step for step in steps if not whole or float(step).is_integer())


def _draw_bar(
    frame: _Frame, one: Series, at: int, index: int, width: float, offset: float
) -> SafeString:
    value = one.values[index] or 0
    y = frame.y(value)
    return format_html(
        '<rect class="series-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        at + 1,
        _point(frame.middle(index) + offset),
        _point(y),
        _point(width - 1),
        _point(TOP + INNER_HEIGHT - y),
        f"{frame.names[index]} {one.label} {figure_text(value)}",
    )


def _draw_chart(
    title: str,
    frame: _Frame,
    series: Sequence[Series],
    marks: SafeString,
    *,
    unit: str,
    across: str,
) -> SafeString:
    values = [frame.step * count for count in range(TICKS + 1)]
    every = ceil(len(frame.names) / NAME_LIMIT)
    columns = [_column(one.values) for one in series]
    context = {
        "title": title,
        "unit": unit,
        "across": across,
        "series": series,
        "marks": marks,
        "frame": {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT},
        "ticks": [{"y": _point(frame.y(value)), "label": figure_text(value)} for value in values],
        "labels": [
            {"x": _point(frame.middle(index)), "label": name}
            for index, name in enumerate(frame.names)
            if index % every == 0
        ],
        "rows": [
            {"name": name, "cells": [column[index] for column in columns]}
            for index, name in enumerate(frame.names)
        ],
    }
    return render_to_string("components/chart.html", context)


def _column(values: Sequence[Number | None]) -> list[str]:
    """Figures that stand below one another have the same number of decimals."""
    whole = all(float(value).is_integer() for value in values if value is not None)
    return ["—" if value is None else f"{value:,.{0 if whole else 2}f}" for value in values]


def _bar_segments(parts: Sequence[Share], total: float) -> list[dict[str, str]]:
    """Where each part lies on a bar as wide as the drawing."""
    starts = [0.0]
    for part in parts:
        starts.append(starts[-1] + (float(part.value) / total * WIDTH if total else 0))
    return [
        {"x": _point(start), "width": _point(end - start), "css": _share_class(part, at)}
        for at, (part, (start, end)) in enumerate(zip(parts, pairwise(starts), strict=True), 1)
    ]


def _share_class(part: Share, at: int) -> str:
    return f"level-fill-{part.level}" if part.level else f"series-{(at - 1) % SERIES_LIMIT + 1}"


def _point(number: float) -> str:
    """A coordinate short enough to read."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
