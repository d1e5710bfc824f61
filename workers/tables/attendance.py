"""What a month's attendance sheet holds: a row for a worker, a column for a day."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.fields import CellField, DaysField, fail
from core.months import days_in, month_label
from core.tabular.tables import CheckedLine, Column, Issue, Row, Table, day_columns, each_line
from workers.tables.columns import (
    ID,
    NAME,
    PAY_SHEET_BESIDE,
    ROSTER_BESIDE,
    TEAM,
    TRADE,
    RegisteredWorker,
    nobody_twice,
    on_register,
)


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


DAY_NAMES = tuple(f"day{day}" for day in range(1, 32))


def marks_of(row: CheckedLine) -> str:
    """The month as 31 marks."""
    return "".join(row[name] or " " for name in DAY_NAMES)


def days_of(marks: str) -> Decimal:
    """Days worked: whole ones and halves."""
    return marks.count("1") + Decimal("0.5") * marks.count("5")


@dataclass(frozen=True)
class AttendanceContext:
    """What a month's attendance is checked against: the employer's register, by ID number."""

    month: date
    people: Mapping[str, RegisteredWorker] = field(default_factory=dict)


AttendanceLine = CheckedLine[RegisteredWorker]
Issues = Iterator[Issue]


def resolve_worker(row: Row, context: AttendanceContext) -> RegisteredWorker | None:
    """Who of the employer's people a row's ID number names."""
    return context.people.get(row["id"]) if row["id"] else None


def has_marks(line: AttendanceLine, context: AttendanceContext) -> Issues:
    """A row says something of a day."""
    if not marks_of(line).strip() and not any(line.is_faulty(name) for name in DAY_NAMES):
        yield line.fault("day1", "blank", "整行没有一天考勤，请补填或删去这一行。")


def is_within_month(line: AttendanceLine, context: AttendanceContext) -> Issues:
    """No mark stands on a day that the month does not have."""
    for name in DAY_NAMES[days_in(context.month) :]:
        if line.has(name):
            message = f"{month_label(context.month)}没有这一天，请核对月份或删去。"
            yield line.fault(name, "no_such_day", message)


def sum_agrees(line: AttendanceLine, context: AttendanceContext) -> Issues:
    """The sheet's own sum is that of its days."""
    days = days_of(marks_of(line))
    if line.has("days") and line["days"] != days:
        yield line.fault(
            "days",
            "sum_differs",
            f"合计与逐日考勤不符：逐日相加为 {days} 天，将以逐日考勤为准。",
            severity="warning",
        )


def total_days(lines: Sequence[AttendanceLine], context: AttendanceContext) -> Decimal:
    """The sums that the sheet states; where it states none, ours."""
    stated = (line["days"] if line.has("days") else days_of(marks_of(line)) for line in lines)
    return sum(stated, Decimal())


_COLUMNS = (
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
)
ATTENDANCE = Table(
    _COLUMNS,
    totals=("days",),
    computed={"days": total_days},
    identity=("name", "id"),
    beside=(PAY_SHEET_BESIDE, ROSTER_BESIDE),
    resolve=resolve_worker,
    checks=(
        nobody_twice,
        each_line(has_marks),
        each_line(is_within_month),
        each_line(on_register),
        each_line(sum_agrees),
    ),
)
