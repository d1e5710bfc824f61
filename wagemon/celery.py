"""The Celery application: work that takes longer than a page may, and the beat."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemon.settings")

app = Celery("wagemon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
