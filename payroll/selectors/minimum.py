"""Minimum wages as officers keep them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.actor import Actor
from identity import selectors as identity
from identity.models import Region
from identity.roles import Role
from payroll.models import MinimumWage


@dataclass(frozen=True, slots=True)
class County:
    """A county with its standards, the newest first."""

    region: Region
    standards: Sequence[MinimumWage]

    @property
    def current(self) -> MinimumWage | None:
        return next(iter(self.standards), None)


def counties(*, actor: Actor) -> list[County]:
    """The counties that the actor supervises, with their standards; two queries."""
    regions = [
        region
        for region in identity.regions(actor=actor)
        if region.kind in (Region.Kind.COUNTY, Region.Kind.CORPS_CITY)
    ]
    standards: dict[str, list[MinimumWage]] = {}
    for one in MinimumWage.objects.filter(region__in=regions).order_by("-since"):
        standards.setdefault(one.region_id, []).append(one)
    return [County(region, standards.get(region.code, [])) for region in regions]


def county(*, actor: Actor, code: str) -> County:
    """One county of those.

    :raises Region.DoesNotExist: none, or out of the actor's reach.
    """
    region = identity.region(code, actor=actor)
    if not identity.reaches(code, actor=actor):
        raise Region.DoesNotExist
    return County(region, list(MinimumWage.objects.filter(region=region).order_by("-since")))


def keeps_standards(*, actor: Actor) -> bool:
    """Whether the actor may confirm and add standards: 人社 officers."""
    return actor.is_system or actor.has_role(Role.BUREAU_OFFICER)
