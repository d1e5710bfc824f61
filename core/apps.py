"""Core as Django sees it."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "公共设置"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from celery import current_app

        from core import database, health, history, hooks, jobs, sealed
        from core.hook_kinds import BeatTask

        # Every app's codes have their sentences before anything can be refused.
        autodiscover_modules("refusals")
        # A malformed key must stop the start, not the first ID number that is saved.
        sealed.key_ring()
        sealed.index_key()
        health.listen_for_signs()
        jobs.carry_request_id()
        connection_created.connect(database.insist_version, dispatch_uid="core.database")
        hooks.load()
        post_migrate.connect(history.install, sender=self, dispatch_uid="core.history")
        for beat in hooks.declared(BeatTask):
            options = {"expires": beat.every}
            entry = {"task": beat.key, "schedule": beat.every, "options": options}
            current_app.conf.beat_schedule.setdefault(beat.key, entry)
