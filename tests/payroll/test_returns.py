"""Which payment a 退汇 undoes and which debit was a wage: the match, and all its near misses.

Two months of the same three workers are paid from one account, a third one from another; statements
are written here, in the bank's words.
"""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts import services as accounts
from accounts.bank.camt053 import Movement, Statement
from accounts.models import SpecialAccount, StatementEntry
from core.sealed import blind_index
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from payroll.services import returns
from tests.accounts.bank import bank
from tests.cast import NOW, TODAY
from tests.payroll.test_payments import funded, labour, make_sheet, order, poll, send
from workers.models import Engagement, Person, WageCard

__all__ = ["bank", "funded", "labour"]

Kind, Item = StatementEntry.Kind, PaymentItem.Status
#: Row 7's wage in every sheet of these tests.
WAGE = Decimal("5263.50")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def paid(cast, bank, labour) -> SimpleNamespace:
    """Two sheets paid on one day from one account; ``first``, ``second`` are row 7's items."""
    bank.open(cast.account, "40000.00")
    orders = []
    for number in ("GZD000001202609001", "GZD000001202609002"):
        made = order(make_sheet(cast, number, len(orders) + 1), labour)
        send(made)
        poll()
        orders.append(made)
    assert set(PaymentItem.everything.values_list("status", flat=True)) == {Item.PAID}
    first, second = (made.items.get(line__row=7) for made in orders)
    return SimpleNamespace(first=first, second=second, card=first.card.number, orders=orders)


def says(
    account: SpecialAccount, *movements: Movement, name: str = "ST1", read: bool = True
) -> None:
    """The bank states these movements, and they are read in the light of the orders."""
    days = [movement.booked_on for movement in movements]
    closing = sum((movement.signed for movement in movements), Decimal(0))
    statement = Statement(
        name, account.number, min(days), max(days), Decimal(0), closing, movements
    )
    accounts.record_statement(account=account, statement=statement, now=NOW)
    if read:
        returns.reconcile(account=account, now=NOW)


def return_of(reference: str = "R1", **changes) -> Movement:
    """A 退汇 as banks write it."""
    values = {
        "reference": reference,
        "booked_on": TOMORROW,
        "direction": "CRDT",
        "amount": WAGE,
        "summary": "退汇：收款账户已销户",
    }
    return Movement(**(values | changes))


def states(paid) -> tuple[str, str]:
    """What became of the two wages of row 7."""
    for item in (paid.first, paid.second):
        item.refresh_from_db()
    return paid.first.status, paid.second.status


class TestByIdentification:
    def test_undoes_that_payment_and_no_other(self, cast, paid):
        says(cast.account, return_of(end_to_end_id=paid.first.end_to_end_id))
        assert states(paid) == (Item.FAILED, Item.PAID)
        assert paid.first.return_reference == "R1"
        undone, kept = PaymentOrder.everything.order_by("pk")
        assert (undone.status, kept.status) == ("partly", "succeeded")
        assert PayLine.everything.filter(status=PayLine.Status.PAID).count() == 5

    def test_dates_the_failure_by_the_banks_day(self, cast, paid):
        day = TODAY + timedelta(days=4)
        says(cast.account, return_of(end_to_end_id=paid.first.end_to_end_id, booked_on=day))
        assert paid.first.line.items.get().line.failed_on == day

    def test_leaves_alone_what_came_back_with_another_amount(self, cast, paid):
        """Part of a wage is not the wage: paying the whole again would pay too much."""
        number = paid.first.end_to_end_id
        says(cast.account, return_of(end_to_end_id=number, amount=WAGE - Decimal("0.01")))
        assert states(paid) == (Item.PAID, Item.PAID)
        assert paid.first.return_reference == ""

    def test_leaves_alone_an_identification_of_another_account(self, cast, paid):
        other = SpecialAccount.everything.create(
            project=cast.elsewhere,
            bank=cast.bank,
            number="650501616250",
            name="另一专户",
            opened_on=TODAY,
        )
        says(other, return_of(end_to_end_id=paid.first.end_to_end_id))
        assert states(paid) == (Item.PAID, Item.PAID)

    def test_leaves_alone_an_identification_that_is_nobodys(self, cast, paid):
        """Card and amount would fit: what the bank names goes before what is likely."""
        says(cast.account, return_of(end_to_end_id="DFGZD999", counterparty_account=paid.card))
        assert states(paid) == (Item.PAID, Item.PAID)

    def test_takes_one_payment_back_once(self, cast, paid):
        number = paid.first.end_to_end_id
        says(cast.account, return_of("R1", end_to_end_id=number))
        says(cast.account, return_of("R2", end_to_end_id=number), name="ST2")
        assert states(paid) == (Item.FAILED, Item.PAID)
        assert paid.first.return_reference == "R1"

    def test_waits_for_the_result_of_a_payment_under_way(self, cast, paid):
        item = PaymentItem.everything.filter(pk=paid.first.pk)
        item.update(status=Item.PENDING, settled_on=None)
        says(cast.account, return_of(end_to_end_id=paid.first.end_to_end_id))
        assert states(paid) == (Item.PENDING, Item.PAID)
        item.update(status=Item.PAID, settled_on=TODAY)
        returns.reconcile(account=cast.account, now=NOW)
        assert states(paid) == (Item.FAILED, Item.PAID)


