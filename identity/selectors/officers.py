"""Who stands for the 人社 departments of a place, level by level."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from core.actor import Actor
from identity.models import Grant, User
from identity.roles import Role
from identity.scope import region_prefix

#: Levels of government, from the county up.
COUNTY, PREFECTURE, AUTONOMOUS_REGION = 1, 2, 3
LEVEL_LABELS = {COUNTY: "县（市、区）", PREFECTURE: "地州市", AUTONOMOUS_REGION: "自治区"}


@dataclass(frozen=True, slots=True)
class BureauOfficer:
    """A 人社监察员 in whose division a place lies; ``level`` is that of the division."""

    user: UUID
    name: str
    organisation: int
    organisation_name: str
    office_phone: str
    level: int


def level_of(region: str) -> int:
    """The level of government of a division's code: 650102 → county, 650100 → 地州市, 650000."""
    return {6: COUNTY, 4: PREFECTURE, 2: AUTONOMOUS_REGION}[len(region_prefix(region))]


def bureau_officers(*, region: str, industry: str) -> list[BureauOfficer]:
    """The active officers of 人社 whose grants cover a place and an industry, the lowest level
    first: who is responsible there is no secret to anybody who sees what lies there."""
    above = {region, f"{region[:4]}00", f"{region[:2]}0000"}
    rows = Grant.objects.filter(
        Q(industries=None) | Q(industries=industry),
        role=Role.BUREAU_OFFICER,
        active=True,
        region__in=above,
        user__in=User.objects.filter(is_active=True),
    ).select_related("user__organisation", "organisation", "region")
    found = {
        (one.user_id, one.region_id): BureauOfficer(
            one.user.uuid,
            one.user.name,
            (one.organisation or one.user.organisation).pk,
            (one.organisation or one.user.organisation).name,
            (one.organisation or one.user.organisation).phone,
            level_of(one.region_id or ""),
        )
        for one in rows
    }
    return sorted(found.values(), key=lambda one: (one.level, one.name))


def staffed_counties(*, actor: Actor) -> list[str]:
    """The counties within the actor's reach that have an officer of 人社 of their own."""
    rows = Grant.objects.filter(
        role=Role.BUREAU_OFFICER, active=True, user__in=User.objects.filter(is_active=True)
    )
    codes = set(rows.values_list("region", flat=True)) - {None}
    prefixes = [region_prefix(grant.region) for grant in actor.grants if grant.region]
    return sorted(
        code
        for code in map(str, codes)
        if level_of(code) == COUNTY and any(code.startswith(one) for one in prefixes)
    )


def levels_over(region: str, *, actor: Actor) -> set[int]:
    """The levels at which the actor is an officer of 人社 over a place."""
    return {
        level_of(grant.region)
        for grant in actor.grants
        if grant.role == Role.BUREAU_OFFICER
        and grant.region
        and region.startswith(region_prefix(grant.region))
    }
