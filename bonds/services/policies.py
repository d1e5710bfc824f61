"""Keeping bond policies: a new one from a day on, its settings, and their confirmation."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bonds.models import BondPolicy, PolicySetting
from bonds.policy import SETTINGS, Certainty, read_value
from bonds.selectors import policies
from core import audit
from core.actor import Actor, Forbidden
from core.errors import Refused

_DETAIL = {"setting": "项目", "source": "依据", "value": "取值", "since": "施行"}
ADD = audit.action("bond_policy.add", "录入保证金政策", _DETAIL)
SET = audit.action("bond_policy.set", "修改保证金政策条目", _DETAIL)
CONFIRM = audit.action("bond_policy.confirm", "核实保证金政策条目", _DETAIL)


@transaction.atomic
def add_policy(
    *, actor: Actor, region: str, since: date, title: str, like: UUID, now: datetime
) -> BondPolicy:
    """A new policy of an area from a day on, beginning as a copy of another.

    :raises BondPolicy.DoesNotExist: there is none to copy.
    :raises Forbidden: not an officer of 人社 whose reach covers the area.
    :raises Refused: a day that is past, or the area has one from that day.
    """
    model = policies.policy(like, actor=actor)
    if region not in {area.code for area in policies.kept_areas(actor=actor)}:
        raise Forbidden("bond.policy_elsewhere")
    if since < timezone.localdate(now):
        raise Refused("bond.policy_backdated", "since")
    made, is_new = BondPolicy.objects.get_or_create(
        region_id=region,
        since=since,
        defaults={"title": title, "created_at": now, "created_by": actor.name},
    )
    if not is_new:
        raise Refused("bond.policy_there", "since")
    PolicySetting.objects.bulk_create(
        PolicySetting(
            policy=made,
            key=row.key,
            value=row.value,
            source=row.source,
            certainty=row.certainty,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
        )
        for row in model.settings.all()
    )
    audit.record(actor, ADD, made.subject, now=now, detail={"since": since})
    return made


@transaction.atomic
def set_setting(
    *,
    actor: Actor,
    uuid: UUID,
    key: str,
    value: Any,
    source: str,
    certainty: str,
    now: datetime,
) -> PolicySetting:
    """Set one setting of a policy that is not in force yet or begins today; None unsets it.

    :raises BondPolicy.DoesNotExist: none.
    :raises Forbidden: another area's officers keep it.
    :raises Refused: in force already, no such setting, an unreadable value, or no source.
    """
    kept = policies.policy(uuid, actor=actor)
    policies.require_keeper(kept, actor=actor)
    kept = BondPolicy.objects.select_for_update().get(pk=kept.pk)
    if kept.since < timezone.localdate(now) or kept.requirements.exists():
        raise Refused("bond.policy_in_force")
    is_set = read_value(key, value) is not None
    source = " ".join(source.split())[:300]
    if is_set and not source:
        raise Refused("bond.no_source", "source")
    row, _ = PolicySetting.objects.update_or_create(
        policy=kept,
        key=key,
        defaults={
            "value": value if is_set else None,
            "source": source,
            "certainty": Certainty(certainty) if is_set else Certainty.UNSEEN,
            "confirmed_by": "",
            "confirmed_at": None,
        },
    )
    detail = {"setting": SETTINGS[key].label, "source": source, "value": str(value)[:300]}
    audit.record(actor, SET, kept.subject, now=now, detail=detail)
    return row


@transaction.atomic
def confirm_setting(*, actor: Actor, uuid: UUID, key: str, now: datetime) -> PolicySetting:
    """Confirm a setting against the original text; in force or not, its value stays.

    :raises BondPolicy.DoesNotExist: none.
    :raises Forbidden: another area's officers keep it.
    :raises Refused: nothing is set, or confirmed already.
    """
    kept = policies.policy(uuid, actor=actor)
    policies.require_keeper(kept, actor=actor)
    if key not in SETTINGS:
        raise Refused("bond.no_such_setting", key=key)
    rows = PolicySetting.objects.filter(policy=kept, key=key)
    row = rows.first()
    if row is None or row.read is None:
        raise Refused("bond.setting_unset")
    if not rows.filter(confirmed_at=None).update(confirmed_by=actor.name, confirmed_at=now):
        raise Refused("bond.setting_confirmed", by=row.confirmed_by)
    row.refresh_from_db()
    detail = {"setting": row.label, "source": row.source}
    audit.record(actor, CONFIRM, kept.subject, now=now, detail=detail)
    return row
