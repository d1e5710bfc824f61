"""The cells of an attendance grid."""

import re

from workers.selectors import DayMark
from workers.selectors.attendance import MARKS
from workers.templatetags.attendance import day_cells

CELL = re.compile(r'<td class="mark mark-(\w+)" data-day="(\d+)">([^<]*)</td>')


class TestDayCells:
    def test_stand_one_for_each_day_from_the_first_on(self):
        written = "15 -0" * 6 + "1"
        cells = CELL.findall(day_cells([MARKS[mark] for mark in written]))
        tones = {"1": "whole", "5": "half", "0": "absent", "-": "rest", " ": "none"}
        signs = {"1": "√", "5": "半", "0": "×", "-": "休", " ": ""}
        assert cells == [
            (tones[mark], str(day), signs[mark]) for day, mark in enumerate(written, start=1)
        ]

    def test_tell_one_mark_on_two_days_apart(self):
        whole = MARKS["1"]
        assert [day for _, day, _ in CELL.findall(day_cells([whole, whole]))] == ["1", "2"]

    def test_are_nothing_without_days(self):
        assert day_cells([]) == ""

    def test_write_no_markup_of_others(self):
        cells = day_cells([DayMark("<b>", "试", '"><i>')])
        assert "<b>" not in cells
        assert "<i>" not in cells
        assert "&lt;b&gt;" in cells
