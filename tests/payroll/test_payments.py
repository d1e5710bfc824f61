"""Payment orders: wages are paid once, or stay visibly unpaid."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.urls import reverse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.bank import client, pain002
from accounts.models import SpecialAccount, StatementEntry, StatementImport
from core.actor import Forbidden
from core.errors import Refused
from core.models import AuditEntry
from payroll import tasks
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet, PaySheetEvent
from payroll.selectors.payments import payment_plan
from payroll.services import payments
from payroll.services.payments import order_payment
from tests.accounts.bank import bank
from tests.cast import MONTH, NOW, Cast
from tests.refusals import refused
from workers.models import Engagement, WageCard

__all__ = ["bank"]

NETS = ("3703.50", "2530.00", "5263.50")
TOTAL = Decimal("11497.00")
Order, Line, Sheet = PaymentOrder.Status, PayLine.Status, PaySheet.Status


def make_sheet(cast: Cast, number: str = "GZD000001202609001", sequence: int = 1) -> PaySheet:
    """An approved sheet of the first three workers of the register."""
    assert cast.roster
    sheet = PaySheet.everything.create(
        number=number,
        project=cast.project,
        employer=cast.subcontractor,
        month=MONTH,
        sequence=sequence,
        status=Sheet.APPROVED,
        headcount=len(NETS),
        gross=TOTAL,
        net=TOTAL,
        due_on=cast.project.due_day(MONTH),
        created_at=NOW,
        submitted_at=NOW,
        approved_at=NOW,
    )
    workers = Engagement.everything.filter(project=cast.project).order_by("pk")[: len(NETS)]
    for row, (worker, net) in enumerate(zip(workers, NETS, strict=True), start=5):
        PayLine.everything.create(
            sheet=sheet,
            row=row,
            engagement=worker,
            card=worker.person.cards.get(),
            days=Decimal("20"),
            gross=Decimal(net),
            net=Decimal(net),
        )
    return sheet


@pytest.fixture
def sheet(cast) -> PaySheet:
    return make_sheet(cast)


@pytest.fixture
def labour(cast):
    return cast.actor(cast.users.labour)


@pytest.fixture
def funded(cast, bank):
    """The bank with enough on the account."""
    bank.open(cast.account, "20000.00")
    return bank


def order(sheet: PaySheet, actor) -> PaymentOrder:
    return order_payment(actor=actor, sheet_uuid=sheet.uuid, now=NOW)


def send(made: PaymentOrder) -> None:
    payments.send_order(order=made.uuid, now=NOW)


def poll(after: timedelta = timedelta(0)) -> None:
    payments.poll_orders(now=NOW + after)


def lines(sheet: PaySheet) -> list[str]:
    return list(sheet.lines.values_list("status", flat=True))


def name_of(sheet: PaySheet, row: int) -> str:
    return sheet.lines.get(row=row).engagement.person.name


class TestOrderPayment:
    def test_orders_every_line_at_once(self, sheet, labour):
        made = order(sheet, labour)
        assert (made.status, made.count, made.total) == (Order.PENDING, 3, TOTAL)
        assert made.items.filter(status=PaymentItem.Status.PENDING).count() == 3
        sheet.refresh_from_db()
        assert sheet.status == Sheet.PAYING
        event = PaySheetEvent.everything.get(sheet=sheet)
        assert (event.from_status, event.to_status) == (Sheet.APPROVED, Sheet.PAYING)
        assert AuditEntry.objects.filter(action="payroll.order", subject=sheet.subject).exists()

    def test_tells_the_worker_process_once_it_is_certain(
        self, sheet, labour, monkeypatch, django_capture_on_commit_callbacks
    ):
        sent = []
        monkeypatch.setattr("core.jobs._send_message", lambda name, args: sent.append((name, args)))
        with django_capture_on_commit_callbacks(execute=True):
            made = order(sheet, labour)
        assert ("payroll.tasks.send_order", (str(made.uuid),)) in sent

    def test_is_done_although_redis_is_down_and_sent_by_the_poller(
        self, sheet, labour, bank, monkeypatch, django_capture_on_commit_callbacks
    ):
        def fail(*args, **options):
            raise RedisError("no broker")

        with monkeypatch.context() as down:
            down.setattr("kombu.messaging.Producer.publish", fail)
            down.setattr("django.core.cache.cache.add", fail)
            with django_capture_on_commit_callbacks(execute=True):
                made = order(sheet, labour)
        bank.open(made.account, "1000000.00")
        assert not bank.sent
        payments.poll_orders(now=made.created_at + payments.SEND_AFTER)
        made.refresh_from_db()
        assert bank.sent
        assert made.status not in (Order.PENDING, Order.FAILED)

    def test_refuses_a_second_time(self, sheet, labour):
        order(sheet, labour)
        with refused("payment.under_way"):
            order(sheet, labour)
        assert PaymentOrder.everything.count() == 1

    @pytest.mark.parametrize(
        "status", [Sheet.DRAFT, Sheet.SUBMITTED, Sheet.RETURNED, Sheet.PAID, Sheet.VOID]
    )
    def test_refuses_a_sheet_that_is_not_approved(self, sheet, labour, status):
        PaySheet.everything.update(status=status)
        with refused("payment.not_approved"):
            order(sheet, labour)

    @pytest.mark.parametrize("user", ["sub", "manager"])
    def test_forbids_whoever_does_not_pay(self, cast, sheet, user):
        with pytest.raises(Forbidden):
            order(sheet, cast.actor(getattr(cast.users, user)))

    @pytest.mark.parametrize("user", ["owner", "other_labour", "other_sub", "bank", "operator"])
    def test_is_not_found_by_outsiders(self, cast, sheet, user):
        with pytest.raises(PaySheet.DoesNotExist):
            order(sheet, cast.actor(getattr(cast.users, user)))

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (SpecialAccount.Status.FROZEN, "payment.account_barred"),
            (SpecialAccount.Status.CLOSED, "payment.no_account"),
        ],
    )
    def test_refuses_without_an_account_in_order(self, sheet, labour, status, code):
        SpecialAccount.everything.update(status=status)
        with refused(code):
            order(sheet, labour)

    def test_refuses_where_everything_is_paid(self, sheet, labour):
        sheet.lines.update(status=Line.PAID, paid_on=NOW.date())
        with refused("payment.nothing_to_pay"):
            order(sheet, labour)

    def test_names_the_workers_without_a_card(self, sheet, labour):
        WageCard.objects.filter(pay_lines__row=5).update(valid_to=NOW.date())
        with refused("payment.no_card", match="没有正在使用的工资卡"):
            order(sheet, labour)
        assert not PaymentItem.everything.exists()

    def test_counts_a_line_without_anything_left_as_paid(self, sheet, labour):
        sheet.lines.filter(row=5).update(net=0, advance=Decimal(NETS[0]))
        made = order(sheet, labour)
        assert made.count == 2
        assert sheet.lines.get(row=5).status == Line.PAID

    def test_costs_the_same_queries_for_more_lines(
        self, sheet, labour, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(25):
            order(sheet, labour)


class TestPublishing:
    def test_that_fails_neither_fails_the_payment_nor_loses_it(
        self, cast, funded, sheet, monkeypatch, time_machine, django_capture_on_commit_callbacks
    ):
        """Redis was killed: what is committed is paid, and the page must not say otherwise."""
        time_machine.move_to(NOW)

        def refuse(*args, **options):
            raise OperationalError("Connection refused")

        monkeypatch.setattr("celery.app.task.Task.apply_async", refuse)
        client = cast.client(cast.users.labour)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("payroll:pay", args=[sheet.uuid]), follow=True)
        assert answer.status_code == 200
        assert "代发指令已生成" in answer.content.decode()
        poll(2 * payments.SEND_AFTER)
        assert PaymentOrder.everything.get(sheet=sheet).status == Order.ACCEPTED


class TestExecutionDay:
    def test_is_the_day_in_xinjiang_not_in_greenwich(self, sheet, labour):
        """At half past seven in the morning it is still yesterday in UTC."""
        early = datetime(2026, 10, 8, 23, 30, tzinfo=UTC)
        sheet.lines.filter(row=5).update(net=0, advance=Decimal(NETS[0]))
        made = order_payment(actor=labour, sheet_uuid=sheet.uuid, now=early)
        made.refresh_from_db()
        assert payments.order_message(made).execute_on == date(2026, 10, 9)
        assert sheet.lines.get(row=5).paid_on == date(2026, 10, 9)
        report = pain002.StatusReport("R1", early, made.number, "RJCT")
        payments.apply_report(order=made, report=report, now=early)
        assert set(sheet.lines.exclude(row=5).values_list("failed_on", flat=True)) == {
            date(2026, 10, 9)
        }


class TestPlan:
    """What the dialog says before money moves."""

    def test_says_how_much_goes_from_where_and_what_is_left(self, cast, sheet, labour):
        StatementImport.everything.create(
            account=cast.account,
            message_id="ST1",
            from_date=NOW.date(),
            to_date=NOW.date(),
            opening=0,
            closing=Decimal("20000.00"),
            received_at=NOW,
        )
        plan = payment_plan(actor=labour, sheet=sheet, as_of=NOW.date())
        assert (plan.account, plan.total, len(plan.lines)) == (cast.account, TOTAL, 3)
        assert plan.balance_after == Decimal("8503.00")
        assert plan.obstacles == []

    def test_names_everything_that_is_off_at_once(self, cast, sheet, labour):
        SpecialAccount.everything.update(status=SpecialAccount.Status.FROZEN)
        WageCard.objects.filter(pay_lines__row=5).update(valid_to=NOW.date())
        plan = payment_plan(actor=labour, sheet=sheet, as_of=NOW.date())
        assert [one.code for one in plan.obstacles] == ["payment.account_barred", "payment.no_card"]

    def test_counts_those_who_would_be_paid_to_the_card_that_was_returned(self, sheet, labour):
        sheet.lines.filter(row__in=[5, 6]).update(
            status=Line.FAILED, failed_on=NOW.date(), first_failed_on=NOW.date()
        )
        changed = sheet.lines.get(row=6).engagement.person
        old = changed.cards.get()
        WageCard.objects.filter(pk=old.pk).update(valid_to=NOW.date())
        WageCard.objects.create(
            person=changed,
            number="6217000010001234569",
            number_index=b"6" * 32,
            last_four="4569",
            valid_from=NOW.date(),
        )
        plan = payment_plan(actor=labour, sheet=sheet, as_of=NOW.date())
        assert plan.to_same_card == 1
        assert [line.card.last_four for line in plan.lines][1] == "4569"

    def test_stands_in_the_dialog(self, cast, sheet, time_machine):
        time_machine.move_to(NOW)
        page = cast.client(cast.users.labour).get(reverse("payroll:sheet", args=[sheet.uuid]))
        dialog = page.content.decode().partition('id="pay"')[2]
        for words in ("11,497.00", cast.account.number, "3 人", "专户余额", "未知", "确认代发"):
            assert words in dialog, words

    def test_offers_no_payment_that_would_be_refused(self, cast, sheet, time_machine):
        time_machine.move_to(NOW)
        SpecialAccount.everything.update(status=SpecialAccount.Status.FROZEN)
        page = cast.client(cast.users.labour).get(reverse("payroll:sheet", args=[sheet.uuid]))
        dialog = page.content.decode().partition('id="pay"')[2]
        assert "工资专用账户冻结" in dialog
        assert "确认代发" not in dialog


class TestBalance:
    def told(self, cast, closing: str) -> None:
        StatementImport.everything.create(
            account=cast.account,
            message_id=f"ST{closing}",
            from_date=NOW.date(),
            to_date=NOW.date(),
            opening=0,
            closing=Decimal(closing),
            received_at=NOW,
        )

    def test_unknown_is_not_nothing(self, sheet, labour):
        assert order(sheet, labour).status == Order.PENDING

    def test_enough_to_the_fen_is_enough(self, cast, sheet, labour):
        self.told(cast, "11497.00")
        assert order(sheet, labour).status == Order.PENDING

    def test_says_how_much_is_missing(self, cast, sheet, labour):
        self.told(cast, "11496.99")
        with refused("payment.not_covered", match=r"还差 0\.01 元"):
            order(sheet, labour)

    def test_counts_what_another_sheet_is_taking(self, cast, sheet, labour):
        self.told(cast, "20000.00")
        PayLine.everything.filter(sheet=sheet).delete()
        first = make_sheet(cast, "GZD000001202609002", 2)
        order(first, labour)
        second = make_sheet(cast, "GZD000001202609003", 3)
        with refused("payment.not_covered", match=r"还差 2,994\.00 元"):
            order(second, labour)


class TestNeverTwice:
    def test_the_database_refuses_a_second_open_item(self, sheet, labour):
        made = order(sheet, labour)
        item = made.items.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentItem.everything.create(
                order=made, line=item.line, card=item.card, end_to_end_id="X", amount=item.amount
            )

    @pytest.mark.django_db(transaction=True)
    def test_two_clicks_at_the_same_moment_make_one_order(self, cast, labour):
        sheet = make_sheet(cast)
        outcomes, gate = [], threading.Barrier(2)

        def click() -> None:
            gate.wait()
            try:
                outcomes.append(order(sheet, labour).number)
            except Refused:
                outcomes.append("refused")
            finally:
                close_old_connections()
                connection.close()

        threads = [threading.Thread(target=click) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(outcomes) == ["DFGZD00000120260900101", "refused"]
        assert PaymentItem.everything.count() == 3


class TestSendOrder:
    def test_sends_once_and_is_taken(self, funded, sheet, labour):
        made = order(sheet, labour)
        send(made)
        send(made)
        assert [request.method for request in funded.sent] == ["POST"]
        made.refresh_from_db()
        assert (made.status, made.sent_at) == (Order.ACCEPTED, NOW)

    def test_waits_where_no_bank_is_connected(self, sheet, labour, settings):
        settings.BANK_URL = ""
        made = order(sheet, labour)
        send(made)
        poll()
        made.refresh_from_db()
        assert made.status == Order.PENDING

    def test_is_in_doubt_without_an_answer(self, funded, sheet, labour):
        made = order(sheet, labour)
        funded.fails_before = httpx.ConnectTimeout("no route")
        send(made)
        made.refresh_from_db()
        assert made.status == Order.UNKNOWN
        assert lines(sheet) == [Line.UNPAID] * 3

    def test_is_in_doubt_where_nobody_answers_at_the_address(
        self, funded, sheet, labour, monkeypatch
    ):
        made = order(sheet, labour)

        def not_found(*args):
            raise client.NotKnown("没有这个地址")

        monkeypatch.setattr(client.Bank, "submit", not_found)
        send(made)
        made.refresh_from_db()
        assert made.status == Order.UNKNOWN

    def test_fails_whole_where_the_bank_refuses(self, cast, bank, sheet, labour):
        bank.open(cast.account, "100.00")
        made = order(sheet, labour)
        send(made)
        made.refresh_from_db()
        sheet.refresh_from_db()
        assert (made.status, made.note) == (Order.FAILED, "付款账户余额不足")
        assert sheet.status == Sheet.APPROVED
        assert lines(sheet) == [Line.FAILED] * 3

    def test_fails_whole_where_the_bank_cannot_read_it(self, funded, sheet, labour, monkeypatch):
        made = order(sheet, labour)
        monkeypatch.setattr("accounts.bank.pain001.build", lambda order: b"<Document/>")
        send(made)
        made.refresh_from_db()
        assert made.status == Order.FAILED
        assert "pain.001" in made.note

    def test_is_in_doubt_where_the_answer_cannot_be_read(self, funded, sheet, labour, monkeypatch):
        made = order(sheet, labour)
        monkeypatch.setattr("accounts.bank.pain002.build", lambda report: b"<Document/>")
        send(made)
        made.refresh_from_db()
        assert made.status == Order.UNKNOWN


class TestDoubt:
    """A worker was killed, or an answer was lost: what the bank knows decides."""

    @pytest.fixture
    def doubtful(self, sheet, labour):
        """Marked as sent by a worker that died before the call."""
        made = order(sheet, labour)
        PaymentOrder.everything.update(status=Order.SENT, sent_at=NOW)
        return made

    def test_is_sent_again_only_after_the_bank_has_denied_it_for_long(self, funded, doubtful):
        poll(timedelta(seconds=5))
        doubtful.refresh_from_db()
        assert doubtful.status == Order.SENT
        poll(payments.RESEND_AFTER)
        doubtful.refresh_from_db()
        assert doubtful.status == Order.ACCEPTED
        with funded.books() as books:
            assert len(books.orders()) == 1

    @pytest.fixture
    def forgotten(self, doubtful):
        """Accepted by a bank that lost its books."""
        PaymentOrder.everything.update(status=Order.ACCEPTED, accepted_at=NOW)
        return doubtful

    def test_is_for_people_where_the_bank_forgot_what_it_had_accepted(self, funded, forgotten):
        poll(payments.FORGOTTEN_AFTER - timedelta(seconds=1))
        forgotten.refresh_from_db()
        assert forgotten.status == Order.ACCEPTED
        poll(payments.FORGOTTEN_AFTER)
        poll(timedelta(days=1))
        forgotten.refresh_from_db()
        assert forgotten.status == Order.UNKNOWN
        assert "请联系开户银行核对" in forgotten.note
        assert all(request.method == "GET" for request in funded.sent)

    def test_goes_on_once_the_bank_remembers(self, funded, forgotten):
        poll(payments.FORGOTTEN_AFTER)
        with funded.connect() as line:
            line.submit(payments.order_message(forgotten))
        poll(timedelta(days=1))
        forgotten.refresh_from_db()
        assert forgotten.status == Order.SUCCEEDED

    def test_is_settled_where_the_bank_had_it_all_along(self, funded, doubtful):
        with funded.connect() as line:
            line.submit(payments.order_message(doubtful))
        poll(timedelta(hours=1))
        doubtful.refresh_from_db()
        assert doubtful.status == Order.SUCCEEDED
        with funded.books() as books:
            assert books.balance(doubtful.account.number) == Decimal("8503.00")

    def test_a_repeated_number_counts_as_taken(self, funded, doubtful):
        with funded.connect() as line:
            line.submit(payments.order_message(doubtful))
            assert not line.submit(payments.order_message(doubtful)).is_refused
        with funded.books() as books:
            assert books.balance(doubtful.account.number) == Decimal("8503.00")

    def test_an_answer_lost_on_its_way_pays_once(self, funded, sheet, labour):
        made = order(sheet, labour)
        funded.fails_after = httpx.ReadTimeout("gone")
        send(made)
        made.refresh_from_db()
        assert made.status == Order.UNKNOWN
        funded.fails_after = None
        poll(timedelta(hours=1))
        made.refresh_from_db()
        assert made.status == Order.SUCCEEDED
        with funded.books() as books:
            assert books.balance(made.account.number) == Decimal("8503.00")

    def test_an_order_whose_task_was_lost_is_sent_by_the_poller(self, funded, sheet, labour):
        made = order(sheet, labour)
        poll()
        assert not funded.sent
        poll(payments.SEND_AFTER)
        made.refresh_from_db()
        assert made.status == Order.ACCEPTED


class TestResults:
    @pytest.fixture
    def partly(self, funded, sheet, labour):
        """Paid but for the second worker, whose name is not the card holder's."""
        with funded.books() as books:
            books.pick(name_of(sheet, 6), "BE01")
        made = order(sheet, labour)
        send(made)
        poll()
        made.refresh_from_db()
        sheet.refresh_from_db()
        return made

    def test_pay_line_by_line(self, funded, sheet, labour):
        made = order(sheet, labour)
        send(made)
        poll()
        made.refresh_from_db()
        sheet.refresh_from_db()
        assert (made.status, made.finished_at) == (Order.SUCCEEDED, NOW)
        assert (sheet.status, sheet.paid_on) == (Sheet.PAID, NOW.date())
        assert set(sheet.lines.values_list("status", "paid_on")) == {(Line.PAID, NOW.date())}
        assert not made.items.filter(bank_reference="").exists()

    def test_say_which_line_failed_and_why(self, sheet, partly):
        assert partly.status == Order.PARTLY
        assert (sheet.status, sheet.paid_on) == (Sheet.PARTLY_PAID, None)
        assert lines(sheet) == [Line.PAID, Line.FAILED, Line.PAID]
        failed = sheet.lines.get(row=6)
        assert (failed.failure, failed.failed_on) == ("户名不符", NOW.date())
        item = failed.items.get()
        assert (item.status, item.reason_code) == (PaymentItem.Status.FAILED, "BE01")

    def test_change_nothing_the_second_time(self, funded, sheet, partly):
        before = list(PaySheetEvent.everything.values_list("pk", flat=True))
        with funded.connect() as line:
            report = line.report(partly.number)
        payments.apply_report(order=partly, report=report, now=NOW + timedelta(days=1))
        assert lines(sheet) == [Line.PAID, Line.FAILED, Line.PAID]
        assert list(PaySheetEvent.everything.values_list("pk", flat=True)) == before
        assert set(sheet.lines.filter(status=Line.PAID).values_list("paid_on", flat=True)) == {
            NOW.date()
        }

    def test_of_another_order_are_not_believed(self, funded, sheet, labour):
        made = order(sheet, labour)
        report = pain002.StatusReport("R", NOW, "DFX", "RJCT", "AM04", "余额不足")
        payments.apply_report(order=made, report=report, now=NOW)
        made.refresh_from_db()
        assert made.status == Order.PENDING

    def test_of_unknown_lines_are_left_alone(self, funded, sheet, labour):
        made = order(sheet, labour)
        outcome = pain002.TransferOutcome("SOMETHING-ELSE", "ACSC")
        report = pain002.StatusReport("R", NOW, made.number, "PART", outcomes=(outcome,))
        payments.apply_report(order=made, report=report, now=NOW)
        assert lines(sheet) == [Line.UNPAID] * 3

    def test_leave_the_returned_line_to_be_paid_to_the_corrected_card(
        self, funded, sheet, labour, partly
    ):
        line = sheet.lines.get(row=6)
        line.card.valid_to = NOW.date()
        line.card.save()
        corrected = WageCard.objects.create(
            person=line.engagement.person,
            number="6222020000000000008",
            number_index=b"corrected",
            last_four="0008",
            valid_from=NOW.date(),
        )
        again = order(sheet, labour)
        assert (again.number[-2:], again.count) == ("02", 1)
        line.refresh_from_db()
        assert (line.status, line.card) == (Line.RETRYING, corrected)
        send(again)
        poll()
        sheet.refresh_from_db()
        assert (sheet.status, sheet.paid_on) == (Sheet.PAID, NOW.date())
        assert lines(sheet) == [Line.PAID] * 3
        assert line.items.count() == 2


