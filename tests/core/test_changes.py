"""Cursors over changes: every reader gets every row once, whatever commits late."""

import threading
from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import changes, hooks
from core.hook_kinds import FeedReader
from core.models import ChangeCursor, Touch

RULES, STANDING = "monitoring.rules", "supervision.standing"
WRITERS = 3


def read(reader: str, limit: int = 500) -> list[str]:
    got: list[str] = []
    changes.consume_rows(reader, lambda rows: got.extend(row.subject for row in rows), limit=limit)
    return got


def read_by_others() -> None:
    """By every reader of the feed but the rules, whichever apps declare one."""
    for reader in hooks.declared(FeedReader):
        if reader.feed == "core.Touch" and reader.key != RULES:
            read(reader.key)


def write(*subjects: str) -> None:
    for subject in subjects:
        Touch.objects.create(subject=subject)


@pytest.mark.django_db
class TestConsume:
    def test_hands_over_each_row_once(self):
        write("a", "b")
        assert read(RULES) == ["a", "b"]
        assert read(RULES) == []
        write("c")
        assert read(RULES) == ["c"]

    def test_gives_every_reader_all_rows(self):
        write("a")
        assert read(RULES) == read(STANDING) == ["a"]

    def test_goes_on_in_batches_until_nothing_is_left(self):
        write(*"abcde")
        sizes: list[int] = []
        changes.consume_rows(RULES, lambda rows: sizes.append(len(rows)), limit=2)
        assert sizes == [2, 2, 1]

    def test_reads_what_is_written_while_it_handles(self):
        write("a")
        seen: list[str] = []

        def handle(rows: list[Touch]) -> None:
            if not seen:
                write("b")
            seen.extend(row.subject for row in rows)

        changes.consume_rows(RULES, handle)
        assert seen == ["a", "b"]

    def test_refuses_a_reader_that_nobody_declared(self):
        with pytest.raises(LookupError):
            read("nobody")

    def test_notices_a_cursor_that_somebody_else_moved(self):
        write("a")
        with pytest.raises(changes.CursorMoved):
            changes.consume_rows(RULES, lambda rows: ChangeCursor.objects.update(place=99))

    def test_knows_how_many_wait(self):
        write("a", "b")
        assert changes.waiting_rows(RULES) == 2
        read(RULES)
        write("c")
        assert (changes.waiting_rows(RULES), changes.waiting_rows(STANDING)) == (1, 3)

    def test_skips_what_a_story_has_told(self):
        write("a")
        changes.skip_rows(RULES)
        assert (read(RULES), read(STANDING)) == ([], ["a"])


@pytest.mark.django_db
class TestPrune:
    def test_keeps_what_one_reader_has_not_read(self):
        write("a", "b")
        read(RULES)
        assert changes.prune_rows() == 0
        read_by_others()
        write("c")
        assert changes.prune_rows() == 2
        assert read(RULES) == ["c"]

    def test_gives_no_place_twice(self):
        for subject in "ab":
            write(subject)
            assert read(RULES) == [subject]
            read_by_others()
            assert changes.prune_rows() == 1

    def test_waits_for_a_reader_that_has_never_read(self, monkeypatch):
        write("a")
        read(RULES)
        read_by_others()
        late = FeedReader(key="late", feed="core.Touch", task="core.tasks.prune_changes")
        declared = hooks.declared
        monkeypatch.setattr(hooks, "declared", lambda kind: [*declared(kind), late])
        assert changes.prune_rows() == 0


class TestFailure:
    def test_hands_over_again_what_could_not_be_handled(self, transactional_db):
        write(*"abc")
        seen: list[str] = []

        def handle(rows: list[Touch]) -> None:
            seen.extend(row.subject for row in rows)
            if "c" in seen:
                raise RuntimeError

        with pytest.raises(RuntimeError):
            changes.consume_rows(RULES, handle, limit=2)
        assert seen == ["a", "b", "c"]
        assert read(RULES) == ["c"]

    def test_goes_back_with_the_work_that_it_was_read_for(self, transactional_db):
        write("a")
        with pytest.raises(RuntimeError), transaction.atomic():
            assert read(RULES) == ["a"]
            raise RuntimeError
        assert read(RULES) == ["a"]


class TestOneReaderTwice:
    def test_leaves_the_work_to_the_first(self, transactional_db):
        write("a")
        begun, finish = threading.Event(), threading.Event()
        first: list[str] = []

        def handle(rows: list[Touch]) -> None:
            first.extend(row.subject for row in rows)
            begun.set()
            finish.wait(10)

        def consume() -> None:
            try:
                changes.consume_rows(RULES, handle)
            finally:
                connection.close()

        thread = threading.Thread(target=consume)
        thread.start()
        assert begun.wait(10)
        assert read(RULES) == []
        write("b")
        finish.set()
        thread.join()
        assert first == ["a", "b"]
        assert read(RULES) == []


class Writer:
    """A connection of its own with a transaction open as long as the test likes."""

    def __init__(self, number: int) -> None:
        self.number, self.count = number, 0
        self.open: list[str] = []
        self.committed: list[str] = []
        self.connection = connection.copy()

    def act(self, what: str) -> None:
        with self.connection.cursor() as cursor:
            if what == "write":
                if not self.open:
                    cursor.execute("BEGIN")
                self.count += 1
                subject = f"w{self.number}:{self.count}"
                cursor.execute("INSERT INTO core_touch (subject, at) VALUES (%s, now())", [subject])
                self.open.append(subject)
            elif self.open:
                cursor.execute("COMMIT" if what == "commit" else "ROLLBACK")
                if what == "commit":
                    self.committed += self.open
                self.open = []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, WRITERS - 1), st.sampled_from(["write", "commit", "rollback"])),
        st.tuples(st.sampled_from([RULES, STANDING]), st.integers(1, 3)),
        st.just(("prune", 0)),
    ),
    max_size=40,
)


class TestWhateverCommitsLate:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    # The second writer's row has the higher id and is read first.
    @example([(0, "write"), (1, "write"), (1, "commit"), (RULES, 1), (0, "commit"), (RULES, 1)])
    @given(STEPS)
    def test_every_reader_gets_every_committed_row_once(self, transactional_db, steps):
        with transaction.atomic():
            Touch.objects.all().delete()
            ChangeCursor.objects.all().delete()
        writers = [Writer(number) for number in range(WRITERS)]
        got: dict[str, list[str]] = {RULES: [], STANDING: []}
        try:
            for who, what in steps:
                if who == "prune":
                    changes.prune_rows()
                elif who in got:
                    got[who] += read(who, limit=what)
                else:
                    writers[who].act(what)
            for writer in writers:
                writer.act("commit")
        finally:
            for writer in writers:
                writer.connection.close()
        committed = Counter(subject for writer in writers for subject in writer.committed)
        for reader, seen in got.items():
            assert Counter(seen + read(reader)) == committed
