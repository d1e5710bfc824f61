"""What notice boards lay on the home pages and on a project's overview."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import WorkLine
from identity.hook_kinds import limit_of
from notices.selectors import projects_without_posting
from projects.models import Project
from projects.permissions import contractor_projects


def site_work(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> Iterator[WorkLine]:
    """Sites where no board hangs."""
    after = limit_of("NTC-01", "yellow", as_of=as_of)
    own = contractor_projects(actor, "notice")
    for project in projects_without_posting(
        actor=actor, as_of=as_of, projects=projects, after=after
    ):
        if project.pk in own and project.status == Project.Status.UNDER_CONSTRUCTION:
            url = reverse("notices:project", args=[project.code])
            yield WorkLine(
                title="维权信息告示牌还没有张贴",
                url=url,
                project=project.name,
                due=after.after(project.start, project.region_id),
                action="制作告示牌",
                action_url=url,
                facts=(("NTC-01", project.subject, ""),),
            )
