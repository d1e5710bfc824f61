"""Who may take a step on a warning, for the heads of views (core.access)."""

from typing import Any
from uuid import UUID

from core.access import InScope
from core.actor import Actor
from identity.roles import Role
from monitoring import selectors, services
from monitoring.models import EarlyWarning


def _find_warning(*, actor: Actor, uuid: UUID, **others: Any) -> EarlyWarning:
    return selectors.warning(actor=actor, uuid=uuid)


#: A 人社 officer who sees the warning: 签收, 退回, 复核, 销号.
WARNING_SUPERVISED = InScope(
    _find_warning, lambda actor, warning: actor.require_role(Role.BUREAU_OFFICER)
)
#: The people of the organisation that has to act: 处置, 反馈.
WARNING_ANSWERED = InScope(_find_warning, services.require_reporting)
