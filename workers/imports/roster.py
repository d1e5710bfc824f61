"""Rosters on their way into the register."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.actor import Actor
from core.fields import same_name
from core.sealed import blind_index
from core.tabular.schema import Issue, Row, Schema
from workers import selectors
from workers.imports.common import RegisterImport
from workers.models import RegisterUpload
from workers.schema import (
    ROSTER,
    named_fields_filled,
    no_card_twice,
    nobody_twice,
    row_is_consistent,
)
from workers.selectors import CARD_INDEX
from workers.services import register


class RosterImport(RegisterImport):
    """花名册: good rows go in, the others go back to the sender."""

    kind = RegisterUpload.Kind.ROSTER
    label = "导入花名册"
    task = "workers.tasks.read_roster"
    layouts = (ROSTER,)

    def schema(self, upload: RegisterUpload, layout: Schema) -> Schema:
        return layout.with_checks(
            row_is_consistent,
            nobody_twice,
            no_card_twice,
            trade_is_known,
            agrees_with_register,
            named_fields_filled,
        )

    def write(
        self, upload: RegisterUpload, rows: Sequence[Row], *, actor: Actor, now: datetime
    ) -> str:
        done = register.enrol_workers(
            actor=actor,
            now=now,
            code=upload.project.code,
            employer=upload.employer.uuid,
            entries=[_entry(row) for row in rows],
        )
        return f"新登记 {done.added} 人，更新 {done.changed} 人，未变 {done.unchanged} 人"


def _entry(row: Row) -> register.RosterEntry:
    return register.RosterEntry(
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
    known = selectors.known_people(id_numbers=numbers)
    cards = [row["card"] for row in rows if row.has("card")]
    holders = selectors.card_holders(numbers=cards)
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


ROSTER_IMPORT = RosterImport()
