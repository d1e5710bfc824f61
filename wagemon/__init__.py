"""The project package. Celery is loaded with Django so that tasks find their application."""

from wagemon.celery import app as celery_app

__all__ = ["celery_app"]
