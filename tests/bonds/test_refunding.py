"""Giving a bond back: publicity, application, review by another, confirmation, and what bars it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bonds.models import Bond, BondDeposit, BondEntry, BondRefund, Guarantee
from bonds.services import refunding, storing
from core.actor import Forbidden
from payroll.models import PaySheet
from tests.bonds.conftest import REQUIRED, pdf, photo
from tests.cast import NOW, TODAY
from tests.payroll.test_payments import make_sheet
from tests.refusals import refused

State, Refund = Bond.Status, BondRefund.Status


def begin(bonds, actor=None):
    return refunding.begin_publicity(
        actor=actor or bonds.admin, code=bonds.code, promise=pdf(), photo=photo(), now=NOW
    )


class TestPublicity:
    def test_lasts_thirty_days_from_its_day(self, bonds):
        refund = bonds.publicised()
        assert (refund.publicity_from, refund.publicity_until) == (TODAY, date(2026, 11, 8))
        assert (bonds.bond.status, bonds.bond.due_on) == (State.PUBLICITY, date(2026, 11, 8))

    def test_refused_while_works_go_on(self, bonds):
        bonds.held()
        with refused("bond.works_go_on"):
            begin(bonds)

    def test_refused_for_what_is_not_stored(self, bonds):
        bonds.determined()
        bonds.complete()
        with refused("bond.not_refundable", match="待存储"):
            begin(bonds)

    def test_a_photo_is_a_picture(self, bonds):
        bonds.held()
        bonds.complete()
        with refused("file.other_kind", "photo"):
            refunding.begin_publicity(
                actor=bonds.admin, code=bonds.code, promise=pdf(), photo=pdf(), now=NOW
            )
        assert bonds.bond.status == State.HELD

    def test_is_begun_by_the_bureau_where_nobody_does(self, bonds):
        bonds.held()
        bonds.complete()
        refund = refunding.begin_by_bureau(actor=bonds.officer, code=bonds.code, now=NOW)
        assert refund.by_bureau and refund.promise is None
        with refused("bond.officers_work"):
            refunding.apply_refund(
                actor=bonds.admin, uuid=refund.uuid, now=NOW + timedelta(days=31)
            )
        applied = refunding.apply_refund(
            actor=bonds.officer, uuid=refund.uuid, now=NOW + timedelta(days=31)
        )
        # Who began it does not review it.
        with refused("bond.refund_own"):
            refunding.review_refund(
                actor=bonds.officer, uuid=applied.uuid, agree=True, opinion="", now=NOW
            )

    def test_is_ended_where_arrears_come_up(self, bonds):
        refund = bonds.publicised()
        refunding.withdraw_refund(actor=bonds.officer, uuid=refund.uuid, reason="接到投诉", now=NOW)
        assert bonds.bond.status == State.HELD
        with refused("bond.refund_moved"):
            refunding.withdraw_refund(actor=bonds.officer, uuid=refund.uuid, reason="甲", now=NOW)


class TestBars:
    def test_unpaid_wages(self, bonds, cast):
        bonds.held()
        bonds.complete()
        make_sheet(cast)
        with refused("bond.refund_barred", match="3 笔工资没有支付"):
            begin(bonds)

    def test_a_sheet_with_its_sender(self, bonds, cast):
        bonds.held()
        bonds.complete()
        make_sheet(cast)
        PaySheet.everything.update(status=PaySheet.Status.RETURNED)
        with refused("bond.refund_barred", match="1 张工资表没有报送"):
            begin(bonds)

    @pytest.mark.parametrize("step", ["apply", "agree", "confirm"])
    def test_what_comes_up_later_bars_each_step(self, bonds, cast, step):
        refund = {"apply": bonds.publicised, "agree": bonds.applied, "confirm": bonds.agreed}[
            step
        ]()
        make_sheet(cast)
        later = NOW + timedelta(days=40)
        act = {
            "apply": lambda: refunding.apply_refund(actor=bonds.admin, uuid=refund.uuid, now=later),
            "agree": lambda: refunding.review_refund(
                actor=bonds.officer, uuid=refund.uuid, agree=True, opinion="", now=later
            ),
            "confirm": lambda: refunding.confirm_refund(
                actor=bonds.second, uuid=refund.uuid, now=later
            ),
        }[step]
        before = bonds.bond.status
        with refused("bond.refund_barred"):
            act()
        assert bonds.bond.status == before

    def test_another_projects_wages_do_not(self, bonds, cast):
        bonds.held()
        bonds.complete()
        make_sheet(cast)
        PaySheet.everything.update(project=cast.elsewhere)
        assert begin(bonds).status == Refund.PUBLICITY


class TestApplying:
    def test_only_once_the_publicity_is_over(self, bonds):
        refund = bonds.publicised()
        with refused("bond.publicity_running", match="2026-11-08"):
            refunding.apply_refund(
                actor=bonds.admin, uuid=refund.uuid, now=NOW + timedelta(days=30)
            )

    def test_starts_five_working_days_of_review(self, bonds):
        bonds.applied()
        # Applied for on Monday, 9 November 2026.
        assert (bonds.bond.due_what, bonds.bond.due_on) == (Bond.Due.REVIEW, date(2026, 11, 16))

    def test_once(self, bonds):
        refund = bonds.applied()
        with refused("bond.refund_moved"):
            refunding.apply_refund(
                actor=bonds.admin, uuid=refund.uuid, now=NOW + timedelta(days=32)
            )


class TestReview:
    def test_agreed_starts_three_working_days(self, bonds):
        bonds.agreed()
        # Agreed on Tuesday, 10 November 2026.
        assert (bonds.bond.due_what, bonds.bond.due_on) == (Bond.Due.CONFIRM, date(2026, 11, 13))

    def test_not_agreed_says_why_and_changes_nothing_else(self, bonds):
        refund = bonds.applied()
        later = NOW + timedelta(days=32)
        with refused("bond.refusal_unexplained", "opinion"):
            refunding.review_refund(
                actor=bonds.officer, uuid=refund.uuid, agree=False, opinion=" ", now=later
            )
        refunding.review_refund(
            actor=bonds.officer, uuid=refund.uuid, agree=False, opinion="欠张某工资", now=later
        )
        assert (bonds.bond.status, bonds.bond.due_on) == (State.HELD, None)
        assert begin(bonds).status == Refund.PUBLICITY

    def test_is_an_officers_and_once(self, bonds):
        refund = bonds.applied()
        with pytest.raises(Forbidden):
            refunding.review_refund(
                actor=bonds.admin, uuid=refund.uuid, agree=True, opinion="", now=NOW
            )
        args = {"uuid": refund.uuid, "agree": True, "opinion": "", "now": NOW}
        refunding.review_refund(actor=bonds.officer, **args)
        with refused("bond.refund_moved"):
            refunding.review_refund(actor=bonds.second, **args)


class TestConfirmation:
    def test_returns_the_bond_and_lets_the_bank_close(self, bonds):
        refund = bonds.returned()
        assert (refund.status, refund.amount) == (Refund.CONFIRMED, REQUIRED)
        bond = bonds.bond
        assert (bond.status, bond.ended_on) == (State.RETURNED, date(2026, 11, 11))
        deposit = BondDeposit.everything.get()
        day = NOW + timedelta(days=34)
        storing.close_deposit(
            actor=bonds.bank, deposit=deposit.uuid, booked_on=day.date(), reference="Z", now=day
        )
        deposit.refresh_from_db()
        assert (deposit.status, deposit.balance) == ("closed", Decimal(0))
        assert BondEntry.everything.get(kind="refund").amount == REQUIRED
        with refused("bond.account_closed"):
            storing.close_deposit(
                actor=bonds.bank, deposit=deposit.uuid, booked_on=day.date(), reference="Y", now=day
            )

    def test_interest_is_drawn_first(self, bonds):
        bonds.returned()
        deposit = BondDeposit.everything.get()
        BondDeposit.everything.update(interest=Decimal("8.88"))
        with refused("bond.interest_left", match="8.88"):
            storing.close_deposit(
                actor=bonds.bank, deposit=deposit.uuid, booked_on=TODAY, reference="Z", now=NOW
            )

    def test_not_by_the_reviewer(self, bonds):
        refund = bonds.agreed()
        with refused("bond.refund_reviewer"):
            refunding.confirm_refund(actor=bonds.officer, uuid=refund.uuid, now=NOW)

    def test_hands_guarantees_back(self, bonds):
        made = bonds.guaranteed()
        bonds.complete()
        refund = begin(bonds)
        later = NOW + timedelta(days=31)
        refunding.apply_refund(actor=bonds.admin, uuid=refund.uuid, now=later)
        refunding.review_refund(
            actor=bonds.officer, uuid=refund.uuid, agree=True, opinion="", now=later
        )
        refunding.confirm_refund(actor=bonds.second, uuid=refund.uuid, now=later)
        made.refresh_from_db()
        assert made.status == Guarantee.Status.RETURNED

    def test_a_use_in_between_ends_the_refund(self, bonds, cast):
        refund = bonds.publicised()
        use = bonds.issued()
        bonds.told(use, True, True, True)
        refund.refresh_from_db()
        assert (refund.status, bonds.bond.status) == (Refund.WITHDRAWN, State.SHORT)
