"""The search page: what the installed apps find, each cut to what the actor sees."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.actor import Actor
from core.hook_kinds import SearchHit, SearchProvider
from core.hooks import declared

#: So many hits of a kind are shown; the lists of each kind hold the rest.
HITS = 10


@dataclass(frozen=True, slots=True)
class FoundKind:
    """The hits of one kind; ``more`` says that there are others."""

    label: str
    hits: Sequence[SearchHit]
    more: bool


def search_everywhere(*, actor: Actor, text: str) -> list[FoundKind]:
    """What every provider of the actor's roles finds, kinds without a hit left out."""
    found = []
    for provider in declared(SearchProvider):
        if provider.roles is None or actor.has_role(*provider.roles):
            hits = provider.selector(actor=actor, text=text, limit=HITS + 1)
            if hits:
                found.append(FoundKind(provider.label, hits[:HITS], len(hits) > HITS))
    return found
