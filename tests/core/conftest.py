"""What tests of core borrow from the apps above it."""

from tests.monitoring.conftest import facts

__all__ = ["facts"]
