"""Signing in, and who is turned away."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.models import AuditEntry
from identity.models import SignIn, User, UserSession
from identity.roles import Role
from identity.tasks import clear_expired_sessions
from tests.cast import PASSWORD


def sign_in(username, password=PASSWORD, client=None, path="/signin/"):
    client = client or Client()
    return client, client.post(path, {"username": username, "password": password})


def code_of(device):
    return f"{totp(device.bin_key):06d}"


class TestSignIn:
    def test_opens_home(self, cast):
        client, response = sign_in("owner")
        assert response["Location"] == "/"
        assert client.get("/password/").status_code == 200

    def test_forgives_case_and_spaces_of_the_name(self, cast):
        assert sign_in("  OWNER ")[1].status_code == 302

    def test_goes_where_the_visitor_wanted_to(self, cast):
        assert sign_in("owner", path="/signin/?next=/users/")[1]["Location"] == "/users/"

    @pytest.mark.parametrize("url", ["https://example.com/", "//example.com", "javascript:x"])
    def test_never_leads_away(self, cast, url):
        assert sign_in("owner", path=f"/signin/?next={url}")[1]["Location"] == "/"

    def test_does_not_say_which_half_was_wrong(self, cast):
        texts = [sign_in(name, "wrong")[1].content.decode() for name in ("owner", "nobody")]
        assert all("用户名或密码不对" in text for text in texts)

    @pytest.mark.parametrize("change", ["user", "organisation"])
    def test_refuses_the_disabled(self, cast, change):
        if change == "user":
            User.objects.filter(username="owner").update(is_active=False)
        else:
            type(cast.owner).everything.update(status="disabled")
        assert sign_in("owner")[1].status_code == 200

    def test_logs_each_attempt(self, cast):
        sign_in("owner", "wrong")
        client, _ = sign_in("owner")
        client.post("/signout/")
        outcomes = list(SignIn.objects.order_by("pk").values_list("outcome", flat=True))
        assert outcomes == ["wrong_password", "succeeded", "signed_out"]

    def test_goes_by_the_platforms_clock(self, cast, settings):
        settings.WAGEMON_NOW = "2027-05-06T09:00"
        client, _ = sign_in("owner")
        cast.users.owner.refresh_from_db()
        for moment in (cast.users.owner.signed_in_at, SignIn.objects.get().at):
            assert timezone.localdate(moment) == date(2027, 5, 6)
        settings.WAGEMON_NOW = "2027-05-06T18:00"
        assert client.get("/password/").status_code == 302

    def test_ends_the_oldest_of_more_than_three_sessions(self, cast):
        clients = [sign_in("owner")[0] for _ in range(4)]
        answers = [client.get("/password/").status_code for client in clients]
        assert answers == [302, 200, 200, 200]
        assert UserSession.objects.filter(user_id=cast.users.owner.pk).count() == 3


class TestClearExpiredSessions:
    def test_leaves_those_that_can_still_be_used(self, cast):
        for user in (cast.users.admin, cast.users.labour):
            cast.client(user)
        used = UserSession.objects.filter(user_id=cast.users.admin.pk)
        used.update(expire_date=timezone.now() - timedelta(minutes=1))
        clear_expired_sessions()
        left = UserSession.objects.values_list("user_id", flat=True)
        assert list(left) == [cast.users.labour.pk]


class TestSecondStep:
    def test_enrols_at_the_first_time(self, cast):
        client, response = sign_in("county")
        assert response["Location"] == "/signin/code/"
        assert "<svg" in client.get("/signin/code/").content.decode()
        device = TOTPDevice.objects.get(user=cast.users.county)
        assert not device.confirmed
        assert client.post("/signin/code/", {"code": code_of(device)})["Location"] == "/"
        device.refresh_from_db()
        assert device.confirmed
        assert client.get("/password/").status_code == 200

    def test_shows_no_secret_once_enrolled(self, cast):
        device = TOTPDevice.objects.create(user=cast.users.county, name="app", confirmed=True)
        client, _ = sign_in("county")
        assert "密钥" not in client.get("/signin/code/").content.decode()
        assert client.post("/signin/code/", {"code": code_of(device)}).status_code == 302

    def test_opens_nothing_before_the_code(self, cast):
        client, _ = sign_in("county")
        assert client.get("/password/").status_code == 302

    def test_refuses_a_wrong_code_and_logs_it(self, cast):
        client, _ = sign_in("county")
        client.get("/signin/code/")
        response = client.post("/signin/code/", {"code": "000000"})
        assert "动态口令不对" in response.content.decode()
        assert SignIn.objects.get().outcome == "wrong_code"

    def test_takes_a_code_only_once(self, cast):
        device = TOTPDevice.objects.create(user=cast.users.county, name="app", confirmed=True)
        code = code_of(device)
        for expected in (302, 200):
            client, _ = sign_in("county")
            assert client.post("/signin/code/", {"code": code}).status_code == expected

    def test_waits_five_minutes_for_the_code(self, cast):
        client, _ = sign_in("county")
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert client.get("/signin/code/")["Location"] == "/signin/?late=1"

    def test_opens_nothing_to_who_was_disabled_meanwhile(self, cast):
        client, _ = sign_in("county")
        type(cast.contractor).everything.update(status="disabled")
        assert client.get("/signin/code/")["Location"] == "/signin/?late=1"

    @pytest.mark.parametrize(
        "name", ["operator", "admin", "manager", "labour", "sub", "bank", "housing"]
    )
    def test_asks_whoever_moves_money_reads_in_full_or_governs(self, cast, name):
        assert sign_in(name)[1]["Location"] == "/signin/code/"

    def test_asks_nobody_else(self, cast):
        assert sign_in("owner")[1]["Location"] == "/"


class TestMiddleware:
    def test_sends_strangers_to_sign_in_and_back(self, cast, client):
        assert client.get("/users/?a=1")["Location"] == "/signin/?next=%2Fusers%2F%3Fa%3D1"

    def test_shows_sign_in_at_the_door(self, cast, client):
        assert client.get("/password/", HTTP_HX_REQUEST="true")["HX-Redirect"] == "/signin/"

    def test_turns_away_an_officer_without_the_second_step(self, cast, client):
        client.force_login(cast.users.county, backend="identity.backends.UserBackend")
        assert client.get("/password/")["Location"].startswith("/signin/")

    def test_ends_an_officers_session_after_half_an_hour(self, cast):
        client = cast.client(cast.users.county)
        assert client.get("/password/").status_code == 200
        with time_machine.travel(timezone.now() + timedelta(minutes=31)):
            assert client.get("/password/").status_code == 302

    def test_leaves_an_enterprise_its_morning(self, cast):
        client = cast.client(cast.users.admin)
        client.get("/password/")
        with time_machine.travel(timezone.now() + timedelta(hours=4)):
            assert client.get("/password/").status_code == 200
        with time_machine.travel(timezone.now() + timedelta(hours=13)):
            assert client.get("/password/").status_code == 302

    def test_asks_for_a_new_password_first(self, cast):
        User.objects.filter(username="admin").update(must_change_password=True)
        client = cast.client(cast.users.admin)
        assert client.get("/users/")["Location"] == "/password/"
        assert client.get("/password/").status_code == 200

    def test_costs_the_same_whatever_the_grants(self, cast, django_assert_num_queries):
        for code in ("XJ1", "XJ2"):
            project = cast.make_project(code, code)
            cast.users.manager.grants.create(role=Role.PROJECT_MANAGER, project=project.uuid)
        client = cast.client(cast.users.manager)
        client.get("/signin/")
        # The session with its user, organisation, grants, industries and second factor.
        with django_assert_num_queries(1):
            client.get("/signin/")


class TestPassword:
    NEW = "Tianshan-2027-new"

    def change(self, client, new=NEW, old=PASSWORD):
        data = {"old_password": old, "new_password1": new, "new_password2": new}
        return client.post("/password/", data)

    def test_changes_and_keeps_this_session_alone(self, cast):
        here, elsewhere = cast.client(cast.users.admin), cast.client(cast.users.admin)
        assert self.change(here).status_code == 302
        assert here.get("/password/").status_code == 200
        assert elsewhere.get("/password/").status_code == 302

    @pytest.mark.parametrize(
        "weak",
        ["Short-1x", "Password123!", "admin-9f-Kz-71", "13812345678", "qwertyuiop", "1q2w3e4r5t6y"],
    )
    def test_refuses_a_weak_one(self, cast, weak):
        assert self.change(cast.client(cast.users.admin), weak).status_code == 200

    @pytest.mark.parametrize("strong", ["tianshan xue shui li", "plainlettersonlyhere"])
    def test_asks_for_no_mixture_of_characters(self, cast, strong):
        assert self.change(cast.client(cast.users.admin), strong).status_code == 302

    def test_is_on_record(self, cast):
        self.change(cast.client(cast.users.admin))
        entry = AuditEntry.objects.get(action="user.change_password")
        assert (entry.actor, entry.subject) == (
            cast.users.admin.uuid,
            f"user:{cast.users.admin.uuid}",
        )

    def test_frees_from_the_temporary_one(self, cast):
        User.objects.filter(username="admin").update(must_change_password=True)
        client = cast.client(cast.users.admin)
        self.change(client)
        assert client.get("/users/").status_code == 200


class TestDemoPersonas:
    def test_stand_on_the_page_with_their_codes(self, cast, client, settings, tmp_path):
        settings.DEMO, settings.VAR_DIR = True, tmp_path
        secret, code = "JBSWY3DPEHPK3PXP", f"{totp(b'Hello!' + bytes.fromhex('deadbeef')):06d}"
        persona = {"role": "县级人社", "user": "county", "password": PASSWORD}
        (tmp_path / "demo.json").write_text(json.dumps([persona | {"totp_secret": secret}]))
        page = client.get("/signin/").content.decode()
        assert "县级人社" in page
        assert code in page
        assert PASSWORD in client.get("/signin/?as=county").content.decode()

    def test_are_nowhere_else(self, cast, client, settings, tmp_path):
        settings.DEMO, settings.VAR_DIR = False, tmp_path
        (tmp_path / "demo.json").write_text('[{"role": "县级人社", "user": "a", "password": "b"}]')
        assert "县级人社" not in client.get("/signin/").content.decode()


class TestSignOut:
    def test_takes_post_only(self, cast):
        assert cast.client(cast.users.admin).get("/signout/").status_code == 405

    def test_ends_the_session_and_clears_what_the_browser_holds(self, cast):
        client = cast.client(cast.users.admin)
        answer = client.post("/signout/")
        assert answer["Location"] == "/signin/"
        # Nothing of a person is in the cache, and to empty that can take seconds.
        assert answer["Clear-Site-Data"] == '"storage"'
        assert client.get("/password/").status_code == 302


class TestBrowser:
    """What people are told of the browser of a sign-in."""

    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/109.0 Safari/537.36 Edg/109.0", "Edge Windows"),
            ("Mozilla/5.0 (Linux; Android 12) Chrome/109.0 Safari/537.36", "Chrome 安卓"),
            ("Mozilla/5.0 (iPhone; like Mac OS X) MicroMessenger/8.0", "微信 苹果手机"),
            ("curl/8.0", ""),
        ],
    )
    def test_names_browser_and_system(self, agent, words):
        assert SignIn(agent=agent).browser == words
