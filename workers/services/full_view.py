"""A worker's data in full: with a stated purpose, on the record."""

from datetime import datetime
from uuid import UUID

from core import disclosure
from core.actor import Actor, Forbidden
from projects.models import Project
from workers import selectors
from workers.selectors import FullLine

WHAT = "姓名、身份证号码、工资卡、联系方式"


def reveal_worker(
    *, actor: Actor, now: datetime, uuid: UUID, purpose: str, reason: str = ""
) -> FullLine:
    """One registration with nothing masked, after its viewing was put on record.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: the actor sees masked values only.
    :raises Refused: no purpose was stated; nothing is shown.
    """
    engagement = selectors.engagement(actor=actor, uuid=uuid)
    require_full_sight(actor, engagement.project, engagement.employer_id)
    return disclosure.reveal_value(
        actor,
        now=now,
        subject=f"engagement:{engagement.uuid}",
        what=WHAT,
        purpose=purpose,
        reason=reason,
        within=engagement.project.subject,
        getter=lambda: selectors.full_line(engagement),
    )


def require_full_sight(actor: Actor, project: Project, employer: int | None = None) -> None:
    """Insist that the actor may see numbers in full.

    :raises Forbidden: it neither keeps the register nor is a 人社 officer.
    """
    if not selectors.sees_in_full(actor=actor, project=project, employer=employer):
        raise Forbidden("register.masked_only")
