"""What identity does on the beat."""

from celery import shared_task

from core import clock
from identity.kept_forms import drop_old_forms
from identity.sessions import SessionStore


@shared_task
def clear_expired_sessions() -> None:
    """Drop the sessions that nobody can use any more, and forms kept too long."""
    SessionStore.clear_expired()
    drop_old_forms(clock.now())
