"""Marks wake their readers, and lead them to the subjects that were written to."""

import pytest

from core import hooks, touch
from core.hook_kinds import FeedReader

RULES = "monitoring.rules"


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[tuple]:
    messages: list[tuple] = []
    monkeypatch.setattr(
        "core.jobs._publish_message", lambda name, args, **how: messages.append((name, how))
    )
    return messages


@pytest.mark.django_db
class TestTouch:
    def test_wakes_every_reader_after_the_commit(self, woken, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            touch.touch("project:XJ1")
            assert woken == []
        tasks = {one.task for one in hooks.declared(FeedReader) if one.feed == touch.FEED}
        assert {"monitoring.tasks.sweep_touched", "supervision.tasks.judge_touched"} <= tasks
        assert {name for name, _ in woken} == tasks

    def test_wakes_them_once_for_many_writes(self, woken, django_capture_on_commit_callbacks):
        for _ in range(3):
            with django_capture_on_commit_callbacks(execute=True):
                touch.touch("project:XJ1")
                touch.touch("project:XJ2")
        readers = [one for one in hooks.declared(FeedReader) if one.feed == touch.FEED]
        assert len(woken) == len(readers)
        # Late enough to see what was committed until the next one is woken.
        assert all(how["countdown"] >= 1 for _, how in woken)

    def test_names_each_subject_once(self):
        for subject in ("project:XJ1", "project:XJ2", "project:XJ1"):
            touch.touch(subject)
        batches: list[list[str]] = []
        assert touch.consume_touches(RULES, batches.append) == 3
        assert batches == [["project:XJ1", "project:XJ2"]]
