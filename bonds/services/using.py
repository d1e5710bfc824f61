"""Paying workers from a bond 动用: drawn up, issued, followed to each worker's card 65号.

The order that was not obeyed is named; the workers and amounts come from unpaid lines of pay
sheets, so that nothing is paid that nobody owes. Issuing claims the lines in payroll within the
same transaction (payroll.services.claims): from then on no order can pay them as well. What the
bank or guarantor says of each worker settles the line and moves the money, together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from bonds.models import Bond, BondDeposit, BondEntry, BondUse, BondUseLine, Guarantee
from bonds.policy import Form
from bonds.selectors.bonds import is_officer_of
from bonds.services.common import (
    Status,
    follow_holdings,
    live_bond,
    locked_bond,
    move_bond,
    officers_project,
    record_act,
    require_officer,
    stated,
)
from bonds.services.storing import write_entry
from bonds.transitions import Due, in_working_days
from core import audit
from core.actor import Actor, Forbidden
from core.errors import Overtaken, Refused
from core.locks import Lock, take_turns
from core.money import yuan
from core.transition import transition, try_transition
from identity.roles import Role
from payroll.models import PaymentItem
from payroll.selectors.owed import payable_lines
from payroll.services.claims import ClaimOutcome, claim_lines, release_claims, settle_claims

_USE: dict[str, str | audit.Amount | None] = {
    "number": "动用编号",
    "total": audit.Amount("金额"),
    "count": "人数",
    "order": "责令文书",
    "reason": "说明",
    "paid": "已支付人数",
    "failed": "未付成人数",
}
DRAFT = audit.action("bond.use_draft", "拟动用保证金", _USE)
ISSUE = audit.action("bond.use_issue", "签发支付（索赔）通知", _USE)
CANCEL = audit.action("bond.use_cancel", "撤回动用", _USE)
PAID = audit.action("bond.use_paid", "登记保证金支付结果", _USE)
CLOSED = audit.action("bond.use_close", "办结保证金动用", _USE)
UseStatus, ItemStatus = BondUse.Status, PaymentItem.Status


@dataclass(frozen=True, slots=True)
class DisobeyedOrder:
    """The 责令限期改正 that was not obeyed within its time."""

    number: str
    issued_on: date
    until: date


@dataclass(frozen=True, slots=True)
class WorkerPayment:
    """What the bank or guarantor says of one worker's payment; ``line`` is the pay line's UUID."""

    line: UUID
    is_paid: bool
    on: date
    reference: str = ""
    reason: str = ""


# Drawing up and issuing -------------------------------------------------------------------------


@transaction.atomic
def draft_use(
    *,
    actor: Actor,
    code: str,
    order: DisobeyedOrder,
    reason: str,
    lines: Collection[UUID],
    guarantee: UUID | None = None,
    now: datetime,
) -> BondUse:
    """Draw up that workers be paid from the bond: from its account, or under one guarantee.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: the order's time is not over, nothing or somebody else's wages were chosen,
        more than there is, another use is open, or the bond is in no state for it.
    """
    project = officers_project(actor, code)
    bond = live_bond(project)
    today = timezone.localdate(now)
    if bond.status not in Bond.USABLE:
        raise Refused("bond.not_usable", status=bond.get_status_display())
    if order.until < order.issued_on:
        raise Refused("bond.order_days", "order_until")
    if order.until >= today:
        raise Refused("bond.order_running", "order_until", until=order.until)
    reason = stated(reason, Refused("bond.unexplained", "reason"))
    if not order.number.strip():
        raise Refused("bond.no_order", "order_number")
    payable = {one.line: one for one in payable_lines(actor=actor, project=project.pk, as_of=today)}
    chosen = [payable[line] for line in dict.fromkeys(lines) if line in payable]
    if not chosen or len(chosen) < len(set(lines)):
        raise Refused("bond.lines_not_owed", "lines")
    total = sum((one.amount for one in chosen), Decimal(0))
    deposit, backed = _source(bond, guarantee, total, today)
    if bond.uses.filter(status__in=BondUse.OPEN).exists():
        raise Refused("bond.use_open")
    use = BondUse.everything.create(
        number=_new_number(project.region_id, today),
        bond=bond,
        deposit=deposit,
        guarantee=backed,
        total=total,
        order_number=order.number.strip()[:60],
        order_issued_on=order.issued_on,
        order_until=order.until,
        reason=reason,
        drafted_by=actor.id,
        drafted_by_name=actor.name,
        drafted_at=now,
    )
    BondUseLine.everything.bulk_create(
        BondUseLine(use=use, line_id=one.pk, amount=one.amount) for one in chosen
    )
    _record(use, actor, DRAFT, now, count=len(chosen), reason=reason)
    return use


def _source(
    bond: Bond, guarantee: UUID | None, total: Decimal, today: date
) -> tuple[BondDeposit | None, Guarantee | None]:
    """The account or the guarantee that pays; it has enough.

    :raises Refused: there is none, or it has not.
    """
    if guarantee is None:
        deposit = bond.deposits.filter(status=BondDeposit.Status.ACTIVE).first()
        if deposit is None:
            raise Refused("bond.no_account")
        if total > deposit.balance:
            raise Refused("bond.not_covered", total=yuan(total), held=yuan(deposit.balance))
        return deposit, None
    backed = bond.guarantees.filter(uuid=guarantee).standing(today).first()
    if backed is None:
        raise Refused("guarantee.not_standing", "guarantee")
    if total > backed.remaining:
        raise Refused("bond.not_covered", total=yuan(total), held=yuan(backed.remaining))
    return None, backed


def _new_number(region: str, today: date) -> str:
    """BZ, the county, the month and a number; two at once wait for each other."""
    prefix = f"BZ{region}{today:%Y%m}"
    take_turns(Lock.BOND_USE_NUMBERS, prefix)
    ours = BondUse.everything.filter(number__startswith=prefix)
    last = ours.aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last[-4:]) + 1 if last else 1:04d}"


@transaction.atomic
def issue_use(*, actor: Actor, uuid: UUID, now: datetime) -> BondUse:
    """Sign the 支付通知书 or 索赔通知书: the lines are claimed, and the time to pay runs.

    Not by whoever drew it up. A line that was paid meanwhile stops the whole of it.

    :raises BondUse.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: drawn up by the same officer, a line that is no longer owed, less money than
        then, or issued already.
    """
    use, bond = _locked_use(actor, uuid)
    require_officer(actor, bond.project)
    if use.drafted_by == actor.id:
        raise Refused("bond.use_own")
    if bond.status not in Bond.USABLE:
        raise Refused("bond.not_usable", status=bond.get_status_display())
    today = timezone.localdate(now)
    guarantee = use.guarantee.uuid if use.guarantee else None
    _source(bond, guarantee, use.total, today)
    due, pay_by = _time_to_pay(use, bond, now)
    transition(
        use,
        UseStatus.ISSUED,
        from_states=[UseStatus.DRAFT],
        refusal=Overtaken("bond.use_moved"),
        issued_by=actor.id,
        issued_by_name=actor.name,
        issued_at=now,
        pay_by=pay_by,
        pay_why=due.why,
    )
    _claim(use, list(use.lines.select_related("line")), actor, now)
    if use.guarantee:
        transition(
            use.guarantee,
            Guarantee.Status.CLAIMING,
            from_states=[
                Guarantee.Status.ACTIVE,
                Guarantee.Status.EXPIRING,
                Guarantee.Status.CLAIMED,
            ],
            refusal=Refused("guarantee.not_standing"),
        )
    move_bond(
        bond,
        Status.IN_USE,
        actor=actor,
        now=now,
        due=due,
        note=f"{use.number}：向 {use.lines.count()} 名工人支付 {yuan(use.total)} 元",
    )
    _record(use, actor, ISSUE, now, count=use.lines.count())
    return use


def _time_to_pay(use: BondUse, bond: Bond, now: datetime) -> tuple[Due, datetime]:
    """By when the bank or guarantor has paid: in hours where a company's are set, else in 工作日.

    :raises Refused: the policy sets neither.
    """
    policy, today = bond.policy.value, timezone.localdate(now)
    company = use.guarantee is not None and use.guarantee.form == Form.COMPANY
    if company and policy.pay_hours:
        until = now + timedelta(hours=policy.pay_hours)
        on = timezone.localdate(until)
        why = f"签发索赔通知（{timezone.localtime(now):%Y-%m-%d %H:%M}）后 {policy.pay_hours} 小时"
        return Due(Bond.Due.PAY, on, why), until
    if policy.pay_days is None:
        raise Refused("bond.days_unset", setting="银行或担保人支付期限")
    due = in_working_days(Bond.Due.PAY, "签发通知", today, policy.pay_days)
    end = datetime.combine(due.on, datetime.max.time().replace(microsecond=0))
    return due, timezone.make_aware(end)


def _claim(use: BondUse, lines: Sequence[BondUseLine], actor: Actor, now: datetime) -> None:
    items = claim_lines(
        lines=[one.line.uuid for one in lines],
        payer=use.subject,
        number=use.number,
        actor=actor,
        now=now,
    )
    by_line = {item.line_id: item for item in items}
    for one in lines:
        one.item = by_line[one.line_id]
        if one.item.amount != one.amount:
            raise Refused("bond.lines_not_owed", "lines")
    BondUseLine.everything.bulk_update(lines, ["item"], batch_size=1000)


@transaction.atomic
def cancel_use(*, actor: Actor, uuid: UUID, reason: str, now: datetime) -> BondUse:
    """Take back what was drawn up, before it was issued.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: without a reason, or issued already: then the bank is told and it is closed.
    """
    use, bond = _locked_use(actor, uuid)
    require_officer(actor, bond.project)
    reason = stated(reason, Refused("bond.unexplained", "reason"))
    transition(
        use,
        UseStatus.CANCELLED,
        from_states=[UseStatus.DRAFT],
        refusal=Overtaken("bond.use_moved"),
        closed_at=now,
    )
    _record(use, actor, CANCEL, now, reason=reason)
    return use


# Following each payment -------------------------------------------------------------------------


@transaction.atomic
def record_payments(
    *, actor: Actor, uuid: UUID, payments: Collection[WorkerPayment], now: datetime
) -> int:
    """Write down what became of workers' payments; how many moved. The same again changes nothing.

    The bank of the account or of the guarantee does, and 人社 for a guarantor that is not on the
    platform. Each moves the money of the account or counts against the guarantee, and settles the
    pay line, in one transaction. One that was paid and came back is told of as not paid.

    :raises BondUse.DoesNotExist: out of scope.
    :raises Forbidden: neither that bank's clerk nor an officer.
    :raises Refused: not issued, a day before it or to come, without a reason where not paid, a
        worker who is not in it.
    """
    use, bond = _locked_use(actor, uuid)
    _require_payer_or_officer(actor, use, bond)
    if use.status == UseStatus.DRAFT or use.issued_at is None:
        raise Refused("bond.use_not_issued")
    today, issued_on = timezone.localdate(now), timezone.localdate(use.issued_at)
    lines = _latest_lines(use)
    outcomes = []
    for one in payments:
        if one.line not in lines:
            raise Refused("bond.line_not_in_use", "line")
        if one.on > today:
            raise Refused("day.to_come", "on")
        if one.on < issued_on:
            raise Refused("bond.paid_before_issue", "on", issued=issued_on)
        if not one.is_paid and not one.reason.strip():
            raise Refused("bond.unpaid_unexplained", "reason")
        item = lines[one.line].item
        if item is None or item.status == _told(one):
            continue
        outcomes.append((item, one))
    if use.status in (UseStatus.PAID, UseStatus.PARTLY) and any(
        one.is_paid or item.status != ItemStatus.PAID for item, one in outcomes
    ):
        # After its end only money that comes back is news.
        raise Refused("bond.use_moved")
    if not outcomes:
        return 0
    for item, one in outcomes:
        _move_money(use, item, one, actor, now)
    settle_claims(
        payer=use.subject,
        outcomes=[
            ClaimOutcome(item.pk, one.is_paid, one.on, one.reference.strip(), one.reason.strip())
            for item, one in outcomes
        ],
        now=now,
    )
    paid = sum(one.is_paid for _, one in outcomes)
    _record(use, actor, PAID, now, paid=paid, failed=len(outcomes) - paid)
    _after_payments(use, bond, actor, now)
    return len(outcomes)


def _told(one: WorkerPayment) -> str:
    return ItemStatus.PAID if one.is_paid else ItemStatus.FAILED


def _latest_lines(use: BondUse) -> dict[UUID, BondUseLine]:
    """The last attempt for each worker, by the pay line's UUID."""
    rows = use.lines.select_related("line", "item").order_by("pk")
    return {row.line.uuid: row for row in rows}


