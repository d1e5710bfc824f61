"""What projects lay on the home pages."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import LINE_LIMIT, WorkLine, WorkSection
from projects import selectors
from projects.models import Project, RectificationOrder
from projects.permissions import site_projects
from projects.selectors.rectification import OrderLine, open_orders, order_line


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


def orders_to_obey(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> Iterator[WorkLine]:
    """What the actor's own unit was ordered to mend 条例 第五十三条至第五十七条."""
    rows = open_orders(actor=actor).filter(organisation=actor.organisation)
    if projects is not None:
        rows = rows.filter(project__in=projects)
    for line in map(order_line, rows[:LINE_LIMIT]):
        yield _work_line(line, "查看要求")


def orders_to_check(*, actor: Actor, as_of: date) -> WorkSection | None:
    """Orders whose day is over or near, for the authority that has to look into them."""
    rows = open_orders(actor=actor)
    lines = [_work_line(order_line(one), "核查") for one in rows[:LINE_LIMIT]]
    if not lines:
        return None
    url = f"{reverse('projects:orders')}?status={RectificationOrder.Status.OPEN}"
    total = rows.count() if len(lines) == LINE_LIMIT else len(lines)
    return WorkSection("责令改正待核查", lines, total, "", "", url)


def _work_line(order: OrderLine, action: str) -> WorkLine:
    url = reverse("projects:order", args=[order.uuid])
    return WorkLine(
        title=f"责令限期改正：{order.demand}",
        url=url,
        project=order.project,
        note=f"{order.organisation} · {order.number}",
        due=order.due_on,
        action=action,
        action_url=url,
    )
