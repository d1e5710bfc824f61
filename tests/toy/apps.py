"""The toy as Django sees it."""

from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "tests.toy"
    verbose_name = "工地食堂"
