"""Charts: true to their values, readable without seeing them."""

import re
from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString

from core import charts
from core.charts import Series, Share

MONTHS = ["7月", "8月", "9月"]


def drawn(chart: SafeString) -> ElementTree.Element:
    """The chart as a tree: whatever is not well-formed fails here."""
    return ElementTree.fromstring(chart)


class TestBars:
    def chart(self, *values: float | None) -> SafeString:
        return charts.bar_chart(
            "实发工资", MONTHS, [Series("实发", values)], unit="万元", across="工资月份"
        )

    def test_are_as_tall_as_their_values(self) -> None:
        bars = drawn(self.chart(50, 100, 25)).iter("rect")
        heights = [float(bar.attrib["height"]) for bar in bars]
        assert heights == pytest.approx([charts.INNER_HEIGHT / 2, charts.INNER_HEIGHT, 41], abs=0.1)

    def test_leave_a_gap_where_nothing_is_known(self) -> None:
        assert len(list(drawn(self.chart(50, None, 25)).iter("rect"))) == 2

    def test_carry_their_numbers_as_a_table(self) -> None:
        cells = [cell.text for cell in drawn(self.chart(1050.5, None, 0)).iter("td")]
        assert cells == ["1,050.50", "—", "0.00"]

    def test_count_in_whole_numbers(self) -> None:
        chart = drawn(self.chart(1, 2, None))
        assert [cell.text for cell in chart.iter("td")] == ["1", "2", "—"]
        ticks = [text.text for text in chart.iter("text")]
        assert {"0", "1", "2", "3", "4"} <= set(ticks)
        assert "0.5" not in ticks

    def test_say_what_they_show_to_a_screen_reader(self) -> None:
        picture = next(drawn(self.chart(1, 2, 3)).iter("svg"))
        assert picture.attrib["role"] == "img"
        assert "实发工资" in picture.attrib["aria-label"]
        assert "万元" in picture.attrib["aria-label"]

    def test_name_both_axes(self) -> None:
        texts = [text.text for text in drawn(self.chart(1, 2, 3)).iter("text")]
        assert {"万元", "工资月份", *MONTHS} <= set(texts)

    def test_escape_what_they_are_given(self) -> None:
        chart = charts.bar_chart("<b>", ["<i>"], [Series("<u>", [1])], unit="件", across="项目")
        assert not re.search("<[biu]>", chart)

    def test_refuse_series_of_another_length(self) -> None:
        with pytest.raises(ValueError, match="one value per name"):
            self.chart(1, 2)

    def test_refuse_a_fifth_series(self) -> None:
        five = [Series(str(number), [1, 2, 3]) for number in range(5)]
        with pytest.raises(ValueError, match="at most 4"):
            charts.bar_chart("多", MONTHS, five, unit="件", across="月份")


class TestShares:
    def test_fill_the_whole_bar(self) -> None:
        parts = [Share("红色", 1, "red"), Share("黄色", 3, "yellow")]
        picture = next(drawn(charts.share_chart("预警", parts, unit="件")).iter("svg"))
        widths = [float(rect.attrib["width"]) for rect in picture.iter("rect")]
        assert widths == [charts.WIDTH / 4, charts.WIDTH * 3 / 4]

    def test_of_nothing_are_not_a_division_by_nought(self) -> None:
        assert "—" in charts.share_chart("预警", [Share("红色", 0, "red")], unit="件")


@pytest.mark.parametrize(
    ("least", "step"), [(0, 1), (0.3, 0.3), (1, 1), (2.1, 2.5), (281, 300), (900, 1000)]
)
def test_axis_steps_read_well(least: float, step: float) -> None:
    assert charts.nice_step(least) == pytest.approx(step)


@pytest.mark.parametrize(("least", "step"), [(0, 1), (0.3, 1), (2.1, 3), (5.2, 6), (21, 25)])
def test_axis_steps_of_what_is_counted_are_whole(least: float, step: float) -> None:
    assert charts.nice_step(least, whole=True) == step
