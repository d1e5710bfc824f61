"""The pages that the walking guards look at: each once, by somebody whose page it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse

from tests.guards.access_table import NO_PAGES, TABLE
from tests.guards.world import ANONYMOUS, World

#: Who is asked first; each sees the fullest page of what only they see.
READERS = ("county", "admin", "sub", "bank", "owner", "operator", "province")


@dataclass(frozen=True)
class Walked:
    """A page and who reads it."""

    name: str
    persona: str

    @property
    def row(self):
        return TABLE[self.name]

    def url(self, world: World) -> str:
        return reverse(self.name, kwargs=world.arguments(self.row.at))

    def read(self, world: World) -> HttpResponse:
        return world.ask(self.persona, self.url(world))


def pages() -> Iterator[Walked]:
    """Every page that answers a plain GET with a page of its own."""
    for name, row in TABLE.items():
        if "GET" not in row.methods or 200 not in row.ok or name in NO_PAGES:
            continue
        readers = [ANONYMOUS] if row.public else [r for r in READERS if r in row.allowed("GET")]
        yield Walked(name, readers[0])


PAGES = list(pages())
