"""The pages for what goes wrong."""

from core import views


class TestServerError:
    def test_needs_neither_viewer_nor_database(self, rf):
        answer = views.server_error(rf.get("/"))
        assert answer.status_code == 500
        assert "平台出了差错" in answer.content.decode()
