"""Minimum wages as officers keep them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.actor import Actor
from core.listing import ListColumn, ListTable
from identity import selectors as identity
from identity.models import Region
from identity.roles import Role
from payroll.models import MinimumWage

_KEEPERS = frozenset({Role.BUREAU_OFFICER})


@dataclass(frozen=True, slots=True)
class County:
    """A county with the standard in force on a day, and those decided that begin later."""

    region: Region
    current: MinimumWage | None
    coming: Sequence[MinimumWage]


COUNTY_LIST = ListTable(
    columns=(
        ListColumn("name", "县（市、区）", sort="region__code", slot="main"),
        ListColumn("since", "施行日期", sort="current__since", kind="date", slot="aside"),
        ListColumn("tier", "档次", sort="current__tier", kind="number"),
        ListColumn(
            "monthly",
            "月标准（元）",
            sort="current__monthly",
            kind="money",
            slot="figure",
            falling=True,
        ),
        ListColumn("hourly", "小时标准（元）", sort="current__hourly", kind="money", falling=True),
        ListColumn("source", "依据", sort="current__source"),
        ListColumn("confirmed", "核实", sort="current__is_confirmed", slot="state"),
        ListColumn("act", "办理"),
    ),
    default=(),
    group=lambda one: identity.prefecture_heading(one.region),
)


def counties(*, actor: Actor, as_of: date) -> list[County]:
    """The counties that the actor supervises, with their standards; two queries."""
    regions = [
        region
        for region in identity.regions(actor=actor)
        if region.kind in (Region.Kind.COUNTY, Region.Kind.CORPS_CITY)
    ]
    standards: dict[str, list[MinimumWage]] = defaultdict(list)
    for one in MinimumWage.objects.filter(region__in=regions).order_by("since"):
        standards[one.region_id].append(one)
    return [_county_wage(region, standards[region.code], as_of) for region in regions]


def county(*, actor: Actor, code: str, as_of: date) -> County:
    """One county whose standards the actor keeps.

    :raises Region.DoesNotExist: none, or out of the actor's reach.
    """
    region = kept_county(actor=actor, code=code)
    standards = MinimumWage.objects.filter(region=region).order_by("since")
    return _county_wage(region, list(standards), as_of)


def kept_county(*, actor: Actor, code: str) -> Region:
    """The county itself, where the actor keeps its standards.

    :raises Region.DoesNotExist: none, or out of the actor's reach.
    """
    region = identity.region(code, actor=actor)
    if not identity.reaches(code, actor=actor, roles=_KEEPERS):
        raise Region.DoesNotExist
    return region


def _county_wage(region: Region, standards: Sequence[MinimumWage], as_of: date) -> County:
    """``standards`` are in the order of their first days."""
    begun = [one for one in standards if one.since <= as_of]
    return County(region, begun[-1] if begun else None, standards[len(begun) :])