class TestStatements:
    def read(self) -> None:
        tasks.poll_statements()

    @pytest.fixture
    def paid(self, funded, sheet, labour):
        made = order(sheet, labour)
        send(made)
        poll()
        return made

    def kinds(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for kind in StatementEntry.everything.values_list("kind", flat=True):
            found[kind] = found.get(kind, 0) + 1
        return found

    def test_show_wages_as_wages(self, paid):
        self.read()
        self.read()
        assert self.kinds() == {"wage": 3}

    def test_leave_other_spending_odd(self, funded, paid, cast):
        with funded.books() as books:
            books.spend(cast.account.number, Decimal("86.00"), "某某建材经销部", "650", "材料款")
        self.read()
        assert self.kinds() == {"wage": 3, "other": 1}

    def test_know_a_wage_by_the_card_alone(self, funded, cast, sheet):
        card = sheet.lines.first().card
        with funded.books() as books:
            books.spend(cast.account.number, Decimal("10.00"), "某人", card.number, "工资")
        self.read()
        assert self.kinds() == {"wage": 1}

    def test_a_return_told_by_result_and_statement_counts_once(self, funded, sheet, labour):
        with funded.books() as books:
            books.pick(name_of(sheet, 6), "BE01")
        made = order(sheet, labour)
        send(made)
        poll()
        self.read()
        assert self.kinds() == {"wage": 3, "return": 1}
        assert lines(sheet) == [Line.PAID, Line.FAILED, Line.PAID]
        assert made.items.exclude(return_reference="").count() == 1

    def test_money_that_comes_back_later_makes_the_line_unpaid_again(
        self, funded, sheet, labour, paid
    ):
        item = paid.items.get(line__row=7)
        with funded.books() as books:
            books.return_later(item.end_to_end_id)
        self.read()
        self.read()
        sheet.refresh_from_db()
        paid.refresh_from_db()
        assert (sheet.status, sheet.paid_on) == (Sheet.PARTLY_PAID, None)
        assert paid.status == Order.PARTLY
        line = sheet.lines.get(row=7)
        assert (line.status, line.paid_on) == (Line.FAILED, None)
        assert line.failure == "退汇：收款账户已销户"
        assert order(sheet, labour).count == 1

    def test_a_return_without_identification_is_known_by_card_and_amount(self, funded, sheet, paid):
        item = paid.items.get(line__row=7)
        with funded.books() as books:
            books.return_later(item.end_to_end_id)
            books.db.execute("UPDATE entry SET end_to_end_id = '' WHERE direction = 'CRDT'")
        self.read()
        item.refresh_from_db()
        assert item.status == PaymentItem.Status.FAILED

    def test_a_return_without_identification_is_the_last_of_equal_wages(
        self, cast, bank, sheet, labour
    ):
        bank.open(cast.account, "30000.00")
        earlier = make_sheet(cast, "GZD000001202609002", 2)
        for month in (earlier, sheet):
            made = order(month, labour)
            send(made)
            poll()
        first, last = PaymentItem.everything.filter(line__row=7).order_by("pk")
        PaymentItem.everything.filter(pk=first.pk).update(
            settled_on=NOW.date() - timedelta(days=31)
        )
        with bank.books() as books:
            books.return_later(last.end_to_end_id)
            books.db.execute("UPDATE entry SET end_to_end_id = '' WHERE direction = 'CRDT'")
        self.read()
        first.refresh_from_db()
        last.refresh_from_db()
        assert (first.status, last.status) == ("paid", "failed")

    def test_an_odd_statement_keeps_no_other_account_from_being_read(self, funded, cast, paid):
        other = SpecialAccount.everything.create(
            project=cast.elsewhere,
            bank=cast.bank,
            number="650501616250",
            name="另一专户",
            opened_on=NOW.date(),
        )
        funded.open(other, "5.00")
        StatementImport.everything.create(
            account=cast.account,
            message_id=f"ST{cast.account.number}000001",
            from_date=NOW.date(),
            to_date=NOW.date(),
            opening=0,
            closing=1,
            received_at=NOW,
        )
        self.read()
        assert other.statements.count() == 1
        assert not cast.account.entries.exists()

    def test_a_bank_that_is_silent_changes_nothing(self, funded, paid):
        funded.fails_after = httpx.ReadTimeout("gone")
        self.read()
        assert not StatementEntry.everything.exists()
