"""A session lost in the middle of a form loses nothing, and tells nobody else."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from identity.models import KeptForm, UserSession
from identity.tasks import clear_expired_sessions
from tests.cast import PASSWORD

OWN = {"Origin": "http://testserver", "Referer": "http://testserver/password/"}
TYPED = {"note": "写了很久的说明", "new_password1": "secret-of-mine", "csrfmiddlewaretoken": "x"}


@pytest.fixture
def client(cast):
    """The owner's clerk, signed in long enough ago for the session to be over."""
    client = Client()
    client.post("/signin/", {"username": "owner", "password": PASSWORD})
    session = client.session
    session["seen_at"] = (timezone.now() - timedelta(hours=9)).timestamp()
    session.save()
    return client


def kept_on(page):
    found = re.search(r'<script id="kept-form"[^>]*>(.*?)</script>', page.content.decode())
    return json.loads(found[1]) if found else None


def sign_in(client, answer, username="owner"):
    data = {"username": username, "password": PASSWORD}
    return client.post(answer["Location"], data)


class TestLostSession:
    def test_is_told_on_the_sign_in_page(self, client):
        answer = client.post("/password/", TYPED, headers=OWN)
        assert answer["Location"].startswith("/signin/?next=%2Fpassword%2F&kept=form")
        assert "您填写的内容已经保留" in client.get(answer["Location"]).content.decode()

    def test_leads_back_to_the_form_with_its_content(self, client):
        answer = client.post("/password/", TYPED, headers=OWN)
        assert sign_in(client, answer)["Location"] == "/password/"
        kept = kept_on(client.get("/password/"))
        assert kept["action"] == "/password/"
        assert kept["fields"] == [["note", "写了很久的说明"]]

    def test_hands_it_out_once(self, client):
        sign_in(client, client.post("/password/", TYPED, headers=OWN))
        assert kept_on(client.get("/password/"))
        assert kept_on(client.get("/password/")) is None
        assert not KeptForm.objects.exists()

    def test_shows_nothing_to_who_signs_in_next_at_the_same_browser(self, cast, client):
        cast.user("second_owner", cast.owner, "owner_clerk")
        answer = client.post("/password/", TYPED, headers=OWN)
        signed_in = sign_in(client, answer, "second_owner")
        assert kept_on(client.get("/password/")) is None
        assert "写了很久的说明" not in client.get("/password/").content.decode()
        assert signed_in["Clear-Site-Data"] == '"storage"'

    def test_shows_nothing_to_the_same_person_elsewhere(self, client):
        client.post("/password/", TYPED, headers=OWN)
        other = Client()
        other.post("/signin/", {"username": "owner", "password": PASSWORD})
        assert kept_on(other.get("/password/")) is None

    def test_is_sealed_at_rest(self, client):
        client.post("/password/", TYPED, headers=OWN)
        with connection.cursor() as cursor:
            cursor.execute("SELECT fields FROM identity_keptform")
            assert "写了很久".encode() not in bytes(cursor.fetchone()[0])

    def test_is_known_from_the_expired_row_too(self, client):
        UserSession.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
        answer = client.post("/password/", TYPED, headers=OWN)
        assert "kept=form" in answer["Location"]

    @pytest.mark.parametrize("over", ["idle", "expired"])
    def test_is_not_lost_to_the_check_of_the_field_that_was_left_first(self, client, over):
        # Pressing the button leaves the last field: its check comes before the submission.
        if over == "expired":
            UserSession.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
        check = client.post(
            "/organisations/new/check/?field=name", TYPED, headers=OWN | {"HX-Request": "true"}
        )
        assert check.status_code == 204
        assert "HX-Redirect" not in check
        assert "sessionid" not in check.cookies
        answer = client.post("/password/", TYPED, headers=OWN)
        assert "kept=form" in answer["Location"]
        sign_in(client, answer)
        assert kept_on(client.get("/password/"))["fields"] == [["note", "写了很久的说明"]]

    def test_keeps_nothing_of_a_session_that_was_ended(self, client):
        UserSession.objects.all().delete()
        assert client.post("/password/", TYPED, headers=OWN)["Location"] == "/signin/"
        assert not KeptForm.objects.exists()

    @pytest.mark.parametrize(
        "headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
    )
    def test_keeps_nothing_that_another_site_sent(self, client, headers):
        client.post("/password/", TYPED, headers=headers)
        assert not KeptForm.objects.exists()

    @pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/"])
    def test_never_leads_back_to_another_host(self, client, path):
        headers = OWN | {"Referer": f"http://testserver{path}"}
        answer = client.post("/password/", TYPED, headers=headers)
        assert KeptForm.objects.get().page == "/evil.example/"
        assert sign_in(client, answer)["Location"] == "/evil.example/"

    def test_says_that_files_are_not_kept(self, client):
        file = SimpleUploadedFile("凭证.pdf", b"%PDF")
        answer = client.post("/password/", TYPED | {"file": file}, headers=OWN)
        assert "附件不能保留" in client.get(answer["Location"]).content.decode()
        sign_in(client, answer)
        assert "重新选择文件" in client.get("/password/").content.decode()

    def test_is_forgotten_after_two_hours(self, client):
        answer = client.post("/password/", TYPED, headers=OWN)
        with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
            sign_in(client, answer)
            assert kept_on(client.get("/password/")) is None
            clear_expired_sessions()
            assert not KeptForm.objects.exists()


class TestCsrfFailure:
    @pytest.fixture
    def strict(self, cast):
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.users.owner, backend="identity.backends.UserBackend")
        return client

    def test_keeps_what_was_typed_and_leads_back(self, strict):
        page = strict.post("/password/", TYPED, headers=OWN)
        assert page.status_code == 403
        text = page.content.decode()
        assert 'href="/password/">回到表单' in text
        assert "用户菜单" in text
        assert kept_on(strict.get("/password/"))["fields"] == [["note", "写了很久的说明"]]

    def test_keeps_nothing_that_another_site_sent(self, strict):
        strict.post("/password/", TYPED, headers={"Origin": "https://evil.example"})
        assert not KeptForm.objects.exists()

    def test_offers_sign_in_to_strangers(self):
        page = Client(enforce_csrf_checks=True).post("/password/", TYPED)
        assert page.status_code == 403
        assert 'href="/signin/">重新登录' in page.content.decode()
