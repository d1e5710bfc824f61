"""Keeping the minimum wages: a dated value for each county, confirmed by an officer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from identity.roles import Role
from payroll.models import MinimumWage
from payroll.selectors import minimum

_STANDARD: dict[str, str | audit.Amount | None] = {
    "tier": "档次",
    "monthly": audit.Amount("月标准"),
    "before": audit.Amount("原月标准"),
}
ADD = audit.action("minimum_wage.add", "录入最低工资标准", _STANDARD)
CONFIRM = audit.action("minimum_wage.confirm", "核实最低工资标准", _STANDARD)


@transaction.atomic
def add_standard(
    *, actor: Actor, region: str, values: Mapping[str, Any], now: datetime
) -> MinimumWage:
    """Keep a county's standard from a day on, confirmed by whoever enters it.

    One that the county has from that day already is corrected; what it was stays on record.
    ``values`` are since, tier, monthly, hourly (元) and source.

    :raises Region.DoesNotExist: not a county of the actor's.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    county = minimum.kept_county(actor=actor, code=region)
    rows = MinimumWage.objects.select_for_update().filter(region=county, since=values["since"])
    before = rows.first()
    standard, _ = MinimumWage.objects.update_or_create(
        region=county,
        since=values["since"],
        defaults={**values, "confirmed_by": actor.name, "confirmed_at": now},
    )
    detail = {"before": str(before.monthly)} if before else {}
    _record_act(actor, ADD, standard, now, **detail)
    return standard


@transaction.atomic
def confirm_standard(*, actor: Actor, region: str, since: date, now: datetime) -> MinimumWage:
    """Confirm a standard that was loaded as 待核实.

    :raises Region.DoesNotExist: not a county of the actor's.
    :raises MinimumWage.DoesNotExist: the county has no such standard.
    :raises Refused: somebody confirmed it first.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    county = minimum.kept_county(actor=actor, code=region)
    rows = MinimumWage.objects.filter(region=county, since=since)
    standard = rows.get()
    if rows.filter(confirmed_at=None).update(confirmed_by=actor.name, confirmed_at=now) != 1:
        raise Refused("minimum_wage.confirmed", by=standard.confirmed_by)
    _record_act(actor, CONFIRM, standard, now)
    return standard


def _record_act(
    actor: Actor, action: str, standard: MinimumWage, now: datetime, **detail: str
) -> None:
    subject = f"minimum_wage:{standard.region_id}/{standard.since:%Y-%m-%d}"
    known = {"tier": standard.tier, "monthly": str(standard.monthly)}
    audit.record(actor, action, subject, now=now, detail=known | detail)
