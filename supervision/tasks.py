"""Judging how projects stand in the background: after a write, and with the daily sweep."""

from collections.abc import Collection

from celery import shared_task

from core import clock
from supervision import services


@shared_task
def judge(projects: Collection[int] | None = None) -> None:
    """The projects that were written to; all of them where none are named."""
    services.judge(as_of=clock.today(), projects=projects)
