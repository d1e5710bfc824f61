"""Cash: an account under its agreement, what is paid in, and what its bank books."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from bonds.models import Bond, BondDeposit, BondEntry, BondPolicy
from bonds.services import exemptions, storing
from core.actor import Forbidden
from tests.bonds.conftest import REQUIRED, pdf
from tests.cast import NOW, TODAY
from tests.refusals import refused


def report(bonds, deposit, amount="1720000", on=date(2026, 3, 12)):
    return storing.report_deposit(
        actor=bonds.admin,
        deposit=deposit.uuid,
        amount=Decimal(amount),
        booked_on=on,
        slip=pdf(f"回单{amount}.pdf"),
        now=NOW,
    )


def check(actor, entry, is_right=True, reference="B7", note=""):
    return storing.check_report(
        actor=actor, entry=entry.uuid, is_right=is_right, reference=reference, note=note, now=NOW
    )


def book(bonds, deposit, kind, amount, reference, on=date(2026, 6, 21), actor=None):
    return storing.book_entry(
        actor=actor or bonds.bank,
        deposit=deposit.uuid,
        kind=kind,
        amount=Decimal(amount),
        booked_on=on,
        reference=reference,
        now=NOW,
    )


class TestAccount:
    def test_is_registered_with_its_agreement(self, bonds):
        deposit = bonds.account()
        assert deposit.bond == bonds.bond
        assert deposit.agreement.sealed

    def test_refuses_a_second_and_a_number_that_is_taken(self, bonds, cast):
        bonds.account()
        with refused("bond.account_there"):
            bonds.account(number="65050161700000000002")
        BondDeposit.everything.update(status="closed", closed_on=TODAY)
        with pytest.raises(ValidationError, match="已经登记"):
            bonds.account()

    def test_refuses_a_day_to_come(self, bonds):
        with refused("day.to_come", "opened_on"):
            bonds.account(opened_on=TODAY + timedelta(days=1))

    def test_refuses_cash_where_the_area_does_not_admit_it(self, bonds):
        BondPolicy.objects.get().settings.filter(key="forms").update(value=["bank", "insurance"])
        with refused("bond.form_not_admitted"):
            bonds.account()

    def test_is_the_contractors(self, bonds, cast):
        bonds.determined()
        data = storing.NewDeposit(cast.bank.uuid, "65050161700000000001", "甲", TODAY)
        with pytest.raises(Forbidden):
            storing.register_deposit(
                actor=cast.actor(cast.users.manager),
                code=bonds.code,
                data=data,
                agreement=pdf(),
                now=NOW,
            )


class TestReportedDeposit:
    def test_counts_once_the_bank_has_booked_it(self, bonds):
        deposit = bonds.account()
        entry = report(bonds, deposit)
        assert bonds.bond.status == Bond.Status.PENDING

        check(bonds.bank, entry)
        deposit.refresh_from_db()
        assert deposit.balance == REQUIRED
        assert bonds.bond.status == Bond.Status.HELD
        assert bonds.bond.due_on is None

    def test_an_officer_checks_it_too(self, bonds):
        entry = check(bonds.officer, report(bonds, bonds.account()))
        assert (entry.state, entry.settled_by) == (BondEntry.State.BOOKED, bonds.officer.name)

    def test_part_of_it_leaves_the_bond_waiting(self, bonds):
        check(bonds.bank, report(bonds, bonds.account(), "1719999.99"))
        assert bonds.bond.status == Bond.Status.PENDING

    def test_what_is_not_so_counts_for_nothing(self, bonds):
        entry = report(bonds, bonds.account())
        with refused("bond.mismatch_unexplained", "note"):
            check(bonds.bank, entry, is_right=False)
        check(bonds.bank, entry, is_right=False, note="没有这笔入账")
        assert bonds.bond.status == Bond.Status.PENDING

    def test_is_checked_once(self, bonds):
        entry = report(bonds, bonds.account())
        check(bonds.bank, entry)
        with refused("bond.entry_checked"):
            check(bonds.officer, entry, reference="B8")
        assert BondDeposit.everything.get().balance == REQUIRED

    def test_another_bank_does_not_see_it(self, bonds, cast):
        entry = report(bonds, bonds.account())
        with pytest.raises(BondEntry.DoesNotExist):
            check(cast.actor(cast.users.other_bank), entry)
        with pytest.raises(Forbidden):
            check(bonds.admin, entry)

    def test_refuses_days_that_cannot_be(self, bonds):
        deposit = bonds.account()
        with refused("day.to_come", "booked_on"):
            report(bonds, deposit, on=TODAY + timedelta(days=1))
        with refused("bond.before_opening", "booked_on", match="2026-03-10"):
            report(bonds, deposit, on=date(2026, 3, 9))

    def test_refuses_more_than_the_contract(self, bonds):
        with refused("bond.above_contract", "amount"):
            report(bonds, bonds.account(), "86000000.01")


class TestBanksBooks:
    def test_one_reference_once(self, bonds):
        deposit = bonds.account()
        book(bonds, deposit, "deposit", "100", "B1")
        with refused("bond.reference_taken", "reference"):
            book(bonds, deposit, "deposit", "100", "B1")
        assert BondDeposit.everything.get().balance == Decimal("100.00")

    def test_interest_is_apart_from_the_principal(self, bonds):
        deposit = bonds.account()
        book(bonds, deposit, "deposit", "1000", "B1")
        book(bonds, deposit, "interest", "3.50", "B2")
        with refused("bond.interest_short", "amount", match="3.50"):
            book(bonds, deposit, "interest_out", "3.51", "B3")
        book(bonds, deposit, "interest_out", "3.50", "B3")
        deposit.refresh_from_db()
        assert (deposit.balance, deposit.interest) == (Decimal("1000.00"), Decimal("0.00"))

    def test_principal_does_not_leave_by_itself(self, bonds):
        deposit = bonds.account()
        for kind in ("payout", "refund", "returned"):
            with refused("bond.not_banks_kind", "kind"):
                book(bonds, deposit, kind, "1", "B1")

    def test_is_that_banks_alone(self, bonds, cast):
        with refused("bond.banks_work"):
            book(bonds, bonds.account(), "deposit", "1", "B1", actor=bonds.officer)

    def test_closes_only_on_the_confirmation(self, bonds):
        bonds.held()
        deposit = BondDeposit.everything.get()
        with refused("bond.return_not_confirmed", match="在监管"):
            storing.close_deposit(
                actor=bonds.bank, deposit=deposit.uuid, booked_on=TODAY, reference="Z", now=NOW
            )


class TestPapers:
    def add(self, bonds, act="store", name="施工合同"):
        bonds.determined()
        return storing.add_paper(
            actor=bonds.admin, code=bonds.code, act=act, name=name, paper=pdf("x.pdf"), now=NOW
        )

    def test_the_same_file_twice_changes_nothing(self, bonds):
        assert self.add(bonds) == self.add(bonds)

    def test_refuses_what_is_not_asked(self, bonds):
        with refused("bond.paper_not_asked", "name"):
            self.add(bonds, name="别的材料")
        with refused("bond.paper_not_asked", "name"):
            self.add(bonds, act="无")


class TestExemption:
    def approve(self, bonds, ground="合同额低于 300 万元，一年内无拖欠"):
        return exemptions.approve_exemption(
            actor=bonds.officer, code=bonds.code, ground=ground, now=NOW
        )

    def test_is_approved_on_a_ground_and_taken_back(self, bonds):
        bonds.determined()
        with refused("bond.no_ground", "ground"):
            self.approve(bonds, " ")
        bond = self.approve(bonds)
        assert (bond.status, bond.exempted_by) == (Bond.Status.EXEMPT, bonds.officer.name)
        assert bond.due_on is None

        exemptions.revoke_exemption(
            actor=bonds.officer, code=bonds.code, reason="发生拖欠", now=NOW
        )
        # 9 October 2026 and 20 working days; 10 October is a working Saturday.
        assert (bonds.bond.status, bonds.bond.due_on) == (
            Bond.Status.PENDING,
            date(2026, 11, 5),
        )

    def test_refused_where_something_is_stored(self, bonds):
        bonds.paid_in(bonds.account(), Decimal("1"))
        with refused("bond.stored_already"):
            self.approve(bonds)

    def test_refused_once_it_is_held(self, bonds):
        bonds.guaranteed()
        with refused("bond.stored_already"):
            self.approve(bonds)

    def test_is_an_officers(self, bonds, cast):
        bonds.determined()
        with refused("bond.officers_work"):
            exemptions.approve_exemption(actor=bonds.admin, code=bonds.code, ground="甲", now=NOW)
