"""What projects lay on the home pages."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import WorkLine
from projects import selectors
from projects.models import Project
from projects.permissions import site_projects


def first_project(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> Iterator[WorkLine]:
    """Where a general contractor that has just joined begins 规程二(一)."""
    if projects is not None or site_projects(actor):
        return
    if selectors.may_register(actor=actor) and not Project.objects.visible_to(actor).exists():
        url = reverse("projects:new")
        yield WorkLine(
            title="还没有登记项目",
            url=url,
            note="项目应在开工前登记，之后才能登记专户、名册和工资表",
            action="登记项目",
            action_url=url,
        )
