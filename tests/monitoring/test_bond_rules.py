"""The rules about bonds: fires, does not fire, the boundary day, clears.

昆仑大道's contract was signed on 2026-02-10: 20 working days later is 2026-03-16, 10 more are
2026-03-31 (20 March is 肉孜节). Works began on 2026-03-01.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bonds.models import Bond, BondDeposit, BondPolicy, BondRefund, BondUse, Guarantee
from bonds.services import exemptions
from projects.models import Participant, Project
from tests.bonds.conftest import REQUIRED, bonds
from tests.cast import NOW
from tests.monitoring.conftest import at

__all__ = ["bonds"]


@pytest.fixture(autouse=True)
def _elsewhere_lies_far_ahead(cast):
    """昌吉's project would want a bond as well."""
    Project.everything.filter(pk=cast.elsewhere.pk).update(
        contract_signed_on=None,
        actual_start=None,
        planned_start=date(2030, 1, 1),
        planned_end=date(2031, 1, 1),
    )


class TestBND01:
    @pytest.mark.parametrize(
        ("day", "level"),
        [
            (date(2026, 3, 1), "黄"),
            (date(2026, 3, 13), "黄"),
            (date(2026, 3, 16), "橙"),
            (date(2026, 3, 30), "橙"),
            (date(2026, 3, 31), "红"),
        ],
    )
    def test_climbs_from_the_start_of_works(self, facts, day, level):
        assert facts.level("BND-01", day) == level

    def test_reminds_before_works_begin(self, facts):
        Project.everything.filter(pk=facts.project.pk).update(
            status=Project.Status.PREPARING, actual_start=None, planned_start=date(2026, 4, 20)
        )
        assert facts.level("BND-01", date(2026, 3, 6)) == ""
        assert facts.level("BND-01", date(2026, 3, 9)) == "蓝"

    def test_is_content_with_an_account_a_guarantee_or_an_exemption(self, facts, bonds):
        bonds.determined()
        day = date(2026, 10, 9)
        assert facts.level("BND-01", day) == "红"
        made = bonds.submitted()
        assert facts.level("BND-01", day) == ""
        Guarantee.everything.filter(pk=made.pk).update(
            status=Guarantee.Status.REJECTED, reviewed_at=NOW
        )
        assert facts.level("BND-01", day) == "红"
        exemptions.approve_exemption(actor=bonds.officer, code=bonds.code, ground="小额", now=NOW)
        assert facts.level("BND-01", day) == ""

    def test_says_how_much_and_by_when(self, facts, bonds):
        bonds.determined()
        [warning] = facts.run("BND-01", date(2026, 10, 9))
        assert warning.evidence["required"] == "1720000.00"
        assert warning.evidence["due_on"] == "2026-03-16"
        assert "应存 1,720,000.00 元" in warning.summary


class TestBND02:
    def test_less_than_required(self, facts, bonds):
        deposit = bonds.account()
        bonds.paid_in(deposit, Decimal("1719999.99"))
        [warning] = facts.run("BND-02", date(2026, 10, 9))
        assert (warning.get_level_display(), warning.evidence["missing"]) == ("橙", "0.01")

        bonds.paid_in(deposit, Decimal("0.01"), "B2")
        assert facts.run("BND-02", date(2026, 10, 9)) == []

    def test_leaves_what_was_used_to_its_own_rule(self, facts, bonds):
        bonds.held()
        Bond.everything.update(status=Bond.Status.SHORT, short_cause=Bond.Cause.USE)
        BondDeposit.everything.update(balance=0)
        assert facts.run("BND-02", date(2026, 10, 9)) == []

    def test_after_the_contract_grew(self, facts, bonds):
        bonds.held()
        Bond.everything.update(
            status=Bond.Status.SHORT, short_cause=Bond.Cause.CONTRACT, required=Decimal("1800000")
        )
        [warning] = facts.run("BND-02", date(2026, 10, 9))
        assert "还差 80,000.00 元（合同额变更）" in warning.summary


