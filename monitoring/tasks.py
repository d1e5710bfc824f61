"""Rules in the background: the daily sweep, and touched projects within seconds."""

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from core import clock
from monitoring import escalation, services, telling
from monitoring.engine import forget_old_runs

#: One sweep at a time.
_SWEEPING = "monitoring:sweeping"


@shared_task(lane="rules")
def sweep_touched() -> None:
    """Judge the projects that were written to; woken by the write, and by beat as a safety net."""
    services.sweep_touched(as_of=clock.today(), now=clock.now())


@shared_task(lane="rules")
def sweep_daily() -> None:
    """Judge everything once a day: a day has passed for whoever did nothing.

    Asked for every minute, so that a night without beat or a killed worker is made up for.
    """
    if not cache.add(_SWEEPING, True, timeout=settings.CELERY_TASK_TIME_LIMIT):
        return
    try:
        if services.sweep_daily(as_of=clock.today(), now=clock.now()):
            forget_old_runs(clock.now())
    finally:
        cache.delete(_SWEEPING)


@shared_task(lane="deliveries")
def tell_people() -> None:
    """Tell whoever is concerned what became of warnings since."""
    telling.tell_people(now=clock.now())


@shared_task(lane="rules")
def escalate_overdue() -> None:
    """Take what people left lying one step on; asked often, each step is taken once."""
    escalation.escalate_overdue(as_of=clock.today(), now=clock.now())
