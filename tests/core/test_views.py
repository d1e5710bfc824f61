"""The pages for what goes wrong."""

from django.test import Client

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
        assert client.get(f"/nowhere/?q={self.NUMBER}").status_code == 404
        assert "/nowhere/" in caplog.text
        assert self.NUMBER not in caplog.text

    def test_keeps_no_query_of_a_form_that_was_refused(self, db, caplog):
        stranger = Client(enforce_csrf_checks=True)
        assert stranger.post(f"/signin/?next=/?q={self.NUMBER}").status_code == 403
        assert "/signin/" in caplog.text
        assert self.NUMBER not in caplog.text
