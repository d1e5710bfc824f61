"""Marks: none lost, none left."""

import threading

import pytest
from django.db import connection, transaction

from core import touch
from core.models import Touch


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr("core.jobs._send", lambda name, args: names.append(name))
    return names


@pytest.mark.django_db
class TestTouch:
    def test_wakes_the_watcher_on_commit(self, woken, settings, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            touch.touch("project:XJ1")
        assert woken == [settings.TOUCH_TASK]

    def test_is_seen_once_for_many_writes(self):
        for _ in range(3):
            touch.touch("project:XJ1")
        touch.touch("project:XJ2")
        assert [mark.subject for mark in touch.pending()] == ["project:XJ1", "project:XJ2"]

    def test_is_gone_when_done(self):
        touch.touch("project:XJ1")
        touch.done(touch.pending())
        assert touch.pending() == []

    def test_survives_when_made_while_the_rules_run(self):
        touch.touch("project:XJ1")
        seen = touch.pending()
        touch.touch("project:XJ1")
        touch.done(seen)
        assert [mark.subject for mark in touch.pending()] == ["project:XJ1"]

    def test_is_handed_out_in_parts(self):
        for n in range(5):
            touch.touch(f"project:{n}")
        assert [mark.subject for mark in touch.pending(limit=2)] == ["project:0", "project:1"]


class TestConcurrency:
    def test_does_not_queue_writers_and_keeps_a_late_commit(self, committing_db):
        written, finish = threading.Event(), threading.Event()

        def slow_writer() -> None:
            try:
                with transaction.atomic():
                    touch.touch("project:XJ1")
                    written.set()
                    finish.wait(10)
            finally:
                connection.close()

        writer = threading.Thread(target=slow_writer)
        writer.start()
        assert written.wait(10)
        touch.touch("project:XJ1")  # its number is higher, its commit earlier
        touch.done(touch.pending())
        finish.set()
        writer.join()
        assert Touch.objects.count() == 1
