"""Who gets what at the addresses of notices (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from notices import services as notices
from tests.cast import NOW, TODAY
from tests.guards.rows import (
    CONTRACTOR,
    PROJECT,
    Row,
    form,
    page,
    photo,
    public,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "notices:project": page(PROJECT, at="project"),
    "notices:make": step(PROJECT, CONTRACTOR, at="project"),
    "notices:details": form(PROJECT, CONTRACTOR, at="project"),
    "notices:download": page(PROJECT, at="board", costly=True),
    "notices:post": step(
        PROJECT,
        CONTRACTOR,
        at="board",
        data=lambda: {
            "photo": SimpleUploadedFile("大门.jpg", photo().read()),
            "place": "大门",
            "posted_on": "2026-10-09",
        },
    ),
    "notices:photo": page(PROJECT, at="photo"),
    "notices:thumbnail": page(PROJECT, at="photo"),
    "notices:large_photo": page(PROJECT, at="photo"),
    "notices:public": public(at="board"),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "notices:download",
    "notices:photo",
    "notices:thumbnail",
    "notices:large_photo",
}


def places(world: World) -> dict[str, Any]:
    admin, code = world.actors["admin"], world.cast.project.code
    board = notices.make_board(actor=admin, code=code, now=NOW)
    posting = notices.record_posting(
        actor=admin,
        board_code=board.code,
        photo=photo(),
        name="大门.jpg",
        place="工地大门",
        posted_on=TODAY,
        now=NOW,
    )
    return {"board": {"code": board.code}, "photo": {"uuid": posting.uuid}}
