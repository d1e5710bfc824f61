"""A month's attendance on its way into the register: kept as a grid, or clocked by devices."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone

from core import months
from core.actor import Actor
from core.tabular.schema import Check, Issue, Row, Schema
from workers.imports.common import RegisterImport, month_of, on_register, workers_of
from workers.models import RegisterUpload
from workers.schema import (
    ATTENDANCE,
    CLOCK_DAYS,
    CLOCK_INS,
    DAY_NAMES,
    clock_ins_within,
    clocked_in_month,
    day_is_said,
    days_of,
    is_clocked,
    marks_of,
    nobody_twice,
    not_clocked_twice,
    rolled_up,
)
from workers.services import attendance
from workers.services.attendance import Passage


class AttendanceImport(RegisterImport):
    """考勤 of one month: good rows go in, the others go back to the sender."""

    kind = RegisterUpload.Kind.ATTENDANCE
    label = "导入考勤表"
    task = "workers.tasks.read_attendance"
    #: A table that names people and no days misses its 打卡时间: it was exported by a device.
    layouts = (CLOCK_INS, CLOCK_DAYS, ATTENDANCE)

    def schema(self, upload: RegisterUpload, layout: Schema) -> Schema:
        month = month_of(upload)
        if layout is ATTENDANCE:
            return layout.with_checks(
                nobody_twice, _has_marks, _within_month(month), on_register(upload), _adds_up
            )
        return layout.with_checks(
            day_is_said,
            clocked_in_month(month),
            on_register(upload),
            not_clocked_twice,
            rolled_up(month),
        )

    def write(
        self, upload: RegisterUpload, rows: Sequence[Row], *, actor: Actor, now: datetime
    ) -> str:
        people = {number: one.engagement_id for number, one in workers_of(upload, rows).items()}
        if is_clocked(rows[0]):
            return _record_clock_ins(upload, rows, people, actor, now)
        return _record_marks(upload, rows, people, actor, now)


def _record_marks(
    upload: RegisterUpload,
    rows: Sequence[Row],
    people: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> str:
    attendance.record_month(
        actor=actor,
        now=now,
        code=upload.project.code,
        employer=upload.employer.uuid,
        month=month_of(upload),
        marks={people[row["id"]]: marks_of(row) for row in rows},
    )
    return f"{months.label(month_of(upload))}考勤 {len(rows)} 人"


def _record_clock_ins(
    upload: RegisterUpload,
    rows: Sequence[Row],
    people: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> str:
    month = month_of(upload)
    passages = {
        (row["id"], at): Passage(
            people[row["id"]], timezone.make_aware(at), day, row["device"] or ""
        )
        for row in rows
        for at, day in clock_ins_within(row, month)
    }
    workers = attendance.record_clock_ins(
        actor=actor,
        now=now,
        code=upload.project.code,
        employer=upload.employer.uuid,
        month=month,
        passages=passages.values(),
    )
    return f"{months.label(month)}打卡 {len(passages)} 次，考勤 {workers} 人"


def _has_marks(rows: Sequence[Row]) -> Iterator[Issue]:
    for row in rows:
        if not marks_of(row).strip() and not any(f.column in DAY_NAMES for f in row.faults):
            yield row.fault("day1", "blank", "整行没有一天考勤，请补填或删去这一行。")


def _within_month(month: date) -> Check:
    beyond = DAY_NAMES[months.days_in(month) :]

    def check(rows: Sequence[Row]) -> Iterator[Issue]:
        for row in rows:
            for name in beyond:
                if row.has(name):
                    message = f"{months.label(month)}没有这一天，请核对月份或删去。"
                    yield row.fault(name, "no_such_day", message)

    return check


def _adds_up(rows: Sequence[Row]) -> Iterator[Issue]:
    """The sheet's own sum; where it has none, ours stands for it."""
    for row in rows:
        days = days_of(marks_of(row))
        if not row.has("days"):
            row.values["days"] = days
        elif row["days"] != days:
            yield row.fault(
                "days",
                "sum_differs",
                f"合计与逐日考勤不符：逐日相加为 {days} 天，将以逐日考勤为准。",
                severity="warning",
            )


ATTENDANCE_IMPORT = AttendanceImport()
