"""What screens and rules read of notice boards."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q

from core.actor import Actor
from notices.models import Posting
from projects.models import Project


def projects_without_posting(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> list[Project]:
    """Projects whose start is reached and of which no posting with photo is on record NTC-01."""
    posting = Posting.everything.filter(board__project=OuterRef("pk"), posted_on__lte=as_of)
    rows = Project.objects.visible_to(actor).filter(
        Q(actual_start__lte=as_of) | Q(actual_start__isnull=True, planned_start__lte=as_of),
        ~Exists(posting),
    )
    return list(rows if projects is None else rows.filter(pk__in=projects))
