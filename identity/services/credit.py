"""Keeping the record of units' good faith: entered by officers, ended, never overwritten."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor, Forbidden
from core.errors import Overtaken, Refused
from identity import selectors
from identity.models import CreditEntry, Organisation
from identity.roles import Role
from identity.selectors import credit

_ENTRY: dict[str, str | audit.Amount | None] = {
    "kind": "种类",
    "since": "起始",
    "until": "终止",
    "amount": audit.Amount("金额"),
    "reason": "原因",
}
ENTER = audit.action("credit.enter", "录入信用记录", _ENTRY)
END = audit.action("credit.end", "终止信用记录", _ENTRY)


@dataclass(frozen=True, slots=True)
class NewCreditEntry:
    """What an officer enters about a unit; ``region`` is where it counts, 650000 everywhere."""

    uscc: str
    kind: str
    region: str
    since: date
    ground: str
    until: date | None = None
    amount: Decimal | None = None
    document: str = ""


@transaction.atomic
def enter_credit(*, actor: Actor, entry: NewCreditEntry, now: datetime) -> CreditEntry:
    """Put a finding about a unit on record.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: no such unit, a day to come, or the unit is on the list already.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    if entry.since > timezone.localdate(now):
        raise Refused("day.to_come", "since")
    unit = Organisation.everything.filter(uscc=entry.uscc).first()
    if unit is None:
        raise Refused("credit.no_such_unit", "uscc")
    if not selectors.reaches(entry.region, actor=actor) and entry.kind != CreditEntry.Kind.LISTED:
        raise Refused("credit.other_area", "region")
    row = CreditEntry(
        organisation=unit,
        kind=entry.kind,
        region_id=entry.region,
        since=entry.since,
        until=entry.until,
        amount=entry.amount,
        ground=entry.ground,
        document=entry.document,
        entered_at=now,
        entered_by=actor.name,
    )
    row.full_clean(validate_constraints=False)
    if row.until and row.until < row.since:
        raise Refused("credit.days", "until")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("credit.listed_already", "uscc", name=unit.name) from None
    _record(row, actor, ENTER, now)
    return row


@transaction.atomic
def end_credit(*, actor: Actor, uuid: UUID, until: date, reason: str, now: datetime) -> CreditEntry:
    """Say from which day on an entry no longer holds 移出名单, and why.

    :raises CreditEntry.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社 where it counts.
    :raises Refused: without a reason, a day before its beginning or to come, or ended already.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    row = credit.credit_entry(uuid, actor=actor)
    if row.kind != CreditEntry.Kind.LISTED and not selectors.reaches(row.region_id, actor=actor):
        raise Forbidden("credit.elsewhere")
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("credit.end_unexplained", "reason")
    if until > timezone.localdate(now):
        raise Refused("day.to_come", "until")
    if until < row.since:
        raise Refused("credit.days", "until")
    ended = CreditEntry.everything.filter(pk=row.pk, ended_at=None).update(
        until=until, ended_at=now, ended_by=actor.name, ended_why=reason
    )
    if not ended:
        raise Overtaken("credit.ended_already")
    row.refresh_from_db()
    _record(row, actor, END, now, reason=reason)
    return row


def _record(row: CreditEntry, actor: Actor, action: str, now: datetime, **more: Any) -> None:
    detail = {
        "kind": row.get_kind_display(),
        "since": row.since,
        "until": row.until,
        "amount": str(row.amount) if row.amount is not None else None,
    } | more
    audit.record(actor, action, row.organisation.subject, now=now, detail=detail)
