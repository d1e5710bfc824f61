"""The sandbox bank for its own tests."""

from tests.accounts.bank import bank

__all__ = ["bank"]
