"""The bank's side of the story: every account's movements, told by statements as they come."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.conf import settings

from accounts.bank.camt053 import CREDIT, DEBIT, Movement, Statement
from accounts.bank.pain002 import REASONS, REJECTED, StatusReport, TransferOutcome
from accounts.models import SpecialAccount
from accounts.services import record_statement
from payroll.models import PaymentItem, PaymentOrder
from payroll.services.payments import apply_report
from payroll.services.returns import reconcile
from sandbox_bank.ledger import open_ledger

_OWNERS_ACCOUNT = "65050161500000008888"
#: How wages are told apart on the wire; what is not paid out to a card needs no code.
_RETURN_CODES = ("PMNT", "ICDT", "RRTN")


class Books:
    """One wage account as its bank keeps it."""

    def __init__(self, account: SpecialAccount, owner: str) -> None:
        self.account, self.owner = account, owner
        self.balance = Decimal(0)
        self.told_until = account.opened_on
        self._numbers = count(1)
        self._statements = count(1)

    def deposit(self, amount: Decimal, now: datetime) -> None:
        """The owner pays labour cost in."""
        party: dict[str, Any] = {
            "counterparty_name": self.owner,
            "counterparty_account": _OWNERS_ACCOUNT,
        }
        self._tell([self._move(CREDIT, amount, now, "拨付人工费用", **party)], now)

    def spend(self, amount: Decimal, payee: str, number: str, summary: str, now: datetime) -> None:
        """Money leaves the account for something that is not wages."""
        party: dict[str, Any] = {"counterparty_name": payee, "counterparty_account": number}
        self._tell([self._move(DEBIT, amount, now, summary, **party)], now)

    def nothing_new(self, now: datetime) -> None:
        """A statement without movements: the bank still says what stands on the account."""
        self._tell([], now)

    def pay(self, order: PaymentOrder, wrong: int, now: datetime) -> None:
        """Pay an order but for its last ``wrong`` transfers, whose holders' names differ."""
        items = list(order.items.select_related("card__person").order_by("pk"))
        cut = len(items) - wrong
        PaymentOrder.everything.filter(pk=order.pk, status=PaymentOrder.Status.PENDING).update(
            status=PaymentOrder.Status.SENT, sent_at=now
        )
        outcomes = [TransferOutcome(item.end_to_end_id, "ACSC") for item in items[:cut]]
        outcomes += [
            TransferOutcome(item.end_to_end_id, REJECTED, "BE01", REASONS["BE01"])
            for item in items[cut:]
        ]
        status = "PART" if wrong else "ACSC"
        report = StatusReport(
            f"R{order.number}", now, order.number, status, outcomes=tuple(outcomes)
        )
        apply_report(order=order, report=report, now=now)
        self._tell([*self._wages(items, now), *self._returns(items[cut:], now)], now)

    def _wages(self, items: Iterable[PaymentItem], now: datetime) -> list[Movement]:
        return [self._transfer(DEBIT, item, now, "代发工资") for item in items]

    def _returns(self, items: Iterable[PaymentItem], now: datetime) -> list[Movement]:
        summary = f"退汇：{REASONS['BE01']}"
        return [self._transfer(CREDIT, item, now, summary, _RETURN_CODES) for item in items]

    def _transfer(
        self,
        direction: str,
        item: PaymentItem,
        now: datetime,
        summary: str,
        codes: tuple[str, ...] = (),
    ) -> Movement:
        return self._move(
            direction,
            item.amount,
            now,
            summary,
            codes,
            counterparty_name=item.card.person.name,
            counterparty_account=item.card.number,
            end_to_end_id=item.end_to_end_id,
        )

    def _move(
        self,
        direction: str,
        amount: Decimal,
        now: datetime,
        summary: str,
        codes: tuple[str, ...] = (),
        **party: str,
    ) -> Movement:
        # The letter keeps these references apart from those that the running bank gives.
        reference = f"L{now:%Y%m%d}{next(self._numbers):06d}"
        return Movement(
            reference, now.date(), direction, amount, summary=summary, codes=codes, **party
        )

    def _tell(self, movements: list[Movement], now: datetime) -> None:
        """A statement of these movements, read in the light of what was ordered."""
        opening, self.balance = self.balance, self.balance + sum(m.signed for m in movements)
        statement = Statement(
            id=f"LS{self.account.number}{next(self._statements):04d}",
            account=self.account.number,
            from_date=min(self.told_until + timedelta(days=1), now.date()),
            to_date=now.date(),
            opening=opening,
            closing=self.balance,
            movements=tuple(movements),
        )
        self.told_until = now.date()
        record_statement(account=self.account, statement=statement, now=now)
        reconcile(account=self.account, now=now)

    def hand_over(self, now: datetime) -> None:
        """Open the account at the running sandbox bank with what stands on it."""
        with open_ledger(settings.BANK_STORE, now) as ledger:
            ledger.open_account(self.account.number, self.account.name, self.owner, self.balance)


def know_holder(card: str, name: str, now: datetime) -> None:
    """Let the running bank know whose card it is; wages under another name come back."""
    with open_ledger(settings.BANK_STORE, now) as ledger:
        ledger.register_holder(card, name)


def forget_bank() -> None:
    """Remove the running bank's store; it makes a new one at the next request."""
    store = settings.BANK_STORE
    for file in (store, *(store.with_name(f"{store.name}-{end}") for end in ("wal", "shm"))):
        file.unlink(missing_ok=True)
