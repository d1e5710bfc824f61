"""Storing a bond in cash: the account, what is paid in, and what its bank books 65号."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from bonds.models import Bond, BondDeposit, BondEntry, BondPaper
from bonds.policy import ACT_LABELS, Act, Form
from bonds.selectors.bonds import is_officer_of
from bonds.services.common import (
    Paper,
    Status,
    contractors_project,
    follow_holdings,
    keep_paper,
    live_bond,
    locked_bond,
    record_act,
)
from core import audit
from core.actor import Actor, Forbidden
from core.errors import Overtaken, Refused
from core.money import yuan
from core.transition import transition
from identity import selectors as identity
from identity.roles import Role
from projects.models import Project

ACCOUNT = audit.action("bond.account", "登记保证金账户", {"name": "户名", "number": audit.CODE})
REPORT = audit.action(
    "bond.report", "报送保证金存入", {"amount": audit.Amount("金额"), "on": "日期"}
)
BOOK = audit.action(
    "bond.book",
    "保证金账户记账",
    {"kind": "种类", "amount": audit.Amount("金额"), "on": "日期", "state": "结果", "note": "说明"},
)
CLOSE = audit.action("bond.close", "保证金账户销户", {"amount": audit.Amount("返还本金")})
PAPER = audit.action("bond.paper", "上传保证金材料", {"act": "事项", "name": "材料"})
Kind, State = BondEntry.Kind, BondEntry.State
#: What a bank books by itself; wages and refunds have their own ways.
BANK_KINDS = (Kind.DEPOSIT, Kind.INTEREST, Kind.INTEREST_OUT)
#: States in which something is still to be stored, or may be added.
STORABLE = (Status.PENDING, Status.HELD, Status.SHORT, Status.RESTORED, Status.IN_USE)


@dataclass(frozen=True, slots=True)
class NewDeposit:
    """A bond account as the contractor registers it with its 存款协议书."""

    bank: UUID
    number: str
    name: str
    opened_on: date


@transaction.atomic
def register_deposit(
    *, actor: Actor, code: str, data: NewDeposit, agreement: Paper, now: datetime
) -> BondDeposit:
    """Register the account that was opened for a project's bond.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises Refused: cash is not admitted, nothing is to be stored, the account is taken, or the
        agreement is no PDF or picture.
    """
    project = contractors_project(actor, code)
    bond = _storable(project)
    _insist_admitted(bond, Form.CASH)
    if data.opened_on > timezone.localdate(now):
        raise Refused("day.to_come", "opened_on")
    if BondDeposit.everything.filter(bond=bond, status=BondDeposit.Status.ACTIVE).exists():
        raise Refused("bond.account_there")
    deposit = BondDeposit(
        bond=bond,
        bank=identity.bank(data.bank, actor=actor),
        number=data.number,
        name=data.name,
        opened_on=data.opened_on,
        agreement=keep_paper(agreement, actor=actor, field="agreement", now=now),
        created_at=now,
    )
    deposit.full_clean()
    deposit.save()
    detail = {"number": deposit.number, "name": deposit.name}
    _record(bond, actor, ACCOUNT, deposit.subject, now, detail)
    return deposit


@transaction.atomic
def report_deposit(
    *,
    actor: Actor,
    deposit: UUID,
    amount: Decimal,
    booked_on: date,
    slip: Paper,
    now: datetime,
) -> BondEntry:
    """Report what was paid in, with the bank's slip; it counts once the bank or 人社 has checked.

    :raises BondDeposit.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises Refused: a day before the account or to come, more than the contract amount.
    """
    found, bond = _locked_deposit(actor, deposit)
    contractors_project(actor, bond.project.code)
    _insist_storable(bond)
    _insist_day(found, booked_on, now)
    _insist_within_contract(bond, found, amount)
    entry = BondEntry.everything.create(
        deposit=found,
        kind=Kind.DEPOSIT,
        amount=amount,
        booked_on=booked_on,
        slip=keep_paper(slip, actor=actor, field="slip", now=now),
        reported_at=now,
        reported_by=actor.name,
    )
    detail = {"amount": str(amount), "on": booked_on}
    _record(bond, actor, REPORT, found.subject, now, detail)
    return entry


@transaction.atomic
def check_report(
    *, actor: Actor, entry: UUID, is_right: bool, reference: str, note: str, now: datetime
) -> BondEntry:
    """Book a reported payment, or say that it is not so; its bank does, or 人社.

    :raises BondEntry.DoesNotExist: out of scope.
    :raises Forbidden: neither that bank's clerk nor an officer.
    :raises Refused: without a note where it is not so, or checked already.
    """
    seen = BondEntry.objects.visible_to(actor).get(uuid=entry)
    deposit, bond = _locked_deposit(actor, seen.deposit.uuid)
    _require_bank_or_officer(actor, deposit, bond.project)
    note = " ".join(note.split())[:200]
    if not is_right and not note:
        raise Refused("bond.mismatch_unexplained", "note")
    found = BondEntry.everything.get(pk=seen.pk)
    try:
        with transaction.atomic():
            transition(
                found,
                State.BOOKED if is_right else State.REJECTED,
                from_states=[State.REPORTED],
                column="state",
                refusal=Overtaken("bond.entry_checked"),
                bank_reference=reference.strip()[:70] if is_right else "",
                settled_at=now,
                settled_by=actor.name,
                note=note,
            )
    except IntegrityError:
        raise Refused("bond.reference_taken", "reference") from None
    if is_right:
        _apply(deposit, found)
    _record_entry(bond, actor, found, now)
    if is_right:
        _follow(bond, actor, now, f"保证金存入 {yuan(found.amount)} 元")
    return found


@transaction.atomic
def book_entry(
    *,
    actor: Actor,
    deposit: UUID,
    kind: str,
    amount: Decimal,
    booked_on: date,
    reference: str,
    now: datetime,
) -> BondEntry:
    """Book what moved on a bond account, as its bank keeps it; the same reference once.

    Interest is the contractor's and may be drawn; principal leaves for workers and by a refund
    only, which have steps of their own.

    :raises BondDeposit.DoesNotExist: out of scope.
    :raises Forbidden: not a clerk of that bank.
    :raises Refused: another kind, a closed account, more interest than there is, or a reference
        that is booked already.
    """
    found, bond = _locked_deposit(actor, deposit)
    _require_bank(actor, found)
    if kind not in BANK_KINDS:
        raise Refused("bond.not_banks_kind", "kind")
    if kind == Kind.DEPOSIT:
        _insist_storable(bond)
        _insist_within_contract(bond, found, amount)
    if kind == Kind.INTEREST_OUT and amount > found.interest:
        raise Refused("bond.interest_short", "amount", interest=yuan(found.interest))
    _insist_day(found, booked_on, now)
    entry = write_entry(
        found,
        kind=kind,
        amount=amount,
        booked_on=booked_on,
        reference=reference,
        actor=actor,
        now=now,
    )
    _record_entry(bond, actor, entry, now)
    if kind == Kind.DEPOSIT:
        _follow(bond, actor, now, f"保证金存入 {yuan(amount)} 元")
    return entry


@transaction.atomic
def close_deposit(
    *, actor: Actor, deposit: UUID, booked_on: date, reference: str, now: datetime
) -> BondDeposit:
    """Pay the principal back and close the account, on the 返还（销户）确认书; its bank does.

    :raises BondDeposit.DoesNotExist: out of scope.
    :raises Forbidden: not a clerk of that bank.
    :raises Refused: the return was not confirmed, interest is still there, or closed already.
    """
    found, bond = _locked_deposit(actor, deposit)
    _require_bank(actor, found)
    if bond.status != Status.RETURNED:
        raise Refused("bond.return_not_confirmed", status=bond.get_status_display())
    _insist_day(found, booked_on, now)
    if found.interest:
        raise Refused("bond.interest_left", interest=yuan(found.interest))
    principal = found.balance
    if principal:
        entry = write_entry(
            found,
            kind=Kind.REFUND,
            amount=principal,
            booked_on=booked_on,
            reference=reference,
            actor=actor,
            now=now,
        )
        _record_entry(bond, actor, entry, now)
    transition(
        found,
        BondDeposit.Status.CLOSED,
        from_states=[BondDeposit.Status.ACTIVE],
        refusal=Overtaken("bond.account_closed"),
        closed_on=booked_on,
    )
    _record(bond, actor, CLOSE, found.subject, now, {"amount": str(principal)})
    return found


def write_entry(
    deposit: BondDeposit,
    *,
    kind: str,
    amount: Decimal,
    booked_on: date,
    reference: str,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> BondEntry:
    """A booked movement, with what it does to the balance; the caller holds the bond's row.

    :raises Refused: the reference is booked already.
    """
    try:
        with transaction.atomic():
            entry = BondEntry.everything.create(
                deposit=deposit,
                kind=kind,
                state=State.BOOKED,
                amount=amount,
                booked_on=booked_on,
                bank_reference=reference.strip()[:70],
                reported_at=now,
                reported_by=actor.name,
                settled_at=now,
                settled_by=actor.name,
                note=note[:200],
            )
    except IntegrityError:
        raise Refused("bond.reference_taken", "reference") from None
    _apply(deposit, entry)
    return entry


def _apply(deposit: BondDeposit, entry: BondEntry) -> None:
    """What a booked entry does to its account; the database refuses to go below nothing."""
    principal = BondEntry.PRINCIPAL.get(entry.kind, 0) * entry.amount
    interest = BondEntry.INTEREST_SIGN.get(entry.kind, 0) * entry.amount
    BondDeposit.everything.filter(pk=deposit.pk).update(
        balance=F("balance") + principal, interest=F("interest") + interest
    )
    deposit.refresh_from_db(fields=["balance", "interest"])


@transaction.atomic
def add_paper(
    *, actor: Actor, code: str, act: str, name: str, paper: Paper, now: datetime
) -> BondPaper:
    """Keep a paper that an act asks for; the same file again changes nothing.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises Refused: the act asks for no such paper, or it is no PDF or picture.
    """
    project = contractors_project(actor, code)
    bond = live_bond(project)
    asked = Act(act) if act in set(Act) else None
    if asked is None or name not in bond.policy.value.papers_for(asked, local=None):
        raise Refused("bond.paper_not_asked", "name")
    file = keep_paper(paper, actor=actor, field="file", now=now)
    kept, is_new = BondPaper.everything.get_or_create(
        bond=bond, act=act, name=name, file=file, defaults={"added_at": now, "added_by": actor.name}
    )
    if is_new:
        _record(bond, actor, PAPER, bond.subject, now, {"act": ACT_LABELS[asked], "name": name})
    return kept


def _storable(project: Project) -> Bond:
    bond = live_bond(project)
    _insist_storable(bond)
    return bond


def _insist_storable(bond: Bond) -> None:
    if bond.status not in STORABLE:
        raise Refused("bond.not_to_store", status=bond.get_status_display())


def _insist_admitted(bond: Bond, form: Form) -> None:
    admitted = bond.policy.value.forms
    if admitted is not None and form not in admitted:
        raise Refused("bond.form_not_admitted", "form")


def _insist_day(deposit: BondDeposit, day: date, now: datetime) -> None:
    if day > timezone.localdate(now):
        raise Refused("day.to_come", "booked_on")
    if day < deposit.opened_on:
        raise Refused("bond.before_opening", "booked_on", opened=deposit.opened_on)


def _insist_within_contract(bond: Bond, deposit: BondDeposit, amount: Decimal) -> None:
    contract = bond.project.contract_amount
    if deposit.balance + amount > contract:
        raise Refused("bond.above_contract", "amount", contract=yuan(contract))


def _locked_deposit(actor: Actor, uuid: UUID) -> tuple[BondDeposit, Bond]:
    """The account in the actor's scope and its bond, the bond's row held."""
    seen = BondDeposit.objects.visible_to(actor).get(uuid=uuid)
    bond = locked_bond(seen.bond_id)
    return BondDeposit.everything.select_for_update().get(pk=seen.pk), bond


def is_bank_of(deposit: BondDeposit, *, actor: Actor) -> bool:
    """Whether the actor is a clerk of the bank that keeps the account."""
    return actor.has_role(Role.BANK_CLERK) and actor.organisation == deposit.bank_id


def _require_bank(actor: Actor, deposit: BondDeposit) -> None:
    if not is_bank_of(deposit, actor=actor):
        raise Forbidden("bond.banks_work")


def _require_bank_or_officer(actor: Actor, deposit: BondDeposit, project: Project) -> None:
    if not is_bank_of(deposit, actor=actor) and not is_officer_of(project, actor=actor):
        raise Forbidden("bond.banks_work")


def _follow(bond: Bond, actor: Actor, now: datetime, event: str) -> None:
    follow_holdings(bond, actor=actor, now=now, cause=Bond.Cause.CONTRACT, event=event, days=None)


def _record_entry(bond: Bond, actor: Actor, entry: BondEntry, now: datetime) -> None:
    detail = {
        "kind": entry.get_kind_display(),
        "amount": str(entry.amount),
        "on": entry.booked_on,
        "state": entry.get_state_display(),
        "note": entry.note,
    }
    _record(bond, actor, BOOK, entry.deposit.subject, now, detail)


def _record(
    bond: Bond, actor: Actor, action: str, subject: str, now: datetime, detail: dict[str, Any]
) -> None:
    record_act(bond.project, actor, action, subject, now, detail)
