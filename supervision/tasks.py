"""Judging how projects stand in the background: at night, and after a write."""

from collections.abc import Collection

from celery import shared_task

from core import clock
from supervision import services


@shared_task
def judge(projects: Collection[int]) -> None:
    """The projects that were written to."""
    services.judge(as_of=clock.today(), projects=projects)


@shared_task
def judge_all() -> None:
    """Everything, as every night: a day has passed for whoever did nothing."""
    services.judge(as_of=clock.today())
