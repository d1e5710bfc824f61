"""Keeping the minimum wages: a dated value for each county, confirmed by an officer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core import audit
from core.actor import Actor
from identity.roles import Role
from payroll.models import MinimumWage
from payroll.selectors import minimum

_STANDARD = {
    "tier": "档次",
    "monthly": audit.Amount("月标准"),
    "before": audit.Amount("原月标准"),
}
ADD = audit.action("minimum_wage.add", "录入最低工资标准", _STANDARD)
CONFIRM = audit.action("minimum_wage.confirm", "核实最低工资标准", _STANDARD)


class StandardRefused(Exception):
    """The standard cannot be confirmed; the message says why."""


@transaction.atomic
def add(*, actor: Actor, region: str, values: Mapping[str, Any], now: datetime) -> MinimumWage:
    """Keep a county's standard from a day on, confirmed by whoever enters it.

    One that the county has from that day already is corrected; what it was stays on record.
    ``values`` are since, tier, monthly, hourly (元) and source.

    :raises Region.DoesNotExist: not a county of the actor's.
    """
    _require_officer(actor, region, now)
    rows = MinimumWage.objects.select_for_update().filter(region_id=region, since=values["since"])
    before = rows.first()
    standard, _ = MinimumWage.objects.update_or_create(
        region_id=region,
        since=values["since"],
        defaults={**values, "confirmed_by": actor.name, "confirmed_at": now},
    )
    _record(actor, ADD, standard, before)
    return standard


@transaction.atomic
def confirm(*, actor: Actor, region: str, since: date, now: datetime) -> MinimumWage:
    """Confirm a standard that was loaded as 待核实.

    :raises Region.DoesNotExist: not a county of the actor's.
    :raises MinimumWage.DoesNotExist: the county has no such standard.
    :raises StandardRefused: somebody confirmed it first.
    """
    _require_officer(actor, region, now)
    rows = MinimumWage.objects.filter(region_id=region, since=since)
    found = rows.get()
    if rows.filter(confirmed_at=None).update(confirmed_by=actor.name, confirmed_at=now) != 1:
        raise StandardRefused(f"{found.confirmed_by}已经核实过这个标准。")
    _record(actor, CONFIRM, found)
    return found


def _require_officer(actor: Actor, region: str, now: datetime) -> None:
    actor.require_role(Role.BUREAU_OFFICER)
    minimum.county(actor=actor, code=region, as_of=now.date())


def _record(
    actor: Actor, action: str, standard: MinimumWage, before: MinimumWage | None = None
) -> None:
    detail = {"tier": standard.tier, "monthly": str(standard.monthly)}
    if before:
        detail["before"] = str(before.monthly)
    subject = f"minimum_wage:{standard.region_id}/{standard.since:%Y-%m-%d}"
    audit.record(actor, action, subject, detail=detail)
