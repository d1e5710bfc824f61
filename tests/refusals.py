"""How tests say what is refused: by the code that stands in the app's ``refusals.py``."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.errors import Refused


@contextmanager
def refused(code: str, field: str | None = None, match: str = "") -> Iterator[None]:
    """The block is refused with this code, and a sentence in which ``match`` is found."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code
    assert field is None or caught.value.field == field
    assert re.search(match, str(caught.value))
