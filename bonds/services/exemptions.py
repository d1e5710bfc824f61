"""免存: nothing need be stored, on a ground that an officer approves and may take back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bonds.models import Bond, Guarantee
from bonds.services.common import (
    Status,
    days_of,
    live_bond,
    move_bond,
    officers_project,
    stated,
)
from bonds.transitions import in_working_days
from core.actor import Actor
from core.errors import Refused

_STANDS = (*Guarantee.STANDING, Guarantee.Status.SUBMITTED)


@transaction.atomic
def approve_exemption(*, actor: Actor, code: str, ground: str, now: datetime) -> Bond:
    """Approve that nothing need be stored 免存, on a stated ground; for officers of 人社.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not an officer.
    :raises Refused: no ground, something is stored already, or not 待存储 any more.
    """
    bond = live_bond(officers_project(actor, code))
    ground = stated(ground, Refused("bond.no_ground", "ground"))
    stored = bond.deposits.filter(balance__gt=0).exists()
    if stored or bond.guarantees.filter(status__in=_STANDS).exists():
        raise Refused("bond.stored_already")
    move_bond(
        bond,
        Status.EXEMPT,
        actor=actor,
        now=now,
        note=f"免存：{ground}",
        exemption_ground=ground,
        exempted_by=actor.name,
        exempted_on=timezone.localdate(now),
    )
    return bond


@transaction.atomic
def revoke_exemption(*, actor: Actor, code: str, reason: str, now: datetime) -> Bond:
    """Take a 免存 back: what is required is to be stored within the time that the policy sets.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not an officer.
    :raises Refused: without a reason, or not 免存.
    """
    bond = live_bond(officers_project(actor, code))
    reason = stated(reason, Refused("bond.unexplained", "reason"))
    days = days_of(bond.policy.value.store_days, "存储期限")
    due = in_working_days(Bond.Due.STORE, "取消免存", timezone.localdate(now), days)
    move_bond(
        bond,
        Status.PENDING,
        actor=actor,
        now=now,
        note=f"取消免存：{reason}",
        due=due,
        exemption_ground="",
        exempted_by="",
        exempted_on=None,
    )
    return bond
