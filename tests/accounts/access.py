"""Who gets what at the addresses of accounts (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.guards.rows import (
    ACCOUNT,
    EVERYBODY,
    PROJECT,
    Row,
    form,
    page,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "accounts:project": page(PROJECT, ACCOUNT, at="project"),
    "accounts:register": form(PROJECT, {"admin"}, at="project"),
    "accounts:check": step(PROJECT, {"admin"}, at="project", query="?field=number"),
    "accounts:papers": form(PROJECT, {"admin"}, at="project"),
    "accounts:funding_term": form(PROJECT, {"admin"}, at="project"),
    "accounts:kept": page(EVERYBODY, {"bank", "other_bank"}),
    "accounts:export_kept": page(EVERYBODY, {"bank", "other_bank"}),
    "accounts:export_movements": page(ACCOUNT | {"bank"}, at="account"),
    "accounts:export_funding": page(EVERYBODY, {"owner"}),
    "accounts:kept_account": page(ACCOUNT | {"bank"}, at="account"),
    "accounts:status": step(
        ACCOUNT | {"bank"},
        {"bank"},
        at="account",
        data=sent(from_status="active", to_status="frozen", reason="法院裁定"),
    ),
    "accounts:agreement": page(ACCOUNT | {"bank"}, at="account"),
    "accounts:funding": page(EVERYBODY, {"owner"}),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "accounts:agreement",
    "accounts:export_funding",
    "accounts:export_kept",
    "accounts:export_movements",
}


def places(world: World) -> dict[str, Any]:
    account = world.cast.account
    account.agreement = world.paper("三方协议.pdf")
    account.save()
    return {"account": {"uuid": account.uuid}}
