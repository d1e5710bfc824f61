"""Statements from the bank: each one once, each movement once, told apart by what it was for."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.bank.camt053 import (
    CASH_CODES,
    CHARGE_CODES,
    CREDIT,
    INTEREST_CODES,
    RETURN_CODES,
    Movement,
    Statement,
)
from accounts.bank.client import Bank, NotKnown
from accounts.models import SpecialAccount, StatementEntry, StatementImport
from core import audit
from core.actor import SYSTEM
from core.errors import Refused
from core.fields import half_width
from core.sealed import blind_index
from core.touch import touch
from projects.models import Participant

logger = logging.getLogger(__name__)

RECORD = audit.action(
    "account.statement",
    "收到银行对账单",
    {"closing": audit.Amount("期末余额"), "statement": audit.CODE},
)

#: Statements are asked for again from this many days before the last: a bank books late.
OVERLAP = timedelta(days=1)
_RETURN_WORDS = ("退汇", "退回", "退票", "冲正")
_CHARGE_WORDS = ("手续费", "工本费", "账户管理费", "汇划费")
_INTEREST_WORDS = ("结息", "利息")
_CASH_WORDS = ("现金", "取现")


def watched_accounts() -> list[int]:
    """The accounts whose statements are asked for: those that the bank still keeps."""
    kept = SpecialAccount.everything.exclude(status=SpecialAccount.Status.CLOSED)
    return list(kept.order_by("pk").values_list("pk", flat=True))


def fetch_statements(*, account: int, bank: Bank, now: datetime) -> SpecialAccount:
    """Ask the bank for what is new on an account and record it; the account.

    :raises accounts.bank.client.BankUnreachable: nothing more can be asked for now.
    """
    found = SpecialAccount.everything.select_related("project").get(pk=account)
    last = found.statements.order_by("-to_date").values_list("to_date", flat=True).first()
    since = last - OVERLAP if last else found.opened_on
    try:
        statements = bank.statements(found.number, since)
    except NotKnown:
        return found
    for statement in statements:
        try:
            record_statement(account=found, statement=statement, now=now)
        except Refused:
            # It comes again every time: what the bank says after it is not kept waiting.
            logger.exception("Account %s: a statement was not recorded", account)
    return found


@transaction.atomic
def record_statement(
    *, account: SpecialAccount, statement: Statement, now: datetime
) -> StatementImport | None:
    """Keep a statement and those of its movements that are new; None where it is known already.

    :raises Refused: its number is known with other balances or dates, one of its references with
        another amount, or it belongs to another account. Nothing of it is written.
    """
    if statement.account != account.number:
        raise Refused("statement.another_account", statement=statement.id)
    content = {
        "from_date": statement.from_date,
        "to_date": statement.to_date,
        "opening": statement.opening,
        "closing": statement.closing,
    }
    kept, is_new = StatementImport.everything.get_or_create(
        account=account, message_id=statement.id, defaults={**content, "received_at": now}
    )
    if not is_new:
        if any(getattr(kept, name) != value for name, value in content.items()):
            raise Refused("statement.another_content", statement=statement.id)
        return None
    entries = _new_entries(kept, statement)
    _refuse_changed_movements(account, entries)
    # By the bank's reference: a movement that stood in an earlier statement is not entered again.
    StatementEntry.everything.bulk_create(entries, batch_size=1000, ignore_conflicts=True)
    project = account.project.subject
    detail = {"statement": statement.id, "closing": str(statement.closing)}
    audit.record(SYSTEM, RECORD, account.subject, now=now, within=project, detail=detail)
    touch(project)
    return kept


def _refuse_changed_movements(account: SpecialAccount, entries: list[StatementEntry]) -> None:
    """A reference stands for one movement, in this statement and in those before it."""
    known = StatementEntry.everything.filter(
        account=account, bank_reference__in=[entry.bank_reference for entry in entries]
    )
    movements: dict[str, tuple[str, Decimal]] = {}
    for entry in (*known, *entries):
        movement = (entry.direction, entry.amount)
        if movements.setdefault(entry.bank_reference, movement) != movement:
            raise Refused("statement.another_movement", reference=entry.bank_reference)


def _new_entries(kept: StatementImport, statement: Statement) -> list[StatementEntry]:
    """The statement's movements as rows; those of no amount, which some banks send, left out."""
    owners = kept.account.project.participants.filter(role=Participant.Role.OWNER)
    latest = owners.select_related("organisation").order_by("-pk").first()
    owner = latest.organisation.name if latest else ""
    adds_up = (
        statement.opening + sum(movement.signed for movement in statement.movements)
        == statement.closing
    )
    balance, entries = statement.opening, []
    for movement in filter(attrgetter("amount"), statement.movements):
        balance += movement.signed
        # A running balance is only stated where it leads to the closing one.
        entries.append(_new_entry(kept, movement, balance if adds_up else None, owner))
    return entries


