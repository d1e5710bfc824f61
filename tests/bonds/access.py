"""Who gets what at the addresses of bonds (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bonds.models import Bond, BondEntry, BondPolicy, BondRefund
from tests.bonds.conftest import Bonds
from tests.cast import NOW, TODAY
from tests.guards.rows import (
    ALL_OFFICERS,
    BUREAU,
    CONTRACTOR,
    EVERYBODY,
    GOVERNMENT,
    PROJECT,
    Row,
    form,
    page,
    public,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

#: The bond of a project: between contractor, owner and government.
_TAB = CONTRACTOR | {"owner"} | GOVERNMENT
_PARTY = CONTRACTOR | GOVERNMENT
_WITH_BANK = _PARTY | {"bank"}
_READERS = {"admin", "other_admin"} | ALL_OFFICERS
_POLICY = {"admin", "other_admin"} | ALL_OFFICERS
_REASON = sent(reason="经核实")

TABLE: dict[str, Row] = {
    "bonds:project": page(PROJECT, _TAB, at="project"),
    "bonds:determine": step(PROJECT, {"admin"} | BUREAU, at="project"),
    "bonds:redetermine": step(PROJECT, BUREAU, at="project", data=_REASON),
    "bonds:exempt": step(PROJECT, BUREAU, at="project", data=sent(ground="经核实")),
    "bonds:revoke": step(PROJECT, BUREAU, at="project", data=_REASON),
    "bonds:account": form(PROJECT, {"admin"}, at="project"),
    "bonds:new_guarantee": form(PROJECT, {"admin"}, at="project"),
    "bonds:paper": step(PROJECT, {"admin"}, at="project"),
    "bonds:draft_use": form(PROJECT, BUREAU, at="project"),
    "bonds:refund": form(PROJECT, {"admin"}, at="project"),
    "bonds:refund_by_bureau": step(PROJECT, BUREAU, at="project"),
    "bonds:list": page(EVERYBODY, _READERS),
    "bonds:export": page(EVERYBODY, _READERS),
    "bonds:clearing": page(EVERYBODY, ALL_OFFICERS),
    "bonds:published": public(),
    "bonds:area": page(_TAB, at="bond_area"),
    "bonds:deposits": page(EVERYBODY, {"bank", "other_bank"}),
    "bonds:deposit": page(_WITH_BANK, at="bond_deposit"),
    "bonds:report": form(_WITH_BANK, {"admin"}, at="bond_deposit"),
    "bonds:book": form(_WITH_BANK, {"bank"}, at="bond_deposit"),
    "bonds:close": form(_WITH_BANK, {"bank"}, at="bond_deposit"),
    "bonds:check": step(
        _WITH_BANK, {"bank"} | BUREAU, at="bond_entry", data=sent(is_right="yes", reference="B2")
    ),
    "bonds:guarantee": page(_WITH_BANK, at="bond_guarantee"),
    "bonds:review_guarantee": step(_WITH_BANK, BUREAU, at="bond_guarantee"),
    "bonds:use": page(_WITH_BANK, at="bond_use"),
    "bonds:issue_use": step(_WITH_BANK, BUREAU, at="bond_use"),
    "bonds:cancel_use": step(_WITH_BANK, BUREAU, at="bond_use", data=_REASON),
    "bonds:payments": step(_WITH_BANK, {"bank"} | BUREAU, at="bond_use"),
    "bonds:retry_line": step(_WITH_BANK, BUREAU, at="bond_use_line"),
    "bonds:close_use": step(_WITH_BANK, BUREAU, at="bond_use", data=_REASON),
    "bonds:apply_refund": step(_PARTY, {"admin"}, at="bond_refund"),
    "bonds:review_refund": form(_PARTY, BUREAU, at="bond_refund"),
    "bonds:confirm_refund": step(_PARTY, BUREAU, at="bond_refund"),
    "bonds:withdraw_refund": step(_PARTY, BUREAU, at="bond_refund", data=_REASON),
    "bonds:file": page(_WITH_BANK, at="bond_file"),
    "bonds:policies": page(EVERYBODY, _POLICY),
    "bonds:policy": page(EVERYBODY, _POLICY, at="bond_policy"),
    "bonds:new_policy": form(EVERYBODY, _POLICY, at="bond_policy"),
    "bonds:setting": form(EVERYBODY, {"province"}, at="bond_setting"),
    "bonds:confirm_setting": step(EVERYBODY, {"province"}, at="bond_setting"),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {"bonds:export", "bonds:file"}


def places(world: World) -> dict[str, Any]:
    """A bond with an account, a reported payment, a guarantee, a draft use and an old refund."""
    bonds = Bonds(world.cast)
    deposit = bonds.account(number="65050161700000000009")
    entry = BondEntry.everything.create(
        deposit=deposit,
        kind=BondEntry.Kind.DEPOSIT,
        amount=1000,
        booked_on=TODAY,
        reported_at=NOW,
        reported_by="甲",
    )
    bonds.paid_in(deposit, bonds.bond.required, "B1")
    guarantee = bonds.submitted(number="保函20260001")
    use, line = world_use(world, bonds)
    paper = world.paper("承诺书.pdf")
    refund = BondRefund.everything.create(
        bond=bonds.bond,
        promise=paper,
        photo=paper,
        publicity_from=TODAY,
        publicity_until=TODAY + timedelta(days=30),
        begun_by=bonds.admin.id,
        begun_by_name=bonds.admin.name,
        begun_at=NOW,
    )
    policy = BondPolicy.objects.get(region="650000")
    assert Bond.everything.filter(pk=bonds.bond.pk).exists()
    return {
        "bond_deposit": {"uuid": deposit.uuid},
        "bond_entry": {"uuid": entry.uuid},
        "bond_guarantee": {"uuid": guarantee.uuid},
        "bond_use": {"uuid": use.uuid},
        "bond_use_line": {"uuid": use.uuid, "line": line},
        "bond_refund": {"uuid": refund.uuid},
        "bond_file": {"kind": "agreement", "uuid": deposit.uuid},
        "bond_area": {"uuid": world.cast.contractor.uuid, "area": "650100"},
        "bond_policy": {"uuid": policy.uuid},
        "bond_setting": {"uuid": policy.uuid, "key": "cap"},
    }


def world_use(world: World, bonds: Bonds) -> tuple[Any, Any]:
    """A use drawn up for one wage of the world's sheet, whatever its due day."""
    from bonds.models import BondUse, BondUseLine
    from payroll.models import PayLine

    line = PayLine.everything.filter(sheet__project=world.cast.project, net__gt=0).last()
    use = BondUse.everything.create(
        number="BZ6501022026100001",
        bond=bonds.bond,
        deposit=bonds.bond.deposits.get(),
        total=line.net if line else 1,
        order_number="监令 1 号",
        order_issued_on=TODAY - timedelta(days=9),
        order_until=TODAY - timedelta(days=3),
        reason="责令支付期满未支付",
        drafted_by=bonds.officer.id,
        drafted_by_name=bonds.officer.name,
        drafted_at=NOW,
    )
    if line is None:
        return use, use.uuid
    BondUseLine.everything.create(use=use, line=line, amount=line.net)
    return use, line.uuid
