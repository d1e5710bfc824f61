"""What identity does on the beat."""

from celery import shared_task

from identity.sessions import SessionStore


@shared_task
def clear_expired_sessions() -> None:
    """Drop the sessions that nobody can use any more."""
    SessionStore.clear_expired()
