"""Rules in the background: the nightly sweep, and touched projects within seconds."""

from celery import shared_task

from core import clock
from monitoring import services
from monitoring.engine import forget_old_runs


@shared_task
def sweep_touched() -> None:
    """Judge the projects that were written to; woken by the write, and by beat as a safety net."""
    services.sweep_touched(as_of=clock.today(), now=clock.now())


@shared_task
def sweep_all() -> None:
    """Judge everything, as every night: a day has passed for whoever did nothing."""
    services.run_rules(as_of=clock.today(), now=clock.now())
    forget_old_runs(clock.now())
