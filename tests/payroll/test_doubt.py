"""Orders in doubt beside orders that are not: who is sent again, who waits, and on which day."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.bank import pain002
from accounts.models import StatementImport
from core.errors import Refused
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from payroll.services import payments, returns
from tests.accounts.bank import bank
from tests.cast import NOW, SHANGHAI
from tests.payroll.test_payments import funded, labour, make_sheet, order, poll, send
from tests.payroll.test_returns import return_of, says

__all__ = ["bank", "funded", "labour"]

Order, Line = PaymentOrder.Status, PayLine.Status


@pytest.fixture
def two(cast, bank, labour) -> tuple[PaymentOrder, PaymentOrder]:
    """Two orders that wait to be sent, of two sheets."""
    bank.open(cast.account, "40000.00")
    first = order(make_sheet(cast), labour)
    second = order(make_sheet(cast, "GZD000001202609002", 2), labour)
    return first, second


def states(*orders: PaymentOrder) -> list[str]:
    for one in orders:
        one.refresh_from_db()
    return [one.status for one in orders]


def posted(bank) -> str:
    """All that was sent to the bank."""
    return "".join(one.content.decode() for one in bank.sent if one.method == "POST")


class TestTwoOrders:
    def test_a_silent_bank_leaves_the_other_one_alone(self, bank, two):
        first, second = two
        bank.fails_before = httpx.ConnectTimeout("no route")
        send(first)
        assert states(first, second) == [Order.UNKNOWN, Order.PENDING]

    def test_what_the_bank_says_of_one_is_not_said_of_the_other(self, bank, two):
        first, second = two
        send(first)
        send(second)
        with bank.connect() as line:
            report = line.report(first.number)
        payments.apply_report(order=second, report=report, now=NOW)
        assert states(second) == [Order.ACCEPTED]
        assert set(second.items.values_list("status", flat=True)) == {"pending"}

    def test_a_result_settles_the_items_that_it_names(self, two):
        first, _ = two
        named, *others = first.items.order_by("pk")
        outcome = pain002.TransferOutcome(named.end_to_end_id, "ACSC", bank_reference="B1")
        report = pain002.StatusReport("R", NOW, first.number, "PART", outcomes=(outcome,))
        payments.apply_report(order=first, report=report, now=NOW)
        assert states(first) == [Order.ACCEPTED]
        assert set(PaymentItem.everything.filter(status="paid").values_list("pk", flat=True)) == {
            named.pk
        }
        assert {one.line.status for one in others} == {Line.UNPAID}

    def test_that_was_accepted_says_when(self, bank, two):
        """The moment that later decides whether an order may be sent again is the code's own."""
        first, second = two
        payments.send_order(order=first.uuid, now=NOW + timedelta(minutes=3))
        assert states(first, second) == [Order.ACCEPTED, Order.PENDING]
        assert first.accepted_at == NOW + timedelta(minutes=3)
        assert second.accepted_at is None

    def test_one_that_the_bank_forgets_waits_for_people_and_the_other_goes_on(self, bank, two):
        first, second = two
        send(first)
        with bank.books() as books:
            books.db.execute("DELETE FROM transfer")
            books.db.execute("DELETE FROM orders")
        poll(payments.FORGOTTEN_AFTER)
        assert states(first, second) == [Order.UNKNOWN, Order.ACCEPTED]
        poll(timedelta(days=2))
        assert states(first)[0] == Order.UNKNOWN
        posts = [request for request in bank.sent if request.method == "POST"]
        assert len(posts) == 2


class TestSentAgain:
    @pytest.fixture
    def lost(self, bank, two) -> PaymentOrder:
        """In 待核实: the message never reached the bank."""
        first, _ = two
        bank.fails_before = httpx.ConnectTimeout("no route")
        send(first)
        bank.fails_before = None
        assert states(first) == [Order.UNKNOWN]
        return first

    def test_is_an_order_in_doubt_that_the_bank_denies_for_long(self, bank, lost):
        poll(payments.RESEND_AFTER - timedelta(seconds=1))
        assert states(lost) == [Order.UNKNOWN]
        assert lost.number not in posted(bank)
        poll(payments.RESEND_AFTER)
        assert states(lost) == [Order.ACCEPTED]
        assert lost.sent_at == NOW + payments.RESEND_AFTER
        assert lost.note == ""
        assert lost.number in posted(bank)

    def test_keeps_its_number_and_pays_once(self, bank, cast, lost):
        for after in (payments.RESEND_AFTER, timedelta(hours=1), timedelta(hours=2)):
            poll(after)
        assert states(lost) == [Order.SUCCEEDED]
        with bank.books() as books:
            # Two sheets of 11,497.00.
            assert books.balance(cast.account.number) == Decimal("17006.00")

    def test_is_never_an_order_that_was_accepted_before(self, bank, lost):
        PaymentOrder.everything.filter(pk=lost.pk).update(accepted_at=NOW)
        poll(timedelta(days=1))
        assert states(lost) == [Order.UNKNOWN]
        assert lost.number not in posted(bank)


