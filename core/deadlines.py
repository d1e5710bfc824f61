"""Deadlines with their arithmetic: the last day, and how it was counted, so that anybody can check.

A deadline is counted from the day after its event (民法典 201条), in working days of the Xinjiang
calendar (工作日) or in calendar days (日); the last of these, where it falls on a day off, moves to
the next working day (民法典 203条). A day fixed by date moves in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.calendar import day_off_name, is_announced, is_working_day, makeup_name

WORKING_DAYS, DAYS = "工作日", "日"
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that counts otherwise than the week says, and why."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day, and what it was counted from.

    ``count`` is None for a day that was fixed by date; ``skipped`` are the days off that were not
    counted (工作日) or over which the last day moved (日); ``worked`` the weekend days that count
    because they are worked (调休上班).
    """

    day: date
    started_on: date
    count: int | None
    unit: str
    event: str
    basis: str = ""
    skipped: tuple[NamedDay, ...] = field(default=())
    worked: tuple[NamedDay, ...] = field(default=())

    def explain(self) -> str:
        """The arithmetic in one sentence, every day off that was skipped named."""
        if self.count is None:
            parts = [f"{self.event}为 {self.started_on}"]
        elif self.count == 0:
            parts = [f"自 {self.started_on}（{self.event}）起，限当日"]
        else:
            parts = [
                f"自 {self.started_on}（{self.event}）次日 {self.started_on + _ONE} 起算 "
                f"{self.count} {'个' if self.unit == WORKING_DAYS else ''}{self.unit}"
            ]
        if self.skipped:
            passed = "跳过" if self.unit == WORKING_DAYS and self.count else "末日遇休息日，顺延过"
            parts.append(f"{passed} " + "、".join(_named_spans(self.skipped)))
        if self.worked:
            parts.append("计入 " + "、".join(_named_spans(self.worked)))
        parts.append(f"至 {self.day} 止")
        sentence = "，".join(parts)
        if self.basis:
            sentence += f"（{self.basis}）"
        if unknown := sorted(
            y for y in {self.started_on.year, self.day.year} if not is_announced(y)
        ):
            years = "、".join(map(str, unknown))
            sentence += f"。{years} 年放假安排未公布，按周末和法定节日推算"
        return sentence + "。"

    def as_record(self) -> dict[str, Any]:
        """The deadline as it is stored: what was served stays so when the calendar is corrected."""
        return {
            "day": f"{self.day}",
            "started_on": f"{self.started_on}",
            "count": self.count,
            "unit": self.unit,
            "event": self.event,
            "basis": self.basis,
            "skipped": [[f"{one.day}", one.name] for one in self.skipped],
            "worked": [[f"{one.day}", one.name] for one in self.worked],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Deadline":
        """The deadline that :meth:`as_record` stored."""
        return cls(
            day=date.fromisoformat(record["day"]),
            started_on=date.fromisoformat(record["started_on"]),
            count=record["count"],
            unit=record["unit"],
            event=record["event"],
            basis=record["basis"],
            skipped=_read_days(record["skipped"]),
            worked=_read_days(record["worked"]),
        )


def working_days_after(started_on: date, count: int, *, event: str, basis: str = "") -> Deadline:
    """The ``count``-th 工作日 after an event, the day of the event not counted; 0: that same day.

    :raises ValueError: ``count`` is negative.
    """
    if count < 0:
        raise ValueError("Deadlines run forward.")
    day, left, skipped, worked = started_on, count, [], []
    while left:
        day += _ONE
        if not is_working_day(day):
            skipped.append(NamedDay(day, day_off_name(day)))
            continue
        left -= 1
        if day.weekday() >= 5:
            worked.append(NamedDay(day, makeup_name(day)))
    return Deadline(
        day, started_on, count, WORKING_DAYS, event, basis, tuple(skipped), tuple(worked)
    )


def days_after(started_on: date, count: int, *, event: str, basis: str = "") -> Deadline:
    """The ``count``-th 日 after an event, moved later off a day off.

    :raises ValueError: ``count`` is negative.
    """
    if count < 0:
        raise ValueError("Deadlines run forward.")
    last = started_on + count * _ONE
    day, skipped = _move_later(last) if count else (last, ())
    return Deadline(day, started_on, count, DAYS, event, basis, skipped)


def fixed_day(day: date, *, event: str, basis: str = "") -> Deadline:
    """An administrative deadline that was fixed by date, moved later off a day off."""
    moved, skipped = _move_later(day)
    return Deadline(moved, day, None, DAYS, event, basis, skipped)


def _move_later(day: date) -> tuple[date, tuple[NamedDay, ...]]:
    skipped = []
    while not is_working_day(day):
        skipped.append(NamedDay(day, day_off_name(day)))
        day += _ONE
    return day, tuple(skipped)


def _named_spans(days: Iterable[NamedDay]) -> list[str]:
    """Days of one name that follow one another as a span: 2026-10-01 至 2026-10-07 国庆节."""
    spans: list[list[NamedDay]] = []
    rows = list(days)
    for before, one in zip([None, *rows], rows, strict=False):
        goes_on = before and before.name == one.name and one.day - before.day == _ONE
        if goes_on:
            spans[-1].append(one)
        else:
            spans.append([one])
    return [
        f"{span[0].day}{f' 至 {span[-1].day}' if len(span) > 1 else ''} {span[0].name}"
        for span in spans
    ]


def _read_days(rows: Iterable[tuple[str, str]]) -> tuple[NamedDay, ...]:
    return tuple(NamedDay(date.fromisoformat(day), name) for day, name in rows)