def _new_entry(
    kept: StatementImport, movement: Movement, balance: Decimal | None, owner: str
) -> StatementEntry:
    number = movement.counterparty_account
    return StatementEntry(
        account_id=kept.account_id,
        statement=kept,
        bank_reference=movement.reference,
        end_to_end_id=movement.end_to_end_id[:35],
        booked_on=movement.booked_on,
        direction=movement.direction,
        amount=movement.amount,
        balance=balance,
        counterparty_name=movement.counterparty_name[:140],
        counterparty_account=number,
        # The purpose that wage cards are indexed under: the two must meet.
        counterparty_index=blind_index(number, "card") if number else None,
        is_cash=_is_banks_own(movement, CASH_CODES, _CASH_WORDS),
        summary=movement.summary[:200],
        kind=classify(movement, owner),
    )


def classify(movement: Movement, owner: str) -> str:
    """What a movement was for, as far as the statement itself tells.

    Wages are told by whom they went to, which payroll knows (:func:`mark_wages`).
    """
    if movement.direction == CREDIT:
        if not RETURN_CODES.isdisjoint(movement.codes):
            return StatementEntry.Kind.RETURN
        if owner and _plain_name(movement.counterparty_name) == _plain_name(owner):
            return StatementEntry.Kind.DEPOSIT
        if _is_any(movement, RETURN_CODES, _RETURN_WORDS):
            return StatementEntry.Kind.RETURN
    elif _is_banks_own(movement, CHARGE_CODES, _CHARGE_WORDS):
        return StatementEntry.Kind.CHARGE
    if _is_banks_own(movement, INTEREST_CODES, _INTEREST_WORDS):
        return StatementEntry.Kind.INTEREST
    return StatementEntry.Kind.OTHER


def _plain_name(name: str) -> str:
    """A firm's name however a bank writes its brackets and gaps."""
    return "".join(half_width(name).split())


def _is_banks_own(movement: Movement, codes: frozenset[str], words: tuple[str, ...]) -> bool:
    # A payer may write "手续费" on anything: the words count only where nobody else was paid.
    return _is_any(movement, codes, () if movement.counterparty_account else words)


def _is_any(movement: Movement, codes: frozenset[str], words: tuple[str, ...]) -> bool:
    return not codes.isdisjoint(movement.codes) or any(word in movement.summary for word in words)


def mark_wages(*, account: SpecialAccount, end_to_end_ids: QuerySet, card_indexes: QuerySet) -> int:
    """Tell which unexplained debits were wages: by their instruction, or by the card paid to.

    Both are sub-queries of one column. How many were marked.
    """
    unexplained = StatementEntry.everything.filter(
        account=account,
        direction=StatementEntry.Direction.DEBIT,
        kind=StatementEntry.Kind.OTHER,
        is_cash=False,
    )
    wages = unexplained.filter(
        Q(end_to_end_id__in=end_to_end_ids) | Q(counterparty_index__in=card_indexes)
    )
    count = wages.update(kind=StatementEntry.Kind.WAGE)
    if count:
        touch(account.project.subject)
    return count
