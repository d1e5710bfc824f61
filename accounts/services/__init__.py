"""Writes to wage accounts and their statements."""

from accounts.services.accounts import (
    NewAccount,
    agree_funding,
    change_account_status,
    register_account,
    update_papers,
)
from accounts.services.statements import (
    fetch_statements,
    mark_wages,
    record_statement,
    watched_accounts,
)

__all__ = [
    "NewAccount",
    "agree_funding",
    "change_account_status",
    "fetch_statements",
    "mark_wages",
    "record_statement",
    "register_account",
    "update_papers",
    "watched_accounts",
]