def _move_money(
    use: BondUse, item: PaymentItem, one: WorkerPayment, actor: Actor, now: datetime
) -> None:
    comes_back = item.status == ItemStatus.PAID
    if item.status == ItemStatus.FAILED or not (one.is_paid or comes_back):
        return
    if use.deposit:
        kind = BondEntry.Kind.RETURNED if comes_back else BondEntry.Kind.PAYOUT
        write_entry(
            use.deposit,
            kind=kind,
            amount=item.amount,
            booked_on=one.on,
            reference=one.reference,
            actor=actor,
            now=now,
            note=item.end_to_end_id,
        )
    elif use.guarantee:
        change = -item.amount if comes_back else item.amount
        try:
            with transaction.atomic():
                Guarantee.everything.filter(pk=use.guarantee.pk).update(
                    claimed=F("claimed") + change
                )
        except IntegrityError:
            held = yuan(use.guarantee.remaining)
            raise Refused("bond.not_covered", total=yuan(item.amount), held=held) from None


def _after_payments(use: BondUse, bond: Bond, actor: Actor, now: datetime) -> None:
    """When every worker is paid the use is done by itself; after its end, money came back."""
    if use.status == UseStatus.ISSUED:
        statuses = {row.item.status for row in _latest_lines(use).values() if row.item}
        if statuses == {ItemStatus.PAID}:
            _finish(use, bond, UseStatus.PAID, actor, now)
    elif use.status == UseStatus.PAID:
        try_transition(use, UseStatus.PARTLY, from_states=[UseStatus.PAID])
        _follow_use(bond, use, actor, now)


