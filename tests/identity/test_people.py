"""A user's role and reach, leaving, renewals by two, and one person at two firms."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.actor import Forbidden
from core.errors import Refused
from core.models import AuditEntry
from identity import services
from identity.models import Grant, Renewal, User, UserSession
from identity.roles import Role
from projects.models import ProjectOfficer
from tests.cast import NOW, PASSWORD

REASON = "手机丢失，本人到场核对了身份证件"


def text_of(response):
    return response.content.decode()


def url(user, act=""):
    return f"/users/{user.uuid}/{act}"


def roles_of(user):
    return [(grant.role, grant.project) for grant in User.objects.get(pk=user.pk).actor.grants]


class TestEdit:
    def edit(self, cast, user, actor="admin", **changes):
        data = {"phone": "13911112222", "role": "project_manager", "reach": "all"} | changes
        return cast.client(getattr(cast.users, actor)).post(url(user, "edit/"), data)

    def test_changes_role_and_telephone_at_once(self, cast):
        member = cast.client(cast.users.labour)
        assert self.edit(cast, cast.users.labour).status_code == 302
        assert roles_of(cast.users.labour) == [("project_manager", None)]
        cast.users.labour.refresh_from_db()
        assert cast.users.labour.phone == "13911112222"
        assert member.get("/password/").wsgi_request.actor.has_role(Role.PROJECT_MANAGER)
        entry = AuditEntry.objects.get(action="user.edit")
        assert entry.detail["原岗位"] == "劳资专管员"
        assert "13911112222" not in str(entry.detail)

    def test_grants_nothing_twice(self, cast):
        self.edit(cast, cast.users.manager)
        assert Grant.objects.filter(user=cast.users.manager).count() == 1

    def test_narrows_to_chosen_projects_and_keeps_what_is_chosen(self, cast):
        project = cast.project.uuid
        cast.users.manager.grants.create(
            role="project_manager", organisation=cast.contractor, project=project
        )
        self.edit(cast, cast.users.manager, reach="chosen")
        assert roles_of(cast.users.manager) == [("project_manager", project)]

    def test_takes_chosen_projects_from_whoever_changes_the_role(self, cast):
        cast.users.manager.grants.update(project=cast.project.uuid)
        self.edit(cast, cast.users.manager, role="labour_officer")
        assert roles_of(cast.users.manager) == [("labour_officer", None)]

    def test_shows_what_is(self, cast):
        page = text_of(cast.client(cast.users.admin).get(url(cast.users.labour, "edit/")))
        assert '<option value="labour_officer" selected>' in " ".join(page.split()).replace(
            " >", ">"
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"role": "bank_clerk"}, "bank_clerk"),
            ({"role": "enterprise_admin", "reach": "chosen"}, "不能只限指定项目"),
            ({"phone": "12"}, "手机号"),
        ],
    )
    def test_says_what_is_wrong_and_changes_nothing(self, cast, changes, words):
        assert words in text_of(self.edit(cast, cast.users.labour, **changes))
        assert roles_of(cast.users.labour) == [("labour_officer", None)]

    def test_never_of_ones_own_role(self, cast):
        assert "不能修改自己的岗位" in text_of(self.edit(cast, cast.users.admin))
        with pytest.raises(Refused) as refusal:
            services.edit_user(
                actor=cast.actor(cast.users.admin),
                uuid=cast.users.admin.uuid,
                phone="",
                role="labour_officer",
                now=NOW,
            )
        assert refusal.value.code == "user.own_role"
        assert roles_of(cast.users.admin) == [("enterprise_admin", None)]

    def test_takes_ones_own_telephone(self, cast):
        assert self.edit(cast, cast.users.admin, role="enterprise_admin").status_code == 302

    def test_service_refuses_a_role_of_another_kind(self, cast):
        with pytest.raises(Refused) as refusal:
            services.edit_user(
                actor=cast.actor(cast.users.admin),
                uuid=cast.users.labour.uuid,
                phone="",
                role="bank_clerk",
                now=NOW,
            )
        assert refusal.value.code == "role.not_of_kind"

    def test_gives_an_officer_a_smaller_reach(self, cast):
        second = cast.user(
            "second", cast.users.prefecture.organisation, "bureau_officer", region_id="650100"
        )
        data = {"phone": "", "role": "bureau_officer", "region": "650102"}
        client = cast.client(cast.users.prefecture)
        assert client.post(url(second, "edit/"), data).status_code == 302
        assert [grant.region for grant in cast.actor(second).grants] == ["650102"]

    def test_gives_no_officer_more_than_the_office(self, cast):
        with pytest.raises(Refused) as refusal:
            services.edit_user(
                actor=cast.actor(cast.users.province),
                uuid=cast.users.county.uuid,
                phone="",
                role="bureau_officer",
                region="650000",
                now=NOW,
            )
        assert refusal.value.code == "grant.beyond_office"

    @pytest.mark.parametrize(
        ("actor", "status"),
        [("manager", 403), ("county", 403), ("other_admin", 404), ("operator", 404)],
    )
    def test_is_for_who_keeps_the_users(self, cast, actor, status):
        client = cast.client(getattr(cast.users, actor))
        assert client.get(url(cast.users.labour, "edit/")).status_code == status
        assert self.edit(cast, cast.users.labour, actor).status_code == status

    def test_is_404_for_nobody_and_405_for_another_method(self, cast):
        client = cast.client(cast.users.admin)
        nobody = "/users/00000000-0000-4000-8000-00000000dead/edit/"
        assert client.get(nobody).status_code == 404
        assert client.delete(url(cast.users.labour, "edit/")).status_code == 405


class TestLeaving:
    @pytest.fixture
    def free(self, cast):
        """A colleague who answers for nothing."""
        return cast.user("free", cast.contractor, "labour_officer")

    def test_ends_everything_at_once(self, cast, free):
        member = cast.client(free)
        cast.client(cast.users.admin).post(url(free, "disable/"))
        assert member.get("/password/").status_code == 302
        assert not UserSession.objects.filter(user=free).exists()
        assert (
            Client().post("/signin/", {"username": "free", "password": PASSWORD}).status_code == 200
        )

    def test_can_be_taken_back(self, cast, free):
        client = cast.client(cast.users.admin)
        client.post(url(free, "disable/"))
        client.post(url(free, "enable/"))
        assert cast.client(free).get("/password/").status_code == 200

    def test_asks_who_takes_over_first(self, cast):
        page = text_of(cast.client(cast.users.admin).post(url(cast.users.labour, "disable/")))
        assert "名下还有 1 项工作" in page
        assert "昆仑大道安置房二期：劳资专管员" in page
        with pytest.raises(Refused) as refusal:
            services.disable_user(
                actor=cast.actor(cast.users.admin), uuid=cast.users.labour.uuid, now=NOW
            )
        assert refusal.value.code == "user.has_tasks"
        assert User.objects.get(pk=cast.users.labour.pk).is_active

    def test_hands_on_what_is_open(self, cast, free):
        client = cast.client(cast.users.admin)
        client.post(url(cast.users.labour, "disable/"), {"successor": str(free.uuid)})
        offices = ProjectOfficer.everything.filter(project=cast.project, role="labour")
        held = {office.name: office.until is None for office in offices}
        assert held == {"李专管": False, free.name: True}
        assert offices.get(until=None).user == free
        assert not User.objects.get(pk=cast.users.labour.pk).is_active
        assert AuditEntry.objects.get(action="user.disable").detail["接手人"] == free.name

    def test_hands_nothing_to_somebody_of_another_firm(self, cast):
        actor = cast.actor(cast.users.admin)
        with pytest.raises(User.DoesNotExist):
            services.disable_user(
                actor=actor,
                uuid=cast.users.labour.uuid,
                successor=cast.users.other_labour.uuid,
                now=NOW,
            )
        assert User.objects.get(pk=cast.users.labour.pk).is_active

    def test_is_never_ones_own(self, cast):
        page = cast.client(cast.users.admin).post(url(cast.users.admin, "disable/"))
        assert "不能停用自己" in text_of(page)
        with pytest.raises(Refused) as refusal:
            services.disable_user(
                actor=cast.actor(cast.users.admin), uuid=cast.users.admin.uuid, now=NOW
            )
        assert refusal.value.code == "user.own"

    def test_happens_once(self, cast, free):
        actor = cast.actor(cast.users.admin)
        services.disable_user(actor=actor, uuid=free.uuid, now=NOW)
        with pytest.raises(Refused, match="已经有人办理过"):
            services.disable_user(actor=actor, uuid=free.uuid, now=NOW)


class TestRenewal:
    def propose(self, cast, user, actor, what="both"):
        data = {"what": what, "reason": REASON}
        return cast.client(getattr(cast.users, actor)).post(url(user, "renew/"), data)

    def decide(self, cast, renewal, actor, act="confirm"):
        return cast.client(getattr(cast.users, actor)).post(f"/renewals/{renewal.uuid}/{act}/")

    def test_takes_one_where_no_money_is_released(self, cast):
        member = cast.client(cast.users.manager)
        page = text_of(self.propose(cast, cast.users.manager, "admin"))
        assert "临时密码" in page
        user = User.objects.get(pk=cast.users.manager.pk)
        assert user.must_change_password
        assert not user.check_password(PASSWORD)
        assert not TOTPDevice.objects.filter(user=user).exists()
        assert member.get("/password/").status_code == 302
        renewal = Renewal.objects.get()
        assert (renewal.proposed_by, renewal.decided_by) == (cast.users.admin.uuid,) * 2
        assert AuditEntry.objects.get(action="renewal.propose").detail["原因"] == REASON

    @pytest.mark.parametrize(
        ("what", "password", "device"),
        [
            ("password", False, True),
            ("device", True, False),
        ],
    )
    def test_renews_what_was_lost_alone(self, cast, what, password, device):
        cast.client(cast.users.manager)
        self.propose(cast, cast.users.manager, "admin", what)
        user = User.objects.get(pk=cast.users.manager.pk)
        assert user.check_password(PASSWORD) is password
        assert TOTPDevice.objects.filter(user=user).exists() is device

    @pytest.mark.parametrize(
        ("user", "first", "second"),
        [
            ("labour", "admin", "county"),
            ("admin", "county", "county_second"),
            ("bank", "county", "prefecture"),
            ("county_second", "county", "prefecture"),
        ],
    )
    def test_takes_two_where_money_or_office_is_in_hand(self, cast, user, first, second):
        person = getattr(cast.users, user)
        member = cast.client(person)
        assert "等待第二人确认" in text_of(self.propose(cast, person, first))
        assert member.get("/password/").status_code == 200
        renewal = Renewal.objects.get()
        again = self.decide(cast, renewal, first)
        assert again["Location"] == "/renewals/"
        assert User.objects.get(pk=person.pk).check_password(PASSWORD)
        assert "临时密码" in text_of(self.decide(cast, renewal, second))
        assert not User.objects.get(pk=person.pk).check_password(PASSWORD)
        assert member.get("/password/").status_code == 302

    def test_is_never_decided_by_who_proposed(self, cast):
        self.propose(cast, cast.users.labour, "admin")
        with pytest.raises(Refused) as refusal:
            services.confirm_renewal(
                actor=cast.actor(cast.users.admin), uuid=Renewal.objects.get().uuid, now=NOW
            )
        assert refusal.value.code == "renewal.takes_two"

    def test_is_held_to_two_by_the_database(self, cast):
        self.propose(cast, cast.users.labour, "admin")
        row = Renewal.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Renewal.objects.update(status="done", decided_by=row.proposed_by)

    @pytest.mark.parametrize("act", ["propose", "confirm"])
    def test_is_never_ones_own(self, cast, act):
        labour = cast.users.labour
        if act == "propose":
            assert "不能更换自己" in text_of(self.propose(cast, cast.users.county, "county"))
            return
        labour.grants.update(role=Role.ENTERPRISE_ADMIN)
        self.propose(cast, labour, "admin")
        with pytest.raises(Refused) as refusal:
            services.confirm_renewal(
                actor=cast.actor(labour), uuid=Renewal.objects.get().uuid, now=NOW
            )
        assert refusal.value.code == "renewal.own"

    def test_is_open_once(self, cast):
        self.propose(cast, cast.users.labour, "admin")
        with pytest.raises(Refused) as refusal:
            services.propose_renewal(
                actor=cast.actor(cast.users.county),
                uuid=cast.users.labour.uuid,
                what="both",
                reason=REASON,
                now=NOW,
            )
        assert refusal.value.code == "renewal.open_already"
        assert "等待确认" in text_of(self.propose(cast, cast.users.labour, "county"))
        assert Renewal.objects.count() == 1

    def test_can_be_refused_and_then_not_confirmed(self, cast):
        self.propose(cast, cast.users.labour, "admin")
        renewal = Renewal.objects.get()
        self.decide(cast, renewal, "county", "refuse")
        self.decide(cast, renewal, "prefecture")
        assert Renewal.objects.get().status == "refused"
        assert User.objects.get(pk=cast.users.labour.pk).check_password(PASSWORD)

    @pytest.mark.parametrize(
        ("actor", "status"), [("manager", 404), ("other_admin", 404), ("other_county", 404)]
    )
    def test_is_not_there_for_others(self, cast, actor, status):
        self.propose(cast, cast.users.labour, "admin")
        assert self.decide(cast, Renewal.objects.get(), actor).status_code == status

    def test_stands_on_the_list_of_who_may_confirm(self, cast):
        self.propose(cast, cast.users.labour, "admin")
        assert "已核实，确认更换" in text_of(cast.client(cast.users.county).get("/renewals/"))
        assert "已核实，确认更换" not in text_of(cast.client(cast.users.admin).get("/renewals/"))
        page = text_of(cast.client(cast.users.other_county).get("/renewals/"))
        assert cast.users.labour.name not in page

    def test_asks_who_renews_for_a_code_again(self, cast):
        client = cast.client(cast.users.admin)
        session = client.session
        del session["code_given_at"]
        session.save()
        data = {"what": "both", "reason": REASON}
        assert "再输入一次动态口令" in text_of(client.post(url(cast.users.manager, "renew/"), data))
        assert not Renewal.objects.exists()


class TestTwoFirms:
    """The contractor's labour officer, who also serves the other contractor."""

    @pytest.fixture
    def both(self, cast):
        token = services.invite_colleague(
            actor=cast.actor(cast.users.other_admin),
            now=timezone.now(),
            name="李专管",
            role="project_manager",
        )
        client = cast.client(cast.users.labour)
        page = text_of(client.get(f"/invite/{token}/"))
        assert "以现在的用户接受" in page
        assert client.post(f"/invite/{token}/")["Location"] == "/"
        return client

    def acting(self, client):
        return client.get("/password/").wsgi_request.actor

    def test_acts_for_the_home_unit_until_told_otherwise(self, cast, both):
        assert self.acting(both).organisation == cast.contractor.pk
        assert not self.acting(both).has_role("project_manager")

    def test_switches_at_the_top_of_the_page(self, cast, both):
        page = text_of(both.get("/sessions/"))
        assert f"切换为{cast.other_contractor.name}" in page
        both.post("/acting/", {"unit": str(cast.other_contractor.uuid)})
        actor = self.acting(both)
        assert actor.organisation == cast.other_contractor.pk
        assert [grant.role for grant in actor.grants] == ["project_manager"]

    def test_sees_one_firms_projects_at_a_time(self, cast, both):
        for unit, seen, hidden in (
            (cast.contractor, cast.project, cast.elsewhere),
            (cast.other_contractor, cast.elsewhere, cast.project),
        ):
            both.post("/acting/", {"unit": str(unit.uuid)})
            assert both.get(f"/projects/{seen.code}/").status_code == 200
            assert both.get(f"/projects/{hidden.code}/").status_code == 404

    def test_never_switches_to_a_unit_one_does_not_serve(self, cast, both):
        both.post("/acting/", {"unit": str(cast.owner.uuid)})
        assert self.acting(both).organisation == cast.contractor.pk

    def test_is_listed_by_both_and_removed_by_each_for_itself(self, cast, both):
        both.post("/acting/", {"unit": str(cast.other_contractor.uuid)})
        client = cast.client(cast.users.other_admin)
        assert cast.users.labour.username in text_of(client.get("/users/"))
        client.post(url(cast.users.labour, "disable/"))
        assert both.get("/password/").status_code == 302
        again = cast.client(cast.users.labour)
        assert self.acting(again).organisation == cast.contractor.pk
        assert list(User.objects.get(pk=cast.users.labour.pk).employers) == [cast.contractor.pk]

    def test_is_looked_after_by_the_other_firm_on_a_page_without_the_home_firms_acts(
        self, cast, both
    ):
        page = text_of(cast.client(cast.users.other_admin).get(url(cast.users.labour)))
        assert 'data-opens="disable"' in page
        assert 'data-opens="renew"' not in page
        assert "最近的登录" not in page
        assert 'data-opens="renew"' in text_of(
            cast.client(cast.users.admin).get(url(cast.users.labour))
        )

    def test_is_granted_single_projects_by_each_firm_for_itself(self, cast, both):
        for actor, role in (("admin", "project_manager"), ("other_admin", "labour_officer")):
            services.grant_on_project(
                actor=cast.actor(getattr(cast.users, actor)),
                user=cast.users.labour.uuid,
                role=role,
                project=cast.project.uuid,
                within=cast.project.subject,
                now=NOW,
            )
        here = Grant.objects.filter(user=cast.users.labour, project=cast.project.uuid, active=True)
        assert set(here.values_list("organisation", "role")) == {
            (cast.contractor.pk, "project_manager"),
            (cast.other_contractor.pk, "labour_officer"),
        }
        services.withdraw_from_project(
            actor=cast.actor(cast.users.other_admin),
            user=cast.users.labour.uuid,
            project=cast.project.uuid,
            within=cast.project.subject,
            now=NOW,
        )
        assert here.get().organisation == cast.contractor

    def test_asks_for_a_code_where_any_of_the_firms_needs_one(self, cast):
        """The owner's clerk needs none at home; the contractor that also employs them does."""
        cast.users.owner.grants.create(
            role=Role.ENTERPRISE_ADMIN, organisation=cast.other_contractor
        )
        answer = Client().post("/signin/", {"username": "owner", "password": PASSWORD})
        assert answer["Location"] == "/signin/code/"

    def test_moves_to_the_other_firm_when_the_home_firm_lets_go(self, cast, both):
        free = cast.user("free", cast.contractor, "labour_officer")
        services.disable_user(
            actor=cast.actor(cast.users.admin),
            uuid=cast.users.labour.uuid,
            successor=free.uuid,
            now=timezone.now(),
        )
        user = User.objects.get(pk=cast.users.labour.pk)
        assert (user.is_active, user.organisation) == (True, cast.other_contractor)
        assert [grant.role for grant in user.actor.grants] == ["project_manager"]

    def test_loses_a_disabled_firm_at_once(self, cast, both):
        both.post("/acting/", {"unit": str(cast.other_contractor.uuid)})
        type(cast.contractor).everything.filter(pk=cast.other_contractor.pk).update(
            status="disabled"
        )
        assert self.acting(both).organisation == cast.contractor.pk

    def test_keeps_one_password_that_the_home_firm_renews(self, cast, both):
        with pytest.raises(Forbidden):
            services.propose_renewal(
                actor=cast.actor(cast.users.other_admin),
                uuid=cast.users.labour.uuid,
                what="both",
                reason=REASON,
                now=timezone.now(),
            )

    def test_is_not_invited_to_what_is_held(self, cast, both):
        token = services.invite_colleague(
            actor=cast.actor(cast.users.other_admin),
            now=timezone.now(),
            name="李专管",
            role="project_manager",
        )
        with pytest.raises(Refused) as refusal:
            services.join_by_invitation(
                actor=cast.actor(cast.users.labour), token=token, now=timezone.now()
            )
        assert refusal.value.code == "invitation.role_held"

    def test_costs_one_query(self, cast, both, django_assert_num_queries):
        both.get("/signin/")
        with django_assert_num_queries(1):
            both.get("/signin/")


