"""What stands in the bar on top of every page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.actor import Actor
from core.hook_kinds import NavigationSection
from core.hooks import declared


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One way into a section."""

    url: str
    label: str
    active: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """``nav``: the sections that the reader's roles open; none before sign-in."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"nav": []}
    items = []
    for section in declared(NavigationSection):
        if actor.has_role(*section.roles):
            url = reverse(section.page)
            # Every address begins with that of the home page.
            active = (
                request.path == url
                if url == "/"
                else request.path.startswith((url, *section.within))
            )
            items.append(NavigationItem(url, section.label, active))
    return {"nav": items}
