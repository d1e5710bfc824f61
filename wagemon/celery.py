"""The Celery application: work that takes longer than a page may, and the beat."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemon.settings")


@signals.setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Django has set it up already (settings.LOGGING); Celery's own would format anew."""


app = Celery("wagemon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
