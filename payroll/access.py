"""Who may do what with a pay sheet, for the heads of views (core.access)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from core.access import InScope, Rule
from core.actor import Actor
from identity.roles import Role
from payroll.models import PaySheet
from payroll.selectors import minimum, pay_sheets
from projects import permissions
from workers import selectors as workers
from workers.services.full_view import require_full_sight


def sheet_rule(require: Callable[[Actor, PaySheet], None]) -> InScope:
    """Whoever sees the sheet that the address names by ``uuid`` and passes ``require``."""

    def load(*, actor: Actor, uuid: UUID, **others: Any) -> PaySheet:
        return pay_sheets.pay_sheet(actor=actor, uuid=uuid)

    return InScope(load, require)


def sheet_work(work: str) -> InScope:
    """The general contractor's people whose work it is (projects.permissions)."""
    return sheet_rule(lambda actor, sheet: permissions.require(actor, sheet.project, work))


def _require_sender(actor: Actor, sheet: PaySheet) -> None:
    permissions.require_employer(actor, sheet.project, sheet.employer_id)


def _require_withdrawing(actor: Actor, sheet: PaySheet) -> None:
    """An open sheet is its sender's to withdraw, any other the reviewer's."""
    if sheet.status in PaySheet.OPEN:
        _require_sender(actor, sheet)
    else:
        permissions.require(actor, sheet.project, "review")


def _sees_wages(*, actor: Actor, uuid: UUID, **others: Any) -> Any:
    return workers.engagement(actor=actor, uuid=uuid)


class _CountyKept(Rule):
    """A 人社 officer of the county that the address names by ``region``, or of what is above it."""

    def check(self, actor: Actor, **address: Any) -> None:
        actor.require_role(Role.BUREAU_OFFICER)
        minimum.kept_county(actor=actor, code=address["region"])


COUNTY_KEPT = _CountyKept()
#: Whoever sees the sheet.
SHEET_SEEN = sheet_rule(lambda actor, sheet: None)
#: Whoever keeps the people of the sheet's employer.
SHEET_SENDER = sheet_rule(_require_sender)
#: Whoever may withdraw the sheet in the state it is in.
SHEET_WITHDRAWING = sheet_rule(_require_withdrawing)
#: Whoever sees ID and card numbers of the sheet's workers in full.
SHEET_IN_FULL = sheet_rule(
    lambda actor, sheet: require_full_sight(actor, sheet.project, sheet.employer_id)
)
#: Whoever's part in the worker's project opens its wages.
WORKERS_WAGES = InScope(
    _sees_wages, lambda actor, one: permissions.require_tab(actor, one.project, "payroll")
)
