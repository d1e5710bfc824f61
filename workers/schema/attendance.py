"""What a month's attendance sheet holds: a row for a worker, a column for a day."""

import re
from decimal import Decimal
from typing import Any

from core.fields import CellField, DaysField, fail
from core.tabular.schema import Column, Row, Schema, day_columns
from workers.schema.people import ID, NAME, TEAM, TRADE


class MarkField(CellField):
    """One day of an attendance grid as a mark: 1, 5 (half), 0, - (rest), or None where blank."""

    _marks = {
        **dict.fromkeys(("√", "✓", "✔", "☑", "1", "1.0", "出", "出勤", "全", "V", "v", "●"), "1"),
        **dict.fromkeys(("半", "0.5", "半天", "◐", "△", "½"), "5"),
        **dict.fromkeys(
            ("×", "✗", "✕", "X", "x", "0", "0.0", "缺", "旷", "缺勤", "旷工", "假", "病", "事"), "0"
        ),
        **dict.fromkeys(("休", "公休", "休息", "停", "停工"), "-"),
    }

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"\s+", "", str(value)) if value not in (None, "") else ""
        if text in {"", "/", "-", "—"}:
            return None
        return self.read(value, text)

    def read(self, value: Any, text: str) -> str:
        mark = self._marks.get(text)
        if mark is None:
            fail("format", "考勤请填 √（出勤）、半（半天）、×（缺勤）或 休。")
        return mark


ATTENDANCE = Schema(
    columns=(
        NAME,
        ID,
        TRADE,
        TEAM,
        *day_columns(MarkField(required=False)),
        Column(
            "days",
            "合计(天)",
            DaysField(required=False),
            aliases=("合计", "出勤天数", "出勤合计", "合计天数", "实际出勤", "总计"),
        ),
    ),
    totals=("days",),
    identity=("name", "id"),
)
DAY_NAMES = tuple(f"day{day}" for day in range(1, 32))


def marks_of(row: Row) -> str:
    """The month as 31 marks."""
    return "".join(row[name] or " " for name in DAY_NAMES)


def days_of(marks: str) -> Decimal:
    """Days worked: whole ones and halves."""
    return marks.count("1") + Decimal("0.5") * marks.count("5")
