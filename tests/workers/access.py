"""Who gets what at the addresses of workers (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.cast import MONTH, NOW, SAMPLES
from tests.guards.rows import (
    ABOUT_WORKERS,
    EMPLOYERS,
    EVERYBODY,
    IN_FULL,
    PROJECT,
    PURPOSE,
    SITE,
    Row,
    form,
    import_pages,
    page,
    sent,
    step,
)
from workers.imports import ATTENDANCE_IMPORT, ROSTER_IMPORT, place_of
from workers.models import Engagement

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "workers:register": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:find": step(
        PROJECT, ABOUT_WORKERS, at="project", data=sent(number="654201197302110832")
    ),
    "workers:export": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:export_in_full": step(PROJECT, IN_FULL, at="project", data=PURPOSE),
    "workers:roster_import": form(PROJECT, SITE, at="project"),
    "workers:roster_template": page(EVERYBODY, costly=True),
    "workers:trade_options": page(EVERYBODY),
    "workers:attendance": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:export_attendance": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:attendance_import": form(PROJECT, SITE, at="project"),
    "workers:uploads": page(EVERYBODY, EMPLOYERS),
    "workers:export_uploads": page(EVERYBODY, EMPLOYERS),
    **import_pages("workers:upload", "roster upload", "roster cell", SITE),
    **import_pages("workers:attendance_upload", "attendance upload", "attendance cell", SITE),
    "workers:engagement": page(ABOUT_WORKERS, at="worker"),
    "workers:reveal": step(ABOUT_WORKERS, IN_FULL, at="worker", data=PURPOSE),
    "workers:complete": step(ABOUT_WORKERS, SITE, at="worker", data=sent(team="瓦工班")),
    "workers:change_card": step(
        ABOUT_WORKERS,
        SITE,
        at="worker",
        data=sent(number="6217000010001234569", bank="中国建设银行", since="2026-10-09"),
    ),
    "workers:leave": step(ABOUT_WORKERS, SITE, at="worker", data=sent(on="2026-10-09")),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "workers:export_uploads",
    "workers:export",
    "workers:export_attendance",
    "workers:roster_template",
    "workers:trade_options",
}


def places(world: World) -> dict[str, Any]:
    assert world.cast.roster
    world.payroll.attend()
    worker = Engagement.everything.filter(project=world.cast.project).order_by("pk").first()
    roster = {"uuid": _upload(world, ROSTER_IMPORT, "roster.xlsx").uuid}
    attendance = {"uuid": _upload(world, ATTENDANCE_IMPORT, "attendance.xlsx", MONTH).uuid}
    return {
        "worker": {"uuid": worker.uuid},
        "roster upload": roster,
        "roster cell": roster | {"row": 3, "column": "team"},
        "roster cell line": roster | {"row": 3},
        "attendance upload": attendance,
        "attendance cell": attendance | {"row": 4, "column": "team"},
        "attendance cell line": attendance | {"row": 4},
    }


def _upload(world: World, kind: Any, name: str, month: date | None = None) -> Any:
    place = place_of(kind, world.cast.project, world.cast.subcontractor, month)
    file = io.BytesIO((SAMPLES / name).read_bytes())
    return kind.read_now(file, name=name, actor=world.actors["sub"], place=place, now=NOW)
