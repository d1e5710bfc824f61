"""Guarantees: handed in, reviewed, renewed or replaced, and what time does to them 65号."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from bonds.amount import guarantors_needed
from bonds.models import Bond, Guarantee
from bonds.policy import Form, Policy
from bonds.services.common import (
    Paper,
    contractors_project,
    follow_holdings,
    keep_paper,
    live_bond,
    locked_bond,
    record_act,
    require_officer,
)
from bonds.services.storing import STORABLE
from bonds.transitions import EXCLUSIONS
from core import audit
from core.actor import SYSTEM, Actor
from core.errors import Overtaken, Refused
from core.money import yuan
from core.transition import transition, try_transition
from identity.models import Organisation
from projects.models import Project

_GUARANTEE: dict[str, str | audit.Amount | None] = {
    "number": "保函编号",
    "amount": audit.Amount("担保金额"),
    "until": "到期日",
    "state": "结果",
    "note": "意见",
}
SUBMIT = audit.action("guarantee.submit", "提交保函", _GUARANTEE)
REVIEW = audit.action("guarantee.review", "审核保函", _GUARANTEE)
AGED = audit.action("guarantee.aged", "保函期限变化", _GUARANTEE)
Status = Guarantee.Status
#: What a successor may take the place of.
_REPLACEABLE = (Status.ACTIVE, Status.EXPIRING, Status.CLAIMED, Status.EXPIRED)
_DRESS = re.compile(r"[\s—–_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGuarantee:
    """A guarantee as its paper says; ``joint`` are further guarantors as (name, uscc)."""

    form: str
    number: str
    guarantor: str
    guarantor_uscc: str
    beneficiary: str
    amount: Decimal
    kind: str
    issued_on: date
    valid_from: date
    valid_until: date
    expiry_event: str = ""
    is_unconditional: bool = True
    is_irrevocable: bool = True
    is_electronic: bool = False
    joint: Sequence[tuple[str, str]] = ()


def plain_number(number: str) -> str:
    """A guarantee's number as it is compared: half-width, capitals, without blanks and dashes."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in number)
    return _DRESS.sub("", narrow).upper()[:60]


@transaction.atomic
def submit_guarantee(
    *,
    actor: Actor,
    code: str,
    data: NewGuarantee,
    original: Paper,
    replaces: UUID | None = None,
    now: datetime,
) -> Guarantee:
    """Hand in a guarantee, with a scan of its original; it counts once 人社 has accepted it.

    ``replaces`` names the one whose place it takes: an extension or a renewal.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises Refused: the form is not admitted, days out of order, shorter than the contract's time
        or the least that the policy asks, above the contract or one guarantor's limit, or a number
        that is in use.
    """
    project = contractors_project(actor, code)
    bond = live_bond(project)
    if bond.status not in STORABLE:
        raise Refused("bond.not_to_store", status=bond.get_status_display())
    policy = bond.policy.value
    _insist_form(policy, data)
    _insist_days(project, policy, data)
    if data.amount > project.contract_amount:
        raise Refused("bond.above_contract", "amount", contract=yuan(project.contract_amount))
    old = None
    if replaces is not None:
        old = bond.guarantees.filter(uuid=replaces, status__in=Guarantee.STANDING).first()
        if old is None:
            raise Refused("guarantee.none_to_replace", "replaces")
    uscc = data.guarantor_uscc.upper()
    banks = Organisation.everything.filter(uscc=uscc, kind=Organisation.Kind.BANK)
    guarantee = Guarantee(
        bond=bond,
        form=data.form,
        number=" ".join(data.number.split())[:60],
        number_key=plain_number(data.number),
        guarantor=data.guarantor,
        guarantor_uscc=uscc,
        bank=banks.first(),
        joint=[{"name": name, "uscc": code_.upper()} for name, code_ in data.joint],
        beneficiary=data.beneficiary,
        amount=data.amount,
        kind=data.kind,
        is_unconditional=data.is_unconditional,
        is_irrevocable=data.is_irrevocable,
        is_electronic=data.is_electronic,
        issued_on=data.issued_on,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
        expiry_event=data.expiry_event,
        original=keep_paper(original, actor=actor, field="original", now=now),
        replaces=old,
        submitted_at=now,
        submitted_by=actor.name,
    )
    guarantee.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            guarantee.save(force_insert=True)
    except IntegrityError:
        raise Refused("guarantee.number_taken", "number", number=guarantee.number) from None
    _record(guarantee, project, actor, SUBMIT, now)
    return guarantee


def _insist_form(policy: Policy, data: NewGuarantee) -> None:
    if policy.forms is not None and data.form not in policy.forms:
        raise Refused("bond.form_not_admitted", "form")
    needed = guarantors_needed(policy, Form(data.form), data.amount)
    if needed > 1 and not policy.joint_guarantors:
        raise Refused("guarantee.above_limit", "amount", limit=yuan(policy.guarantor_limit or 0))
    if 1 + len(data.joint) < needed:
        limit = yuan(policy.guarantor_limit or 0)
        raise Refused("guarantee.needs_joint", "joint", limit=limit, count=needed)


def _insist_days(project: Project, policy: Policy, data: NewGuarantee) -> None:
    if not data.issued_on <= data.valid_from < data.valid_until:
        raise Refused("guarantee.days_out_of_order", "valid_until")
    if data.valid_until < project.planned_end:
        end = project.planned_end
        raise Refused("guarantee.too_short", "valid_until", end=end)
    months = policy.guarantee_months
    if months and data.valid_until < _months_after(data.valid_from, months):
        raise Refused("guarantee.below_least", "valid_until", months=months)


