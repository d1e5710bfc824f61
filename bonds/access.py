"""Who may open and do what with bonds, for the heads of views (core.access)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from bonds.models import BondDeposit, BondEntry, BondPolicy, BondRefund, BondUse, Guarantee
from bonds.selectors import bonds, policies
from bonds.services import common, storing, using
from core.access import InScope
from core.actor import Actor, Forbidden
from projects import permissions
from projects.access import project_rule

#: An officer of 人社 in whose area the project lies.
PROJECT_OFFICER = project_rule(lambda actor, project: common.require_officer(actor, project))


def _contractor_or_officer(actor: Actor, project: Any) -> None:
    if not permissions.can(actor, project, "bond"):
        common.require_officer(actor, project)


#: The general contractor's 企业管理员 or an officer of 人社.
PROJECT_BOND = project_rule(_contractor_or_officer)


def _area(*, actor: Actor, uuid: UUID, area: str) -> list[Any]:
    return bonds.area_bonds(uuid, area, actor=actor)


#: Whoever sees a bond of the contractor in the area.
AREA_SEEN = InScope(_area, lambda actor, rows: None)


def _rule(load: Callable[..., Any], require: Callable[[Actor, Any], None]) -> InScope:
    def loaded(*, actor: Actor, uuid: UUID, **others: Any) -> Any:
        return load(uuid, actor=actor)

    return InScope(loaded, require)


def _seen(actor: Actor, row: Any) -> None:
    """Whoever sees it."""


def _bank_of(actor: Actor, deposit: BondDeposit) -> None:
    if not storing.is_bank_of(deposit, actor=actor):
        raise Forbidden("bond.banks_work")


def _checker_of(actor: Actor, entry: BondEntry) -> None:
    if not bonds.is_officer_of(entry.deposit.bond.project, actor=actor):
        _bank_of(actor, entry.deposit)


def _contractor_of_deposit(actor: Actor, deposit: BondDeposit) -> None:
    permissions.require(actor, deposit.bond.project, "bond")


def _officer_of_guarantee(actor: Actor, guarantee: Guarantee) -> None:
    common.require_officer(actor, guarantee.bond.project)


def _officer_of_use(actor: Actor, use: BondUse) -> None:
    common.require_officer(actor, use.bond.project)


def _payer_of_use(actor: Actor, use: BondUse) -> None:
    is_officer = bonds.is_officer_of(use.bond.project, actor=actor)
    if not is_officer and not using.is_payer_of(use, actor=actor):
        raise Forbidden("bond.banks_work")


def _officer_of_refund(actor: Actor, refund: BondRefund) -> None:
    common.require_officer(actor, refund.bond.project)


def _applicant_of_refund(actor: Actor, refund: BondRefund) -> None:
    if refund.by_bureau:
        common.require_officer(actor, refund.bond.project)
    else:
        permissions.require(actor, refund.bond.project, "bond")


def _keeper_of_policy(actor: Actor, policy: BondPolicy) -> None:
    policies.require_keeper(policy, actor=actor)


DEPOSIT_SEEN = _rule(bonds.deposit, _seen)
DEPOSITS_BANK = _rule(bonds.deposit, _bank_of)
DEPOSITS_CONTRACTOR = _rule(bonds.deposit, _contractor_of_deposit)
ENTRYS_CHECKER = _rule(bonds.entry, _checker_of)
GUARANTEE_SEEN = _rule(bonds.guarantee, _seen)
GUARANTEES_OFFICER = _rule(bonds.guarantee, _officer_of_guarantee)
USE_SEEN = _rule(bonds.use, _seen)
USES_OFFICER = _rule(bonds.use, _officer_of_use)
USES_PAYER = _rule(bonds.use, _payer_of_use)
REFUNDS_OFFICER = _rule(bonds.refund, _officer_of_refund)
REFUNDS_APPLICANT = _rule(bonds.refund, _applicant_of_refund)
POLICY_SEEN = _rule(policies.policy, _seen)
POLICYS_KEEPER = _rule(policies.policy, _keeper_of_policy)
