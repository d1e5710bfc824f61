"""What may happen to a registration, and what the register reads like."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from stdnum import luhn

from core.actor import SYSTEM, Forbidden
from core.models import AuditEntry, Touch
from core.sealed import blind_index
from identity.limits import Limit
from identity.models import Organisation
from projects.models import Project
from tests.cast import NOW, TODAY, roster_entries
from tests.refusals import refused
from workers import selectors
from workers.forms import RegisterFilter
from workers.models import AttendanceMonth, Engagement, Person, WageCard
from workers.selectors.systems import register_systems
from workers.services import attendance, full_view, register

STEM = "622202020000000001"
CARD = STEM + luhn.calc_check_digit(STEM)


def enrol(cast, entries, actor=SYSTEM, employer=None, **place):
    return register.enrol_workers(
        actor=actor,
        now=NOW,
        code=place.get("project", cast.project).code,
        employer=(employer or cast.subcontractor).uuid,
        entries=entries,
    )


@pytest.fixture
def worker(cast):
    """The first worker of the sample roster."""
    first = cast.roster[0]
    person = Person.objects.get(id_index=blind_index(first.id_number, selectors.ID_INDEX))
    return Engagement.everything.get(person=person)


@pytest.fixture
def clerk(cast):
    return cast.actor(cast.users.sub)


class TestEnrol:
    def test_says_what_it_did(self, cast):
        entries = roster_entries()
        assert enrol(cast, entries) == register.Enrolment(30, 0, 0)
        changed = [replace(entries[0], contract_number="XJ-NEW"), *entries[1:]]
        assert enrol(cast, changed) == register.Enrolment(0, 1, 29)

    def test_is_on_record_once_and_wakes_the_rules(self, cast):
        enrol(cast, roster_entries())
        entry = AuditEntry.objects.get(action=register.ENROLLED)
        assert (entry.within, entry.detail) == (cast.project.subject, {"added": 30, "changed": 0})
        assert Touch.objects.filter(subject=cast.project.subject).count() == 1

    def test_leaves_open_what_the_roster_leaves_open(self, cast):
        first = roster_entries()[0]
        enrol(cast, [first])
        bare = replace(first, trade="", team="", contract_number="", phone="", card="")
        assert enrol(cast, [bare]).unchanged == 1

    def test_enters_those_who_left_once(self, cast):
        gone = replace(roster_entries()[0], left_on=date(2026, 8, 31))
        enrol(cast, [gone])
        assert enrol(cast, [gone]).unchanged == 1
        assert Engagement.everything.count() == 1

    def test_enters_a_worker_who_comes_back_anew(self, cast):
        first = roster_entries()[0]
        enrol(cast, [replace(first, left_on=date(2026, 8, 31))])
        assert enrol(cast, [replace(first, entered_on=date(2026, 9, 20))]).added == 1
        assert Person.objects.count() == 1

    def test_takes_a_past_time_for_what_it_is_while_a_new_one_runs(self, cast):
        first = roster_entries()[0]
        past = replace(first, left_on=date(2026, 8, 31))
        enrol(cast, [past])
        enrol(cast, [replace(first, entered_on=date(2026, 9, 20))])
        assert enrol(cast, [past]).unchanged == 1
        assert Engagement.everything.filter(left_on=None).count() == 1

    def test_keeps_one_person_on_two_projects(self, cast):
        first = roster_entries()[0]
        enrol(cast, [first])
        enrol(cast, [first], employer=cast.other_subcontractor, project=cast.elsewhere)
        assert (Person.objects.count(), WageCard.objects.count()) == (1, 1)
        assert Engagement.everything.count() == 2

    def test_costs_the_same_for_thirty_as_for_three(self, cast, django_assert_num_queries):
        entries = roster_entries()
        assert cast.project.parts
        with CaptureQueriesContext(connection) as few:
            enrol(cast, entries[:3])
        with django_assert_num_queries(len(few)):
            enrol(cast, entries[3:])

    def test_is_for_whoever_keeps_the_employers_people(self, cast):
        for name in ("owner", "county"):
            with refused("project.employers_work"):
                enrol(cast, roster_entries()[:1], actor=cast.actor(getattr(cast.users, name)))
        for name in ("bank", "other_admin", "other_sub"):
            with pytest.raises(Project.DoesNotExist):
                enrol(cast, roster_entries()[:1], actor=cast.actor(getattr(cast.users, name)))
        for name in ("sub", "labour", "manager", "admin"):
            enrol(cast, roster_entries()[:1], actor=cast.actor(getattr(cast.users, name)))

    def test_keeps_a_subcontractor_off_the_contractors_people(self, cast, clerk):
        with pytest.raises(Forbidden):
            enrol(cast, roster_entries()[:1], actor=clerk, employer=cast.contractor)

    def test_is_for_employers_on_the_project(self, cast):
        with pytest.raises(Organisation.DoesNotExist):
            enrol(cast, roster_entries()[:1], employer=cast.other_subcontractor)

    def test_gives_way_to_who_entered_the_same_card_at_the_same_moment(self, cast):
        first, second = roster_entries()[:2]
        enrol(cast, [first])
        # Checked before the other's card was written: the database has the last word.
        with refused("register.clash"):
            enrol(cast, [replace(second, card=first.card)])
        assert Engagement.everything.count() == 1


class TestChangeCard:
    def change(self, actor, worker, number=None, since=date(2026, 10, 1)):
        register.change_card(
            actor=actor,
            uuid=worker.uuid,
            number=number or CARD,
            bank="中国银行",
            since=since,
            now=NOW,
        )

    def test_puts_the_old_card_out_of_use(self, clerk, worker):
        self.change(clerk, worker)
        old, new = WageCard.objects.filter(person=worker.person).order_by("pk")
        assert (old.valid_to, new.valid_from, new.valid_to) == (
            date(2026, 10, 1),
            date(2026, 10, 1),
            None,
        )

    def test_is_on_record_without_a_number(self, clerk, worker):
        self.change(clerk, worker)
        entry = AuditEntry.objects.get(action=register.CARD_CHANGED)
        assert CARD not in str(entry.detail)
        assert entry.detail["new"].startswith("尾号")

    def test_refuses_a_second_time(self, clerk, worker):
        self.change(clerk, worker)
        with refused("card.same", "number"):
            self.change(clerk, worker)
        assert WageCard.objects.filter(person=worker.person).count() == 2

    def test_refuses_another_workers_card(self, cast, clerk, worker):
        with refused("card.taken", "number"):
            self.change(clerk, worker, number=cast.roster[1].card)
        assert WageCard.objects.get(person=worker.person).valid_to is None

    @pytest.mark.parametrize(
        ("since", "code"),
        [(date(2026, 10, 10), "card.not_in_use_yet"), (date(2020, 1, 1), "card.before_present")],
    )
    def test_refuses_a_day_that_cannot_be(self, clerk, worker, since, code):
        with refused(code, "since"):
            self.change(clerk, worker, since=since)

    def test_is_not_for_officers(self, cast, worker):
        with pytest.raises(Forbidden):
            self.change(cast.actor(cast.users.county), worker)

    def test_is_out_of_scope_for_others(self, cast, worker):
        with pytest.raises(Engagement.DoesNotExist):
            self.change(cast.actor(cast.users.other_sub), worker)


class TestLeave:
    def leave(self, actor, worker, on=TODAY):
        register.record_exit(actor=actor, now=NOW, uuid=worker.uuid, on=on)

    def test_ends_the_registration(self, clerk, worker):
        self.leave(clerk, worker)
        worker.refresh_from_db()
        assert worker.left_on == TODAY

    def test_refuses_a_second_time(self, clerk, worker):
        self.leave(clerk, worker)
        with refused("exit.recorded"):
            self.leave(clerk, worker)
        assert AuditEntry.objects.filter(action=register.LEFT).count() == 1

    @pytest.mark.parametrize(
        ("on", "code"),
        [(date(2026, 10, 10), "exit.to_come"), (date(2020, 1, 1), "exit.before_entry")],
    )
    def test_refuses_a_day_that_cannot_be(self, clerk, worker, on, code):
        with refused(code, "on"):
            self.leave(clerk, worker, on=on)

    def test_is_not_for_the_industry_officer(self, cast, worker):
        with pytest.raises(Forbidden):
            self.leave(cast.actor(cast.users.housing), worker)


class TestComplete:
    def test_fills_what_is_missing(self, cast, clerk):
        first = roster_entries()[0]
        enrol(cast, [replace(first, trade="", contract_number="", phone="")])
        row = Engagement.everything.select_related("person").get()
        assert selectors.missing_fields(row, has_card=True) == ("劳动合同", "工种", "联系方式")

        register.complete_registration(
            actor=clerk,
            now=NOW,
            uuid=row.uuid,
            trade="010",
            team="砌筑班",
            contract_number="XJ-1",
            phone="13812345678",
        )

        row = selectors.engagement(actor=clerk, uuid=row.uuid)
        shown = selectors.register_row(row)
        assert (shown.missing, shown.team, shown.phone) == ((), "砌筑班", "138****5678")

    def test_leaves_the_phone_alone_where_none_is_given(self, clerk, worker):
        before = str(worker.person.phone)
        register.complete_registration(
            actor=clerk,
            now=NOW,
            uuid=worker.uuid,
            trade="010",
            team="",
            contract_number="A",
            phone="",
        )
        assert str(Person.objects.get(pk=worker.person_id).phone) == before


class TestInFull:
    def see(self, actor, worker, purpose="identity"):
        return full_view.reveal_worker(actor=actor, uuid=worker.uuid, purpose=purpose, now=NOW)

    @pytest.mark.parametrize("name", ["sub", "labour", "county"])
    def test_shows_and_records(self, cast, worker, name):
        full = self.see(cast.actor(getattr(cast.users, name)), worker)
        assert full.id_number == cast.roster[0].id_number
        entry = AuditEntry.objects.get(action="personal.reveal")
        assert full.id_number not in str(entry.detail)

    @pytest.mark.parametrize("name", ["housing"])
    def test_stays_shut_for_other_departments(self, cast, worker, name):
        with refused("register.masked_only"):
            self.see(cast.actor(getattr(cast.users, name)), worker)

    def test_shows_nothing_without_a_purpose(self, clerk, worker):
        with refused("purpose.missing"):
            self.see(clerk, worker, purpose="")
        assert not AuditEntry.objects.filter(action="personal.reveal").exists()


class TestRecordMonth:
    def test_replaces_what_was_recorded(self, cast, clerk, worker):
        for marks in ("1" * 20 + " " * 11, "1" * 19 + "5" + " " * 11):
            attendance.record_month(
                actor=clerk,
                now=NOW,
                code=cast.project.code,
                employer=cast.subcontractor.uuid,
                month=date(2026, 9, 1),
                marks={worker.pk: marks},
            )
        assert str(AttendanceMonth.everything.get().days) == "19.5"

    def test_is_not_for_officers(self, cast, worker):
        with pytest.raises(Forbidden):
            attendance.record_month(
                actor=cast.actor(cast.users.county),
                now=NOW,
                code=cast.project.code,
                employer=cast.subcontractor.uuid,
                month=date(2026, 9, 1),
                marks={worker.pk: " " * 31},
            )


class TestRegisterSystems:
    def test_counts_a_person_with_two_employers_once(self, cast):
        first = roster_entries()[0]
        for employer in (cast.subcontractor, cast.contractor):
            enrol(cast, [first], employer=employer)
        where = {"as_of": TODAY, "projects": [cast.project.pk], "grace": Limit(Decimal(3))}
        found = register_systems(actor=SYSTEM, **where)
        assert found[cast.project.pk].reason == "在册 1 人，登记信息齐全。"


class TestRegisterPage:
    def rows(self, actor, project, **wanted):
        shown = RegisterFilter(wanted, actor=actor, project=project, as_of=TODAY)
        page = selectors.REGISTER_LIST.page(shown.qs, params=wanted)
        return page.of(selectors.register_row).rows

    def test_finds_by_name_and_pinyin(self, cast, clerk):
        first = cast.roster[0]
        pinyin = Person.objects.get(
            id_index=blind_index(first.id_number, selectors.ID_INDEX)
        ).pinyin.split()[0]
        for text in (first.name, pinyin):
            names = [row.id_number[-4:] for row in self.rows(clerk, cast.project, text=text)]
            assert first.id_number[-4:] in names

    def test_tells_those_on_site_from_those_who_left(self, cast, clerk, worker):
        register.record_exit(actor=clerk, now=NOW, uuid=worker.uuid, on=date(2026, 10, 1))
        count = {p: len(self.rows(clerk, cast.project, presence=p)) for p in ("on", "left", "all")}
        assert count == {"on": 29, "left": 1, "all": 30}

    def test_puts_first_who_lacks_most(self, cast, clerk, worker):
        first, second = (worker.pk for worker in Engagement.everything.order_by("pk")[:2])
        Engagement.everything.filter(pk=second).update(trade=None)
        Engagement.everything.filter(pk=first).update(trade=None, contract_number="", contract=None)
        lacking = [len(row.missing) for row in self.rows(clerk, cast.project, sort="-missing")]
        assert lacking[:3] == [2, 1, 0]
        assert lacking == sorted(lacking, reverse=True)

    def test_shows_a_subcontractor_its_own_people(self, cast, worker):
        own = replace(cast.roster[0], id_number="110101199003074530", card="", name="总包工人")
        enrol(cast, [own], employer=cast.contractor)
        assert len(self.rows(cast.actor(cast.users.sub), cast.project)) == 30
        assert len(self.rows(cast.actor(cast.users.labour), cast.project)) == 31

    def test_shows_no_number_in_full(self, cast, clerk):
        shown = str(self.rows(clerk, cast.project))
        assert not any(e.id_number in shown or e.card in shown for e in cast.roster)
