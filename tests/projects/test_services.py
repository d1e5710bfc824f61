"""Registering projects and keeping them current."""

from datetime import date

import pytest

from core.actor import Forbidden
from core.models import AuditEntry, Touch
from identity.models import Organisation
from projects import selectors, services
from projects.models import Participant, Project, ProjectOfficer
from projects.services import Appointment, ProjectError, Unit
from tests.cast import NOW, TODAY, uscc_of

OFFICERS = [
    Appointment("manager", "王经理", "13900000001"),
    Appointment("leader", "赵负责", "13900000002"),
    Appointment("labour", "李专管", "13900000003"),
]


def unsaved(**changes):
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
    return Project(**(fields | changes))


def register(cast, user="admin", owner=None, **changes):
    return services.register(
        actor=cast.actor(getattr(cast.users, user)),
        now=NOW,
        project=unsaved(**changes),
        owner=owner or Unit(cast.owner.uscc, ""),
        officers=OFFICERS,
    )


class TestRegister:
    def test_numbers_projects_by_county_and_year(self, cast):
        codes = [register(cast, name=name).code for name in ("一标段", "二标段")]
        assert codes == ["XJ65010220260001", "XJ65010220260002"]
        assert register(cast, region_id="650103").code == "XJ65010320260001"

    def test_takes_the_same_form_once(self, cast):
        first = register(cast)
        with pytest.raises(ProjectError, match=first.code) as refused:
            register(cast)
        assert refused.value.field == "name"
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
        project = register(cast, owner=Unit(uscc_of(900), "新业主有限公司"))
        owner = Organisation.everything.get(uscc=uscc_of(900))
        assert (owner.status, owner.kind) == ("unconfirmed", "owner")
        assert project.owner_id == owner.pk

    def test_wants_the_name_of_an_unknown_owner(self, cast):
        with pytest.raises(ProjectError) as refused:
            register(cast, owner=Unit(uscc_of(900), ""))
        assert refused.value.field == "owner_name"

    def test_refuses_an_owner_of_another_kind(self, cast):
        with pytest.raises(ProjectError, match="分包单位"):
            register(cast, owner=Unit(cast.subcontractor.uscc, ""))

    @pytest.mark.parametrize("user", ["manager", "labour", "sub", "owner", "county", "bank"])
    def test_is_the_contractors_admins_alone(self, cast, user):
        with pytest.raises(Forbidden):
            register(cast, user)

    def test_is_audited_and_touches(self, cast):
        project = register(cast)
        entry = AuditEntry.objects.get(action="project.register")
        assert entry.within == entry.subject == project.subject
        assert Touch.objects.filter(subject=project.subject).exists()

    def test_leaves_nothing_behind_when_refused(self, cast):
        with pytest.raises(ProjectError):
            register(cast, owner=Unit(cast.subcontractor.uscc, ""))
        assert not Project.everything.filter(name="天山路改造").exists()


class TestUpdate:
    def update(self, cast, user="admin", version=None, **values):
        services.update(
            actor=cast.actor(getattr(cast.users, user)),
            now=NOW,
            project=cast.project,
            version=version or cast.project.updated_at.isoformat(),
            values=values,
        )

    def test_says_what_changed(self, cast):
        self.update(cast, address="昆仑大道 2 号", nature="003", name=cast.project.name)
        detail = AuditEntry.objects.get(action="project.update").detail
        assert detail == {"详细地址": "昆仑大道 1 号 → 昆仑大道 2 号", "建设性质": "新建 → 扩建"}

    def test_refuses_what_was_changed_meanwhile(self, cast):
        self.update(cast, name="甲")
        with pytest.raises(ProjectError, match="别人刚刚修改过"):
            self.update(cast, name="乙")

    def test_refuses_a_mangled_version(self, cast):
        with pytest.raises(ProjectError, match="别人刚刚修改过"):
            self.update(cast, version="x", name="乙")

    @pytest.mark.parametrize("user", ["labour", "sub", "owner", "county", "other_admin"])
    def test_is_the_contractors(self, cast, user):
        with pytest.raises(Forbidden):
            self.update(cast, user, name="乙")


class TestChangeStatus:
    def change(self, cast, action, on=TODAY, user="admin", reason=""):
        services.change_status(
            actor=cast.actor(getattr(cast.users, user)),
            now=NOW,
            project=cast.project,
            action=action,
            on=on,
            reason=reason,
        )
        cast.project.refresh_from_db()

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
            with pytest.raises(ProjectError, match="状态已经变化"):
                self.change(cast, action)

    def test_wants_a_reason_for_a_pause(self, cast):
        with pytest.raises(ProjectError) as refused:
            self.change(cast, "suspend")
        assert refused.value.field == "reason"

    @pytest.mark.parametrize("day", [date(2026, 10, 10), date(2026, 2, 1)])
    def test_refuses_a_day_that_cannot_be(self, cast, day):
        with pytest.raises(ProjectError) as refused:
            self.change(cast, "complete", day)
        assert refused.value.field == "on"

    def test_is_not_the_subcontractors(self, cast):
        with pytest.raises(Forbidden):
            self.change(cast, "complete", user="sub")


