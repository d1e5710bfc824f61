"""The charts of the home page."""

from datetime import date

from django.utils.safestring import SafeString

from core import charts
from core.actor import Actor
from core.charts import Series, Share
from supervision.selectors import figures

LEVELS = ("红色", "橙色", "黄色", "蓝色")


def wages_chart(*, actor: Actor, as_of: date) -> SafeString:
    """Due against paid, in 万元."""
    months = figures.wage_months_of_reader(actor=actor, as_of=as_of)
    return charts.bar_chart(
        "应付与已付工资",
        [f"{one.month.month}月" for one in months],
        [
            Series("应付", [round(one.due / 10_000, 2) for one in months]),
            Series("已付", [round(one.paid / 10_000, 2) for one in months]),
        ],
        unit="万元",
        across="工资月份",
    )


def levels_chart(*, actor: Actor, as_of: date) -> SafeString:
    """Live warnings by level."""
    counts = figures.live_levels(actor=actor)
    parts = zip(LEVELS, counts, ("red", "orange", "yellow", "blue"), strict=True)
    return charts.share_chart("未解除预警按等级", [Share(*part) for part in parts], unit="条")


def places_chart(*, actor: Actor, as_of: date) -> SafeString | None:
    """Live warnings by division, where there is more than one."""
    places = figures.warnings_by_place(actor=actor)
    if len(places) < 2:
        return None
    counts = Series("预警", [count for _, count in places])
    names = [name for name, _ in places]
    return charts.bar_chart("未解除预警按地区", names, [counts], unit="条", across="地区")
