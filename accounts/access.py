"""Who may do what with wage accounts, for the heads of views (core.access)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from accounts import selectors
from accounts.models import SpecialAccount
from core.access import InScope
from core.actor import Actor


def account_rule(require: Callable[[Actor, SpecialAccount], None]) -> InScope:
    """Whoever sees the account that the address names by ``uuid`` and passes ``require``."""

    def load(*, actor: Actor, uuid: UUID, **others: Any) -> SpecialAccount:
        return selectors.account(uuid, actor=actor)

    return InScope(load, require)


#: Whoever sees the account.
ACCOUNT_SEEN = account_rule(lambda actor, account: None)
#: A clerk of the bank that keeps it.
ACCOUNTS_BANK = account_rule(lambda actor, account: selectors.require_bank_of(account, actor=actor))
