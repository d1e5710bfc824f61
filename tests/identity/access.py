"""Who gets what at the addresses of identity (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity import services as identity
from tests.cast import NOW
from tests.guards.rows import (
    ALL_BUREAUS,
    ALL_OFFICERS,
    BUREAU,
    CONTRACTOR,
    EVERYBODY,
    GOVERNMENT,
    Row,
    form,
    page,
    public,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "identity:sign_in": public(methods=("GET", "POST")),
    "identity:code": public(methods=("GET", "POST")),
    "identity:sign_out": step(EVERYBODY),
    "identity:password": form(EVERYBODY),
    "identity:invitation": public(methods=("GET", "POST"), at="invitation"),
    "identity:organisations": page(EVERYBODY, ALL_OFFICERS),
    "identity:export_organisations": page(EVERYBODY, ALL_OFFICERS),
    "identity:new_organisation": form(EVERYBODY, ALL_BUREAUS),
    "identity:check_organisation": step(EVERYBODY, ALL_BUREAUS, query="?field=name"),
    "identity:organisation": page({"sub", "water"} | GOVERNMENT, at="unit"),
    **{
        f"identity:{name}": step(
            {"sub", "water"} | GOVERNMENT, BUREAU, at="unit", data=sent(name="天山劳务有限公司")
        )
        for name in ("confirm", "invite", "disable_organisation", "enable_organisation")
    },
    # What they find is cut to the reader: tests/identity/test_choices.py.
    "identity:region_options": page(EVERYBODY),
    "identity:organisation_options": page(EVERYBODY),
    "identity:regions": form(EVERYBODY, ALL_OFFICERS),
    "identity:users": page(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    "identity:new_user": form(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    "identity:check_user": step(
        EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS, query="?field=name"
    ),
    "identity:user": page(CONTRACTOR | GOVERNMENT | {"water"}, {"admin"}, at="colleague"),
    **{
        f"identity:{name}": step(CONTRACTOR | GOVERNMENT | {"water"}, {"admin"}, at="colleague")
        for name in ("disable_user", "enable_user", "reset_password")
    },
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "identity:code",
    "identity:export_organisations",
    "identity:organisation_options",
    "identity:region_options",
}


def places(world: World) -> dict[str, Any]:
    cast = world.cast
    token = identity.invite(
        actor=world.actors["county"], now=NOW, organisation=cast.contractor, name="赵新"
    )
    return {
        "unit": {"uuid": cast.subcontractor.uuid},
        "colleague": {"uuid": cast.users.labour.uuid},
        "invitation": {"token": token},
    }