class TestDay:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            # 07:30 in the morning here is the evening before in UTC.
            (datetime(2026, 10, 9, 7, 30, tzinfo=SHANGHAI), date(2026, 10, 9)),
            (datetime(2026, 10, 8, 23, 30, tzinfo=SHANGHAI), date(2026, 10, 8)),
        ],
    )
    def test_of_execution_is_the_day_here(self, cast, labour, moment, day):
        sheet = make_sheet(cast)
        made = payments.order_payment(actor=labour, sheet_uuid=sheet.uuid, now=moment)
        made.refresh_from_db()
        assert timezone.is_aware(made.created_at)
        assert payments.order_message(made).execute_on == day

    def test_of_payment_is_the_day_here(self, cast, bank, two):
        first, _ = two
        morning = datetime(2026, 10, 10, 7, 30, tzinfo=SHANGHAI)
        send(first)
        payments.poll_orders(now=morning.astimezone(timezone.get_fixed_timezone(0)))
        assert set(first.items.values_list("settled_on", flat=True)) == {date(2026, 10, 10)}


def both_at_once(*acts: Callable[[], object]) -> list[object]:
    """What acts come to that begin at the same moment, each on a connection of its own."""
    gate, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            outcomes.append(act())
        except (Refused, DatabaseError) as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_two_senders_one_sends(self, cast, bank, two):
        first, _ = two
        assert both_at_once(lambda: send(first), lambda: send(first)) == [None, None]
        posts = [one for one in bank.sent if one.method == "POST"]
        assert len(posts) == 1
        assert states(first) == [Order.ACCEPTED]

    def test_of_two_sheets_and_money_for_one_one_is_ordered(self, cast, labour):
        StatementImport.everything.create(
            account=cast.account,
            message_id="ST1",
            from_date=NOW.date(),
            to_date=NOW.date(),
            opening=0,
            closing=Decimal("20000.00"),
            received_at=NOW,
        )
        sheets = [make_sheet(cast), make_sheet(cast, "GZD000001202609002", 2)]
        outcomes = both_at_once(*(lambda one=one: order(one, labour) for one in sheets))
        refusals = [one for one in outcomes if isinstance(one, Refused)]
        assert len(refusals) == 1, outcomes
        assert PaymentOrder.everything.count() == 1
        assert sorted(PaySheet.everything.values_list("status", flat=True)) == sorted(
            [PaySheet.Status.APPROVED, PaySheet.Status.PAYING]
        )

    def test_of_two_readers_of_a_statement_one_takes_the_money_back(self, cast, bank, two):
        first, _ = two
        send(first)
        poll()
        item = first.items.get(line__row=7)
        number, amount = item.end_to_end_id, item.amount
        movements = [return_of(f"R{n}", end_to_end_id=number, amount=amount) for n in (1, 2)]
        says(cast.account, *movements, read=False)
        outcomes = both_at_once(*[lambda: returns.reconcile(account=cast.account, now=NOW)] * 2)
        assert outcomes == [None, None]
        item.refresh_from_db()
        assert (item.status, item.return_reference) in {("failed", "R1"), ("failed", "R2")}
        assert PaymentItem.everything.filter(status="failed").count() == 1

    def test_of_a_resend_and_a_late_result_the_wage_is_paid_once(self, cast, bank, two):
        first, second = two
        bank.fails_after = httpx.ReadTimeout("gone")
        send(first)
        bank.fails_after = None
        later = NOW + payments.RESEND_AFTER
        outcomes = both_at_once(*[lambda: payments.poll_orders(now=later)] * 2)
        assert outcomes == [None, None]
        poll(timedelta(hours=1))
        assert states(first, second) == [Order.SUCCEEDED, Order.SUCCEEDED]
        with bank.books() as books:
            assert books.balance(cast.account.number) == Decimal("17006.00")