class TestParticipants:
    def add(self, cast, unit, role=Participant.Role.PROFESSIONAL, user="manager"):
        return services.add_participant(
            actor=cast.actor(getattr(cast.users, user)),
            project=cast.project,
            unit=unit,
            role=role,
            entered_on=TODAY,
        )

    def test_links_a_known_unit(self, cast):
        part = self.add(cast, Unit(cast.other_subcontractor.uscc, "别的名字"))
        assert part.organisation == cast.other_subcontractor
        assert part.organisation.name == "北疆劳务有限公司"

    def test_makes_an_unknown_one_to_be_confirmed(self, cast):
        part = self.add(cast, Unit(uscc_of(900), "新来劳务有限公司"))
        assert part.organisation.status == "unconfirmed"
        assert part.organisation.region_id == cast.project.region_id

    def test_refuses_the_same_part_twice(self, cast):
        with pytest.raises(ProjectError, match="已经"):
            self.add(cast, Unit(cast.subcontractor.uscc, ""), Participant.Role.LABOUR)

    def test_refuses_a_second_owner(self, cast):
        with pytest.raises(ProjectError, match="只能有一家"):
            self.add(cast, Unit(uscc_of(901), "第二业主"), Participant.Role.OWNER)

    def test_refuses_a_kind_that_does_not_fit(self, cast):
        with pytest.raises(ProjectError, match="合作银行"):
            self.add(cast, Unit(cast.bank.uscc, ""))

    def test_refuses_the_contractor_itself(self, cast):
        with pytest.raises(ProjectError, match="本单位"):
            self.add(cast, Unit(cast.contractor.uscc, ""))

    def test_ends_once(self, cast):
        part = self.add(cast, Unit(cast.other_subcontractor.uscc, ""))
        end = {"actor": cast.actor(cast.users.admin), "project": cast.project}
        end |= {"on": TODAY, "as_of": TODAY}
        services.end_participation(participant=part, **end)
        with pytest.raises(ProjectError, match="已经退场"):
            services.end_participation(participant=part, **end)

    def test_never_ends_the_contractors(self, cast):
        part = cast.project.participants.get(role="009")
        with pytest.raises(ProjectError, match="不能退场"):
            services.end_participation(
                actor=cast.actor(cast.users.admin),
                project=cast.project,
                participant=part,
                on=TODAY,
                as_of=TODAY,
            )

    @pytest.mark.parametrize(
        ("day", "words"), [(date(2026, 10, 10), "晚于今天"), (date(2026, 2, 1), "早于进场日期")]
    )
    def test_ends_on_a_day_that_can_be(self, cast, day, words):
        part = cast.project.participants.get(role="006")
        with pytest.raises(ProjectError, match=words):
            services.end_participation(
                actor=cast.actor(cast.users.admin),
                project=cast.project,
                participant=part,
                on=day,
                as_of=TODAY,
            )
        assert cast.project.participants.get(role="006").is_current


class TestAppoint:
    def appoint(self, cast, since=TODAY, user=None, actor="admin"):
        return services.appoint(
            actor=cast.actor(getattr(cast.users, actor)),
            project=cast.project,
            appointment=Appointment("labour", "新专管", "13911112222"),
            since=since,
            as_of=TODAY,
            user=user,
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

    @pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 10, 10)])
    def test_refuses_a_day_before_the_present_holders_or_to_come(self, cast, day):
        with pytest.raises(ProjectError) as refused:
            self.appoint(cast, since=day)
        assert refused.value.field == "since"

    def test_takes_the_same_person_once(self, cast):
        self.appoint(cast)
        with pytest.raises(ProjectError, match="已经是现任"):
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
        services.grant(actor=admin, project=cast.project, user=colleague, role="project_manager")
        lines = selectors.colleagues_on(cast.project, actor=admin)
        assert [line.username for line in lines] == ["newcomer"]
        services.withdraw(actor=admin, project=cast.project, user=colleague)
        assert not selectors.projects(actor=cast.actor(colleague)).exists()
        with pytest.raises(ProjectError):
            services.withdraw(actor=admin, project=cast.project, user=colleague)

    def test_refuses_what_is_held_already(self, cast):
        with pytest.raises(ProjectError, match="已经可以"):
            services.grant(
                actor=cast.actor(cast.users.admin),
                project=cast.project,
                user=cast.users.manager,
                role="project_manager",
            )

    def test_is_the_own_admins_alone(self, cast):
        with pytest.raises(Forbidden):
            services.grant(
                actor=cast.actor(cast.users.other_admin),
                project=cast.project,
                user=cast.users.manager,
                role="project_manager",
            )
