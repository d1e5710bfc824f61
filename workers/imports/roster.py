"""Rosters on their way into the register: good rows go in, the others go back to the sender."""

from collections.abc import Sequence
from datetime import datetime

from core.actor import Actor
from core.imports import SheetImport
from core.tabular.tables import CheckedLine, Row, Table
from workers import selectors
from workers.imports.common import place_code, project_of
from workers.models import RegisterUpload
from workers.services import register
from workers.tables import ROSTER, KnownPerson, RosterContext


def _load_context(upload: RegisterUpload, table: Table, rows: Sequence[Row]) -> RosterContext:
    """What the register knows of these people and cards; compared, never shown."""
    trade_code = register.trade_finder()
    return RosterContext(
        people=selectors.known_people(id_numbers=[row["id"] for row in rows if row.has("id")]),
        card_holders=selectors.card_holders(
            numbers=[row["card"] for row in rows if row.has("card")]
        ),
        knows_trade=lambda trade: trade_code(trade) is not None,
    )


def _write_lines(
    upload: RegisterUpload,
    lines: Sequence[CheckedLine[KnownPerson]],
    *,
    actor: Actor,
    now: datetime,
) -> str:
    done = register.enrol_workers(
        actor=actor,
        now=now,
        code=upload.project.code,
        employer=upload.employer.uuid,
        entries=[_roster_entry(line) for line in lines],
    )
    return f"新登记 {done.added} 人，更新 {done.changed} 人，未变 {done.unchanged} 人"


def _roster_entry(line: CheckedLine[KnownPerson]) -> register.RosterEntry:
    return register.RosterEntry(
        id_number=line["id"],
        name=line["name"],
        entered_on=line["entry"],
        left_on=line["exit"],
        trade=line["trade"] or "",
        team=line["team"] or "",
        nation=line["nation"] or "",
        phone=line["phone"] or "",
        card=line["card"] or "",
        bank=line["bank"] or "",
        contract_number=line["contract"] or "",
    )


ROSTER_IMPORT: SheetImport[RegisterUpload] = SheetImport(
    kind=RegisterUpload.Kind.ROSTER,
    label="导入花名册",
    model=RegisterUpload,
    task="workers.tasks.read_roster",
    tables=(ROSTER,),
    place=place_code,
    project=project_of,
    load=_load_context,
    write=_write_lines,
)
