"""The days of an attendance grid: thousands of cells a page, each one of a few dozen."""

from collections.abc import Iterable
from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from workers.selectors import DayMark

register = template.Library()


@register.filter
def day_cells(marks: Iterable[DayMark]) -> SafeString:
    """A worker's month as table cells, from the first day on."""
    cells = (_day_cell(mark, day) for day, mark in enumerate(marks, start=1))
    return mark_safe("".join(cells))  # noqa: S308  # each comes out of format_html


@cache
def _day_cell(mark: DayMark, day: int) -> SafeString:
    return format_html('<td class="mark mark-{}" data-day="{}">{}</td>', mark.tone, day, mark.sign)
