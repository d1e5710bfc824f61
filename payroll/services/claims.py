"""Wages that somebody else pays than the wage account: claimed first, then settled.

Whoever pays from elsewhere (a bond) claims the lines before it gives any instruction. A claim is a
:class:`PaymentItem` without an order, so the database's one rule, no second open or paid item of
a line, holds between orders and claims as well: whoever comes second is refused.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.bank.pain002 import REJECTED, TransferOutcome
from core import audit
from core.actor import SYSTEM, Actor
from core.errors import Refused
from core.masking import mask_name
from core.touch import touch
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from payroll.services.payments import mark_failed, mark_paid, status_by_lines
from payroll.services.sheet_status import move_sheet
from workers.models import WageCard

ItemStatus, LineStatus = PaymentItem.Status, PayLine.Status
_COUNTS = {"payer": audit.CODE, "paid": "发放成功笔数", "failed": "发放失败笔数"}
CLAIM = audit.action(
    "payroll.claim",
    "由保证金代付工资",
    {"payer": audit.CODE, "count": "笔数", "total": audit.Amount("总金额")},
)
SETTLED = audit.action("payroll.claim_settled", "保证金代付结果", _COUNTS)
#: What a claim that is taken back says of its items.
_TAKEN_BACK = "代付已撤回"


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """What became of one claimed line: ``reference`` is the payer's bank's, ``reason`` why not."""

    item: int
    is_paid: bool
    on: date
    reference: str = ""
    reason: str = ""


@transaction.atomic
def claim_lines(
    *, lines: Collection[UUID], payer: str, number: str, actor: Actor, now: datetime
) -> list[PaymentItem]:
    """Claim unpaid lines for a payer, each to the card that its worker has now.

    ``payer`` is "kind:code", ``number`` begins the payments' identification. A sheet that waits
    for its review is approved by the claim: what an authority has people paid is settled.

    :raises Refused: a line is paid, being paid, or nothing to pay; or its worker has no card.
    """
    asked = PayLine.everything.filter(uuid__in=lines)
    # Sheets first and in order, as orders lock them: no line is ordered while it is claimed.
    sheets = {
        sheet.pk: sheet
        for sheet in PaySheet.everything.select_for_update()
        .filter(pk__in=asked.values("sheet"))
        .order_by("pk")
    }
    found = list(asked.select_related("engagement__person").order_by("sheet_id", "row"))
    _insist_payable(found, lines, sheets)
    cards = {
        card.person_id: card
        for card in WageCard.objects.filter(
            person__in={line.engagement.person_id for line in found},
            valid_to__isnull=True,
            valid_from__lte=timezone.localdate(now),
        )
    }
    without = [line for line in found if line.engagement.person_id not in cards]
    if without:
        names = "、".join(mask_name(line.engagement.person.name) for line in without[:5])
        raise Refused("payment.no_card", workers=names)
    attempt = PaymentItem.everything.filter(payer=payer).count()
    for line in found:
        line.card = cards[line.engagement.person_id]
        if line.status == LineStatus.FAILED:
            line.status = LineStatus.RETRYING
    PayLine.everything.bulk_update(found, ["card", "status"], batch_size=1000)
    items = PaymentItem.everything.bulk_create(
        PaymentItem(
            payer=payer,
            line=line,
            card=line.card,
            end_to_end_id=f"{number}{attempt + place:05d}",
            amount=line.net,
        )
        for place, line in enumerate(found, start=1)
    )
    for sheet in sheets.values():
        if sheet.status == PaySheet.Status.SUBMITTED:
            move_sheet(
                sheet,
                PaySheet.Status.APPROVED,
                actor=actor,
                now=now,
                from_states=[PaySheet.Status.SUBMITTED],
                note=f"由人社部门动用保证金支付（{number}）",
                stamp="approved_at",
            )
        own = [item for item in items if item.line.sheet_id == sheet.pk]
        detail = {
            "payer": payer,
            "count": len(own),
            "total": str(sum(item.amount for item in own)),
        }
        _record(sheet, actor, CLAIM, now, detail)
    return items


def _insist_payable(
    found: Sequence[PayLine], asked: Collection[UUID], sheets: dict[int, PaySheet]
) -> None:
    busy = set(
        PaymentItem.everything.exclude(status=ItemStatus.FAILED)
        .filter(line__in=found)
        .values_list("line_id", flat=True)
    )
    unpaid = (LineStatus.UNPAID, LineStatus.FAILED)
    for line in found:
        if (
            line.pk in busy
            or line.status not in unpaid
            or not line.net
            or sheets[line.sheet_id].status not in PaySheet.UNPAID
        ):
            raise Refused("payment.line_taken", worker=mask_name(line.engagement.person.name))
    if not found or len(found) < len(set(asked)):
        raise Refused("payment.nothing_to_pay")


@transaction.atomic
def settle_claims(*, payer: str, outcomes: Collection[ClaimOutcome], now: datetime) -> int:
    """Write down what became of claimed lines; how many moved. The same again changes nothing.

    An item leaves 待支付 once. One that was paid and came back is told of as not paid.
    """
    told = {one.item: one for one in outcomes}
    items = list(
        PaymentItem.everything.select_for_update(of=("self",))
        .filter(payer=payer, pk__in=told)
        .select_related("line")
        .order_by("pk")
    )
    moved = []
    for item in items:
        outcome = told[item.pk]
        comes_back = item.status == ItemStatus.PAID and not outcome.is_paid
        if item.status == ItemStatus.PENDING or comes_back:
            moved.append((item, outcome))
    for item, outcome in moved:
        ours = TransferOutcome(
            item.end_to_end_id,
            "ACSC" if outcome.is_paid else REJECTED,
            "",
            outcome.reason[:140],
            outcome.reference,
        )
        (mark_paid if outcome.is_paid else mark_failed)([(item, ours)], outcome.on)
    _follow_lines([item for item, _ in moved], payer, now)
    return len(moved)


@transaction.atomic
def release_claims(*, payer: str, on: date, now: datetime) -> int:
    """Take back what was claimed and not paid; the lines can be ordered again. How many."""
    items = list(
        PaymentItem.everything.select_for_update(of=("self",))
        .filter(payer=payer, status=ItemStatus.PENDING)
        .select_related("line")
        .order_by("pk")
    )
    for item in items:
        item.status, item.settled_on, item.reason = ItemStatus.FAILED, on, _TAKEN_BACK
    PaymentItem.everything.bulk_update(items, ["status", "settled_on", "reason"], 1000)
    # A line that the bank returned before waits again as returned; the others never left 未发放.
    PayLine.everything.filter(
        pk__in=[item.line_id for item in items], status=LineStatus.RETRYING
    ).update(status=LineStatus.FAILED)
    _follow_lines(items, payer, now)
    return len(items)


def _follow_lines(items: Sequence[PaymentItem], payer: str, now: datetime) -> None:
    """Each sheet takes its state from its lines, unless an order is at work on it."""
    by_sheet: dict[int, list[PaymentItem]] = {}
    for item in items:
        by_sheet.setdefault(item.line.sheet_id, []).append(item)
    rows = PaySheet.everything.select_for_update(of=("self",)).select_related("project")
    for sheet in rows.filter(pk__in=by_sheet).order_by("pk"):
        own = by_sheet[sheet.pk]
        paid = sum(item.status == ItemStatus.PAID for item in own)
        if not sheet.orders.filter(status__in=PaymentOrder.OPEN).exists():
            status, paid_on = status_by_lines(sheet)
            if status != sheet.status:
                move_sheet(
                    sheet,
                    status,
                    actor=SYSTEM,
                    now=now,
                    from_states=[sheet.status],
                    note="保证金代付的结果",
                    paid_on=paid_on,
                )
        detail = {"payer": payer, "paid": paid, "failed": len(own) - paid}
        _record(sheet, SYSTEM, SETTLED, now, detail)


def _record(
    sheet: PaySheet, actor: Actor, action: str, now: datetime, detail: dict[str, object]
) -> None:
    project = sheet.project.subject
    audit.record(actor, action, sheet.subject, now=now, within=project, detail=detail)
    touch(project)
