"""How much must be stored: determined once, followed when the contract changes, kept explained."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bonds.models import Bond, BondPolicy, BondRequirement
from bonds.services import determining
from bonds.services.determining import determine_missing, follow_contract, redetermine_bond
from core.actor import Forbidden
from identity.models import CreditEntry
from projects.models import Participant, Project
from tests.bonds.conftest import REQUIRED
from tests.cast import NOW
from tests.refusals import refused

CHANGES = [{"ground": "arrears", "years": 2, "manner": "share", "value": "50"}]


def set_value(key, value):
    BondPolicy.objects.get(region="650000").settings.filter(key=key).update(value=value)


class TestDetermining:
    def test_keeps_amount_steps_sources_and_deadline(self, bonds):
        bond = bonds.determined()

        assert (bond.status, bond.required) == (Bond.Status.PENDING, REQUIRED)
        made = bond.requirements.get()
        assert made.contract_amount == Decimal("86000000.00")
        assert [step["amount"] for step in made.steps if step["amount"]] == ["1720000.00"]
        first = made.steps[0]
        assert first["source"] and first["certainty"] == "见于转载，待核对原文"
        # What the region has not set is said, and changes nothing.
        notes = {step["setting"] for step in made.steps if step["is_note"]}
        assert {"changes", "waivers"} <= notes
        # 2026-02-10 and 20 working days, over 春节 (15 to 23 February) and its working weekend.
        assert bond.due_what == Bond.Due.STORE
        assert bond.due_on == date(2026, 3, 16)
        assert bond.due_why == "签订施工合同（2026-02-10）之后第 20 个工作日"

    def test_the_permit_comes_before_the_contract(self, bonds, cast):
        Project.everything.filter(pk=cast.project.pk).update(permit_issued_on=date(2026, 3, 2))
        assert bonds.determined().due_on == date(2026, 3, 31)

    def test_a_second_time_changes_nothing(self, bonds):
        assert bonds.determined() == bonds.determined()
        assert BondRequirement.everything.count() == 1

    def test_is_the_contractors_and_the_officers(self, bonds, cast):
        with pytest.raises(Project.DoesNotExist):
            actor = cast.actor(cast.users.other_admin)
            determining.determine_bond(actor=actor, code=bonds.code, now=NOW)
        with pytest.raises(Forbidden):
            actor = cast.actor(cast.users.sub)
            determining.determine_bond(actor=actor, code=bonds.code, now=NOW)
        assert determining.determine_bond(actor=bonds.officer, code=bonds.code, now=NOW).pk

    def test_refused_without_a_policy(self, bonds):
        BondPolicy.objects.update(since=date(2027, 1, 1))
        with refused("bond.no_policy"):
            bonds.determined()

    def test_refused_without_a_rate(self, bonds):
        set_value("tiers", None)
        with refused("bond.no_rate"):
            bonds.determined()

    def test_a_prefectures_own_policy_comes_first(self, bonds):
        whole = BondPolicy.objects.get(region="650000")
        own = BondPolicy.objects.create(
            region_id="650100", since=date(2026, 1, 1), title="乌鲁木齐市", created_at=NOW
        )
        for row in whole.settings.all():
            value = [{"since": "0", "rate": "3"}] if row.key == "tiers" else row.value
            own.settings.create(key=row.key, value=value, certainty=row.certainty)
        bond = bonds.determined()
        assert (bond.policy, bond.required) == (own, Decimal("2580000.00"))


class TestSeveralProjects:
    def second(self, cast, region="650104", **changes):
        project = cast.make_project(
            "XJ6501042026009",
            "红光山道路",
            region_id=region,
            contract_signed_on=date(2026, 5, 1),
            **changes,
        )
        cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
        return project

    def test_two_in_one_area_lower_each(self, bonds, cast):
        self.second(cast)
        assert bonds.determined().required == Decimal("1290000.00")

    def test_another_area_does_not_count(self, bonds, cast):
        self.second(cast, region="652301")
        assert bonds.determined().required == REQUIRED

    def test_a_finished_one_does_not_count(self, bonds, cast):
        self.second(cast, status=Project.Status.COMPLETED)
        assert bonds.determined().required == REQUIRED

    def test_one_of_another_contractor_does_not_count(self, bonds, cast):
        project = self.second(cast)
        project.participants.update(organisation=cast.other_contractor)
        assert bonds.determined().required == REQUIRED


class TestRecord:
    def entry(self, cast, kind, since, **changes):
        fields = {"region_id": "650000", "ground": "甲", "entered_at": NOW, "entered_by": "乙"}
        return CreditEntry.everything.create(
            organisation=cast.contractor, kind=kind, since=since, **(fields | changes)
        )

    def test_arrears_raise_where_the_region_says_so(self, bonds, cast):
        set_value("changes", CHANGES)
        self.entry(cast, "arrears", date(2025, 3, 1))
        assert bonds.determined().required == Decimal("2580000.00")

    def test_arrears_found_after_the_contract_do_not(self, bonds, cast):
        set_value("changes", CHANGES)
        self.entry(cast, "arrears", date(2026, 2, 11))
        assert bonds.determined().required == REQUIRED

    def test_arrears_elsewhere_do_not(self, bonds, cast):
        set_value("changes", CHANGES)
        self.entry(cast, "arrears", date(2025, 3, 1), region_id="652301")
        assert bonds.determined().required == REQUIRED

    def test_unset_says_what_the_nation_asks(self, bonds, cast):
        self.entry(cast, "listed", date(2025, 3, 1))
        bond = bonds.determined()
        assert bond.required == REQUIRED
        texts = [step["text"] for step in bond.requirements.get().steps]
        assert any("3,440,000.00" in text and "没有设定" in text for text in texts)


class TestContractChange:
    def change(self, cast, amount):
        Project.everything.filter(pk=cast.project.pk).update(contract_amount=amount)

    def test_recomputes_and_asks_for_the_difference(self, bonds, cast):
        bonds.held()
        self.change(cast, Decimal("90000000"))
        follow_contract(project=cast.project, now=NOW)

        bond = bonds.bond
        assert (bond.status, bond.required) == (Bond.Status.SHORT, Decimal("1800000.00"))
        assert (bond.short_cause, bond.due_what) == (Bond.Cause.CONTRACT, Bond.Due.TOP_UP)
        assert bond.requirements.first().cause == BondRequirement.Cause.CONTRACT

    def test_less_than_stored_asks_for_nothing(self, bonds, cast):
        bonds.held()
        self.change(cast, Decimal("80000000"))
        follow_contract(project=cast.project, now=NOW)
        assert (bonds.bond.status, bonds.bond.required) == (
            Bond.Status.HELD,
            Decimal("1600000.00"),
        )

    def test_the_count_of_projects_stays_as_first_found(self, bonds, cast):
        bonds.held()
        TestSeveralProjects().second(cast)
        self.change(cast, Decimal("90000000"))
        follow_contract(project=cast.project, now=NOW)
        assert bonds.bond.required == Decimal("1800000.00")

    def test_the_same_amount_changes_nothing(self, bonds, cast):
        bonds.determined()
        assert follow_contract(project=cast.project, now=NOW) is None

    def test_the_sweep_finds_both(self, bonds, cast):
        assert determine_missing(now=NOW) == 2
        self.change(cast, Decimal("90000000"))
        assert determine_missing(now=NOW, projects_asked=[cast.project.code]) == 1
        assert determine_missing(now=NOW) == 0


class TestDeterminingAnew:
    def test_takes_the_record_as_it_is_known_now(self, bonds, cast):
        set_value("changes", CHANGES)
        bonds.held()
        TestRecord().entry(cast, "arrears", date(2025, 3, 1))
        redetermine_bond(actor=bonds.officer, code=bonds.code, reason="补录拖欠", now=NOW)
        assert (bonds.bond.status, bonds.bond.required) == (
            Bond.Status.SHORT,
            Decimal("2580000.00"),
        )

    def test_needs_a_reason_and_an_officer(self, bonds):
        bonds.determined()
        with refused("bond.unexplained"):
            redetermine_bond(actor=bonds.officer, code=bonds.code, reason=" ", now=NOW)
        with refused("bond.officers_work"):
            redetermine_bond(actor=bonds.admin, code=bonds.code, reason="甲", now=NOW)

    def test_refused_before_the_first_and_during_a_refund(self, bonds):
        with refused("bond.none_yet"):
            redetermine_bond(actor=bonds.officer, code=bonds.code, reason="甲", now=NOW)
        bonds.publicised()
        with refused("bond.refund_under_way"):
            later = NOW + timedelta(days=1)
            redetermine_bond(actor=bonds.officer, code=bonds.code, reason="甲", now=later)
