"""Guarantees: what is handed in, what is accepted, and what time does to them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bonds.models import Bond, BondPolicy, Guarantee
from bonds.selectors.holdings import holdings
from bonds.services.guarantees import age_guarantees, plain_number, review_guarantee
from projects.models import Participant, Project
from tests.bonds.conftest import REQUIRED
from tests.cast import NOW, SHANGHAI, TODAY
from tests.refusals import refused

State = Guarantee.Status


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=SHANGHAI)


def review(bonds, guarantee, accept=True, exclusions=(), note="", actor=None):
    return review_guarantee(
        actor=actor or bonds.officer,
        uuid=guarantee.uuid,
        accept=accept,
        exclusions=exclusions,
        note=note,
        now=NOW,
    )


def set_value(key, value):
    BondPolicy.objects.get(region="650000").settings.filter(key=key).update(value=value)


class TestHandingIn:
    def test_counts_only_once_it_is_accepted(self, bonds):
        made = bonds.submitted()
        assert (made.status, made.bank) == (State.SUBMITTED, bonds.cast.bank)
        assert holdings(bonds.bond, TODAY).total == 0
        review(bonds, made)
        assert bonds.bond.status == Bond.Status.HELD
        assert holdings(bonds.bond, TODAY).guaranteed == REQUIRED

    @pytest.mark.parametrize(
        "days",
        [
            {"issued_on": date(2026, 2, 21)},
            {"valid_until": date(2026, 2, 20), "valid_from": date(2026, 2, 20)},
        ],
    )
    def test_refuses_days_out_of_order(self, bonds, days):
        with refused("guarantee.days_out_of_order", "valid_until"):
            bonds.submitted(**days)

    def test_refuses_one_shorter_than_the_works(self, bonds):
        with refused("guarantee.too_short", "valid_until", match="2027-10-31"):
            bonds.submitted(valid_until=date(2027, 10, 30))
        assert bonds.submitted(valid_until=date(2027, 10, 31)).pk

    def test_refuses_less_than_a_year(self, bonds, cast):
        Project.everything.filter(pk=cast.project.pk).update(planned_end=date(2026, 6, 1))
        with refused("guarantee.below_least", "valid_until"):
            bonds.submitted(valid_until=date(2027, 2, 18))
        assert bonds.submitted(valid_until=date(2027, 2, 19)).pk

    def test_refuses_more_than_the_contract(self, bonds):
        with refused("bond.above_contract", "amount"):
            bonds.submitted(amount=Decimal("86000000.01"))

    def test_refuses_a_form_that_is_not_admitted(self, bonds):
        set_value("forms", ["cash", "bank"])
        with refused("bond.form_not_admitted", "form"):
            bonds.submitted(form="insurance")

    def test_one_guarantors_limit(self, bonds):
        set_value("guarantor_limit", "1000000")
        company = {"form": "company", "guarantor_uscc": "91650100MA00000777"}
        with refused("guarantee.above_limit", "amount"):
            bonds.submitted(**company)
        set_value("joint_guarantors", True)
        with refused("guarantee.needs_joint", "joint", match="2 家"):
            bonds.submitted(**company)
        made = bonds.submitted(**company, joint=[("某某担保有限公司", "91650100MA00000888")])
        assert made.guarantor_count == 2

    def test_refused_for_a_bond_that_waits_for_nothing(self, bonds):
        bonds.publicised()
        with refused("bond.not_to_store"):
            bonds.submitted()


class TestOneNumberOnce:
    def elsewhere(self, bonds, cast):
        project = cast.make_project("XJ6501042026009", "红光山道路", region_id="650104")
        cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
        return project

    def test_is_compared_without_dress(self):
        assert plain_number(" ｂｈ 2026—0001 ") == plain_number("BH2026-0001") == "BH20260001"

    def test_refused_on_another_project_however_written(self, bonds, cast):
        bonds.submitted()
        bonds.code = self.elsewhere(bonds, cast).code
        with refused("guarantee.number_taken", "number"):
            bonds.submitted(number="bh ２０２６—0001")

    def test_the_database_refuses_it_too(self, bonds):
        made = bonds.submitted()
        made.pk, made.uuid = None, "00000000-0000-4000-8000-00000000abcd"
        with pytest.raises(IntegrityError, match="guarantee_number_once"), transaction.atomic():
            made.save(force_insert=True)

    def test_a_rejected_number_may_come_again(self, bonds):
        review(bonds, bonds.submitted(), accept=False, note="看不清")
        assert bonds.submitted().pk


class TestReview:
    @pytest.mark.parametrize(
        "changes", [{"kind": "general"}, {"is_unconditional": False}, {"is_irrevocable": False}]
    )
    def test_accepts_only_what_pays_on_demand(self, bonds, changes):
        made = bonds.submitted(**changes)
        with refused("guarantee.not_on_demand"):
            review(bonds, made)
        assert review(bonds, made, accept=False, note="不是见索即付").status == State.REJECTED

    def test_excluding_clauses_are_kept_with_an_opinion(self, bonds):
        made = bonds.submitted()
        with refused("guarantee.unexplained", "note"):
            review(bonds, made, exclusions=["frozen"])
        with refused("guarantee.no_such_clause"):
            review(bonds, made, exclusions=["nonsense"], note="甲")
        seen = review(bonds, made, exclusions=["once", "frozen"], note="已要求更换")
        assert seen.exclusions == ["frozen", "once"]

    def test_is_reviewed_once_and_by_officers(self, bonds):
        made = bonds.submitted()
        with refused("bond.officers_work"):
            review(bonds, made, actor=bonds.admin)
        review(bonds, made)
        with refused("guarantee.reviewed_already"):
            review(bonds, made, actor=bonds.second)


class TestDays:
    def test_becomes_expiring_thirty_days_before_and_expires_after_its_last_day(self, bonds):
        made = bonds.guaranteed()
        for day, status in (
            (date(2027, 11, 30), State.ACTIVE),
            (date(2027, 12, 1), State.EXPIRING),
            (date(2027, 12, 31), State.EXPIRING),
            (date(2028, 1, 1), State.EXPIRED),
        ):
            age_guarantees(now=on(day))
            made.refresh_from_db()
            assert made.status == status, day

    def test_an_expired_one_leaves_the_bond_short(self, bonds):
        bonds.guaranteed()
        age_guarantees(now=on(date(2028, 1, 1)))
        bond = bonds.bond
        assert (bond.status, bond.short_cause) == (Bond.Status.SHORT, Bond.Cause.GUARANTEE)
        assert bond.due_what == Bond.Due.TOP_UP

    def test_the_same_day_again_changes_nothing(self, bonds):
        bonds.guaranteed()
        assert age_guarantees(now=on(date(2028, 1, 1))) == 1
        assert age_guarantees(now=on(date(2028, 1, 1))) == 0


class TestReplacing:
    def test_the_new_one_takes_the_old_ones_place(self, bonds):
        old = bonds.guaranteed()
        new = bonds.guaranteed(number="BH2026-0002", replaces=old.uuid)
        old.refresh_from_db()
        assert (old.status, new.replaces) == (State.REPLACED, old)
        assert holdings(bonds.bond, TODAY).total == REQUIRED

    def test_one_that_begins_later_waits_its_day(self, bonds):
        old = bonds.guaranteed()
        days = {"valid_from": date(2027, 12, 1), "valid_until": date(2028, 12, 1)}
        bonds.guaranteed(number="BH2026-0002", replaces=old.uuid, **days)
        old.refresh_from_db()
        assert old.status == State.ACTIVE
        assert holdings(bonds.bond, TODAY).total == REQUIRED

        age_guarantees(now=on(date(2027, 12, 1)))
        old.refresh_from_db()
        assert old.status == State.REPLACED
        assert holdings(bonds.bond, date(2027, 12, 1)).total == REQUIRED
        assert bonds.bond.status == Bond.Status.HELD

    def test_refuses_to_replace_what_is_over(self, bonds):
        old = bonds.guaranteed()
        Guarantee.everything.filter(pk=old.pk).update(status=State.EXPIRED)
        with refused("guarantee.none_to_replace", "replaces"):
            bonds.submitted(number="BH2026-0002", replaces=old.uuid)


def test_cash_and_guarantee_add_up(bonds):
    bonds.guaranteed(amount=Decimal("1000000"))
    assert bonds.bond.status == Bond.Status.PENDING
    bonds.paid_in(bonds.account(), Decimal("720000"))
    assert bonds.bond.status == Bond.Status.HELD


def test_a_year_ends_the_day_before(bonds, cast):
    from bonds.services.guarantees import _months_after

    assert _months_after(date(2026, 3, 2), 12) == date(2027, 3, 1)
    assert _months_after(date(2026, 1, 31), 1) == date(2026, 2, 27)
    assert _months_after(date(2026, 3, 1), 12) == date(2027, 2, 28)
