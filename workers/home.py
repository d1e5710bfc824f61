"""What the register lays on the home pages and on a project's overview."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse

from core import months
from core.actor import Actor
from core.home import WorkLine
from identity.hook_kinds import limit_of
from projects.permissions import site_projects
from workers.selectors import incomplete_registrations, register_gaps


def site_work(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> Iterator[WorkLine]:
    """Empty registers, people without attendance of last month, and incomplete registrations."""
    grace = limit_of("WRK-02", "grace", as_of=as_of)
    last_month = months.shift_month(months.first_day(as_of), -1)
    own = site_projects(actor)
    asked = sorted(own if projects is None else own & set(projects))
    for gap in register_gaps(actor=actor, month=last_month, projects=asked):
        project = gap.project
        if gap.nobody_registered:
            yield WorkLine(
                title="实名制名册还是空的",
                url=reverse("workers:register", args=[project.code]),
                project=project.name,
                note=f"{project.start:%Y-%m-%d} 开工",
                due=grace.after(project.start, project.region_id),
                action="导入花名册",
                action_url=reverse("workers:roster_import", args=[project.code]),
            )
        if gap.no_attendance:
            yield WorkLine(
                title=f"{months.month_label(last_month)}考勤还没有登记",
                url=reverse("workers:attendance", args=[project.code]),
                project=project.name,
                due=project.sheet_day_of(last_month),
                action="导入考勤表",
                action_url=reverse("workers:attendance_import", args=[project.code]),
            )

    # What 规程二(四) names and a registration lacks, one line for each employer.
    lacking = defaultdict(list)
    for row in incomplete_registrations(
        actor=actor, as_of=as_of, projects=projects, grace=grace, coming=True
    ):
        lacking[row.project, row.employer, row.employer_uscc].append(row)
    for (code, employer, uscc), people in lacking.items():
        missing = sorted({label for row in people for label in row.missing})
        url = reverse("workers:register", args=[code])
        yield WorkLine(
            title=f"{len(people)} 名工人缺{'、'.join(missing)}",
            url=url,
            note=f"{employer} · {code}",
            due=min(row.due_on for row in people),
            action="补齐登记",
            action_url=url,
            facts=(("WRK-02", f"employer:{code}/{uscc}", ""),),
        )
