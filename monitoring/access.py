"""Who may take a step on a warning, for the heads of views (core.access)."""

from datetime import date
from typing import Any
from uuid import UUID

from core.access import InScope
from core.actor import Actor, Forbidden
from core.hooks import declared
from monitoring import selectors
from monitoring.desk import Desk
from monitoring.hook_kinds import WarningAct
from monitoring.models import EarlyWarning


def _find_act(*, actor: Actor, uuid: UUID, act: str) -> tuple[WarningAct, Desk]:
    warning = selectors.warning(actor=actor, uuid=uuid)
    for known in declared(WarningAct):
        if known.key == act:
            # Whose act it is does not hang on the day (monitoring.desk).
            return known, Desk(warning, actor, date.min)
    raise EarlyWarning.DoesNotExist


def _require_act(actor: Actor, found: Any) -> None:
    act, desk = found
    if not act.rule.who(desk):
        raise Forbidden("warning.others_act")


#: Whose act it is: each act has its own rule.
WARNING_ACT = InScope(_find_act, _require_act)
