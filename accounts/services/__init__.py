"""Writes to wage accounts and their statements."""

from accounts.services.accounts import (
    AccountRefused,
    NewAccount,
    agree_funding,
    change_status,
    register_account,
    update_papers,
)
from accounts.services.statements import (
    StatementConflict,
    fetch_statements,
    mark_wages,
    read_by_bank,
    record_statement,
)

__all__ = [
    "AccountRefused",
    "NewAccount",
    "StatementConflict",
    "agree_funding",
    "change_status",
    "fetch_statements",
    "mark_wages",
    "read_by_bank",
    "record_statement",
    "register_account",
    "update_papers",
]
