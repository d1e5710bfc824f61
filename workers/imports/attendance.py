"""A month's attendance on its way into the register: kept as a grid, or clocked by devices.

Good rows go in, the others go back to the sender.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from core import months
from core.actor import SYSTEM, Actor
from core.imports import SheetImport
from core.tabular.tables import CheckedLine, Row, Table
from workers import selectors
from workers.imports.common import month_of, place_code, project_of
from workers.models import RegisterUpload
from workers.services import attendance
from workers.services.attendance import Passage
from workers.tables import (
    ATTENDANCE,
    CLOCK_DAYS,
    CLOCK_INS,
    AttendanceContext,
    RegisteredWorker,
    clock_ins_within,
    is_clocked,
    marks_of,
)

AttendanceLines = Sequence[CheckedLine[RegisteredWorker]]


def _load_context(upload: RegisterUpload, table: Table, rows: Sequence[Row]) -> AttendanceContext:
    month = month_of(upload)
    people = selectors.workers_in_month(
        actor=SYSTEM,
        project=upload.project,
        employer=upload.employer,
        id_numbers=[row["id"] for row in rows if row.has("id")],
        month=month,
    )
    return AttendanceContext(month, people)


def _write_lines(
    upload: RegisterUpload, lines: AttendanceLines, *, actor: Actor, now: datetime
) -> str:
    if is_clocked(lines[0]):
        return _record_clock_ins(upload, lines, actor, now)
    attendance.record_month(
        actor=actor,
        now=now,
        code=upload.project.code,
        employer=upload.employer.uuid,
        month=month_of(upload),
        marks={_engagement_of(line): marks_of(line) for line in lines},
    )
    return f"{months.month_label(month_of(upload))}考勤 {len(lines)} 人"


def _record_clock_ins(
    upload: RegisterUpload, lines: AttendanceLines, actor: Actor, now: datetime
) -> str:
    month = month_of(upload)
    # The same passage again, as devices export it, counts once.
    passages = {
        (line["id"], at): Passage(
            _engagement_of(line), timezone.make_aware(at), day, line["device"] or ""
        )
        for line in lines
        for at, day in clock_ins_within(line, month)
    }
    workers = attendance.record_clock_ins(
        actor=actor,
        now=now,
        code=upload.project.code,
        employer=upload.employer.uuid,
        month=month,
        passages=passages.values(),
    )
    return f"{months.month_label(month)}打卡 {len(passages)} 次，考勤 {workers} 人"


def _engagement_of(line: CheckedLine[RegisteredWorker]) -> int:
    if line.found is None:
        raise ValueError("A line without its worker is an error of the checks.")
    return line.found.engagement_id


ATTENDANCE_IMPORT: SheetImport[RegisterUpload] = SheetImport(
    kind=RegisterUpload.Kind.ATTENDANCE,
    label="导入考勤表",
    model=RegisterUpload,
    task="workers.tasks.read_attendance",
    # A table that names people and no days misses its 打卡时间: it was exported by a device.
    tables=(CLOCK_INS, CLOCK_DAYS, ATTENDANCE),
    place=place_code,
    project=project_of,
    load=_load_context,
    write=_write_lines,
    month=month_of,
)
