"""Who gets what at the addresses of identity (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from identity import services as identity
from identity.models import UserSession
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

#: Who sees the contractor's people: themselves, and the officers of their place.
COLLEAGUES = CONTRACTOR | GOVERNMENT | {"water"}

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
        for name in (
            *("confirm", "correct_organisation", "invite"),
            *("disable_organisation", "enable_organisation"),
        )
    },
    # What they find is cut to the reader: tests/identity/test_choices.py.
    "identity:region_options": page(EVERYBODY),
    "identity:organisation_options": page(EVERYBODY),
    "identity:bank_options": page(EVERYBODY),
    "identity:regions": form(EVERYBODY, ALL_OFFICERS),
    "identity:users": page(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    "identity:new_user": form(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    "identity:check_user": step(
        EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS, query="?field=name"
    ),
    "identity:invite_colleague": step(
        EVERYBODY,
        {"admin", "other_admin"} | ALL_BUREAUS,
        data=sent(name="赵新", role="labour_officer"),
    ),
    "identity:user": page(COLLEAGUES, {"admin"} | BUREAU, at="colleague"),
    "identity:edit_user": form(COLLEAGUES, {"admin"}, at="colleague"),
    **{
        f"identity:{name}": step(COLLEAGUES, {"admin"}, at="colleague")
        for name in ("disable_user", "enable_user", "bind_subject", "release_subject")
    },
    "identity:renew": step(
        COLLEAGUES,
        {"admin"} | BUREAU,
        at="colleague",
        data=sent(what="password", reason="本人到场，忘记密码"),
    ),
    "identity:renewals": page(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    **{
        f"identity:{name}": step({"admin"} | BUREAU, at="renewal")
        for name in ("confirm_renewal", "refuse_renewal")
    },
    "identity:sessions": page(EVERYBODY),
    "identity:end_session": step({"labour"}, at="session"),
    "identity:end_other_sessions": step(EVERYBODY),
    "identity:act_for": step(EVERYBODY),
    "identity:sso": replace(public(), ok=(404,)),
    "identity:sso_callback": replace(public(), ok=(404,)),
    "identity:sso_bind": replace(step(EVERYBODY), done=(404,)),
    "identity:sso_release": replace(step(EVERYBODY), done=(404,)),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "identity:code",
    "identity:export_organisations",
    "identity:organisation_options",
    "identity:bank_options",
    "identity:region_options",
}


def places(world: World) -> dict[str, Any]:
    cast = world.cast
    token = identity.invite(
        actor=world.actors["county"], now=NOW, uuid=cast.contractor.uuid, name="赵新"
    )
    renewal, _ = identity.propose_renewal(
        actor=world.actors["county_second"],
        uuid=cast.users.labour.uuid,
        what="device",
        reason="手机丢失，本人到场",
        now=NOW,
    )
    return {
        "unit": {"uuid": cast.subcontractor.uuid},
        "colleague": {"uuid": cast.users.manager.uuid},
        "renewal": {"uuid": renewal.uuid},
        "session": {"uuid": UserSession.objects.filter(user=cast.users.labour).first().uuid},
        "invitation": {"token": token},
    }
