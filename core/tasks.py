"""What core does on the beat."""

from celery import shared_task

from core import audit, clock, jobs


@shared_task
def seal_audit_entries() -> None:
    """Chain what was recorded since."""
    audit.seal_entries()


@shared_task
def fail_stale_jobs() -> None:
    """Fail the jobs that nobody works on, so that nobody waits for them."""
    jobs.fail_stale(clock.now())
