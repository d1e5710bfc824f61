"""The Celery application: work that takes longer than a page may, and the beat."""

import os
from typing import Any

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemon.settings")

app = Celery("wagemon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def every(seconds: float, task: str) -> dict[str, Any]:
    """A task on the beat. A message that nobody took by the next one is dropped, not queued up."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.beat_schedule = {
    "payment-results": every(settings.BANK_RESULTS_EVERY, "payroll.tasks.poll_orders"),
    "statements": every(settings.BANK_STATEMENTS_EVERY, "payroll.tasks.poll_statements"),
}