def _months_after(day: date, months: int) -> date:
    """The last day of so many months that begin on a day: a year from 2 March ends on 1 March."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return first.replace(day=min(day.day, last)) - timedelta(days=1)


@transaction.atomic
def review_guarantee(
    *,
    actor: Actor,
    uuid: UUID,
    accept: bool,
    exclusions: Collection[str],
    note: str,
    now: datetime,
) -> Guarantee:
    """Accept a guarantee or not, with the clauses that take something out of it ticked.

    :raises Guarantee.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: accepting one that is conditional, revocable or no 见索即付, or excluding
        clauses or a rejection without an opinion; or reviewed already.
    """
    guarantee, bond = _locked_guarantee(actor, uuid)
    require_officer(actor, bond.project)
    unknown = set(exclusions) - set(EXCLUSIONS)
    if unknown:
        raise Refused("guarantee.no_such_clause", "exclusions")
    note = " ".join(note.split())[:300]
    if (exclusions or not accept) and not note:
        raise Refused("guarantee.unexplained", "note")
    on_demand = guarantee.kind == Guarantee.Kind.ON_DEMAND
    if accept and not (on_demand and guarantee.is_unconditional and guarantee.is_irrevocable):
        raise Refused("guarantee.not_on_demand")
    today = timezone.localdate(now)
    transition(
        guarantee,
        Status.ACTIVE if accept else Status.REJECTED,
        from_states=[Status.SUBMITTED],
        refusal=Overtaken("guarantee.reviewed_already"),
        exclusions=[key for key in EXCLUSIONS if key in set(exclusions)],
        review_note=note,
        reviewed_at=now,
        reviewed_by=actor.name,
        ended_on=None if accept else today,
    )
    _record(guarantee, bond.project, actor, REVIEW, now, note=note)
    if accept and guarantee.valid_from <= today:
        _replace_old(guarantee, today)
        _follow(bond, actor, now, f"保函 {guarantee.number} 已认可，{yuan(guarantee.amount)} 元")
    return guarantee


def _replace_old(guarantee: Guarantee, today: date) -> bool:
    """The one that it takes the place of ends, from the day on which it begins itself."""
    if guarantee.replaces is None:
        return False
    return try_transition(
        guarantee.replaces, Status.REPLACED, from_states=_REPLACEABLE, ended_on=today
    )


def age_guarantees(*, now: datetime) -> int:
    """Let guarantees begin, become 临期 and 过期 as their days come; how many moved. Run daily.

    Rules and amounts go by the days themselves; the states serve lists and their readers.
    """
    today = timezone.localdate(now)
    begun = Guarantee.everything.filter(status=Status.ACTIVE, valid_from__lte=today).filter(
        Q(replaces__status__in=_REPLACEABLE)
        | Q(bond__status__in=(Bond.Status.PENDING, Bond.Status.SHORT))
    )
    moved = sum(_begin(pk, today, now) for pk in begun.order_by("pk").values_list("pk", flat=True))
    rows = Guarantee.everything.filter(
        status__in=(Status.ACTIVE, Status.EXPIRING, Status.CLAIMED), bond__ended_on=None
    ).select_related("bond__policy")
    return moved + sum(_age(row.pk, today, now) for row in rows if _is_due(row, today))


@transaction.atomic
def _begin(pk: int, today: date, now: datetime) -> int:
    guarantee = Guarantee.everything.select_related("replaces").get(pk=pk)
    bond = locked_bond(guarantee.bond_id)
    before = bond.status
    has_replaced = _replace_old(guarantee, today)
    _follow(bond, SYSTEM, now, f"保函 {guarantee.number} 于 {guarantee.valid_from} 生效")
    return int(has_replaced or bond.status != before)


def _is_due(row: Guarantee, today: date) -> bool:
    if row.valid_until < today:
        return True
    notice = row.bond.policy.value.expiry_days or 0
    return row.status == Status.ACTIVE and (row.valid_until - today).days <= notice


@transaction.atomic
def _age(pk: int, today: date, now: datetime) -> int:
    guarantee = Guarantee.everything.select_related("bond").get(pk=pk)
    bond = locked_bond(guarantee.bond_id)
    is_over = guarantee.valid_until < today
    to = Status.EXPIRED if is_over else Status.EXPIRING
    sources = [Status.ACTIVE, Status.EXPIRING, Status.CLAIMED] if is_over else [Status.ACTIVE]
    ended = guarantee.valid_until if is_over else None
    if not try_transition(guarantee, to, from_states=sources, ended_on=ended):
        return 0
    _record(guarantee, bond.project, SYSTEM, AGED, now)
    if is_over:
        _follow(bond, SYSTEM, now, f"保函 {guarantee.number} 于 {guarantee.valid_until} 到期")
    return 1


def _follow(bond: Bond, actor: Actor, now: datetime, event: str) -> None:
    follow_holdings(
        bond,
        actor=actor,
        now=now,
        cause=Bond.Cause.GUARANTEE,
        event=event,
        days=bond.policy.value.topup_days,
    )


def _locked_guarantee(actor: Actor, uuid: UUID) -> tuple[Guarantee, Bond]:
    """The guarantee in the actor's scope and its bond, the bond's row held."""
    seen = Guarantee.objects.visible_to(actor).get(uuid=uuid)
    bond = locked_bond(seen.bond_id)
    rows = Guarantee.everything.select_related("replaces")
    return rows.select_for_update(of=("self",)).get(pk=seen.pk), bond


def _record(
    guarantee: Guarantee,
    project: Project,
    actor: Actor,
    action: str,
    now: datetime,
    note: str = "",
) -> None:
    detail = {
        "number": guarantee.number,
        "amount": str(guarantee.amount),
        "until": guarantee.valid_until,
        "state": guarantee.get_status_display(),
        "note": note,
    }
    record_act(project, actor, action, guarantee.subject, now, detail)
