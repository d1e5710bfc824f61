"""What core does on the beat."""

from celery import shared_task

from core import audit, changes, clock, jobs
from core.messages.services import delivery


@shared_task
def seal_audit_entries() -> None:
    """Chain what was recorded since."""
    audit.seal_entries()


@shared_task
def look_after_jobs() -> None:
    """Send lost messages again; fail the jobs that nobody works on, so that nobody waits."""
    now = clock.now()
    jobs.send_waiting(now)
    jobs.fail_stale(now)


@shared_task
def prune_changes() -> None:
    """Drop the marks that all their readers have read."""
    changes.prune_rows()


@shared_task(lane="deliveries")
def deliver_messages() -> None:
    """Send the text messages and mails that are due."""
    delivery.deliver_waiting(moment=clock.now)


@shared_task(lane="deliveries")
def send_digests() -> None:
    """Make the day's digests whose time has come."""
    delivery.send_digests(now=clock.now())
