"""Marks that something was written, for the rules and whoever else watches, within seconds.

Apps below never call up: they mark the subject, and whoever declared itself a reader of the feed
``core.Touch`` pulls the marks (core.changes), each reader every mark once.
"""

from collections.abc import Callable

from core import changes, hooks, jobs
from core.hook_kinds import FeedReader
from core.models import Touch

FEED = "core.Touch"


def touch(subject: str) -> None:
    """Mark "kind:code" inside the writer's transaction, and wake the readers once it commits."""
    Touch.objects.create(subject=subject)
    for reader in hooks.declared(FeedReader):
        if reader.feed == FEED:
            jobs.enqueue_soon(reader.task)


def consume_touches(reader: str, handle: Callable[[list[str]], object]) -> int:
    """Hand over the touched subjects, each once a batch, longest waiting first; how many marks."""
    return changes.consume_rows(
        reader, lambda marks: handle(list(dict.fromkeys(mark.subject for mark in marks)))
    )
