"""What attendance devices export, and what a day's clock-ins are worth."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from core import months
from core.fields import CellField, DateField, TextField, fail
from core.tabular.tables import Column, Issue, Table, each_line
from workers.tables.attendance import AttendanceContext, AttendanceLine, days_of, resolve_worker
from workers.tables.columns import (
    ID,
    NAME,
    PAY_SHEET_BESIDE,
    ROSTER_BESIDE,
    TEAM,
    TRADE,
    on_register,
)

#: A night shift ends before this hour: what it clocks in by then belongs to the day it began on.
DAY_BEGINS = time(5)
#: Half of the eight-hour day 劳动法36: whoever is on site for less has worked half a day.
HALF_DAY = timedelta(hours=4)
#: A turnstile often reads the same person twice in a row: that is one passage, not two.
ONE_PASSAGE = timedelta(minutes=5)


class MomentField(CellField):
    """When somebody clocked in, to the second: a date-time, or the ``time`` of day alone.

    The wall clock of the site, without a zone.
    """

    _text = re.compile(
        r"(?:(\d{4})[-/.年](\d\d?)[-/.月](\d\d?)(?:日[ T]*|[ T]+))?"
        r"(\d\d?)[:时](\d\d?)(?:[:分](\d\d?)(?:\.\d+)?)?[分秒]?",
        re.ASCII,
    )
    _compact = re.compile(r"(\d{4})(\d\d)(\d\d)[ T]?(\d\d)(\d\d)(\d\d)", re.ASCII)
    #: What devices write where nobody clocked in.
    _blank = frozenset(("未打卡", "缺卡", "漏打卡", "未签到", "未签退", "旷工", "缺勤", "休息"))

    def to_python(self, value: Any) -> Any:
        return None if value in self._blank else super().to_python(value)

    def read(self, value: Any, text: str) -> datetime | time:
        if isinstance(value, datetime):
            return _to_second(value)
        if isinstance(value, time):
            return _to_second(datetime.combine(date.min, value)).time()
        found = self._text.fullmatch(text) or self._compact.fullmatch(text)
        if found is None:
            fail("format", "打卡时间请写成 2026-09-03 07:52:11 这样的年月日和钟点。")
        *day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            clock = time(hour, minute, second)
            return datetime.combine(date(*day), clock) if any(day) else clock
        except ValueError:
            fail("format", "没有这个时间，请核对年月日和钟点。")


def _to_second(moment: datetime) -> datetime:
    """A workbook's date-time carries noise in its last digits."""
    return (moment + timedelta(seconds=0.5)).replace(microsecond=0, tzinfo=None)


_DEVICE = Column(
    "device",
    "设备",
    TextField(max_length=60, required=False),
    aliases=(
        *("设备名称", "考勤设备", "考勤机", "设备编号", "门禁", "门禁点", "门禁名称"),
        *("通道", "通道名称", "闸机", "考勤点", "打卡地点"),
    ),
)


class Clocked(NamedTuple):
    """One clock-in: the site's wall clock, and the attendance day that it counts for."""

    at: datetime
    day: date


def attendance_day(at: datetime) -> date:
    """The day that a clock-in counts for."""
    return (at - timedelta(hours=DAY_BEGINS.hour)).date()


def mark_of(first: datetime, last: datetime) -> str:
    """What a day's clock-ins are worth as a mark: "1" a whole day, "5" half a day.

    A day with one clock-in counts whole: a reading missed is not work missed.
    """
    return "1" if is_lone(first, last) or last - first >= HALF_DAY else "5"


def is_lone(first: datetime, last: datetime) -> bool:
    """Whether a day's clock-ins come to one passage."""
    return last - first < ONE_PASSAGE


def is_clocked(line: AttendanceLine) -> bool:
    """Whether a row is of a device's export rather than of a grid."""
    return "time" in line.columns or "on" in line.columns


def clock_ins_of(line: AttendanceLine) -> list[Clocked]:
    """A row's clock-ins, whichever of the layouts it is of; none where a cell says none."""
    day = line["day"]
    if "time" in line.columns:
        at = _moment_of(day, line["time"])
        return [Clocked(at, attendance_day(at))] if at else []
    # The device itself says which day they count for; a night shift ends on the next one.
    if day is None:
        return []
    on, off = _moment_of(day, line["on"]), _moment_of(day, line["off"])
    if off and off < (on or datetime.combine(day, DAY_BEGINS)):
        off += timedelta(days=1)
    return [Clocked(at, day) for at in (on, off) if at]


def _at_fault(line: AttendanceLine) -> str:
    """The column that says when, as faults name it."""
    return "time" if "time" in line.columns else "day"


def _moment_of(day: date | None, said: datetime | time | None) -> datetime | None:
    if isinstance(said, time):
        return datetime.combine(day, said) if day else None
    return said


def day_is_said(line: AttendanceLine, context: AttendanceContext) -> Iterator[Issue]:
    """A time of day needs its day; a date-time must not contradict it."""
    if isinstance(line["time"], time) and line["day"] is None:
        yield line.fault("time", "no_day", "只有钟点，没有日期，请写成 2026-09-03 07:52:11 这样。")
    for column in ("on", "off"):
        said = line[column]
        # On the day, or in the night that follows.
        if (
            line.has("day")
            and isinstance(said, datetime)
            and not (timedelta() <= said.date() - line["day"] <= timedelta(days=1))
        ):
            yield line.fault(column, "other_day", "与这一行的日期不符，请核对。")


