"""Who makes whom: organisations, invitations, users, divisions."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from django_otp.oath import totp

from core import audit
from core.actor import Forbidden
from core.errors import Refused
from core.models import AuditEntry
from identity import selectors, services, signing_in
from identity.models import Invitation, Organisation, Region, User
from tests.cast import NOW, uscc_of
from tests.refusals import refused

NEW = {
    "uscc": uscc_of(800),
    "name": "新来建设有限公司",
    "kind": "contractor",
    "region": "650102",
    "industry": "",
    "phone": "",
    "address": "",
    "first_user": "马建国",
}


def text_of(response):
    return response.content.decode()


def link_in(response):
    return re.search(r'value="(http[^"]+)"', text_of(response))[1]


class TestRegisterOrganisation:
    url = "/organisations/new/"

    def test_hands_out_a_link_once(self, cast):
        response = cast.client(cast.users.county).post(self.url, NEW)
        assert "/invite/" in link_in(response)
        token = link_in(response).split("/")[-2]
        assert not Invitation.objects.filter(token_hash=token).exists()
        actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["organisation.create", "invitation.create"]

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("uscc", uscc_of(1), "已经登记"),
            ("uscc", "91650100MA0000000X", "抄错"),
            ("region", "652301", "不在列表里"),
            ("first_user", "", "没有填写"),
            ("kind", "operator", "operator"),
            ("kind", "department", "请选择这个部门主管的行业"),
        ],
    )
    def test_says_what_is_wrong(self, cast, field, value, words):
        response = cast.client(cast.users.county).post(self.url, NEW | {field: value})
        assert response.status_code == 200
        assert words in text_of(response)
        assert not Organisation.everything.filter(name=NEW["name"]).exists()

    @pytest.mark.parametrize("user", ["admin", "housing", "operator"])
    def test_is_forbidden_to_others(self, cast, user):
        client = cast.client(getattr(cast.users, user))
        assert client.get(self.url).status_code == 403
        assert client.post(self.url, NEW).status_code == 403

    def test_checks_a_field_on_leaving_it(self, cast):
        client = cast.client(cast.users.county)
        response = client.post(f"{self.url}check/?field=uscc", {"uscc": uscc_of(1)})
        assert "已经登记" in text_of(response)


@contextmanager
def refusing(code):
    with pytest.raises(Refused) as refusal:
        yield
    assert refusal.value.code == code


class TestRaces:
    """What the form saw free and the database no longer is."""

    def test_of_two_registrations_one_is_refused(self, cast):
        twin = Organisation(
            uscc=cast.contractor.uscc, name="甲", kind="contractor", region_id="650102"
        )
        with refusing("organisation.known"):
            services.create_organisation(
                actor=cast.actor(cast.users.county), now=NOW, organisation=twin, first_user="甲"
            )

    def test_of_two_users_one_is_refused(self, cast):
        with refusing("user.name_taken"):
            services.create_user(
                actor=cast.actor(cast.users.admin),
                organisation=cast.contractor.uuid,
                username="manager",
                name="甲",
                role="labour_officer",
                now=NOW,
            )


class TestServices:
    """What no form offers is refused all the same."""

    def test_register_no_operator(self, cast):
        unit = Organisation(uscc=uscc_of(900), name="甲", kind="operator", region_id="650102")
        with refusing("organisation.not_registrable"):
            services.create_organisation(
                actor=cast.actor(cast.users.county), now=NOW, organisation=unit, first_user="甲"
            )

    @pytest.mark.parametrize(
        ("code", "parent", "refusal"),
        [("653228", "650100", "region.other_prefecture"), ("653201", "653200", "region.known")],
    )
    def test_add_no_region_that_does_not_fit(self, cast, code, parent, refusal):
        with refusing(refusal):
            services.add_region(
                actor=cast.actor(cast.users.province),
                code=code,
                name="甲县",
                parent=parent,
                now=NOW,
            )


class TestInvitation:
    ANSWER = {
        "name": "马建国",
        "username": "ma.jianguo",
        "password": "Tianshan-2027-new",
        "again": "Tianshan-2027-new",
    }

    def link(self, cast, **changes):
        response = cast.client(cast.users.province).post("/organisations/new/", NEW | changes)
        return "/invite/" + link_in(response).split("/")[-2] + "/"

    def test_leaves_only_the_newest_link_of_a_person_open(self, cast):
        first, other, second = (
            services.invite(
                actor=cast.actor(cast.users.county), uuid=cast.contractor.uuid, name=name, now=NOW
            )
            for name in ("马建国", "王立新", "马建国")
        )
        with pytest.raises(Invitation.DoesNotExist):
            services.open_invitation(first, now=NOW)
        names = [services.open_invitation(token, now=NOW).name for token in (other, second)]
        assert names == ["王立新", "马建国"]

    def test_makes_the_first_admin_once(self, cast):
        url = self.link(cast)
        assert NEW["name"] in text_of(Client().get(url))
        assert Client().post(url, self.ANSWER)["Location"] == "/signin/"
        user = User.objects.get(username="ma.jianguo")
        assert user.actor.has_role("enterprise_admin")
        assert Client().get(url).status_code == 404
        assert Client().post(url, self.ANSWER | {"username": "second"}).status_code == 404

    def test_gives_an_officer_the_offices_reach_and_industry(self, cast):
        changes = {"kind": "department", "industry": "water", "region": "650100"}
        Client().post(self.link(cast, **changes), self.ANSWER)
        grant = User.objects.get(username="ma.jianguo").actor.grants[0]
        assert (grant.region, grant.industries) == ("650100", {"water"})

    def test_ends_after_a_week(self, cast):
        url = self.link(cast)
        Invitation.objects.update(expires_at=NOW - timedelta(days=1))
        assert Client().get(url).status_code == 404

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("username", "admin", "已经有人使用"),
            ("username", "张三", "字母"),
            ("password", "short", "10"),
            ("again", "different", "不一样"),
        ],
    )
    def test_keeps_the_link_when_something_is_wrong(self, cast, field, value, words):
        url = self.link(cast)
        data = self.ANSWER | {field: value}
        if field == "password":
            data["again"] = value
        response = Client().post(url, data)
        assert words in text_of(response)
        assert Client().post(url, self.ANSWER).status_code == 302

    def test_is_404_for_a_made_up_link(self, cast, client):
        assert client.get("/invite/nothing/").status_code == 404


class TestOrganisationPage:
    def url(self, organisation, act=""):
        return f"/organisations/{organisation.uuid}/{act}"

    @pytest.fixture
    def unknown(self, cast):
        return services.unconfirmed_organisation(
            actor=cast.actor(cast.users.admin),
            uscc=uscc_of(801),
            name="待核实劳务",
            kind="subcontractor",
            region="650102",
            now=NOW,
        )

    def test_confirms_a_unit_with_its_right_name(self, cast, unknown):
        client = cast.client(cast.users.county)
        assert "待核实" in text_of(client.get(self.url(unknown)))
        client.post(self.url(unknown, "confirm/"), {"name": "核实劳务有限公司"})
        unknown.refresh_from_db()
        assert (unknown.status, unknown.name) == ("confirmed", "核实劳务有限公司")

    def test_confirms_once(self, cast, unknown):
        actor = cast.actor(cast.users.county)
        services.confirm_organisation(actor=actor, uuid=unknown.uuid, name="甲", now=NOW)
        with pytest.raises(Refused):
            services.confirm_organisation(actor=actor, uuid=unknown.uuid, name="乙", now=NOW)

    def test_corrects_name_and_code_on_record(self, cast):
        old, new = cast.contractor.uscc, uscc_of(900)
        client = cast.client(cast.users.county)
        page = client.post(
            self.url(cast.contractor, "correct/"),
            {"name": "新疆更正建设有限公司", "uscc": new},
            follow=True,
        )
        assert "单位信息已更正" in text_of(page)
        assert new in text_of(page)
        found = Organisation.everything.get(pk=cast.contractor.pk)
        assert (found.name, found.uscc) == ("新疆更正建设有限公司", new)
        assert "gengzheng" in found.pinyin
        for code in (old, new):
            entry = audit.audit_entries(subject=f"organisation:{code}").get(
                action="organisation.correct"
            )
            assert entry.detail["原代码"] == old
            assert entry.detail["名称"] == "新疆更正建设有限公司"

    def test_corrects_neither_into_anothers_code_nor_into_none(self, cast):
        client = cast.client(cast.users.county)
        url, name = self.url(cast.contractor, "correct/"), cast.contractor.name
        for code, reason in (
            (cast.subcontractor.uscc, "这个统一社会信用代码已经登记"),
            (cast.contractor.uscc, "都和原来一样"),
            ("91650100MA0000000X", "统一社会信用代码"),
        ):
            assert reason in text_of(client.post(url, {"name": name, "uscc": code}))
        assert Organisation.everything.get(pk=cast.contractor.pk).uscc == cast.contractor.uscc
        with refused("organisation.known"):
            services.correct_organisation(
                actor=cast.actor(cast.users.county),
                uuid=cast.contractor.uuid,
                name=name,
                uscc=cast.subcontractor.uscc,
                now=NOW,
            )
        with refused("organisation.as_before"):
            services.correct_organisation(
                actor=cast.actor(cast.users.county),
                uuid=cast.contractor.uuid,
                name=name,
                uscc=cast.contractor.uscc,
                now=NOW,
            )

    def test_invites_for_confirmed_units_alone(self, cast, unknown):
        client = cast.client(cast.users.county)
        response = client.post(self.url(unknown, "invite/"), {"name": "马建国"}, follow=True)
        assert "先核实或恢复" in text_of(response)
        response = client.post(self.url(cast.contractor, "invite/"), {"name": "马建国"})
        assert "/invite/" in link_in(response)

    def test_disables_and_enables(self, cast):
        client = cast.client(cast.users.county)
        member = cast.client(cast.users.admin)
        client.post(self.url(cast.contractor, "disable/"))
        assert member.get("/password/").status_code == 302
        client.post(self.url(cast.contractor, "enable/"))
        assert cast.client(cast.users.admin).get("/password/").status_code == 200

    def test_remembers_no_state_that_another_officer_has_just_changed(self, cast, monkeypatch):
        """Confirmed between reading and disabling: it is not brought back as 待核实."""
        rows = Organisation.everything.filter(pk=cast.contractor.pk)
        rows.update(status="unconfirmed")
        found = selectors.organisation

        def found_just_before(*args, **named):
            organisation = found(*args, **named)
            rows.update(status="confirmed")
            return organisation

        monkeypatch.setattr(selectors, "organisation", found_just_before)
        with pytest.raises(Refused, match="已经有人办理过"):
            services.disable_organisation(
                actor=cast.actor(cast.users.county), uuid=cast.contractor.uuid, now=NOW
            )

    def test_says_which_invitations_nobody_can_accept_any_more(self, cast):
        old = Invitation(name="旧邀请", expires_at=NOW - timedelta(days=1), token_hash="1")
        new = Invitation(name="新邀请", expires_at=NOW + timedelta(days=3650), token_hash="2")
        for one in (old, new):
            one.organisation, one.role = cast.contractor, "enterprise_admin"
            one.invited_by, one.created_at = cast.users.county.uuid, NOW - timedelta(days=9)
            one.save()
        page = text_of(
            cast.client(cast.users.county).get(f"/organisations/{cast.contractor.uuid}/")
        )
        rows = [
            row
            for row in page.split("<tr>")
            if "邀请</th>" in row or "旧邀请" in row or "新邀请" in row
        ]
        said = {
            name: [word for word in ("已过期", "尚未接受") if word in row]
            for row in rows
            for name in ("旧邀请", "新邀请")
            if name in row
        }
        assert said == {"旧邀请": ["已过期"], "新邀请": ["尚未接受"]}

    def test_disables_one_that_waits_to_be_confirmed_and_brings_it_back_as_such(
        self, cast, unknown
    ):
        client = cast.client(cast.users.county)
        for act, status in (("disable/", "disabled"), ("enable/", "unconfirmed")):
            client.post(self.url(unknown, act))
            unknown.refresh_from_db()
            assert unknown.status == status

    def test_is_not_there_for_outsiders(self, cast):
        for user in (cast.users.other_county, cast.users.other_admin, cast.users.operator):
            client = cast.client(user)
            assert client.get(self.url(cast.contractor)).status_code == 404
            assert client.post(self.url(cast.contractor, "disable/")).status_code == 404

    @pytest.mark.parametrize("act", ["disable/", "invite/", "confirm/", "correct/"])
    def test_is_decided_by_bureau_officers_alone(self, cast, act):
        for user in (cast.users.admin, cast.users.housing):
            response = cast.client(user).post(self.url(cast.contractor, act), {"name": "马建国"})
            assert response.status_code == 403


class TestOrganisationList:
    def test_shows_the_region(self, cast):
        page = text_of(cast.client(cast.users.other_county).get("/organisations/"))
        assert cast.other_contractor.name in page
        assert cast.contractor.name not in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("kind=contractor", True),
            ("kind=bank", False),
            ("status=disabled", False),
            ("q=某某建设", True),
        ],
    )
    def test_filters(self, cast, query, shown):
        page = text_of(cast.client(cast.users.county).get(f"/organisations/?{query}"))
        assert (cast.contractor.name in page) is shown

    def test_costs_the_same_for_twice_as_many(self, cast, django_assert_max_num_queries):
        client, counts = cast.client(cast.users.province), []
        client.get("/organisations/")
        for start in (0, 10):
            for number in range(start, start + 10):
                cast.unit(f"单位{number}", Organisation.Kind.SUBCONTRACTOR)
            with django_assert_max_num_queries(20) as queries:
                client.get("/organisations/")
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_exports(self, cast):
        response = cast.client(cast.users.county).get("/organisations/export/")
        assert response.status_code == 200

    def test_is_for_government(self, cast):
        assert cast.client(cast.users.admin).get("/organisations/").status_code == 403


class TestUsers:
    NEW = {"name": "赵新", "username": "zhao.xin", "phone": "13911112222"}

    def add(self, cast, user="admin", **data):
        client = cast.client(getattr(cast.users, user))
        return client.post(
            "/users/new/", self.NEW | {"role": "labour_officer", "reach": "all"} | data
        )

    def test_signs_in_with_the_temporary_password_and_changes_it(self, cast):
        page = text_of(self.add(cast, reach="all"))
        password = re.search(r"[A-Z][a-z]{5}-\d{5}", page)[0]
        client = Client()
        client.post("/signin/", {"username": "zhao.xin", "password": password})
        device = signing_in.device_of(User.objects.get(username="zhao.xin"))
        client.post("/signin/code/", {"code": f"{totp(device.bin_key):06d}"})
        assert client.get("/users/")["Location"] == "/password/"

    def test_gives_nothing_yet_to_who_works_for_chosen_projects(self, cast):
        self.add(cast, reach="chosen")
        assert not User.objects.get(username="zhao.xin").grants.exists()

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"role": "bank_clerk"}, "bank_clerk"),
            ({"role": "enterprise_admin", "reach": "chosen"}, "不能只限指定项目"),
            ({"username": "admin"}, "已经有人使用"),
            ({"phone": "12"}, "手机号"),
        ],
    )
    def test_says_what_is_wrong(self, cast, data, words):
        assert words in text_of(self.add(cast, **data))
        assert not User.objects.filter(username="zhao.xin").exists()

    def test_are_the_admins_to_keep(self, cast):
        for user in ("manager", "sub", "bank"):
            client = cast.client(getattr(cast.users, user))
            assert client.get("/users/").status_code == 403
            assert self.add(cast, user).status_code == 403

    def test_are_listed_with_masked_phones(self, cast):
        self.add(cast)
        page = text_of(cast.client(cast.users.admin).get("/users/"))
        assert "139****2222" in page
        assert "13911112222" not in page

    def test_cost_the_same_for_twice_as_many(self, cast, django_assert_max_num_queries):
        client, counts = cast.client(cast.users.admin), []
        client.get("/users/")
        for start in (0, 10):
            for number in range(start, start + 10):
                cast.user(f"user{number}", cast.contractor, "project_manager")
            with django_assert_max_num_queries(20) as queries:
                client.get("/users/")
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestRegions:
    DATA = {"code": "653228", "name": "和康县", "parent": "653200"}

    def test_gain_a_county_founded_since(self, cast):
        Region.objects.filter(code="653228").delete()
        cast.client(cast.users.province).post("/regions/", self.DATA)
        region = Region.objects.get(code="653228")
        assert (region.name, region.kind) == ("和康县", "县市区")
        assert selectors.full_name(region) == "和田地区和康县"

    @pytest.mark.parametrize(
        ("changes", "words"), [({"parent": "650100"}, "6501"), ({"code": "653201"}, "已经是")]
    )
    def test_refuse_a_code_that_does_not_fit(self, cast, changes, words):
        client = cast.client(cast.users.province)
        response = client.post("/regions/", self.DATA | changes, follow=True)
        assert words in text_of(response)

    def test_are_added_by_the_autonomous_region_alone(self, cast):
        client = cast.client(cast.users.prefecture)
        assert client.get("/regions/").status_code == 200
        assert client.post("/regions/", self.DATA).status_code == 403


class TestUnitByUscc:
    def test_tells_what_the_licence_says_and_no_more(self, cast):
        actor = cast.actor(cast.users.other_admin)
        unit = selectors.unit_by_uscc(cast.contractor.uscc, actor=actor)
        assert (unit.name, unit.kind) == (cast.contractor.name, "contractor")
        assert selectors.unit_by_uscc("9165", actor=actor) is None


class TestAdmin:
    def test_opens_to_an_operator_with_the_second_step(self, cast):
        client = cast.client(cast.users.operator)
        page = text_of(client.get("/admin/"))
        assert "行政区划" in page
        for hidden in ("用户", "TOTP", "单位", "授权"):
            assert hidden not in page.split("<main")[-1].split("</nav>")[-1]

    def test_stays_shut_for_everybody_else(self, cast):
        for user in (cast.users.admin, cast.users.province):
            assert cast.client(user).get("/admin/", follow=False).status_code in (302, 403)

    def test_offers_no_users(self, cast):
        client = cast.client(cast.users.operator)
        assert client.get("/admin/identity/user/").status_code in (403, 404)
        assert client.get("/admin/otp_totp/totpdevice/").status_code == 403


class TestManagesUsers:
    def test_never_lets_an_officer_make_users_of_a_firm(self, cast):
        with pytest.raises(Forbidden):
            selectors.users(cast.contractor, actor=cast.actor(cast.users.county))
