"""The reaches by which owners and banks see the warnings that are theirs to mend."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import SpecialAccount
from accounts.scope import ByBank
from core.actor import Actor
from core.scope import NOTHING, Reach, once_a_request

#: Whose own the warnings of these rules are to mend: the owner's, and the bank's.
OWNERS_RULES = ("ACC-04", "ACC-05")
BANKS_RULES = ("ACC-10", "FED-01")


@dataclass(frozen=True)
class OfRules(Reach):
    """Cuts a reach to the warnings of some rules; ``path`` leads from the row to the warning."""

    rules: tuple[str, ...]
    reach: Reach
    path: str = ""

    def rows(self, actor: Actor) -> Q:
        seen = self.reach.rows(actor)
        prefix = f"{self.path}__" if self.path else ""
        return seen if seen == NOTHING else Q(**{f"{prefix}rule__in": self.rules}) & seen


@dataclass(frozen=True)
class ByBanksProjects(Reach):
    """A bank sees what concerns the projects whose accounts it keeps; ``path`` leads to one."""

    path: str

    def rows(self, actor: Actor) -> Q:
        kept = SpecialAccount.everything.filter(ByBank("bank").rows(actor))
        projects = once_a_request(
            ("projects of a bank", actor), lambda: sorted(kept.values_list("project", flat=True))
        )
        return Q(**{f"{self.path}_id__in": projects}) if projects else NOTHING
