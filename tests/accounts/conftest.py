"""The sandbox bank for tests of accounts."""

from tests.accounts.bank import bank

__all__ = ["bank"]