@transaction.atomic
def retry_line(*, actor: Actor, uuid: UUID, line: UUID, now: datetime) -> BondUseLine:
    """Have a returned payment made again, to the card that the worker has now.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: not returned, or the use is over.
    """
    use, bond = _locked_use(actor, uuid)
    require_officer(actor, bond.project)
    last = _latest_lines(use).get(line)
    returned = last is not None and last.item is not None and last.item.status == ItemStatus.FAILED
    if use.status != UseStatus.ISSUED or last is None or not returned:
        raise Refused("bond.line_not_returned", "line")
    again = BondUseLine.everything.create(use=use, line=last.line, amount=last.amount)
    _claim(use, [again], actor, now)
    _record(use, actor, ISSUE, now, count=1)
    return again


@transaction.atomic
def close_use(*, actor: Actor, uuid: UUID, reason: str, now: datetime) -> BondUse:
    """End a use of which not everybody could be paid: what is not paid is owed as before.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: without a reason, or not under way.
    """
    use, bond = _locked_use(actor, uuid)
    require_officer(actor, bond.project)
    reason = stated(reason, Refused("bond.unexplained", "reason"))
    if use.status != UseStatus.ISSUED:
        raise Overtaken("bond.use_moved")
    release_claims(payer=use.subject, on=timezone.localdate(now), now=now)
    _finish(use, bond, UseStatus.PARTLY, actor, now, reason)
    return use


