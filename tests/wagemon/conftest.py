"""What the tests of servers share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can reach, which under root is another one.

    Not pytest's: a second run of pytest beside this one closes the way to it.
    """
    with tempfile.TemporaryDirectory(prefix="wagemon-own-") as folder:
        yield Path(folder)
