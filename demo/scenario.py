"""What the parts of the story share: the moment, the sites, and each app's scenario.

An app's part stands in ``demo/<app>.py``, whose class ``Scenario`` derives from the one here. It
is found by its name; nothing else has to be edited for it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from random import Random
from typing import TypeVar

from django.apps import apps

from demo.diary import Diary
from demo.district import SITES, Days, Site, days_of
from demo.people import InventedPeople

Part = TypeVar("Part", bound="Scenario")


@dataclass(frozen=True)
class DatedSite:
    """A project of the district with its days, as they fall for this story."""

    site: Site
    days: Days


class Story:
    """The district up to ``now``: a diary into which every app writes its steps."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.diary = Diary(now)
        self.people = InventedPeople()
        self.random = Random(7)  # noqa: S311 - a story, not a secret
        self.sites = [DatedSite(site, days_of(site, self.today)) for site in SITES]
        self.scenarios = [kind(self) for kind in scenario_kinds()]

    @property
    def today(self) -> date:
        return self.now.date()

    def part(self, kind: type[Part]) -> Part:
        """Another app's scenario, for what it knows: who acts, which rows were made."""
        return next(one for one in self.scenarios if isinstance(one, kind))


class Scenario:
    """One app's part of the story."""

    def __init__(self, story: Story) -> None:
        self.story = story

    def plan(self) -> None:
        """Write the app's steps into the diary; of one moment, lower apps' steps come first."""

    def finish(self, now: datetime) -> None:
        """What is to be done when every step has happened; lower apps first."""


def scenario_kinds() -> list[type[Scenario]]:
    """The scenario of every installed app that has one, lower apps first."""
    modules = (f"demo.{config.label}" for config in apps.get_app_configs())
    return [import_module(name).Scenario for name in modules if find_spec(name)]
