"""Wage accounts, what is paid into them and out of them, and the statements that say so."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from django.conf import settings

from accounts.bank.camt053 import CREDIT, DEBIT, Movement, Statement
from accounts.bank.pain002 import REASONS, REJECTED, StatusReport, TransferOutcome
from accounts.models import SpecialAccount
from accounts.services import NewAccount, agree_funding, record_statement, register_account
from demo import identity, projects, scenario, workers
from demo.projects import SiteProject
from payroll.models import PaymentItem, PaymentOrder
from payroll.services.payments import apply_report
from payroll.services.returns import reconcile
from sandbox_bank.ledger import open_ledger

#: A supplier who has no business with a wage account ACC-07.
_SUPPLIER = ("某某建材经销部", "65050161500000001234", Decimal("8600.00"), "材料款")
#: 刘志强 of the sample pay sheet: the bank knows the card under another name, and returns it.
_WRONG_HOLDER = ("6217008594069256665", "刘志刚")
_OWNERS_ACCOUNT = "65050161500000008888"
#: How wages are told apart on the wire; what is not paid out to a card needs no code.
_RETURN_CODES = ("PMNT", "ICDT", "RRTN")


class BankBooks:
    """One wage account as its bank keeps it."""

    def __init__(self, account: SpecialAccount, owner: str) -> None:
        self.account, self.owner = account, owner
        self.balance = Decimal(0)
        self.stated_until = account.opened_on
        self._numbers = count(1)
        self._statements = count(1)

    def deposit(self, amount: Decimal, now: datetime) -> None:
        """The owner pays labour cost in."""
        party: dict[str, Any] = {
            "counterparty_name": self.owner,
            "counterparty_account": _OWNERS_ACCOUNT,
        }
        self._record_statement(
            [self._new_movement(CREDIT, amount, now, "拨付人工费用", **party)], now
        )

    def spend(self, amount: Decimal, payee: str, number: str, summary: str, now: datetime) -> None:
        """Money leaves the account for something that is not wages."""
        party: dict[str, Any] = {"counterparty_name": payee, "counterparty_account": number}
        self._record_statement([self._new_movement(DEBIT, amount, now, summary, **party)], now)

    def nothing_new(self, now: datetime) -> None:
        """A statement without movements: the bank still says what stands on the account."""
        self._record_statement([], now)

    def leave_unanswered(self, order: PaymentOrder, now: datetime) -> None:
        """The order has reached the bank, which says nothing of it."""
        PaymentOrder.everything.filter(pk=order.pk, status=PaymentOrder.Status.PENDING).update(
            status=PaymentOrder.Status.SENT, sent_at=now
        )

    def pay(self, order: PaymentOrder, wrong: int, now: datetime) -> None:
        """Pay an order but for its last ``wrong`` transfers, whose holders' names differ."""
        items = list(order.items.select_related("card__person").order_by("pk"))
        cut = len(items) - wrong
        self.leave_unanswered(order, now)
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
        paid = [self._transfer_movement(DEBIT, item, now, "代发工资") for item in items]
        summary = f"退汇：{REASONS['BE01']}"
        returned = [
            self._transfer_movement(CREDIT, item, now, summary, _RETURN_CODES)
            for item in items[cut:]
        ]
        self._record_statement([*paid, *returned], now)

    def _transfer_movement(
        self,
        direction: str,
        item: PaymentItem,
        now: datetime,
        summary: str,
        codes: tuple[str, ...] = (),
    ) -> Movement:
        return self._new_movement(
            direction,
            item.amount,
            now,
            summary,
            codes,
            counterparty_name=item.card.person.name,
            counterparty_account=item.card.number,
            end_to_end_id=item.end_to_end_id,
        )

    def _new_movement(
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

    def _record_statement(self, movements: list[Movement], now: datetime) -> None:
        """A statement of these movements, read in the light of what was ordered."""
        opening, self.balance = self.balance, self.balance + sum(m.signed for m in movements)
        statement = Statement(
            id=f"LS{self.account.number}{next(self._statements):04d}",
            account=self.account.number,
            from_date=min(self.stated_until + timedelta(days=1), now.date()),
            to_date=now.date(),
            opening=opening,
            closing=self.balance,
            movements=tuple(movements),
        )
        self.stated_until = now.date()
        record_statement(account=self.account, statement=statement, now=now)
        reconcile(account=self.account, now=now)


class Scenario(scenario.Scenario):
    """An account for each project that has one, funded by the owner."""

    def __init__(self, story: scenario.Story) -> None:
        super().__init__(story)
        #: By the project's name.
        self.books: dict[str, BankBooks] = {}
        self.monthly: dict[str, Decimal] = {}

    def plan(self) -> None:
        diary, yesterday = self.story.diary, self.story.today - timedelta(days=1)
        forget_bank()
        for one in self.story.part(projects.Scenario).projects:
            if not one.site.account:
                continue
            begun = one.days.begun
            diary.on(begun - timedelta(days=16), "11:05", partial(self.open_account, one))
            if one.site.status == "prepare":
                continue
            # After the workers are on the register: their wages are what is to be paid in.
            diary.on(begun + timedelta(days=2), "15:31", partial(self.agree_funding, one))
            if not one.site.workers:
                for days in (20, 50):
                    diary.on(begun + timedelta(days=days), "10:10", partial(self.fund, one))
            if one.site.odd_debit:
                day = self.story.today - timedelta(days=4)
                diary.on(day, "14:20", partial(self.buy_material, one))
            if not one.site.silent:
                diary.on(yesterday, "20:30", partial(self.state_nothing_new, one))

    def open_account(self, one: SiteProject, now: datetime) -> None:
        units = self.story.part(identity.Scenario).units
        account = register_account(
            project_code=one.project.code,
            actor=one.admin,
            data=NewAccount(
                bank=units[one.site.bank].uuid,
                number=one.site.account,
                name=f"{one.contractor.name}{one.site.name}农民工工资专用账户",
                branch="某某支行营业部",
                opened_on=now.date(),
                filed_on=now.date(),
            ),
            now=now,
        )
        self.books[one.site.name] = BankBooks(account, units[one.site.owner].name)

    def agree_funding(self, one: SiteProject, now: datetime) -> None:
        crew = self.story.part(workers.Scenario).crews[one.site.name]
        monthly = Decimal(sum(worker.rate for worker in crew) * 27 or 200_000)
        amount = (monthly / 10_000).to_integral_value("ROUND_CEILING") * 10_000
        self.monthly[one.site.name] = amount
        agree_funding(
            project_code=one.project.code,
            actor=one.admin,
            day=one.days.funding_day,
            amount=amount,
            since=now.date(),
            now=now,
        )

    def fund(self, one: SiteProject, now: datetime) -> None:
        """The owner pays in what is due for a month."""
        if one.site.account:
            self.books[one.site.name].deposit(self.monthly[one.site.name], now)

    def buy_material(self, one: SiteProject, now: datetime) -> None:
        payee, number, amount, summary = _SUPPLIER
        self.books[one.site.name].spend(amount, payee, number, summary, now)

    def state_nothing_new(self, one: SiteProject, now: datetime) -> None:
        self.books[one.site.name].nothing_new(now)

    def finish(self, now: datetime) -> None:
        """Let the running sandbox bank go on with what stands on the accounts."""
        for one in self.story.part(projects.Scenario).projects:
            # Of an account newly opened the bank has stated nothing yet.
            if one.site.account and one.site.status != "prepare":
                books = self.books[one.site.name]
                with open_ledger(settings.BANK_STORE, now) as ledger:
                    ledger.open_account(
                        books.account.number, books.account.name, books.owner, books.balance
                    )
        with open_ledger(settings.BANK_STORE, now) as ledger:
            ledger.register_holder(*_WRONG_HOLDER)


def forget_bank() -> None:
    """Remove the running bank's store; it makes a new one at the next request."""
    store = settings.BANK_STORE
    for file in (store, *(store.with_name(f"{store.name}-{end}") for end in ("wal", "shm"))):
        file.unlink(missing_ok=True)
