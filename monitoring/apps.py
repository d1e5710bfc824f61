"""Monitoring as Django sees it."""

from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "监测预警"

    def ready(self) -> None:
        # Rules declare themselves when their module is read.
        import_module("monitoring.rules")