class TestByCardAndAmount:
    @pytest.fixture(autouse=True)
    def different_days(self, paid):
        """The first wage was paid four days before the second."""
        rows = PaymentItem.everything.filter(pk=paid.first.pk)
        rows.update(settled_on=TODAY - timedelta(days=4))

    def test_undoes_the_last_of_equal_wages(self, cast, paid):
        says(cast.account, return_of(counterparty_account=paid.card))
        assert states(paid) == (Item.PAID, Item.FAILED)

    def test_undoes_the_earlier_one_where_the_later_was_not_paid_yet(self, cast, paid):
        day = TODAY - timedelta(days=1)
        says(cast.account, return_of(counterparty_account=paid.card, booked_on=day))
        assert states(paid) == (Item.FAILED, Item.PAID)

    def test_counts_the_day_of_payment_itself(self, cast, paid):
        day = TODAY - timedelta(days=4)
        says(cast.account, return_of(counterparty_account=paid.card, booked_on=day))
        assert states(paid) == (Item.FAILED, Item.PAID)

    def test_undoes_nothing_that_was_paid_after_it(self, cast, paid):
        day = TODAY - timedelta(days=5)
        says(cast.account, return_of(counterparty_account=paid.card, booked_on=day))
        assert states(paid) == (Item.PAID, Item.PAID)

    def test_undoes_each_wage_for_a_return_of_its_own(self, cast, paid):
        says(cast.account, return_of("R1", counterparty_account=paid.card))
        says(cast.account, return_of("R2", counterparty_account=paid.card), name="ST2")
        assert states(paid) == (Item.FAILED, Item.FAILED)
        assert (paid.second.return_reference, paid.first.return_reference) == ("R1", "R2")
        says(cast.account, return_of("R3", counterparty_account=paid.card), name="ST3")
        assert PaymentItem.everything.exclude(return_reference="").count() == 2

    @pytest.mark.parametrize("fen", ["-0.01", "0.01"])
    def test_leaves_alone_another_amount(self, cast, paid, fen):
        says(cast.account, return_of(counterparty_account=paid.card, amount=WAGE + Decimal(fen)))
        assert states(paid) == (Item.PAID, Item.PAID)

    def test_leaves_alone_another_card(self, cast, paid):
        colleague = paid.orders[0].items.get(line__row=6)
        says(cast.account, return_of(counterparty_account=colleague.card.number))
        assert states(paid) == (Item.PAID, Item.PAID)
        assert not PaymentItem.everything.exclude(return_reference="").exists()

    def test_leaves_alone_what_no_card_is_named_for(self, cast, paid):
        says(cast.account, return_of())
        assert states(paid) == (Item.PAID, Item.PAID)

    def test_leaves_alone_a_credit_that_is_no_return(self, cast, paid):
        says(cast.account, return_of(counterparty_account=paid.card, summary="往来款"))
        assert states(paid) == (Item.PAID, Item.PAID)


