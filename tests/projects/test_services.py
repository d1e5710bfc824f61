"""Registering projects and keeping them current."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection

from core.actor import Forbidden
from core.models import AuditEntry, Touch
from identity.models import Grant, Organisation, User
from projects import selectors, services
from projects.models import Participant, Pause, Project, ProjectOfficer
from projects.services import NewOfficer, UnitByCode
from tests.cast import NOW, TODAY, uscc_of
from tests.refusals import refused

OFFICERS = [
    NewOfficer("manager", "王经理", "13900000001"),
    NewOfficer("leader", "赵负责", "13900000002"),
    NewOfficer("labour", "李专管", "13900000003"),
]


def particulars(**changes):
    fields = {
        "name": "天山路改造",
        "category": Project.Category.MUNICIPAL,
        "region_id": "650102",
        "industry_id": "housing",
        "address": "天山路 1 号",
        "contract_amount": 1000000,
        "planned_start": date(2026, 11, 1),
        "planned_end": date(2027, 11, 1),
    }
    return fields | changes


def register(cast, user="admin", owner=None, **changes):
    return services.register_project(
        actor=cast.actor(getattr(cast.users, user)),
        now=NOW,
        particulars=particulars(**changes),
        owner=owner or UnitByCode(cast.owner.uscc, ""),
        officers=OFFICERS,
        wage_term=services.NewWageTerm(),
    )


class TestRegister:
    def test_numbers_projects_by_county_and_year(self, cast):
        codes = [register(cast, name=name).code for name in ("一标段", "二标段")]
        assert codes == ["XJ65010220260001", "XJ65010220260002"]
        assert register(cast, region_id="650103").code == "XJ65010320260001"

    def test_takes_the_same_form_once(self, cast):
        first = register(cast)
        with refused("project.registered_already", "name"):
            register(cast)
        assert Project.everything.filter(name=first.name).count() == 1

    def test_leaves_another_contractor_its_own_project_of_that_name(self, cast):
        assert register(cast).name == register(cast, "other_admin").name

    def test_makes_participants_and_officers(self, cast):
        project = register(cast)
        roles = set(project.participants.values_list("organisation__name", "role"))
        assert roles == {(cast.contractor.name, "009"), (cast.owner.name, "008")}
        assert project.officers.count() == 3
        assert project.officers.get(role="labour").phone == "13900000003"

    def test_makes_an_unknown_owner_to_be_confirmed(self, cast):
        project = register(cast, owner=UnitByCode(uscc_of(900), "新业主有限公司"))
        owner = Organisation.everything.get(uscc=uscc_of(900))
        assert (owner.status, owner.kind) == ("unconfirmed", "owner")
        assert project.owner_id == owner.pk

    def test_wants_the_name_of_an_unknown_owner(self, cast):
        with refused("participant.name_missing", "owner_name"):
            register(cast, owner=UnitByCode(uscc_of(900), ""))

    def test_refuses_an_owner_of_another_kind(self, cast):
        with refused("participant.wrong_kind"):
            register(cast, owner=UnitByCode(cast.subcontractor.uscc, ""))

    @pytest.mark.parametrize("user", ["manager", "labour", "sub", "owner", "county", "bank"])
    def test_is_the_contractors_admins_alone(self, cast, user):
        with refused("project.registers_elsewhere"):
            register(cast, user)

    def test_is_audited_and_touches(self, cast):
        project = register(cast)
        entry = AuditEntry.objects.get(action="project.register")
        assert entry.within == entry.subject == project.subject
        assert Touch.objects.filter(subject=project.subject).exists()

    def test_leaves_nothing_behind_when_refused(self, cast):
        with refused("participant.wrong_kind", "owner_uscc"):
            register(cast, owner=UnitByCode(cast.subcontractor.uscc, ""))
        assert not Project.everything.filter(name="天山路改造").exists()


class TestUpdate:
    def update(self, cast, user="admin", version=None, **values):
        services.update_project(
            actor=cast.actor(getattr(cast.users, user)),
            now=NOW,
            code=cast.project.code,
            version=version or cast.project.updated_at.isoformat(),
            particulars=values,
        )

    def test_says_what_changed(self, cast):
        self.update(cast, address="昆仑大道 2 号", nature="003", name=cast.project.name)
        detail = AuditEntry.objects.get(action="project.update").detail
        assert detail == {"详细地址": "昆仑大道 1 号 → 昆仑大道 2 号", "建设性质": "新建 → 扩建"}

    def test_refuses_what_was_changed_meanwhile(self, cast):
        self.update(cast, name="甲")
        with refused("project.changed_meanwhile"):
            self.update(cast, name="乙")

    def test_refuses_a_mangled_version(self, cast):
        with refused("project.changed_meanwhile"):
            self.update(cast, version="x", name="乙")

    @pytest.mark.parametrize("user", ["labour", "sub", "owner", "county"])
    def test_is_the_contractors(self, cast, user):
        with refused("project.contractors_work"):
            self.update(cast, user, name="乙")

    def test_finds_only_what_the_actor_sees(self, cast):
        with pytest.raises(Project.DoesNotExist):
            self.update(cast, "other_admin", name="乙")


class TestChangeStatus:
    def change(self, cast, action, on=TODAY, user="admin", reason=""):
        services.change_status(
            actor=cast.actor(getattr(cast.users, user)),
            now=NOW,
            code=cast.project.code,
            action=action,
            on=on,
            reason=reason,
        )
        cast.project.refresh_from_db()

    def test_keeps_when_works_rested(self, cast):
        self.change(cast, "suspend", on=date(2026, 10, 1), reason="冬休")
        self.change(cast, "resume", on=date(2026, 10, 5))
        pause = Pause.everything.get()
        assert (pause.began_on, pause.ended_on) == (date(2026, 10, 1), date(2026, 10, 5))
        assert (pause.kind, pause.reason) == (Pause.Kind.STOPPED, "冬休")

    def test_of_before_there_were_pauses_is_read_from_the_audit_chain(self, cast):
        """The project was edited since, which is not when works stopped."""
        self.change(cast, "suspend", on=date(2026, 10, 1), reason="冬休")
        columns = ("began_on", "reason", "recorded_at", "recorded_by", "kind", "ended_on")
        told = Pause.everything.values_list(*columns).get()
        Pause.everything.all().delete()
        Project.everything.update(updated_at=NOW + timedelta(days=40))
        migration = import_module("projects.migrations.0006_pauses")
        with connection.cursor() as cursor:
            cursor.execute(migration._STOPPED)
        assert Pause.everything.values_list(*columns).get() == told

    def test_refuses_to_go_on_before_the_stop(self, cast):
        self.change(cast, "suspend", on=date(2026, 10, 5), reason="停")
        with refused("project.before_pause", "on"):
            self.change(cast, "resume", on=date(2026, 10, 4))

    def test_forgets_a_stop_of_no_day(self, cast):
        self.change(cast, "suspend", on=date(2026, 10, 5), reason="停")
        self.change(cast, "complete", on=date(2026, 10, 5))
        assert not Pause.everything.exists()

    def test_walks_from_start_to_completion(self, cast):
        Project.everything.update(status="001", actual_start=None)
        cast.project.refresh_from_db()
        seen = []
        for action in ("start", "suspend", "resume", "complete"):
            self.change(cast, action, reason="冬季停工")
            seen.append(cast.project.status)
        assert seen == ["003", "005", "003", "004"]
        assert cast.project.actual_start == cast.project.actual_end == TODAY

    def test_refuses_from_any_other_status(self, cast):
        for action in ("start", "resume"):
            with refused("state.changed"):
                self.change(cast, action)

    def test_wants_a_reason_for_a_pause(self, cast):
        with refused("project.no_pause_reason", "reason"):
            self.change(cast, "suspend")

    @pytest.mark.parametrize(
        ("day", "code"),
        [(date(2026, 10, 10), "day.to_come"), (date(2026, 2, 1), "project.before_start")],
    )
    def test_refuses_a_day_that_cannot_be(self, cast, day, code):
        with refused(code, "on"):
            self.change(cast, "complete", day)

    def test_is_not_the_subcontractors(self, cast):
        with pytest.raises(Forbidden):
            self.change(cast, "complete", user="sub")


class TestParticipants:
    def add(self, cast, unit, role=Participant.Role.PROFESSIONAL, user="manager"):
        return services.add_participant(
            actor=cast.actor(getattr(cast.users, user)),
            now=NOW,
            code=cast.project.code,
            unit=unit,
            role=role,
            entered_on=TODAY,
        )

    def test_links_a_known_unit(self, cast):
        part = self.add(cast, UnitByCode(cast.other_subcontractor.uscc, "别的名字"))
        assert part.organisation == cast.other_subcontractor
        assert part.organisation.name == "北疆劳务有限公司"

    def test_makes_an_unknown_one_to_be_confirmed(self, cast):
        part = self.add(cast, UnitByCode(uscc_of(900), "新来劳务有限公司"))
        assert part.organisation.status == "unconfirmed"
        assert part.organisation.region_id == cast.project.region_id

    def test_refuses_the_same_part_twice(self, cast):
        with refused("participant.taken"):
            self.add(cast, UnitByCode(cast.subcontractor.uscc, ""), Participant.Role.LABOUR)

    def test_refuses_a_second_owner(self, cast):
        with refused("participant.taken"):
            self.add(cast, UnitByCode(uscc_of(901), "第二业主"), Participant.Role.OWNER)

    def test_refuses_a_kind_that_does_not_fit(self, cast):
        with refused("participant.wrong_kind"):
            self.add(cast, UnitByCode(cast.bank.uscc, ""))

    def test_refuses_a_unit_that_is_out_of_business(self, cast):
        Organisation.everything.filter(pk=cast.other_subcontractor.pk).update(status="disabled")
        with refused("participant.disabled", "uscc"):
            self.add(cast, UnitByCode(cast.other_subcontractor.uscc, ""))

    def test_refuses_the_contractor_itself(self, cast):
        with refused("participant.contractor_itself"):
            self.add(cast, UnitByCode(cast.contractor.uscc, ""))

    def test_ends_once(self, cast):
        part = self.add(cast, UnitByCode(cast.other_subcontractor.uscc, ""))
        end = {"actor": cast.actor(cast.users.admin), "code": cast.project.code}
        end |= {"on": TODAY, "now": NOW}
        services.end_participation(uuid=part.uuid, **end)
        with refused("participant.left_already"):
            services.end_participation(uuid=part.uuid, **end)

    def test_never_ends_the_contractors(self, cast):
        part = cast.project.participants.get(role="009")
        with refused("participant.contractor_stays"):
            services.end_participation(
                actor=cast.actor(cast.users.admin),
                now=NOW,
                code=cast.project.code,
                uuid=part.uuid,
                on=TODAY,
            )

    @pytest.mark.parametrize(
        ("day", "code"),
        [(date(2026, 10, 10), "day.to_come"), (date(2026, 2, 1), "participant.before_entry")],
    )
    def test_ends_on_a_day_that_can_be(self, cast, day, code):
        part = cast.project.participants.get(role="006")
        with refused(code, "on"):
            services.end_participation(
                actor=cast.actor(cast.users.admin),
                now=NOW,
                code=cast.project.code,
                uuid=part.uuid,
                on=day,
            )
        assert cast.project.participants.get(role="006").is_current


class TestAppoint:
    def appoint(self, cast, since=TODAY, user=None, actor="admin"):
        return services.appoint_officer(
            actor=cast.actor(getattr(cast.users, actor)),
            now=NOW,
            code=cast.project.code,
            officer=NewOfficer("labour", "新专管", "13911112222"),
            since=since,
            user=user and user.uuid,
        )

    def test_keeps_the_history(self, cast):
        self.appoint(cast)
        rows = ProjectOfficer.everything.filter(project=cast.project, role="labour")
        assert list(rows.order_by("since").values_list("name", "until")) == [
            ("李专管", TODAY),
            ("新专管", None),
        ]

    def test_masks_the_phone_in_the_audit(self, cast):
        self.appoint(cast)
        assert AuditEntry.objects.get().detail["电话"] == "139****2222"

    @pytest.mark.parametrize(
        ("day", "code"),
        [(date(2026, 1, 1), "officer.before_present"), (date(2026, 10, 10), "day.to_come")],
    )
    def test_refuses_a_day_before_the_present_holders_or_to_come(self, cast, day, code):
        with refused(code, "since"):
            self.appoint(cast, since=day)

    def test_takes_the_same_person_once(self, cast):
        self.appoint(cast)
        with refused("officer.unchanged"):
            self.appoint(cast)
        assert ProjectOfficer.everything.filter(project=cast.project, role="labour").count() == 2

    def test_lets_the_colleague_act(self, cast):
        colleague = cast.user("newcomer", cast.contractor, "labour_officer")
        colleague.grants.all().delete()
        assert not selectors.projects(actor=cast.actor(colleague)).exists()
        self.appoint(cast, user=colleague)
        assert selectors.projects(actor=cast.actor(colleague)).get() == cast.project

    def test_is_not_the_labour_officers(self, cast):
        with pytest.raises(Forbidden):
            self.appoint(cast, actor="labour")


class TestGrant:
    def test_reaches_one_project_until_withdrawn(self, cast):
        colleague = cast.user("newcomer", cast.contractor, "project_manager")
        colleague.grants.all().delete()
        admin = cast.actor(cast.users.admin)
        on_project = {
            "actor": admin,
            "code": cast.project.code,
            "user": colleague.uuid,
            "now": NOW,
        }
        services.grant_on_project(role="project_manager", **on_project)
        lines = selectors.colleagues_on(cast.project, actor=admin)
        assert [line.username for line in lines] == ["newcomer"]
        services.withdraw_from_project(**on_project)
        assert not selectors.projects(actor=cast.actor(colleague)).exists()
        with refused("grant.none_on_project"):
            services.withdraw_from_project(**on_project)

    @pytest.mark.parametrize("reach", ["everything", "this_project"])
    def test_is_each_firms_own_where_somebody_serves_two(self, cast, reach):
        """The other contractor's labour officer helps out at this one."""
        helper = cast.users.other_labour
        there = Grant.objects.get(user=helper)
        there.role, there.project = "project_manager", None
        if reach == "this_project":
            there.project = cast.project.uuid
        there.save()
        helper.grants.create(role="labour_officer", organisation=cast.contractor)
        on_project = {
            "actor": cast.actor(cast.users.admin),
            "code": cast.project.code,
            "user": helper.uuid,
            "now": NOW,
        }
        services.grant_on_project(role="project_manager", **on_project)
        given = Grant.objects.get(user=helper, organisation=cast.contractor, project__isnull=False)
        assert (given.project, given.role) == (cast.project.uuid, "project_manager")
        services.withdraw_from_project(**on_project)
        given.refresh_from_db()
        there.refresh_from_db()
        assert (given.active, there.active) == (False, True)
        with refused("grant.none_on_project"):
            services.withdraw_from_project(**on_project)

    def test_refuses_what_is_held_already(self, cast):
        with refused("grant.held_already"):
            services.grant_on_project(
                actor=cast.actor(cast.users.admin),
                now=NOW,
                code=cast.project.code,
                user=cast.users.manager.uuid,
                role="project_manager",
            )

    def test_is_for_roles_of_chosen_projects(self, cast):
        with refused("grant.not_for_projects"):
            services.grant_on_project(
                actor=cast.actor(cast.users.admin),
                now=NOW,
                code=cast.project.code,
                user=cast.users.manager.uuid,
                role="enterprise_admin",
            )

    def test_is_the_own_admins_alone(self, cast):
        grant = {"now": NOW, "code": cast.project.code, "role": "project_manager"}
        with refused("project.grants_elsewhere"):
            services.grant_on_project(
                actor=cast.actor(cast.users.labour), user=cast.users.manager.uuid, **grant
            )
        with pytest.raises(Project.DoesNotExist):
            services.grant_on_project(
                actor=cast.actor(cast.users.other_admin), user=cast.users.manager.uuid, **grant
            )

    def test_is_for_colleagues(self, cast):
        with pytest.raises(User.DoesNotExist):
            services.grant_on_project(
                actor=cast.actor(cast.users.admin),
                now=NOW,
                code=cast.project.code,
                user=cast.users.sub.uuid,
                role="project_manager",
            )
