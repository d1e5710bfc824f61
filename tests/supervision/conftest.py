"""The facts of tests/monitoring, for pages that speak of them."""

import pytest

from tests.monitoring.conftest import Facts


@pytest.fixture
def facts(cast) -> Facts:
    return Facts(cast)
