"""Paying workers from a bond: drawn up by one, issued by another, followed to each card, once."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from bonds.models import Bond, BondDeposit, BondEntry, BondPolicy, BondUse, Guarantee
from bonds.services import using
from core.actor import Forbidden
from payroll.models import PayLine, PaymentItem, PaySheet
from payroll.selectors.payments import payment_plan
from payroll.services import pay_sheets, payments
from payroll.services.claims import claim_lines
from tests.bonds.conftest import REQUIRED
from tests.cast import NOW, SHANGHAI
from tests.payroll.test_payments import TOTAL
from tests.refusals import refused

Use, State = BondUse.Status, Bond.Status


@pytest.fixture
def held(bonds):
    bonds.held()
    return bonds


class TestDrawingUp:
    def test_takes_workers_and_amounts_from_unpaid_lines(self, held):
        use = held.drafted()
        assert (use.total, use.lines.count(), use.status) == (TOTAL, 3, Use.DRAFT)
        assert use.number == "BZ6501022026100001"
        # Nothing is claimed yet, and nothing moves.
        assert not PaymentItem.everything.exists()
        assert held.bond.status == State.HELD

    def test_refuses_while_the_orders_time_runs(self, held):
        order = using.DisobeyedOrder("1号", date(2026, 10, 20), date(2026, 10, 30))
        with refused("bond.order_running", "order_until", match="2026-10-30"):
            held.drafted(order=order)

    def test_refuses_an_order_without_number_or_with_days_out_of_order(self, held):
        with refused("bond.no_order", "order_number"):
            held.drafted(order=using.DisobeyedOrder(" ", date(2026, 10, 1), date(2026, 10, 2)))
        with refused("bond.order_days", "order_until"):
            order = using.DisobeyedOrder("1号", date(2026, 10, 2), date(2026, 10, 1))
            held.drafted(lines=[], order=order)

    def test_refuses_what_is_not_owed(self, held):
        lines = held.owed()
        PayLine.everything.filter(pk=lines[0].pk).update(status="20", paid_on=date(2026, 10, 15))
        with refused("bond.lines_not_owed", "lines"):
            held.drafted(lines)
        with refused("bond.lines_not_owed", "lines"):
            held.drafted([])

    def test_refuses_wages_that_are_not_due(self, held):
        lines = held.owed()
        PaySheet.everything.update(due_on=date(2026, 10, 30))
        with refused("bond.lines_not_owed", "lines"):
            held.drafted(lines)

    def test_refuses_more_than_there_is(self, bonds):
        bonds.held()
        BondDeposit.everything.update(balance=Decimal("11496.99"))
        with refused("bond.not_covered", match="11,496.99"):
            bonds.drafted()

    def test_refuses_a_bond_without_money(self, bonds):
        bonds.determined()
        with refused("bond.not_usable", match="待存储"):
            bonds.drafted()

    def test_refuses_cash_where_there_is_only_a_guarantee(self, bonds):
        bonds.guaranteed()
        with refused("bond.no_account"):
            bonds.drafted()

    def test_one_at_a_time(self, held):
        use = held.drafted()
        lines = list(PayLine.everything.order_by("row"))
        with refused("bond.use_open"):
            held.drafted(lines)
        using.cancel_use(actor=held.officer, uuid=use.uuid, reason="工资已付", now=held.LATER)
        assert held.drafted(lines).number == "BZ6501022026100002"

    def test_is_an_officers(self, held, cast):
        with pytest.raises(Forbidden):
            held.drafted(actor=held.admin)
        with pytest.raises(Forbidden):
            held.drafted(lines=[], actor=cast.actor(cast.users.housing))


class TestIssuing:
    def test_claims_the_lines_and_starts_the_time_to_pay(self, held):
        use = held.issued()
        # 30 October 2026, a Friday, and five working days.
        assert use.pay_by.astimezone(SHANGHAI) == datetime(2026, 11, 6, 23, 59, 59, tzinfo=SHANGHAI)
        assert held.bond.status == State.IN_USE
        assert (held.bond.due_what, held.bond.due_on) == (Bond.Due.PAY, date(2026, 11, 6))
        items = PaymentItem.everything.all()
        assert {item.payer for item in items} == {use.subject}
        assert sum(item.amount for item in items) == TOTAL
        assert items[0].end_to_end_id == f"{use.number}00001"

    def test_not_by_whoever_drew_it_up(self, held):
        use = held.drafted()
        with refused("bond.use_own"):
            using.issue_use(actor=held.officer, uuid=use.uuid, now=held.LATER)

    def test_once(self, held):
        use = held.issued()
        with refused("bond.use_moved"):
            using.issue_use(actor=held.second, uuid=use.uuid, now=held.LATER)
        with refused("bond.use_moved"):
            using.cancel_use(actor=held.officer, uuid=use.uuid, reason="甲", now=held.LATER)

    def test_refused_where_a_line_was_paid_meanwhile(self, held):
        use = held.drafted()
        PayLine.everything.filter(row=5).update(status="20", paid_on=date(2026, 10, 20))
        with refused("payment.line_taken"):
            using.issue_use(actor=held.second, uuid=use.uuid, now=held.LATER)
        use.refresh_from_db()
        assert (use.status, held.bond.status) == (Use.DRAFT, State.HELD)

    def test_refused_without_days(self, held):
        BondPolicy.objects.get().settings.filter(key="pay_days").update(value=None)
        use = held.drafted()
        with refused("bond.days_unset"):
            using.issue_use(actor=held.second, uuid=use.uuid, now=held.LATER)

    def test_approves_a_sheet_that_nobody_reviewed(self, held):
        lines = held.owed()
        PaySheet.everything.update(status=PaySheet.Status.SUBMITTED, approved_at=None)
        using.issue_use(actor=held.second, uuid=held.drafted(lines).uuid, now=held.LATER)
        sheet = PaySheet.everything.get()
        assert sheet.status == PaySheet.Status.APPROVED
        # It cannot be taken back, or its workers would be listed and paid again.
        with refused("paysheet.payment_begun"):
            pay_sheets.void_sheet(
                actor=held.cast.actor(held.cast.users.labour),
                sheet_uuid=sheet.uuid,
                reason="甲",
                now=held.LATER,
            )


class TestPaidOnce:
    def test_an_order_leaves_out_what_the_bond_pays(self, held):
        lines = held.owed()
        held.issued(lines=lines[:2])
        sheet = PaySheet.everything.select_related("project").get()
        labour = held.cast.actor(held.cast.users.labour)
        plan = payment_plan(actor=labour, sheet=sheet, as_of=held.LATER.date())
        assert [line.pk for line in plan.lines] == [lines[2].pk]
        order = payments.order_payment(actor=labour, sheet_uuid=sheet.uuid, now=held.LATER)
        assert order.total == lines[2].net

    def test_the_bond_leaves_out_what_an_order_pays(self, held):
        lines = held.owed()
        use = held.drafted(lines)
        labour = held.cast.actor(held.cast.users.labour)
        sheet = PaySheet.everything.get()
        payments.order_payment(actor=labour, sheet_uuid=sheet.uuid, now=held.LATER)
        with refused("payment.line_taken"):
            using.issue_use(actor=held.second, uuid=use.uuid, now=held.LATER)

    def test_a_second_claim_is_refused(self, held):
        use = held.issued()
        lines = list(PayLine.everything.values_list("uuid", flat=True))
        with refused("payment.line_taken"):
            claim_lines(lines=lines, payer="other:1", number="X", actor=held.officer, now=NOW)
        assert use.lines.count() == 3

    def test_a_worker_without_a_card_stops_it(self, held):
        use = held.drafted()
        worker = PayLine.everything.first().engagement.person
        worker.cards.update(valid_to=date(2026, 10, 1))
        with refused("payment.no_card"):
            using.issue_use(actor=held.second, uuid=use.uuid, now=held.LATER)


class TestPayments:
    def test_each_settles_its_line_and_moves_the_money(self, held):
        use = held.issued()
        assert held.told(use, True, True, True) == 3
        use.refresh_from_db()
        sheet = PaySheet.everything.get()
        assert (use.status, sheet.status) == (Use.PAID, PaySheet.Status.PAID)
        assert {line.status for line in sheet.lines.all()} == {PayLine.Status.PAID}
        assert sheet.paid_on == date(2026, 10, 30)
        assert BondDeposit.everything.get().balance == REQUIRED - TOTAL
        bond = held.bond
        assert (bond.status, bond.short_cause) == (State.SHORT, Bond.Cause.USE)
        # Ten working days after 30 October 2026.
        assert (bond.due_what, bond.due_on) == (Bond.Due.TOP_UP, date(2026, 11, 13))

    def test_the_same_again_changes_nothing(self, held):
        use = held.issued()
        assert held.told(use, True) == 1
        assert held.told(use, True) == 0
        assert BondEntry.everything.filter(kind="payout").count() == 1

    def test_one_that_fails_is_tried_again_to_the_new_card(self, held):
        use = held.issued()
        held.told(use, True, False)
        lines = list(PayLine.everything.order_by("row"))
        assert [line.status for line in lines] == ["20", "30", "0"]
        again = using.retry_line(
            actor=held.officer, uuid=use.uuid, line=lines[1].uuid, now=held.LATER
        )
        lines[1].refresh_from_db()
        assert lines[1].status == PayLine.Status.RETRYING
        assert again.item.end_to_end_id == f"{use.number}00004"
        held.told(use, True, True, True)
        use.refresh_from_db()
        assert use.status == Use.PAID
        assert BondDeposit.everything.get().balance == REQUIRED - TOTAL

    def test_only_a_returned_one_is_tried_again(self, held):
        use = held.issued()
        held.told(use, True)
        line = PayLine.everything.order_by("row").first()
        with refused("bond.line_not_returned", "line"):
            using.retry_line(actor=held.officer, uuid=use.uuid, line=line.uuid, now=held.LATER)

    def test_money_that_comes_back_after_the_end(self, held):
        use = held.issued()
        held.told(use, True, True, True)
        held.told(use, False, on=date(2026, 10, 30))
        use.refresh_from_db()
        first = PayLine.everything.order_by("row").first()
        assert (use.status, first.status) == (Use.PARTLY, PayLine.Status.FAILED)
        assert PaySheet.everything.get().status == PaySheet.Status.PARTLY_PAID
        assert BondDeposit.everything.get().balance == REQUIRED - TOTAL + first.net
        with refused("bond.use_moved"):
            held.told(use, True, reference="P9")

    def test_closing_gives_back_what_was_not_paid(self, held):
        use = held.issued()
        held.told(use, True, False)
        with refused("bond.unexplained"):
            using.close_use(actor=held.officer, uuid=use.uuid, reason="", now=held.LATER)
        using.close_use(actor=held.officer, uuid=use.uuid, reason="两人联系不上", now=held.LATER)
        use.refresh_from_db()
        statuses = list(PayLine.everything.order_by("row").values_list("status", flat=True))
        assert (use.status, statuses) == (Use.PARTLY, ["20", "30", "0"])
        # They can be ordered from the wage account now.
        sheet = PaySheet.everything.get()
        labour = held.cast.actor(held.cast.users.labour)
        order = payments.order_payment(actor=labour, sheet_uuid=sheet.uuid, now=held.LATER)
        assert order.count == 2

    def test_nothing_paid_leaves_the_bond_whole(self, held):
        use = held.issued()
        using.close_use(actor=held.officer, uuid=use.uuid, reason="已由总包付清", now=held.LATER)
        assert held.bond.status == State.HELD
        assert BondDeposit.everything.get().balance == REQUIRED

    def test_refuses_what_cannot_be(self, held):
        use = held.issued()
        with refused("day.to_come", "on"):
            held.told(use, True, on=date(2026, 10, 31))
        with refused("bond.paid_before_issue", "on"):
            held.told(use, True, on=date(2026, 10, 29))
        payment = using.WorkerPayment(use.uuid, True, date(2026, 10, 30))
        with refused("bond.line_not_in_use", "line"):
            using.record_payments(
                actor=held.bank, uuid=use.uuid, payments=[payment], now=held.LATER
            )
        line = PayLine.everything.first()
        payment = using.WorkerPayment(line.uuid, False, date(2026, 10, 30), reason=" ")
        with refused("bond.unpaid_unexplained", "reason"):
            using.record_payments(
                actor=held.bank, uuid=use.uuid, payments=[payment], now=held.LATER
            )

    def test_refused_before_it_is_issued(self, held):
        with refused("bond.use_not_issued"):
            held.told(held.drafted(), True)

    def test_is_the_banks_or_an_officers(self, held, cast):
        use = held.issued()
        with refused("bond.banks_work"):
            held.told(use, True, actor=held.admin)
        with pytest.raises(BondUse.DoesNotExist):
            held.told(use, True, actor=cast.actor(cast.users.other_bank))
        assert held.told(use, True, actor=held.officer) == 1

    def test_topping_up_ends_it(self, held):
        held.told(held.issued(), True, True, True)
        held.paid_in(BondDeposit.everything.get(), TOTAL, "B9")
        bond = held.bond
        assert (bond.status, bond.short_cause, bond.due_on) == (State.RESTORED, "", None)


class TestClaimingUnderAGuarantee:
    def test_counts_against_it(self, bonds):
        made = bonds.guaranteed()
        use = bonds.issued(guarantee=made.uuid)
        made.refresh_from_db()
        assert made.status == Guarantee.Status.CLAIMING
        bonds.told(use, True, True, True)
        made.refresh_from_db()
        assert (made.status, made.claimed) == (Guarantee.Status.CLAIMED, TOTAL)
        assert bonds.bond.status == State.SHORT

    def test_hours_where_a_company_must_pay_by_them(self, bonds):
        BondPolicy.objects.get().settings.filter(key="pay_hours").update(value=24)
        made = bonds.guaranteed(form="company", guarantor_uscc="91650100MA00000777")
        use = bonds.issued(guarantee=made.uuid)
        assert use.pay_by == bonds.LATER + timedelta(hours=24)
        assert bonds.bond.due_on == date(2026, 10, 31)

    def test_refused_once_it_has_run_out(self, bonds):
        made = bonds.guaranteed()
        Guarantee.everything.filter(pk=made.pk).update(valid_until=date(2026, 10, 29))
        with refused("guarantee.not_standing", "guarantee"):
            bonds.drafted(guarantee=made.uuid)

    def test_a_new_one_tops_it_up(self, bonds):
        made = bonds.guaranteed()
        bonds.told(bonds.issued(guarantee=made.uuid), True, True, True)
        bonds.guaranteed(number="BH2026-0002", replaces=made.uuid)
        assert bonds.bond.status == State.RESTORED
