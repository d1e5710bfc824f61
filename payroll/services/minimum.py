"""Keeping the minimum wages: a dated value for each county, confirmed by an officer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core import audit
from core.actor import Actor, Forbidden
from identity import selectors as identity
from identity.roles import Role
from payroll.models import MinimumWage

ADD = audit.action("minimum_wage.add", "录入最低工资标准")
CONFIRM = audit.action("minimum_wage.confirm", "核实最低工资标准")


class StandardRefused(Exception):
    """The standard cannot be kept; the message says why."""


@transaction.atomic
def add(*, actor: Actor, region: str, values: Mapping[str, Any], now: datetime) -> MinimumWage:
    """Keep a county's standard from a day on, confirmed by whoever enters it.

    ``values`` are since, tier, monthly, hourly (元) and source.

    :raises StandardRefused: the county has one from that day already.
    """
    _require_officer(actor, region)
    standard, is_new = MinimumWage.objects.get_or_create(
        region_id=region,
        since=values["since"],
        defaults={**values, "confirmed_by": actor.name, "confirmed_at": now},
    )
    if not is_new:
        raise StandardRefused("这个县市从这一天起的标准已经有了，请直接核实它。")
    _record(actor, ADD, standard)
    return standard


@transaction.atomic
def confirm(*, actor: Actor, region: str, standard: int, now: datetime) -> MinimumWage:
    """Confirm a standard that was loaded as 待核实.

    :raises MinimumWage.DoesNotExist: the county has no such standard.
    :raises StandardRefused: somebody confirmed it first.
    """
    _require_officer(actor, region)
    rows = MinimumWage.objects.filter(region_id=region, pk=standard)
    found = rows.get()
    if rows.filter(confirmed_at=None).update(confirmed_by=actor.name, confirmed_at=now) != 1:
        raise StandardRefused(f"{found.confirmed_by}已经核实过这个标准。")
    _record(actor, CONFIRM, found)
    return found


def _require_officer(actor: Actor, region: str) -> None:
    actor.require_role(Role.BUREAU_OFFICER)
    identity.region(region, actor=actor)
    if not identity.reaches(region, actor=actor, roles=frozenset({Role.BUREAU_OFFICER})):
        raise Forbidden("这个县市不在您的管辖范围。")


def _record(actor: Actor, action: str, standard: MinimumWage) -> None:
    audit.record(
        actor,
        action,
        f"minimum_wage:{standard.region_id}/{standard.since:%Y-%m-%d}",
        detail={"tier": standard.tier, "monthly": str(standard.monthly)},
    )
