"""Reading the parts of a page as of one moment."""

import threading

import pytest
from django.db import connection
from django.db.utils import InternalError

from core.models import ColumnMemory
from core.snapshot import one_moment


def elsewhere(act) -> None:
    """Do something in a connection of its own, and commit it."""

    def run() -> None:
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def remember() -> None:
    ColumnMemory.objects.create(organisation=1, kind="roster", mapping={})


@pytest.mark.usefixtures("transactional_db")
class TestOneMoment:
    def test_shows_nothing_that_was_written_meanwhile(self):
        with one_moment():
            assert ColumnMemory.objects.count() == 0
            elsewhere(remember)
            assert ColumnMemory.objects.count() == 0
        assert ColumnMemory.objects.count() == 1

    def test_takes_no_writing(self):
        with pytest.raises(InternalError, match="read-only"), one_moment():
            remember()

    def test_keeps_a_transaction_that_has_begun(self):
        with one_moment(), one_moment():
            assert ColumnMemory.objects.count() == 0
