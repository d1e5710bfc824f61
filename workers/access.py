"""Who may open a worker's page and change what it says, for the heads of views (core.access)."""

from typing import Any
from uuid import UUID

from core.access import InScope
from core.actor import Actor
from projects import permissions
from projects.access import project_rule
from workers import selectors
from workers.models import Engagement
from workers.services.full_view import require_full_sight


def _find_engagement(*, actor: Actor, uuid: UUID, **others: Any) -> Engagement:
    return selectors.engagement(actor=actor, uuid=uuid)


#: Whoever sees a project's numbers in full: who keeps its people, and 人社 officers.
SEES_IN_FULL = project_rule(require_full_sight)
#: The same of one worker.
WORKER_IN_FULL = InScope(
    _find_engagement, lambda actor, one: require_full_sight(actor, one.project, one.employer_id)
)
#: Whoever keeps the worker's employer's people.
WORKER_KEPT = InScope(
    _find_engagement,
    lambda actor, one: permissions.require_employer(actor, one.project, one.employer_id),
)
