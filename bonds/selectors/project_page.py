"""What the pages of one project's bond show, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from bonds.amount import Combination
from bonds.models import (
    Bond,
    BondDeposit,
    BondEvent,
    BondRefund,
    BondRequirement,
    BondUse,
    BondUseLine,
    Guarantee,
)
from bonds.policy import ACT_LABELS, Act
from bonds.selectors import bonds
from bonds.selectors.bonds import AskedPaper, ShownGuarantee, is_officer_of
from bonds.selectors.refunds import REFUND
from bonds.transitions import EXCLUSIONS, GUARANTEE_TONES, TONES
from core.actor import Actor
from core.hook_kinds import standing_bars
from core.masking import mask_card, mask_name
from core.money import yuan
from payroll.models import PaymentItem
from payroll.selectors.owed import PayableLine, payable_lines
from projects import permissions
from projects.models import Project
from projects.selectors import ProjectHeader

Status = Bond.Status


@dataclass(frozen=True, slots=True)
class PaperList:
    """The papers of one act."""

    act: Act
    label: str
    papers: Sequence[AskedPaper]


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """A refund with the steps that the actor may take."""

    row: BondRefund
    may_apply: bool
    may_review: bool
    may_confirm: bool
    may_withdraw: bool

    @property
    def dialog(self) -> str:
        """What its part of the page is called."""
        return f"withdraw-{self.row.uuid}"


@dataclass(frozen=True, slots=True)
class ProjectBond:
    """Everything about a project's bond, and what the actor may do with it."""

    bond: Any | None
    tone: str
    requirement: BondRequirement | None
    earlier: Sequence[BondRequirement]
    ways: Sequence[Combination]
    deposits: Sequence[BondDeposit]
    guarantees: Sequence[ShownGuarantee]
    uses: Sequence[BondUse]
    refunds: Sequence[ShownRefund]
    papers: Sequence[PaperList]
    events: Sequence[BondEvent]
    bars: Sequence[str]
    is_contractor: bool
    is_officer: bool
    may_store: bool
    may_use: bool
    may_refund: bool

    @property
    def held_words(self) -> str:
        """What of it is cash and what guarantees."""
        if self.bond is None:
            return ""
        return f"现金 {yuan(self.bond.cash)}，保函 {yuan(self.bond.guaranteed)}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of the latest requirement, numbers as people read them."""
        if self.requirement is None:
            return []
        return [
            step
            | {
                "rate": _plain(step["rate"]),
                "amount": Decimal(step["amount"]) if step["amount"] is not None else None,
            }
            for step in self.requirement.steps
        ]

    @property
    def rate(self) -> str:
        """The rate that the latest requirement came to."""
        return _plain(self.requirement.rate) if self.requirement else ""


def _plain(number: Any) -> str:
    return "" if number is None else f"{Decimal(number).normalize():f}"


def project_page(head: ProjectHeader, *, actor: Actor, as_of: date) -> ProjectBond:
    """A project's bond as its page shows it; the same number of queries whatever it holds."""
    project = head.project
    shown = bonds.bond_of(project, actor=actor, as_of=as_of)
    is_contractor = permissions.can(actor, project, "bond")
    is_officer = is_officer_of(project, actor=actor)
    if shown is None:
        return ProjectBond(
            *(None, "plain", None, (), (), (), (), (), (), (), (), ()),
            *(is_contractor, is_officer, False, False, False),
        )
    made = bonds.requirements(shown, actor=actor)
    sees_papers = is_contractor or is_officer
    is_done = project.status == Project.Status.COMPLETED
    refundable = is_done and shown.status in Bond.STORED
    bars = standing_bars(REFUND, [project.pk]).get(project.pk, []) if is_done else []
    storable = (Status.PENDING, Status.HELD, Status.SHORT, Status.RESTORED, Status.IN_USE)
    return ProjectBond(
        bond=shown,
        tone=TONES[shown.status],
        requirement=made[0] if made else None,
        earlier=made[1:],
        ways=bonds.cheapest_ways(shown) if is_contractor and shown.missing > 0 else (),
        deposits=bonds.deposits(shown, actor=actor),
        guarantees=bonds.guarantees(shown, actor=actor, as_of=as_of),
        uses=bonds.uses(shown, actor=actor),
        refunds=[
            _shown_refund(row, actor, as_of, is_contractor=is_contractor, is_officer=is_officer)
            for row in bonds.refunds(shown, actor=actor)
        ],
        papers=_papers(shown, made[0] if made else None, actor) if sees_papers else (),
        events=list(BondEvent.objects.visible_to(actor).filter(bond=shown).order_by("-at", "-pk")),
        bars=bars,
        is_contractor=is_contractor,
        is_officer=is_officer,
        may_store=is_contractor and shown.status in storable,
        may_use=is_officer and shown.status in Bond.USABLE,
        may_refund=refundable and not bars,
    )


def _shown_refund(
    row: BondRefund, actor: Actor, as_of: date, *, is_contractor: bool, is_officer: bool
) -> ShownRefund:
    state = BondRefund.Status
    applicant = is_officer if row.by_bureau else is_contractor
    return ShownRefund(
        row,
        may_apply=applicant and row.status == state.PUBLICITY and row.publicity_until < as_of,
        may_review=is_officer and row.status == state.APPLIED and row.begun_by != actor.id,
        may_confirm=is_officer and row.status == state.AGREED and row.reviewed_by != actor.id,
        may_withdraw=is_officer and row.status == state.PUBLICITY,
    )


