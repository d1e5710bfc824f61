"""Alive and ready."""

import json

import pytest
from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from core import health


def ask(rf, view):
    answer = view(rf.get("/"))
    return answer.status_code, json.loads(answer.content)


class TestLive:
    def test_needs_nothing_but_the_process(self, rf):
        assert ask(rf, health.live) == (200, {"status": "ok"})

    def test_answers_a_probe_without_tls(self, client, settings):
        settings.SECURE_SSL_REDIRECT = True
        assert client.get("/healthz").status_code == 200
        assert client.get("/").status_code == 301


@pytest.mark.django_db
class TestReady:
    @pytest.fixture(autouse=True)
    def silence(self):
        cache.delete_many([health.WORKER, health.BEAT])

    def test_names_what_is_missing(self, rf):
        status, body = ask(rf, health.ready)
        assert status == 503
        missing = {name for name, is_well in body["checks"].items() if not is_well}
        assert missing == {"worker", "beat"}

    def test_is_not_ready_without_tables(self, rf):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE django_migrations")
        assert ask(rf, health.ready)[1]["checks"]["schema"] is False

    def test_is_not_ready_before_the_last_migration(self, rf):
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM django_migrations WHERE app = 'payroll'"
                " AND id = (SELECT max(id) FROM django_migrations WHERE app = 'payroll')"
            )
        status, body = ask(rf, health.ready)
        assert (status, body["checks"]["schema"]) == (503, False)

    def test_hears_worker_and_beat(self, rf):
        health._worker_lives()
        health._beat_lives(sender="payroll.tasks.pay")
        assert ask(rf, health.ready)[1]["checks"]["beat"] is False
        health._beat_lives(sender=health.BEAT_TASK)
        assert ask(rf, health.ready) == (
            200,
            {
                "status": "ok",
                "checks": dict.fromkeys(["database", "schema", "redis", "worker", "beat"], True),
            },
        )

    def test_signs_of_life_that_find_no_redis_break_nothing(self, monkeypatch):
        def gone(*args, **options):
            raise RedisError

        monkeypatch.setattr(cache, "set", gone)
        health._worker_lives()
        health._beat_lives(sender=health.BEAT_TASK)

    def test_is_not_ready_when_a_server_is_gone(self, rf, monkeypatch):
        def gone(*_args, **_options):
            raise ConnectionError

        monkeypatch.setattr(cache, "set", gone)
        assert ask(rf, health.ready)[1]["checks"]["redis"] is False
