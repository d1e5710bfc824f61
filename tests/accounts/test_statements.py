"""Statements: once each, told apart, and never guessed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accounts import selectors, services
from accounts.bank import camt053
from accounts.models import SpecialAccount, StatementEntry, StatementImport
from core.actor import SYSTEM
from core.models import AuditEntry, Touch
from core.sealed import blind_index
from tests.accounts.test_messages import SAMPLE
from tests.cast import NOW
from tests.refusals import refused

Kind = StatementEntry.Kind


@pytest.fixture
def sample() -> camt053.Statement:
    return camt053.parse(SAMPLE.read_bytes()).statements[0]


def record(cast, statement: camt053.Statement):
    return services.record_statement(account=cast.account, statement=statement, now=NOW)


def kinds(cast) -> list[str]:
    return list(cast.account.entries.order_by("bank_reference").values_list("kind", flat=True))


def statement(*movements: camt053.Movement, name: str = "ST1") -> camt053.Statement:
    closing = sum((movement.signed for movement in movements), Decimal(0))
    day = date(2026, 10, 14)
    return camt053.Statement(name, "65050161625000000123", day, day, Decimal(0), closing, movements)


def debit(reference: str = "R1", **changes) -> camt053.Movement:
    movement = camt053.Movement(reference, date(2026, 10, 14), "DBIT", Decimal("12.00"))
    return replace(movement, **changes)


class TestRecordStatement:
    def test_keeps_every_movement(self, cast, sample):
        assert record(cast, sample) is not None
        assert cast.account.entries.count() == 33
        last = cast.account.entries.order_by("-pk").first()
        assert last.balance == Decimal("49891.50")
        assert Touch.objects.filter(subject=cast.project.subject).exists()

    def test_changes_nothing_the_second_time(self, cast, sample):
        record(cast, sample)
        before = list(StatementEntry.everything.values_list("pk", "kind"))
        assert record(cast, sample) is None
        assert StatementImport.everything.count() == 1
        assert list(StatementEntry.everything.values_list("pk", "kind")) == before

    def test_keeps_a_movement_once_when_statements_overlap(self, cast, sample):
        record(cast, sample)
        record(cast, replace(sample, id="ST-2026-10-B"))
        assert StatementImport.everything.count() == 2
        assert StatementEntry.everything.count() == 33

    def test_refuses_another_content_under_a_known_number(self, cast, sample):
        record(cast, sample)
        with refused("statement.another_content"):
            record(cast, replace(sample, closing=Decimal("1.00")))

    def test_refuses_another_account(self, cast, sample):
        with refused("statement.another_account"):
            record(cast, replace(sample, account="65050161625000009999"))
        assert not StatementImport.everything.exists()

    def test_refuses_another_amount_under_a_known_reference(self, cast, sample):
        record(cast, sample)
        first = replace(sample.movements[0], amount=Decimal("1.00"))
        with refused("statement.another_movement", match=first.reference):
            record(cast, replace(sample, id="ST-2026-10-B", movements=(first,)))
        assert StatementImport.everything.count() == 1

    def test_refuses_one_reference_for_two_movements(self, cast):
        with refused("statement.another_movement", match="R1"):
            record(cast, statement(debit(), debit(amount=Decimal("13.00"))))
        assert not StatementImport.everything.exists()

    def test_takes_a_reference_that_stands_for_something_else_on_another_account(self, cast):
        record(cast, statement(debit()))
        other = SpecialAccount.everything.create(
            project=cast.elsewhere,
            bank=cast.bank,
            number="65050161625000000999",
            name="昌吉北郊厂房农民工工资专用账户",
            opened_on=cast.account.opened_on,
            filed_on=cast.account.filed_on,
        )
        theirs = replace(statement(debit(amount=Decimal("13.00"))), account=other.number)
        services.record_statement(account=other, statement=theirs, now=NOW)
        assert [entry.amount for entry in other.entries.all()] == [Decimal("13.00")]
        assert [entry.amount for entry in cast.account.entries.all()] == [Decimal("12.00")]

    def test_is_on_record_with_the_balance(self, cast):
        record(cast, statement(debit()))
        entry = AuditEntry.objects.get(action="account.statement")
        assert (entry.subject, entry.at) == (cast.account.subject, NOW)
        assert entry.detail == {"statement": "ST1", "closing": "-12.00"}

    def test_cuts_texts_longer_than_the_register_holds(self, cast):
        long = {"end_to_end_id": 35, "counterparty_name": 140, "summary": 200}
        texts = {name: "字" * (length + 1) for name, length in long.items()}
        record(cast, statement(debit(**texts)))
        entry = StatementEntry.everything.get()
        assert {name: len(getattr(entry, name)) for name in long} == long

    def test_states_no_running_balance_that_does_not_lead_to_the_closing_one(self, cast, sample):
        record(cast, replace(sample, closing=Decimal("1.00")))
        assert not cast.account.entries.exclude(balance=None).exists()

    def test_seals_the_counterparty_beside_its_index(self, cast):
        card = "6217008594069256665"
        record(cast, statement(debit(counterparty_account=card)))
        entry = StatementEntry.everything.get()
        assert entry.counterparty_account == card
        assert bytes(entry.counterparty_index) == blind_index(card, "card")


class TestClassification:
    def test_knows_the_owners_deposit_and_the_return(self, cast, sample):
        record(cast, sample)
        assert kinds(cast) == [Kind.DEPOSIT, *[Kind.OTHER] * 30, Kind.RETURN, Kind.OTHER]

    def test_leaves_a_deposit_of_somebody_else_open(self, cast):
        other = debit(direction="CRDT", counterparty_name="某某投资公司")
        record(cast, statement(other))
        assert kinds(cast) == [Kind.OTHER]

    @pytest.mark.parametrize("codes", [(), ("PMNT", "RCDT", "RRTN")])
    def test_knows_the_owner_however_its_brackets_are_written(self, cast, codes):
        cast.owner.name = "新疆某某（集团）投资有限公司"
        cast.owner.save()
        name = "新疆某某(集团) 投资有限公司"
        record(
            cast,
            statement(
                debit(direction="CRDT", counterparty_name=name, summary="退回后重拨", codes=codes)
            ),
        )
        assert kinds(cast) == [Kind.RETURN if codes else Kind.DEPOSIT]

    @pytest.mark.parametrize(
        ("movement", "kind"),
        [
            (debit(summary="账户管理费"), Kind.CHARGE),
            (debit(codes=("ACMT", "MDOP", "CHRG")), Kind.CHARGE),
            (debit(direction="CRDT", summary="季度结息"), Kind.INTEREST),
            (debit(summary="手续费", counterparty_account="65050161500000001234"), Kind.OTHER),
            (debit(summary="材料款"), Kind.OTHER),
        ],
    )
    def test_takes_the_banks_word_not_the_payers(self, cast, movement, kind):
        record(cast, statement(movement))
        assert kinds(cast) == [kind]

    def test_knows_cash(self, cast):
        record(cast, statement(debit(codes=("PMNT", "CNTR", "CWDL"))))
        assert StatementEntry.everything.get().is_cash

    def test_takes_a_transfer_to_an_account_for_no_cash(self, cast):
        record(
            cast, statement(debit(summary="现金奖励", counterparty_account="6217008594069256665"))
        )
        assert not StatementEntry.everything.get().is_cash

    def test_shows_what_left_for_nobody_known(self, cast, sample):
        record(cast, sample)
        found = selectors.odd_debits(actor=SYSTEM, as_of=date(2026, 10, 31))
        assert len(found) == 30
        names = {each.payee for each in found}
        assert "某某建材经销部" in names
        assert "孙*龙" in names
        # His came back whole.
        assert "刘*强" not in names
        assert not selectors.odd_debits(actor=SYSTEM, as_of=date(2026, 10, 13))


class TestLastBalance:
    def test_is_unknown_before_any_statement(self, cast):
        assert selectors.last_balance(account=cast.account) is None

    def test_is_the_latest_statements_with_its_day(self, cast, sample):
        record(cast, sample)
        november = replace(
            sample,
            id="ST-2026-11",
            from_date=date(2026, 11, 1),
            to_date=date(2026, 11, 2),
            closing=Decimal("49000.00"),
            movements=(),
        )
        record(cast, november)
        latest = selectors.Balance(Decimal("49000.00"), date(2026, 11, 2))
        assert selectors.last_balance(account=cast.account) == latest
        before = selectors.last_balance(account=cast.account, as_of=date(2026, 11, 1))
        assert before == selectors.Balance(Decimal("49891.50"), date(2026, 10, 31))


class TestFundingDue:
    def test_counts_what_came_since_the_last_due_day(self, cast, sample):
        record(cast, sample)  # 200,000.00 on 2026-10-09, due on the 10th
        [due] = selectors.funding_due(actor=SYSTEM, as_of=date(2026, 10, 9))
        assert (due.due_on, due.missing) == (date(2026, 10, 10), Decimal(0))

    def test_begins_anew_after_the_due_day(self, cast, sample):
        record(cast, sample)
        [due] = selectors.funding_due(actor=SYSTEM, as_of=date(2026, 10, 11))
        assert (due.due_on, due.missing) == (date(2026, 11, 10), Decimal(200000))


class TestFundingOverdue:
    """200,000 元 are due on every 10th; the bank has told up to 14 October."""

    def due(self, cast, *deposits: tuple[date, str], as_of: date = date(2026, 10, 15)):
        movements = [
            camt053.Movement(
                f"R{day}", day, "CRDT", Decimal(amount), counterparty_name=cast.owner.name
            )
            for day, amount in deposits
        ]
        record(cast, statement(*movements))
        [due] = selectors.funding_due(actor=SYSTEM, as_of=as_of)
        return due.last_due, due.overdue, due.received

    def test_is_what_the_cycle_that_ended_lacks(self, cast):
        found = self.due(cast, (date(2026, 10, 10), "150000"))
        assert found == (date(2026, 10, 10), Decimal(50000), Decimal(0))

    def test_is_made_up_for_before_the_next_deposit(self, cast):
        found = self.due(cast, (date(2026, 10, 10), "150000"), (date(2026, 10, 12), "60000"))
        assert found == (date(2026, 10, 10), Decimal(0), Decimal(10000))

    def test_is_not_told_of_a_cycle_that_no_statement_covers(self, cast):
        found = self.due(cast, as_of=date(2026, 11, 11))
        assert found == (date(2026, 11, 10), Decimal(0), Decimal(0))

    def test_begins_after_the_due_day(self, cast):
        found = self.due(cast, (date(2026, 9, 10), "200000"), as_of=date(2026, 10, 10))
        assert found == (date(2026, 9, 10), Decimal(0), Decimal(0))


class TestFetchStatements:
    def test_reads_what_is_new_and_repeats_nothing(self, cast, bank):
        bank.open(cast.account, "12000.00")
        for _ in range(2):
            with bank.connect() as line:
                services.fetch_statements(account=cast.account.pk, bank=line, now=NOW)
        assert StatementImport.everything.count() == 1
        assert selectors.last_balance(account=cast.account).amount == Decimal("12000.00")
        with bank.books() as books:
            books.deposit(cast.account.number, Decimal("88000.00"), "拨付人工费用")
        with bank.connect() as line:
            services.fetch_statements(account=cast.account.pk, bank=line, now=NOW)
        assert StatementEntry.everything.get().kind == Kind.DEPOSIT
        assert selectors.last_balance(account=cast.account).amount == Decimal("100000.00")

    def test_reads_on_past_a_statement_that_contradicts_an_earlier_one(self, cast, bank):
        record(cast, replace(statement(), id=f"ST{cast.account.number}000001"))
        bank.open(cast.account, "12000.00")
        for amount in ("1.00", "2.00"):
            with bank.connect() as line:
                services.fetch_statements(account=cast.account.pk, bank=line, now=NOW)
            with bank.books() as books:
                books.deposit(cast.account.number, Decimal(amount), "拨付人工费用")
        latest = selectors.last_balance(account=cast.account)
        assert latest.amount == Decimal("12001.00")

    def test_leaves_an_account_unknown_that_the_bank_does_not_keep(self, cast, bank):
        with bank.connect() as line:
            services.fetch_statements(account=cast.account.pk, bank=line, now=NOW)
        assert selectors.last_balance(account=cast.account) is None