def _papers(shown: Bond, made: BondRequirement | None, actor: Actor) -> list[PaperList]:
    asked = bonds.asked_papers(shown, made, actor=actor)
    lists = (PaperList(act, ACT_LABELS[act], asked[act]) for act in Act)
    return [one for one in lists if one.papers]


@dataclass(frozen=True, slots=True)
class GuaranteePage:
    """A guarantee as its page shows it."""

    row: Guarantee
    tone: str
    days_left: int
    ends_before_works: bool
    exclusions: Sequence[str]
    may_review: bool
    may_replace: bool


def guarantee_page(uuid: UUID, *, actor: Actor, as_of: date) -> GuaranteePage:
    """:raises Guarantee.DoesNotExist: out of scope."""
    row = bonds.guarantee(uuid, actor=actor)
    project = row.bond.project
    return GuaranteePage(
        row,
        GUARANTEE_TONES[row.status],
        (row.valid_until - as_of).days,
        row.valid_until < project.planned_end,
        [EXCLUSIONS.get(key, key) for key in row.exclusions],
        may_review=row.status == Guarantee.Status.SUBMITTED and is_officer_of(project, actor=actor),
        may_replace=row.status in Guarantee.STANDING and permissions.can(actor, project, "bond"),
    )


@dataclass(frozen=True, slots=True)
class UseChoices:
    """From what, and whom, a use may pay."""

    sources: Sequence[tuple[str, str]]
    payable: Sequence[tuple[str, str]]
    lines: Sequence[PayableLine]
    total: Decimal


def use_choices(project: Project, *, actor: Actor, as_of: date) -> UseChoices:
    """The account and guarantees that have money, and the wages that are owed on a project."""
    sources = []
    account = BondDeposit.objects.visible_to(actor).filter(
        bond__project=project, bond__ended_on=None, status=BondDeposit.Status.ACTIVE
    )
    for deposit in account:
        sources.append(("cash", f"保证金账户（余额 {yuan(deposit.balance)} 元）"))
    backed = Guarantee.objects.visible_to(actor).filter(bond__project=project, bond__ended_on=None)
    for row in backed.standing(as_of).order_by("valid_until"):
        sources.append((str(row.uuid), f"{row}（可索赔 {yuan(row.remaining)} 元）"))
    lines = payable_lines(actor=actor, project=project.pk, as_of=as_of)
    payable = [(str(one.line), one.worker) for one in lines]
    return UseChoices(sources, payable, lines, sum((one.amount for one in lines), Decimal(0)))


@dataclass(frozen=True, slots=True)
class UseLine:
    """A worker's payment as the use's page shows it; the last attempt of each."""

    line: UUID
    worker: str
    card: str
    sheet: str
    month: date
    amount: Decimal
    status: str
    tone: str
    paid_on: date | None
    reference: str
    reason: str
    attempts: int
    may_retry: bool


@dataclass(frozen=True, slots=True)
class UsePage:
    """A use as its page shows it, and what the actor may do with it."""

    row: BondUse
    lines: Sequence[UseLine]
    open_lines: Sequence[UUID]
    paid: Decimal
    payer: str
    may_issue: bool
    may_cancel: bool
    may_pay: bool
    may_close: bool


_TONES = {"pending": "wait", "paid": "good", "failed": "bad"}


def use_page(uuid: UUID, *, actor: Actor, as_of: date) -> UsePage:
    """:raises BondUse.DoesNotExist: out of scope."""
    row = bonds.use(uuid, actor=actor)
    officer = is_officer_of(row.bond.project, actor=actor)
    payers = (row.deposit and row.deposit.bank_id, row.guarantee and row.guarantee.bank_id)
    is_payer = actor.has_role("bank_clerk") and actor.organisation in payers
    under_way = row.status == BondUse.Status.ISSUED
    lines = _use_lines(row, actor, may_retry=officer and under_way)
    return UsePage(
        row=row,
        lines=lines,
        open_lines=[one.line for one in lines if one.status == "待支付"] if under_way else (),
        paid=sum((one.amount for one in lines if one.paid_on), Decimal(0)),
        payer=row.payer,
        may_issue=officer and row.status == BondUse.Status.DRAFT and row.drafted_by != actor.id,
        may_cancel=officer and row.status == BondUse.Status.DRAFT,
        may_pay=(officer or is_payer) and under_way,
        may_close=officer and under_way,
    )


def _use_lines(row: BondUse, actor: Actor, *, may_retry: bool) -> list[UseLine]:
    rows = (
        BondUseLine.objects.visible_to(actor)
        .filter(use=row)
        .select_related("line__sheet", "line__engagement__person", "item__card")
    )
    attempts: dict[UUID, list[BondUseLine]] = {}
    for one in rows.order_by("pk"):
        attempts.setdefault(one.line.uuid, []).append(one)
    return [_use_line(tries, may_retry) for tries in attempts.values()]


def _use_line(tries: Sequence[BondUseLine], may_retry: bool) -> UseLine:
    last = tries[-1]
    item = last.item
    paid = item is not None and item.status == PaymentItem.Status.PAID
    return UseLine(
        line=last.line.uuid,
        worker=mask_name(last.line.engagement.person.name),
        card=mask_card(item.card.number) if item else "",
        sheet=last.line.sheet.number,
        month=last.line.sheet.month,
        amount=last.amount,
        status=item.get_status_display() if item else "待签发",
        tone=_TONES[item.status] if item else "plain",
        paid_on=item.settled_on if item and paid else None,
        reference=item.bank_reference if item else "",
        reason=item.reason if item else "",
        attempts=len(tries),
        may_retry=may_retry and item is not None and item.status == PaymentItem.Status.FAILED,
    )
