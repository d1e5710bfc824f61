"""The pages for what goes wrong."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from core import views


class TestServerError:
    def test_needs_neither_viewer_nor_database(self, rf):
        answer = views.server_error(rf.get("/"))
        assert answer.status_code == 500
        assert "平台出了差错" in answer.content.decode()


class TestLog:
    """A search for somebody stands in an address, and addresses that fail are logged."""

    NUMBER = "650102199001011234"

    def test_keeps_no_query_of_a_page_that_is_not_there(self, client, caplog):
        with caplog.at_level(logging.INFO, logger="core.requests"):
            assert client.get(f"/nowhere/?q={self.NUMBER}").status_code == 404
        assert "'status': 404" in caplog.text
        assert self.NUMBER not in caplog.text

    def test_keeps_no_query_of_a_form_that_was_refused(self, db, caplog):
        stranger = Client(enforce_csrf_checks=True)
        assert stranger.post(f"/signin/?next=/?q={self.NUMBER}").status_code == 403
        assert "/signin/" in caplog.text
        assert self.NUMBER not in caplog.text


class TestAddresses:
    @pytest.mark.parametrize("path", ["/projects/%00/people/", "/notices/%00/board.pdf", "/%00"])
    def test_with_a_character_that_no_database_takes_are_not_there(self, cast, path):
        answer = cast.client(cast.users.county).get(path)
        assert answer.status_code == 404
        assert "没有这个页面" in answer.content.decode()

    @pytest.mark.parametrize("path", ["/invite/used-up/", "/b/NOSUCHBOARD/"])
    def test_that_lead_nowhere_tell_a_stranger_whom_to_ask(self, db, path):
        answer = Client().get(path)
        page = answer.content.decode()
        assert answer.status_code == 404
        assert "请向给您链接的单位再要一次" in page
        assert 'href="/signin/"' in page
        assert "管辖范围" not in page, "a stranger has none"


class TestUploads:
    def send(self, cast, name: str):
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        body = f"--x\r\n{head}\r\nContent-Type: text/csv\r\n\r\nabc\r\n--x--\r\n".encode()
        return cast.client(cast.users.admin).post(
            reverse("workers:roster_import", args=[cast.project.code]),
            body,
            content_type="multipart/form-data; boundary=x",
        )

    def test_with_a_name_of_400_characters_are_refused_with_a_sentence(self, cast):
        answer = self.send(cast, "名" * 400 + ".csv")
        assert answer.status_code == 400
        assert "请把文件名改短" in answer.content.decode()

    def test_with_a_name_as_long_as_file_systems_take_come_through(self, cast):
        assert self.send(cast, "名" * 251 + ".csv").status_code == 200
