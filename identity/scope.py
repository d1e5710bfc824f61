"""The reaches of officers and of whoever works for an organisation."""

from dataclasses import dataclass

from django.db.models import Q

from core.actor import Actor
from core.scope import NOTHING, Reach
from identity.roles import GOVERNMENT


def region_prefix(code: str) -> str:
    """What the codes of a division and of all below it begin with: 650000 → 65, 650100 → 6501."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


@dataclass(frozen=True)
class ByRegion(Reach):
    """Officers see what lies in the divisions of their grants and belongs to their industries.

    ``path`` leads from the row to what lies in a division ("project"), "" where the row does so
    itself; ``industry`` is its column, "" where officers of every industry see it.
    """

    path: str = ""
    industry: str = "industry"

    def rows(self, actor: Actor) -> Q:
        prefix, seen = f"{self.path}__" if self.path else "", NOTHING
        for grant in actor.grants:
            if grant.role in GOVERNMENT and grant.region:
                rows = Q(**{f"{prefix}region__code__startswith": region_prefix(grant.region)})
                if grant.industries and self.industry:
                    rows &= Q(**{f"{prefix}{self.industry}_id__in": sorted(grant.industries)})
                seen |= rows
        return seen


@dataclass(frozen=True)
class ByOrganisation(Reach):
    """Everybody sees what is their own organisation's; ``path`` leads to it from the row."""

    path: str = "pk"

    def rows(self, actor: Actor) -> Q:
        return Q(**{self.path: actor.organisation}) if actor.organisation else NOTHING