class TestEndingGuarantees:
    def end(self, day, planned_end=None):
        Guarantee.everything.update(valid_until=day)
        ours = Project.everything.filter(code="XJ6501022026001")
        ours.update(planned_end=planned_end or day)

    @pytest.mark.parametrize(("left", "level"), [(31, ""), (30, "黄"), (0, "黄"), (-1, "")])
    def test_bnd_03_thirty_days_before(self, facts, bonds, left, level):
        bonds.guaranteed()
        self.end(date(2026, 12, 1))
        assert facts.level("BND-03", date(2026, 12, 1) - timedelta(days=left)) == level

    @pytest.mark.parametrize(("left", "level"), [(1, ""), (0, ""), (-1, "红")])
    def test_bnd_04_once_it_is_over(self, facts, bonds, left, level):
        bonds.guaranteed()
        self.end(date(2026, 12, 1))
        assert facts.level("BND-04", date(2026, 12, 1) - timedelta(days=left)) == level

    def test_bnd_04_where_the_works_last_longer(self, facts, bonds):
        bonds.guaranteed()
        self.end(date(2027, 6, 1), planned_end=date(2027, 6, 2))
        [warning] = facts.run("BND-04", date(2026, 10, 9))
        assert "早于计划竣工日期" in warning.summary
        self.end(date(2027, 6, 1), planned_end=date(2027, 6, 1))
        assert facts.run("BND-04", date(2026, 10, 9)) == []

    def test_nothing_where_another_takes_its_place(self, facts, bonds):
        old = bonds.guaranteed()
        self.end(date(2026, 12, 1), planned_end=date(2027, 10, 31))
        bonds.guaranteed(
            number="BH2",
            replaces=old.uuid,
            valid_from=date(2026, 11, 1),
            valid_until=date(2027, 12, 31),
        )
        day = date(2026, 11, 20)
        assert facts.run("BND-03", day) == []
        assert facts.run("BND-04", day) == []

    def test_nothing_once_works_are_finished(self, facts, bonds):
        bonds.guaranteed()
        self.end(date(2026, 12, 1))
        ours = Project.everything.filter(code="XJ6501022026001")
        ours.update(status=Project.Status.COMPLETED)
        assert facts.run("BND-03", date(2026, 11, 20)) == []


class TestBND05:
    def test_ten_working_days_after_the_use(self, facts, bonds):
        bonds.held()
        use = BondUse.everything.create(
            number="BZ1",
            bond=bonds.bond,
            deposit=bonds.bond.deposits.get(),
            total=1000,
            status=BondUse.Status.PAID,
            order_number="1",
            order_issued_on=date(2026, 9, 1),
            order_until=date(2026, 9, 5),
            reason="甲",
            drafted_by=bonds.officer.id,
            drafted_by_name="甲",
            drafted_at=NOW,
            issued_at=NOW,
            pay_by=NOW,
            closed_at=at(date(2026, 9, 21)),
        )
        deposit = bonds.bond.deposits.get()
        deposit.entries.update(amount=Decimal("1719000.00"))
        Bond.everything.update(status=Bond.Status.SHORT, short_cause=Bond.Cause.USE)
        assert use.pk
        # 21 September and ten working days, over 中秋 and 国庆: 12 October.
        assert facts.level("BND-05", date(2026, 10, 11)) == ""
        [warning] = facts.run("BND-05", date(2026, 10, 12))
        assert (warning.get_level_display(), warning.period) == ("红", "2026-09-21")
        deposit.entries.update(amount=REQUIRED)
        assert facts.run("BND-05", date(2026, 10, 12)) == []


class TestBND06:
    def test_eight_working_days_after_the_application(self, facts, bonds):
        bonds.applied()
        # Applied for on Monday 9 November 2026.
        assert facts.level("BND-06", date(2026, 11, 18)) == ""
        assert facts.level("BND-06", date(2026, 11, 19)) == "黄"
        BondRefund.everything.update(status=BondRefund.Status.REFUSED)
        assert facts.level("BND-06", date(2026, 11, 19)) == ""

    def test_after_the_publicity_where_nobody_applied(self, facts, bonds):
        bonds.publicised()
        # Over on Sunday 8 November 2026.
        assert facts.level("BND-06", date(2026, 11, 17)) == ""
        assert facts.level("BND-06", date(2026, 11, 18)) == "黄"


class TestBND07:
    def test_one_number_on_two_projects_whoever_is_named(self, facts, bonds, cast):
        bonds.submitted()
        project = cast.make_project("XJ6501042026009", "红光山道路", region_id="650104")
        cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
        bonds.code = project.code
        other = bonds.submitted(guarantor_uscc="91650100MA00000999", guarantor="某某银行")
        [warning] = facts.run("BND-07", date(2026, 10, 9))
        assert warning.project == project
        assert warning.subject.startswith("bond_pair:")
        assert warning.evidence["other_project"] == cast.project.name

        Guarantee.everything.filter(pk=other.pk).update(
            status=Guarantee.Status.REJECTED, reviewed_at=NOW
        )
        assert facts.run("BND-07", date(2026, 10, 9)) == []

    def test_one_number_once_is_none(self, facts, bonds):
        bonds.submitted()
        assert facts.run("BND-07", date(2026, 10, 9)) == []


def test_policy_days_hold_where_they_differ(facts, bonds):
    BondPolicy.objects.get().settings.filter(key="store_days").update(value=30)
    bonds.determined()
    [warning] = facts.run("BND-01", date(2026, 10, 9))
    assert warning.evidence["due_on"] == "2026-03-31"