class TestSheetAfterAReturn:
    def test_follows_its_own_lines(self, cast, paid):
        says(cast.account, return_of(end_to_end_id=paid.first.end_to_end_id))
        one, other = PaySheet.everything.order_by("sequence")
        assert (one.status, one.paid_on) == (PaySheet.Status.PARTLY_PAID, None)
        assert (other.status, other.paid_on) == (PaySheet.Status.PAID, TODAY)

    def test_is_approved_again_where_every_line_came_back(self, cast, paid):
        movements = [
            return_of(f"R{item.pk}", end_to_end_id=item.end_to_end_id, amount=item.amount)
            for item in paid.orders[0].items.all()
        ]
        says(cast.account, *movements)
        one, other = PaySheet.everything.order_by("sequence")
        assert (one.status, other.status) == (PaySheet.Status.APPROVED, PaySheet.Status.PAID)
        paid.orders[0].refresh_from_db()
        assert paid.orders[0].status == PaymentOrder.Status.FAILED


def debit(**changes) -> Movement:
    values = {
        "reference": "D1",
        "booked_on": TODAY,
        "direction": "DBIT",
        "amount": Decimal("10.00"),
        "summary": "工资",
    }
    return Movement(**(values | changes))


class TestWages:
    """A debit is a wage by its instruction or by the card of one of the project's workers."""

    def kind_of(self, cast, **changes) -> str:
        says(cast.account, debit(**changes))
        return StatementEntry.everything.get().kind

    @pytest.fixture
    def card_elsewhere(self, cast) -> str:
        """The card of somebody who works for another project only."""
        number = "6217000010001234569"
        person = Person.objects.create(
            id_number="650102198503051234",
            id_index=b"elsewhere",
            name="别处工人",
            born_on=date(1985, 3, 5),
        )
        WageCard.objects.create(
            person=person,
            number=number,
            number_index=blind_index(number, "card"),
            last_four=number[-4:],
            valid_from=TODAY,
        )
        Engagement.everything.create(
            person=person,
            project=cast.elsewhere,
            employer=cast.other_subcontractor,
            entered_on=TODAY,
        )
        return number

    def test_are_known_by_the_card_of_a_worker_here(self, cast, paid):
        assert self.kind_of(cast, counterparty_account=paid.card) == Kind.WAGE

    def test_are_known_by_the_instruction(self, cast, paid):
        number = paid.first.end_to_end_id
        assert self.kind_of(cast, end_to_end_id=number) == Kind.WAGE

    def test_are_not_what_went_to_the_card_of_a_worker_elsewhere(self, cast, card_elsewhere):
        assert cast.roster
        assert self.kind_of(cast, counterparty_account=card_elsewhere) == Kind.OTHER

    def test_are_not_what_another_accounts_instruction_names(self, cast, paid):
        other = SpecialAccount.everything.create(
            project=cast.elsewhere,
            bank=cast.bank,
            number="650501616250",
            name="另一专户",
            opened_on=TODAY,
        )
        says(other, debit(end_to_end_id=paid.first.end_to_end_id))
        assert StatementEntry.everything.get().kind == Kind.OTHER

    def test_are_not_what_calls_itself_so(self, cast, paid):
        assert self.kind_of(cast, counterparty_name="某某建材经销部") == Kind.OTHER

    def test_are_not_cash_drawn_by_a_worker(self, cast, paid):
        codes = ("PMNT", "CNTR", "CWDL")
        assert self.kind_of(cast, counterparty_account=paid.card, codes=codes) == Kind.OTHER

    def test_are_not_what_came_in(self, cast, paid):
        kind = self.kind_of(cast, counterparty_account=paid.card, direction="CRDT")
        assert kind == Kind.OTHER

    def test_are_told_on_this_account_alone(self, cast, paid):
        """The same card on another project's account says nothing there."""
        other = SpecialAccount.everything.create(
            project=cast.elsewhere,
            bank=cast.bank,
            number="650501616250",
            name="另一专户",
            opened_on=TODAY,
        )
        says(other, debit(counterparty_account=paid.card))
        says(cast.account, debit(counterparty_account=paid.card), name="ST2")
        assert other.entries.get().kind == Kind.OTHER
        assert cast.account.entries.get().kind == Kind.WAGE

    def test_are_counted_on_the_day_that_the_bank_says(self, cast, paid):
        says(cast.account, debit(counterparty_account=paid.card, booked_on=date(2026, 9, 30)))
        assert StatementEntry.everything.get().booked_on == date(2026, 9, 30)
