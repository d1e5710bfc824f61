"""The reach of banks."""

from dataclasses import dataclass

from django.db.models import Q

from core.actor import Actor
from core.scope import NOTHING, Reach
from identity.roles import Role


@dataclass(frozen=True)
class ByBank(Reach):
    """A bank's clerks see what concerns the accounts that it keeps; ``path`` leads to the bank."""

    path: str

    def rows(self, actor: Actor) -> Q:
        banks = [one.organisation for one in actor.grants if one.role == Role.BANK_CLERK]
        return Q(**{f"{self.path}__in": banks}) if banks else NOTHING