def _finish(
    use: BondUse, bond: Bond, to: str, actor: Actor, now: datetime, reason: str = ""
) -> None:
    transition(
        use,
        to,
        from_states=[UseStatus.ISSUED],
        refusal=Overtaken("bond.use_moved"),
        closed_at=now,
    )
    paid = use.lines.filter(item__status=ItemStatus.PAID)
    total = paid.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    _record(use, actor, CLOSED, now, paid=paid.count(), reason=reason)
    if use.guarantee:
        use.guarantee.refresh_from_db()
        guarantee = use.guarantee
        to_state = Guarantee.Status.CLAIMED if guarantee.claimed else Guarantee.Status.ACTIVE
        try_transition(guarantee, to_state, from_states=[Guarantee.Status.CLAIMING])
    refund = bond.refunds.filter(status__in=("publicity", "applied", "agreed")).first()
    if refund is not None:
        # Wages had to be paid from it: nothing is given back by what was applied for before.
        try_transition(refund, "withdrawn", from_states=[refund.status], opinion="期间动用了保证金")
    words = f"{use.number} 办结，支付 {yuan(total)} 元"
    _follow_use(bond, use, actor, now, words)


def _follow_use(
    bond: Bond, use: BondUse, actor: Actor, now: datetime, event: str = "支付款项退回"
) -> None:
    bond.refresh_from_db()
    follow_holdings(
        bond,
        actor=actor,
        now=now,
        cause=Bond.Cause.USE,
        event=event,
        days=bond.policy.value.topup_days,
    )


def _locked_use(actor: Actor, uuid: UUID) -> tuple[BondUse, Bond]:
    """The use in the actor's scope and its bond, the bond's row held."""
    seen = BondUse.objects.visible_to(actor).get(uuid=uuid)
    bond = locked_bond(seen.bond_id)
    rows = BondUse.everything.select_related("deposit", "guarantee")
    use = rows.select_for_update(of=("self",)).get(pk=seen.pk)
    use.bond = bond
    return use, bond


def is_payer_of(use: BondUse, *, actor: Actor) -> bool:
    """Whether the actor is a clerk of the bank that pays."""
    banks = (use.deposit.bank_id if use.deposit else None, use.guarantee and use.guarantee.bank_id)
    return actor.has_role(Role.BANK_CLERK) and actor.organisation in banks


def _require_payer_or_officer(actor: Actor, use: BondUse, bond: Bond) -> None:
    if not is_payer_of(use, actor=actor) and not is_officer_of(bond.project, actor=actor):
        raise Forbidden("bond.banks_work")


def _record(use: BondUse, actor: Actor, action: str, now: datetime, **more: object) -> None:
    detail = {"number": use.number, "total": str(use.total), "order": use.order_number} | more
    record_act(use.bond.project, actor, action, use.subject, now, detail)