class TestInviteColleague:
    @pytest.mark.parametrize(
        ("actor", "role", "code"),
        [("admin", "bank_clerk", "role.not_of_kind")],
    )
    def test_refuses_a_role_of_another_kind(self, cast, actor, role, code):
        with pytest.raises(Refused) as refusal:
            services.invite_colleague(
                actor=cast.actor(getattr(cast.users, actor)), now=NOW, name="甲", role=role
            )
        assert refusal.value.code == code

    def test_waits_until_the_unit_is_confirmed(self, cast):
        type(cast.contractor).everything.update(status="unconfirmed")
        with pytest.raises(Refused) as refusal:
            services.invite_colleague(
                actor=cast.actor(cast.users.admin), now=NOW, name="甲", role="labour_officer"
            )
        assert refusal.value.code == "organisation.not_in_order"

    def test_is_the_managers(self, cast):
        data = {"name": "甲", "role": "labour_officer"}
        assert cast.client(cast.users.manager).post("/users/invite/", data).status_code == 403
        assert "/invite/" in text_of(cast.client(cast.users.admin).post("/users/invite/", data))


class TestSessions:
    def test_show_device_place_and_times_and_end_one_by_one(self, cast):
        here, there = Client(HTTP_USER_AGENT="Chrome/109.0 Windows"), Client()
        for client, address in ((here, "203.0.113.1"), (there, "203.0.113.2")):
            client.post(
                "/signin/",
                {"username": "owner", "password": PASSWORD},
                REMOTE_ADDR=address,
            )
        page = text_of(here.get("/sessions/"))
        assert "Chrome Windows" in page
        assert "203.0.113.1" in page
        assert "203.0.113.2" in page
        other = UserSession.objects.get(address="203.0.113.2")
        assert other.signed_in_at and other.seen_at
        assert there.get("/password/").status_code == 200
        here.post(f"/sessions/{other.uuid}/end/")
        assert there.get("/password/").status_code == 302
        assert here.get("/password/").status_code == 200

    def test_end_all_others(self, cast):
        clients = [cast.client(cast.users.owner) for _ in range(3)]
        clients[0].post("/sessions/end/")
        assert [c.get("/password/").status_code for c in clients] == [200, 302, 302]
        assert AuditEntry.objects.filter(action="user.end_session").count() == 1

    def test_end_this_very_one_too(self, cast):
        client = cast.client(cast.users.owner)
        own = UserSession.objects.get(user=cast.users.owner)
        assert client.post(f"/sessions/{own.uuid}/end/")["Location"] == "/signin/"
        assert client.get("/password/").status_code == 302

    def test_of_others_are_not_there(self, cast):
        cast.client(cast.users.admin)
        theirs = UserSession.objects.get(user=cast.users.admin)
        client = cast.client(cast.users.owner)
        assert client.post(f"/sessions/{theirs.uuid}/end/").status_code == 404
        assert client.get("/sessions/end/").status_code == 405
        assert UserSession.objects.filter(pk=theirs.pk).exists()


class TestTemporaryPassword:
    def test_passes_the_rules(self, cast):
        from django.contrib.auth.password_validation import validate_password

        for _ in range(20):
            validate_password(services.temporary_password(), cast.users.admin)
