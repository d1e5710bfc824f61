"""What screens, rules and other apps read of wage accounts."""

from accounts.selectors.accounts import (
    CLOSE,
    TONES,
    KeptAccount,
    account,
    account_of,
    asked_name,
    insist_keeps,
    keeps,
    kept_accounts,
)
from accounts.selectors.funding import (
    FundingDue,
    OwnersProject,
    funding,
    funding_due,
    owners_projects,
)
from accounts.selectors.statements import (
    Balance,
    Movements,
    last_balance,
    last_balances,
    movements,
    odd_debits,
)

__all__ = [
    "CLOSE",
    "TONES",
    "Balance",
    "FundingDue",
    "KeptAccount",
    "Movements",
    "OwnersProject",
    "account",
    "account_of",
    "asked_name",
    "funding",
    "funding_due",
    "insist_keeps",
    "keeps",
    "kept_accounts",
    "last_balance",
    "last_balances",
    "movements",
    "odd_debits",
    "owners_projects",
]
