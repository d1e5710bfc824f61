"""The day of people on sites: the work that the apps declare, with the warnings beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import LINE_LIMIT, WorkLine, WorkSection
from monitoring import selectors as warnings
from monitoring.models import BEFORE_REPORT
from projects.hook_kinds import site_work
from projects.models import Project
from projects.permissions import EMPLOYER_ROLES, is_government


def site_sections(*, actor: Actor, as_of: date) -> list[WorkSection]:
    """The day of somebody on sites: what waits, and the warnings to answer beside it."""
    lines = site_work(actor=actor, as_of=as_of)
    shown, others = beside_warnings(lines[:LINE_LIMIT], actor=actor)
    work = WorkSection(
        "待办",
        shown,
        len(lines),
        "没有等您办理的事",
        "工资表报送、审核和发放到期前会出现在这里。",
    )
    return [work, others]


def project_lines(*, actor: Actor, as_of: date, project: Project) -> list[WorkLine]:
    """What waits for the actor on one project; nothing for who looks on.

    On the project's own page its name goes without saying.
    """
    if not actor.has_role(*EMPLOYER_ROLES):
        return []
    lines = site_work(actor=actor, as_of=as_of, projects=[project.pk])
    return [replace(line, project="") for line in lines]


def beside_warnings(
    lines: Sequence[WorkLine], *, actor: Actor, project: Project | None = None
) -> tuple[list[WorkLine], WorkSection]:
    """The lines with the live warnings that speak of the same facts, and the other warnings.

    The worst come first; the sites' own people answer them.
    """
    facts = {fact for line in lines for fact in line.facts}
    worst, total = warnings.live_beside(actor=actor, facts=facts, limit=LINE_LIMIT, project=project)
    spoken_of = {warning.fact: warning for warning in worst if warning.fact in facts}
    shown = []
    for line in lines:
        speaking = [spoken_of[fact] for fact in line.facts if fact in spoken_of]
        if speaking:
            first = max(speaking, key=lambda warning: warning.severity)
            url = reverse("monitoring:warning", args=[first.uuid])
            line = replace(line, badge=first.badge, warning_url=url)
        shown.append(line)
    others = []
    for warning in [warning for warning in worst if warning.fact not in facts][:LINE_LIMIT]:
        url = reverse("monitoring:warning", args=[warning.uuid])
        answers = not is_government(actor) and warning.handling in BEFORE_REPORT
        others.append(
            WorkLine(
                title=warning.title,
                url=url,
                project="" if project else warning.project,
                note=warning.summary,
                due=warning.due_on,
                action="反馈" if answers else "查看",
                action_url=url,
                badge=warning.badge,
            )
        )
    page = reverse("monitoring:project", args=[project.code]) if project else ""
    return shown, WorkSection(
        "其他预警" if spoken_of else "预警",
        others,
        total - len(spoken_of),
        "没有其他预警" if spoken_of else "没有预警",
        "发现问题时会出现在这里，并写明怎样解除。",
        page or reverse("monitoring:list"),
    )
