"""Judging how projects stand in the background: after a write, and with the daily sweep."""

from celery import shared_task

from core import clock
from supervision import services


@shared_task(lane="rules")
def judge_daily() -> None:
    """All projects, once a day: a day has passed for those that nobody wrote to."""
    services.judge_daily(as_of=clock.today())


@shared_task(lane="rules")
def judge_touched() -> None:
    """The projects that were written to."""
    services.judge_touched(as_of=clock.today())