def clock_ins_within(line: AttendanceLine, month: date) -> list[Clocked]:
    """The clock-ins of a row that count for the month."""
    return [one for one in clock_ins_of(line) if months.first_day(one.day) == month]


def clocked_in_month(line: AttendanceLine, context: AttendanceContext) -> Iterator[Issue]:
    """A clock-in of another month is refused; the night before the 1st is left out, and said."""
    month = context.month
    for one in clock_ins_of(line):
        if months.first_day(one.day) == month:
            continue
        if one.at.date() == month:
            message = "1 日 5 点以前的打卡算上个月最后一天，这次不计入。"
            yield line.fault(_at_fault(line), "night_before", message, severity="warning")
        else:
            message = f"不是{months.month_label(month)}的打卡，请核对月份，或按月份分开上传。"
            yield line.fault(_at_fault(line), "other_month", message)
            return


def not_clocked_twice(
    lines: Sequence[AttendanceLine], context: AttendanceContext
) -> Iterator[Issue]:
    """The same clock-in again, as devices export it; it counts once."""
    first: dict[tuple[str, datetime], AttendanceLine] = {}
    for line in lines:
        for one in clock_ins_of(line) if line.has("id") else ():
            earlier = first.setdefault((line["id"], one.at), line)
            if earlier.key != line.key:
                message = f"与{earlier.where(line)}是同一次打卡，只计一次。"
                yield line.fault(_at_fault(line), "repeated", message, severity="warning")


@dataclass(slots=True)
class _Span:
    """A worker's day: its first line, the first and the last clock-in."""

    line: AttendanceLine
    first: datetime
    last: datetime


def clocked_more_than_once(
    lines: Sequence[AttendanceLine], context: AttendanceContext
) -> Iterator[Issue]:
    """A day with a lone clock-in is pointed out."""
    for span in _entries_and_exits(lines, context.month):
        if is_lone(span.first, span.last):
            message = "表里这一天只有一次打卡，按出勤一天计，请核对。"
            yield span.line.fault(_at_fault(span.line), "lone", message, severity="warning")


def clocked_days(lines: Sequence[AttendanceLine], context: AttendanceContext) -> Decimal:
    """The days that the clock-ins of the month come to, over all workers."""
    spans = _entries_and_exits(lines, context.month)
    return sum((days_of(mark_of(span.first, span.last)) for span in spans), Decimal())


def _entries_and_exits(lines: Sequence[AttendanceLine], month: date) -> Iterable[_Span]:
    spans: dict[tuple[str, date], _Span] = {}
    for line in lines:
        for at, day in clock_ins_within(line, month) if line.has("id") else ():
            span = spans.setdefault((line["id"], day), _Span(line, at, at))
            span.first, span.last = min(span.first, at), max(span.last, at)
    return spans.values()


_CHECKS = (
    each_line(day_is_said),
    each_line(clocked_in_month),
    each_line(on_register),
    not_clocked_twice,
    clocked_more_than_once,
)
#: One clock-in a row.
CLOCK_INS = Table(
    columns=(
        NAME,
        ID,
        TRADE,
        TEAM,
        Column(
            "day",
            "日期",
            DateField(required=False),
            aliases=("考勤日期", "打卡日期", "刷卡日期", "进出日期", "通行日期"),
        ),
        Column(
            "time",
            "打卡时间",
            MomentField(),
            aliases=(
                *("考勤时间", "刷卡时间", "进出时间", "通行时间", "识别时间", "签到时间"),
                *("记录时间", "打卡日期时间", "日期时间", "时间"),
            ),
            example="2026-09-03 07:52:11",
        ),
        _DEVICE,
        Column(
            "direction",
            "方向",
            TextField(required=False),
            aliases=("进出方向", "出入方向", "进出", "出入", "进出状态", "进出类型"),
        ),
    ),
    totals=("days",),
    computed={"days": clocked_days},
    resolve=resolve_worker,
    checks=_CHECKS,
    identity=("name", "id"),
    beside=(PAY_SHEET_BESIDE, ROSTER_BESIDE),
    name="clock_ins",
)
#: A worker's day a row: the first and the last clock-in.
CLOCK_DAYS = Table(
    columns=(
        NAME,
        ID,
        TRADE,
        TEAM,
        Column("day", "日期", DateField(), aliases=("考勤日期", "打卡日期", "刷卡日期")),
        Column(
            "on",
            "上班打卡",
            MomentField(required=False),
            aliases=(
                *("上班打卡时间", "上班时间", "上班", "首次打卡", "首次打卡时间", "最早打卡"),
                *("最早打卡时间", "最早时间", "签到", "签到时间", "首次进场", "首次进场时间"),
            ),
            required=True,
        ),
        Column(
            "off",
            "下班打卡",
            MomentField(required=False),
            aliases=(
                *("下班打卡时间", "下班时间", "下班", "末次打卡", "末次打卡时间", "最后打卡"),
                *("最晚打卡", "最晚打卡时间", "最晚时间", "签退", "签退时间", "末次出场"),
                *("末次出场时间", "最后出场时间"),
            ),
            required=True,
        ),
        _DEVICE,
    ),
    totals=("days",),
    computed={"days": clocked_days},
    resolve=resolve_worker,
    checks=_CHECKS,
    identity=("name", "id"),
    beside=(PAY_SHEET_BESIDE, ROSTER_BESIDE),
    name="clock_days",
)
