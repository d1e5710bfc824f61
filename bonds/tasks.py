"""What bonds do in the background: follow projects and contracts, and let days pass."""

from celery import shared_task

from bonds.services.determining import determine_missing
from bonds.services.guarantees import age_guarantees
from core import clock, touch

READER = "bonds.contracts"


@shared_task(lane="default")
def follow_projects() -> None:
    """Determine the bonds of projects that were written to, or compute them anew."""
    touch.consume_touches(READER, follow_marks)


def follow_marks(subjects: list[str]) -> None:
    """Determine or compute anew the bonds of the projects among these subjects."""
    codes = {
        code for kind, _, code in (one.partition(":") for one in subjects) if kind == "project"
    }
    determine_missing(now=clock.now(), projects_asked=codes)


@shared_task(lane="default")
def pass_days() -> None:
    """Guarantees become 临期 and 过期; what a lost mark left undetermined is determined."""
    age_guarantees(now=clock.now())
    determine_missing(now=clock.now())
