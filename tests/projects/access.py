"""Who gets what at the addresses of projects (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projects import services as projects
from tests.cast import NOW, uscc_of
from tests.guards.rows import (
    BUREAU,
    CONTRACTOR,
    EVERYBODY,
    GOVERNMENT,
    MANAGERS,
    PROJECT,
    Row,
    form,
    page,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

#: An order to the contractor is seen by it and by the officers.
ORDERED = CONTRACTOR | GOVERNMENT

TABLE: dict[str, Row] = {
    "projects:list": page(EVERYBODY),
    "projects:export": page(EVERYBODY),
    "projects:partner_options": page(EVERYBODY),
    "projects:new": form(EVERYBODY, {"admin", "other_admin"}),
    "projects:check": step(EVERYBODY, {"admin", "other_admin"}, query="?field=name"),
    "projects:edit": form(PROJECT, MANAGERS, at="project"),
    "projects:check_edit": step(PROJECT, MANAGERS, at="project", query="?field=name"),
    "projects:people": page(PROJECT, at="project"),
    "projects:add_participant": step(
        PROJECT,
        MANAGERS,
        at="project",
        data=sent(role="006", uscc=uscc_of(77), name="天池劳务有限公司", entered_on="2026-10-01"),
    ),
    "projects:check_participant": step(PROJECT, MANAGERS, at="project", query="?field=uscc"),
    "projects:end_participation": step(
        PROJECT, MANAGERS, at="participant", data=sent(on="2026-10-08", reason="合同履行完毕")
    ),
    "projects:appoint": step(
        PROJECT,
        MANAGERS,
        at="project",
        data=sent(role="leader", name="钱负责", phone="13900000001", since="2026-10-01"),
    ),
    "projects:grant": step(PROJECT, {"admin"}, at="project"),
    "projects:withdraw": step(PROJECT, {"admin"}, at="grant"),
    "projects:change_status": form(PROJECT, MANAGERS, at="status"),
    "projects:wage_terms": page(PROJECT, at="project"),
    "projects:agree_wage_term": step(
        PROJECT,
        MANAGERS,
        at="project",
        data=sent(since="2026-11", sheet_day="8", pay_day="20", pay_month_offset="1"),
    ),
    "projects:orders": page(EVERYBODY),
    "projects:export_orders": page(EVERYBODY),
    "projects:order": page(ORDERED, at="order"),
    "projects:settle_order": step(
        ORDERED, BUREAU, at="order", data=sent(result="obeyed", finding="已付清。")
    ),
    "projects:timeline": page(PROJECT, at="project"),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "projects:export",
    "projects:export_orders",
    "projects:partner_options",
}


def places(world: World) -> dict[str, Any]:
    project, code = world.cast.project, {"code": world.cast.project.code}
    part = project.participants.get(organisation=world.cast.subcontractor)
    order = projects.order_rectification(
        actor=world.actors["county"],
        now=NOW,
        code=project.code,
        organisation=world.cast.contractor.uuid,
        subject=project.subject,
        facts="九月工资逾期未支付。",
        demand="足额支付九月工资。",
        basis="条例 第五十五条",
        days=3,
    )
    return {
        "order": {"uuid": order.uuid},
        "project": code,
        "participant": code | {"uuid": part.uuid},
        "grant": code | {"user": world.cast.users.manager.uuid},
        "status": code | {"action": "suspend"},
    }
