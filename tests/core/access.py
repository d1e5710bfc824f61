"""Who gets what at the addresses of core (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core import jobs
from tests.cast import NOW
from tests.guards.rows import (
    EVERYBODY,
    Row,
    page,
    public,
)

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "core:job": page({"sub"}, at="sheet job"),
    # What each finds is cut to its scope (tests/core/test_search.py).
    "core:search": page(EVERYBODY, query="?q=昆仑"),
    "core:live": public(),
    "core:ready": replace(public(), ok=(200, 503)),
    "core:metrics": public(),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "core:job",
    "core:live",
    "core:metrics",
    "core:ready",
}


def places(world: World) -> dict[str, Any]:
    return {"sheet job": {"uuid": jobs.start_job("read", actor=world.actors["sub"], now=NOW).uuid}}
