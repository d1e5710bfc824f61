"""Rosters and attendance sheets on their way into the register."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from core import months
from core.actor import SYSTEM, Actor
from core.fields import same_name
from core.imports import NotReady, SheetImport
from core.sealed import blind_index
from core.tabular.schema import Check, Issue, Row, Schema
from identity.models import Organisation
from projects.models import Project
from workers import selectors
from workers.models import RegisterUpload
from workers.schema import (
    ATTENDANCE,
    DAY_NAMES,
    ROSTER,
    days_of,
    marks_of,
    named_fields_filled,
    no_card_twice,
    nobody_twice,
    particulars_agree,
)
from workers.selectors import CARD_INDEX
from workers.services import attendance, register


class _RegisterImport(SheetImport[RegisterUpload]):
    model = RegisterUpload

    def context(self, upload: RegisterUpload) -> str:
        place = f"{upload.kind}/{upload.project.subject}/employer:{upload.employer.uscc}"
        return f"{place}/month:{months.iso(upload.month)}" if upload.month else place

    def within(self, upload: RegisterUpload) -> str:
        return upload.project.subject


class RosterImport(_RegisterImport):
    """花名册: good rows go in, the others go back to the sender."""

    kind = RegisterUpload.Kind.ROSTER
    label = "导入花名册"
    task = "workers.tasks.read_roster"
    layouts = (ROSTER,)

    def schema(self, upload: RegisterUpload, layout: Schema) -> Schema:
        return layout.with_checks(
            particulars_agree,
            nobody_twice,
            no_card_twice,
            trade_is_known,
            agrees_with_register,
            named_fields_filled,
        )

    def write(
        self, upload: RegisterUpload, rows: Sequence[Row], *, actor: Actor, now: datetime
    ) -> str:
        try:
            done = register.enrol(
                actor=actor,
                project=upload.project,
                employer=upload.employer,
                entries=[_entry(row) for row in rows],
                as_of=now.date(),
            )
        except register.RegisterRefused as refusal:
            raise NotReady(str(refusal)) from refusal
        return f"新登记 {done.added} 人，更新 {done.changed} 人，未变 {done.unchanged} 人"


def _entry(row: Row) -> register.Entry:
    return register.Entry(
        id_number=row["id"],
        name=row["name"],
        entered_on=row["entry"],
        left_on=row["exit"],
        trade=row["trade"] or "",
        team=row["team"] or "",
        nation=row["nation"] or "",
        phone=row["phone"] or "",
        card=row["card"] or "",
        bank=row["bank"] or "",
        contract_number=row["contract"] or "",
    )


def trade_is_known(rows: Sequence[Row]) -> Iterator[Issue]:
    """A trade that the national standard lacks is taken as open, and said."""
    code_of = register.trade_finder()
    for row in rows:
        if row.has("trade") and code_of(row["trade"]) is None:
            yield row.fault(
                "trade",
                "unknown_trade",
                "国家标准中没有这个工种，入库时工种留空，请改为标准工种名称。",
                severity="warning",
            )


def agrees_with_register(rows: Sequence[Row]) -> Iterator[Issue]:
    """Name and card must be what the register has; what it has is not shown."""
    numbers = [row["id"] for row in rows if row.has("id")]
    known = selectors.known_people(actor=SYSTEM, id_numbers=numbers)
    cards = [row["card"] for row in rows if row.has("card")]
    holders = selectors.card_holders(actor=SYSTEM, numbers=cards)
    for row in rows:
        if not row.has("id"):
            continue
        person = known.get(row["id"])
        if person and row.has("name") and not same_name(row["name"], person.name):
            yield row.fault(
                "name", "name_differs", "与平台已登记的姓名不符，请对照身份证原件核对姓名和证号。"
            )
        if row.has("phone") and person and person.phone not in ("", row["phone"]):
            yield row.fault(
                "phone",
                "phone_differs",
                "与平台已登记的联系方式不同，入库时保留原号码；"
                "如已换号，请在工人页面办理“修改登记”。",
                severity="warning",
            )
        if row.has("card"):
            yield from _card_fault(row, person, holders.get(row["card"]))


def _card_fault(
    row: Row, person: selectors.KnownPerson | None, holder: int | None
) -> Iterator[Issue]:
    if holder is not None and (person is None or holder != person.pk):
        yield row.fault("card", "card_taken", "这张卡已登记在另一名工人名下，请核对卡号。")
    elif person and person.card_index not in (None, blind_index(row["card"], CARD_INDEX)):
        yield row.fault(
            "card",
            "card_differs",
            "与该工人已登记的工资卡不同。如确已换卡，请在工人页面办理“更换工资卡”。",
        )


class AttendanceImport(_RegisterImport):
    """考勤表 of one month: good rows go in, the others go back to the sender."""

    kind = RegisterUpload.Kind.ATTENDANCE
    label = "导入考勤表"
    task = "workers.tasks.read_attendance"
    layouts = (ATTENDANCE,)

    def schema(self, upload: RegisterUpload, layout: Schema) -> Schema:
        return layout.with_checks(
            nobody_twice,
            _has_marks,
            _within_month(_month(upload)),
            _on_register(upload),
            _adds_up,
        )

    def write(
        self, upload: RegisterUpload, rows: Sequence[Row], *, actor: Actor, now: datetime
    ) -> str:
        people = _roll(upload, rows)
        marks = {people[row["id"]].engagement_id: marks_of(row) for row in rows}
        attendance.record_month(
            actor=actor,
            project=upload.project,
            employer=upload.employer,
            month=_month(upload),
            marks=marks,
            now=now,
        )
        return f"{months.label(_month(upload))}考勤 {len(marks)} 人"


def _month(upload: RegisterUpload) -> date:
    """The month of an attendance upload, which always has one."""
    if upload.month is None:
        raise ValueError("An attendance upload names its month.")
    return upload.month


def _roll(upload: RegisterUpload, rows: Iterable[Row]) -> dict[str, selectors.RollEntry]:
    return selectors.roll(
        actor=SYSTEM,
        project=upload.project,
        employer=upload.employer,
        id_numbers=[row["id"] for row in rows if row.has("id")],
        month=_month(upload),
    )


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


def _on_register(upload: RegisterUpload) -> Check:
    def check(rows: Sequence[Row]) -> Iterator[Issue]:
        people = _roll(upload, rows)
        for row in rows:
            if not row.has("id"):
                continue
            entry = people.get(row["id"])
            if entry is None:
                yield row.fault(
                    "id", "not_on_register", "本月不在该单位的实名名册上，请先办理实名登记。"
                )
            elif row.has("name") and not same_name(row["name"], entry.name):
                yield row.fault(
                    "name", "name_differs", "与实名名册上的姓名不符，请对照身份证原件核对。"
                )

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


ROSTER_IMPORT = RosterImport()
ATTENDANCE_IMPORT = AttendanceImport()


def place_of(
    kind: _RegisterImport, project: Project, employer: Organisation, month: date | None = None
) -> RegisterUpload:
    """An unsaved upload that says where a table goes."""
    return RegisterUpload(kind=kind.kind, project=project, employer=employer, month=month)
