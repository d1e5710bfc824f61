"""The home page: the sections that the installed apps declare for the actor's roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.actor import Actor
from core.hook_kinds import HomeArea, HomeSection
from core.hooks import declared


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """A section with what it shows."""

    template: str
    section: Any


@dataclass(frozen=True, slots=True)
class Home:
    """What the page shows, area by area."""

    work: Sequence[DrawnSection]
    figures: Sequence[DrawnSection]
    charts: Sequence[DrawnSection]


def home(*, actor: Actor, as_of: date) -> Home:
    """The sections of every role that the actor holds, each once."""
    areas: dict[HomeArea, list[DrawnSection]] = {area: [] for area in HomeArea}
    for declaration in declared(HomeSection):
        if actor.has_role(*declaration.roles):
            section = declaration.selector(actor=actor, as_of=as_of)
            if section is not None:
                areas[declaration.area].append(DrawnSection(declaration.template, section))
    return Home(areas[HomeArea.WORK], areas[HomeArea.FIGURES], areas[HomeArea.CHARTS])
