"""What goes out with every page, and what is counted of refused access."""

import subprocess
import sys

import pytest
from django.test import Client

from core import clock
from core.actor import Forbidden
from identity import selectors
from identity.models import RefusedAccess

NOBODY = "00000000-0000-4000-8000-00000000dead"


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/password/", "/projects/", "/nowhere/"])
    def test_let_no_cache_keep_a_page_of_somebody_signed_in(self, cast, path):
        answer = cast.client(cast.users.admin).get(path)
        assert answer["Cache-Control"] == "no-store, private"

    def test_leave_public_pages_alone(self, cast):
        answer = cast.client(cast.users.admin).get("/b/nothing/")
        assert "no-store" not in answer.get("Cache-Control", "")

    @pytest.mark.parametrize("path", ["/signin/", "/nowhere/"])
    def test_need_no_camera_of_a_browser(self, db, client, path):
        assert "camera=()" in client.get(path)["Permissions-Policy"]

    def test_bind_cookies_to_the_host_where_there_is_tls(self):
        code = (
            "from django.conf import settings as s;"
            "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME,"
            " s.KEPT_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
        )
        environment = {
            "DJANGO_SETTINGS_MODULE": "wagemon.settings",
            "DEBUG": "0",
            "DEMO": "0",
            "SECRET_KEY": "b7Qm2xV9tLr4Zs8Kd1Wn6Hy3Pf5Jc0Ga-b7Qm2xV9tLr4Zs8Kd1W",
            "SEAL_KEYS": "1:" + "0" * 32,
            "INDEX_KEY": "0" * 64,
            "ALLOWED_HOSTS": "wages.example",
            "SITE_URL": "https://wages.example",
            "DATABASE_URL": "postgresql://x@localhost/x",
            "REDIS_URL": "redis://localhost/0",
        }
        out = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert out == ["__Host-session", "__Host-csrf", "__Host-device", "__Host-kept", "True"]


class TestErrorPages:
    @pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/organisations/", 403)])
    def test_keep_the_navigation_of_who_has_signed_in(self, cast, path, status):
        answer = cast.client(cast.users.admin).get(path)
        assert answer.status_code == status
        assert "主导航" in answer.content.decode()

    def test_show_none_to_strangers(self, db):
        assert "主导航" not in Client().get("/nowhere/").content.decode()


class TestRefusedAccess:
    def counts(self):
        return list(RefusedAccess.objects.values_list("user", "route", "status", "count"))

    def test_counts_what_is_there_for_others(self, cast):
        client = cast.client(cast.users.other_admin)
        for _ in range(2):
            client.get(f"/users/{cast.users.labour.uuid}/")
        assert self.counts() == [(cast.users.other_admin.uuid, "users/<uuid:uuid>/", 404, 2)]

    def test_counts_projects_by_their_code(self, cast):
        cast.client(cast.users.other_admin).get(f"/projects/{cast.project.code}/")
        assert [count for *_, count in self.counts()] == [1]

    def test_counts_what_one_may_not(self, cast):
        cast.client(cast.users.manager).get("/users/")
        assert self.counts() == [(cast.users.manager.uuid, "users/", 403, 1)]

    @pytest.mark.parametrize("path", [f"/users/{NOBODY}/", "/nowhere/", "/projects/XJ000/"])
    def test_counts_no_mistyped_address(self, cast, path):
        assert cast.client(cast.users.other_admin).get(path).status_code == 404
        assert self.counts() == []

    def test_counts_no_form_that_was_open_too_long(self, cast):
        client = cast.client(cast.users.admin)
        client.handler.enforce_csrf_checks = True
        assert client.post("/password/", {"old_password": "x"}).status_code == 403
        assert self.counts() == []

    def test_stands_on_the_operators_page_without_the_object(self, cast):
        cast.client(cast.users.other_admin).get(f"/projects/{cast.project.code}/")
        page = cast.client(cast.users.operator).get("/").content.decode()
        assert str(cast.users.other_admin.uuid) in page
        assert cast.project.code not in page

    def test_is_the_operators_alone_to_read(self, cast):
        with pytest.raises(Forbidden):
            selectors.refused_accesses(actor=cast.actor(cast.users.county), as_of=clock.today())
