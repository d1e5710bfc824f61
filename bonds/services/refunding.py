"""Giving a bond back 返还 65号22: publicity, application, review by another officer, confirmation.

What stands in the way (arrears, an open case, an unpaid sheet) is declared by the apps that know
of it, as bars of the act :data:`REFUND`; they are asked at every step.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bonds.models import Bond, BondRefund, Guarantee
from bonds.selectors.holdings import holdings, open_deposit
from bonds.selectors.refunds import REFUND
from bonds.services.common import (
    Paper,
    Status,
    contractors_project,
    days_of,
    keep_paper,
    live_bond,
    locked_bond,
    move_bond,
    officers_project,
    record_act,
    require_officer,
    set_due,
    stated,
)
from bonds.transitions import in_days, in_working_days
from core import attachments, audit
from core.actor import Actor
from core.errors import Overtaken, Refused
from core.hook_kinds import standing_bars
from core.transition import transition
from projects.models import Project

_REFUND: dict[str, str | audit.Amount | None] = {
    "from": "公示开始",
    "until": "公示截止",
    "opinion": "意见",
    "amount": audit.Amount("返还本金"),
}
BEGIN = audit.action("bond.refund_begin", "返还前公示", _REFUND)
APPLY = audit.action("bond.refund_apply", "申请返还保证金", _REFUND)
REVIEW = audit.action("bond.refund_review", "审核保证金返还", _REFUND)
CONFIRM = audit.action("bond.refund_confirm", "确认返还保证金", _REFUND)
WITHDRAW = audit.action("bond.refund_withdraw", "撤回保证金返还", _REFUND)
RefundStatus = BondRefund.Status


@transaction.atomic
def begin_publicity(
    *, actor: Actor, code: str, promise: Paper, photo: Paper, now: datetime
) -> BondRefund:
    """Post the written promise that nothing is owed, on the site's board and the public page.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises Refused: works go on, something bars it, another refund is open, or the papers are no
        pictures.
    """
    project = contractors_project(actor, code)
    bond = _refundable(project)
    return _begin(
        bond,
        actor,
        now,
        promise=keep_paper(promise, actor=actor, field="promise", now=now),
        photo=keep_paper(
            photo, actor=actor, field="photo", now=now, kinds=sorted(attachments.IMAGES)
        ),
    )


@transaction.atomic
def begin_by_bureau(*, actor: Actor, code: str, now: datetime) -> BondRefund:
    """Begin the publicity where the contractor of completed works does not 65号清查.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: as :func:`begin_publicity`.
    """
    bond = _refundable(officers_project(actor, code))
    return _begin(bond, actor, now, by_bureau=True)


def _refundable(project: Project) -> Bond:
    bond = live_bond(project)
    if project.status != Project.Status.COMPLETED:
        raise Refused("bond.works_go_on")
    if bond.status not in Bond.STORED:
        raise Refused("bond.not_refundable", status=bond.get_status_display())
    _insist_free(project)
    return bond


def _insist_free(project: Project) -> None:
    if bars := standing_bars(REFUND, [project.pk]):
        raise Refused("bond.refund_barred", bars="；".join(bars[project.pk]))


def _begin(bond: Bond, actor: Actor, now: datetime, **columns: object) -> BondRefund:
    today = timezone.localdate(now)
    days = days_of(bond.policy.value.publicity_days, "返还前公示")
    due = in_days(Bond.Due.PUBLICITY, "开始公示", today, days)
    refund = BondRefund.everything.create(
        bond=bond,
        publicity_from=today,
        publicity_until=due.on,
        begun_by=actor.id,
        begun_by_name=actor.name,
        begun_at=now,
        **columns,
    )
    move_bond(bond, Status.PUBLICITY, actor=actor, now=now, note="返还前公示", due=due)
    detail = {"from": today, "until": due.on}
    _record(refund, bond, actor, BEGIN, now, detail)
    return refund


@transaction.atomic
def apply_refund(*, actor: Actor, uuid: UUID, now: datetime) -> BondRefund:
    """Apply for the return once the publicity is over; the time to review runs from now.

    Of one that 人社 began, its officer applies.

    :raises BondRefund.DoesNotExist: out of scope.
    :raises Forbidden: another's work.
    :raises Refused: the publicity goes on, something bars it, or applied for already.
    """
    refund, bond = _locked_refund(actor, uuid)
    project = bond.project
    if refund.by_bureau:
        require_officer(actor, project)
    else:
        contractors_project(actor, project.code)
    today = timezone.localdate(now)
    if today <= refund.publicity_until:
        raise Refused("bond.publicity_running", until=refund.publicity_until)
    _insist_free(project)
    transition(
        refund,
        RefundStatus.APPLIED,
        from_states=[RefundStatus.PUBLICITY],
        refusal=Overtaken("bond.refund_moved"),
        applied_at=now,
        applied_by_name=actor.name,
    )
    days = days_of(bond.policy.value.review_days, "返还审核")
    due = in_working_days(Bond.Due.REVIEW, "申请返还", today, days)
    move_bond(bond, Status.REVIEW, actor=actor, now=now, note="申请返还", due=due)
    _record(refund, bond, actor, APPLY, now, {})
    return refund


@transaction.atomic
def review_refund(
    *, actor: Actor, uuid: UUID, agree: bool, opinion: str, now: datetime
) -> BondRefund:
    """Agree to the return, or say what is still owed; the bond then stands as before.

    :raises BondRefund.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: without an opinion where not agreed, begun by the same officer, agreed while
        something bars it, or reviewed already.
    """
    refund, bond = _locked_refund(actor, uuid)
    require_officer(actor, bond.project)
    opinion = " ".join(opinion.split())[:500]
    if not agree:
        opinion = stated(opinion, Refused("bond.refusal_unexplained", "opinion"), 500)
    if refund.begun_by == actor.id:
        raise Refused("bond.refund_own")
    if agree:
        _insist_free(bond.project)
    today = timezone.localdate(now)
    transition(
        refund,
        RefundStatus.AGREED if agree else RefundStatus.REFUSED,
        from_states=[RefundStatus.APPLIED],
        refusal=Overtaken("bond.refund_moved"),
        reviewed_by=actor.id,
        reviewed_by_name=actor.name,
        reviewed_at=now,
        opinion=opinion,
    )
    if agree:
        days = days_of(bond.policy.value.confirm_days, "出具返还（销户）确认书")
        due = in_working_days(Bond.Due.CONFIRM, "同意返还", today, days)
        set_due(bond, due)
    else:
        _back(bond, actor, now, f"不予返还：{opinion}")
    _record(refund, bond, actor, REVIEW, now, {"opinion": opinion or "同意"})
    return refund


@transaction.atomic
def confirm_refund(*, actor: Actor, uuid: UUID, now: datetime) -> BondRefund:
    """Sign the 返还（销户）确认书: the bond is returned; guarantees go back to the contractor.

    By another officer than the one who reviewed. The bank pays the principal out and closes the
    account on the strength of it (bonds.services.storing.close_deposit).

    :raises BondRefund.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: reviewed by the same officer, something bars it by now, or not agreed.
    """
    refund, bond = _locked_refund(actor, uuid)
    require_officer(actor, bond.project)
    if refund.reviewed_by == actor.id:
        raise Refused("bond.refund_reviewer")
    _insist_free(bond.project)
    today = timezone.localdate(now)
    deposit = open_deposit(bond)
    principal = deposit.balance if deposit else 0
    transition(
        refund,
        RefundStatus.CONFIRMED,
        from_states=[RefundStatus.AGREED],
        refusal=Overtaken("bond.refund_moved"),
        confirmed_by=actor.id,
        confirmed_by_name=actor.name,
        confirmed_at=now,
        amount=principal,
    )
    for guarantee in bond.guarantees.filter(
        status__in=(*Guarantee.STANDING, Guarantee.Status.EXPIRED)
    ):
        transition(
            guarantee,
            Guarantee.Status.RETURNED,
            from_states=[*Guarantee.STANDING, Guarantee.Status.EXPIRED],
            ended_on=today,
        )
    move_bond(bond, Status.RETURNED, actor=actor, now=now, note="确认返还", ended_on=today)
    _record(refund, bond, actor, CONFIRM, now, {"amount": str(principal)})
    return refund


@transaction.atomic
def withdraw_refund(*, actor: Actor, uuid: UUID, reason: str, now: datetime) -> BondRefund:
    """End a refund that arrears, a complaint or a mistake has overtaken; the bond stands as before.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: without a reason, or over already.
    """
    refund, bond = _locked_refund(actor, uuid)
    require_officer(actor, bond.project)
    reason = stated(reason, Refused("bond.unexplained", "reason"))
    transition(
        refund,
        RefundStatus.WITHDRAWN,
        from_states=[RefundStatus.PUBLICITY],
        refusal=Overtaken("bond.refund_moved"),
        opinion=reason,
    )
    _back(bond, actor, now, f"终止公示：{reason}")
    _record(refund, bond, actor, WITHDRAW, now, {"opinion": reason})
    return refund


def _back(bond: Bond, actor: Actor, now: datetime, note: str) -> None:
    """在监管 again, or 待补足 where a guarantee ran out meanwhile."""
    today = timezone.localdate(now)
    if holdings(bond, today).total >= bond.required:
        move_bond(bond, Status.HELD, actor=actor, now=now, note=note)
        return
    days = days_of(bond.policy.value.topup_days, "动用后补足期限")
    due = in_working_days(Bond.Due.TOP_UP, "返还未获同意", today, days)
    move_bond(
        bond,
        Status.SHORT,
        actor=actor,
        now=now,
        note=note,
        due=due,
        short_cause=Bond.Cause.GUARANTEE,
    )


def _locked_refund(actor: Actor, uuid: UUID) -> tuple[BondRefund, Bond]:
    """The refund in the actor's scope and its bond, the bond's row held."""
    seen = BondRefund.objects.visible_to(actor).get(uuid=uuid)
    bond = locked_bond(seen.bond_id)
    refund = BondRefund.everything.select_for_update(of=("self",)).get(pk=seen.pk)
    return refund, bond


def _record(
    refund: BondRefund,
    bond: Bond,
    actor: Actor,
    action: str,
    now: datetime,
    detail: dict[str, Any],
) -> None:
    record_act(bond.project, actor, action, refund.subject, now, detail)
