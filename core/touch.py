"""Marks that something was written, for the rules to look at within seconds.

Apps below the rules never call up: they mark the subject, and whoever watches pulls the marks.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from core import jobs
from core.models import Touch


@dataclass(frozen=True, slots=True)
class Mark:
    """A touched subject and exactly those marks of it that were seen."""

    subject: str
    ids: tuple[int, ...]


def touch(subject: str) -> None:
    """Mark "kind:code" inside the writer's transaction, and wake the watcher once it commits."""
    Touch.objects.create(subject=subject)
    jobs.enqueue(settings.TOUCH_TASK)


def pending(limit: int = 500) -> list[Mark]:
    """What was touched and not looked at since, longest waiting first."""
    seen: dict[str, list[int]] = defaultdict(list)
    for pk, subject in Touch.objects.order_by("id").values_list("id", "subject")[:limit]:
        seen[subject].append(pk)
    return [Mark(subject, tuple(ids)) for subject, ids in seen.items()]


def done(marks: Iterable[Mark]) -> None:
    """Drop the marks that were looked at. One made meanwhile, or committed late, stays."""
    Touch.objects.filter(pk__in=[pk for mark in marks for pk in mark.ids]).delete()
