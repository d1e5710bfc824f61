"""Who may do what on a project: one place for the question that every section asks.

Whether an actor sees the project at all is the business of its scope (core.scope); here it is seen
already.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from core.actor import Actor, Forbidden
from core.hooks import declared, one
from identity.roles import GOVERNMENT, Role
from projects.hook_kinds import Part, ProjectTab
from projects.models import SUBCONTRACTORS, ParticipantRole, Project, project_ids

#: What the general contractor's people may do 规程二; the labour officer and the project manager
#: keep the daily things current, the 企业管理员 everything.
CONTRACTOR_WORK: dict[str, frozenset[str]] = {
    "edit": frozenset({Role.ENTERPRISE_ADMIN, Role.PROJECT_MANAGER}),
    "status": frozenset({Role.ENTERPRISE_ADMIN, Role.PROJECT_MANAGER}),
    "people": frozenset({Role.ENTERPRISE_ADMIN, Role.PROJECT_MANAGER}),
    "account": frozenset({Role.ENTERPRISE_ADMIN}),
    "bond": frozenset({Role.ENTERPRISE_ADMIN}),
    "review": frozenset({Role.ENTERPRISE_ADMIN, Role.LABOUR_OFFICER}),
    "pay": frozenset({Role.ENTERPRISE_ADMIN, Role.LABOUR_OFFICER}),
    "notice": frozenset({Role.ENTERPRISE_ADMIN, Role.PROJECT_MANAGER, Role.LABOUR_OFFICER}),
}
#: Who keeps the rosters, attendance and pay sheets of the people their organisation employs.
EMPLOYER_ROLES = frozenset(
    {
        Role.ENTERPRISE_ADMIN,
        Role.PROJECT_MANAGER,
        Role.LABOUR_OFFICER,
        Role.SUBCONTRACTOR_CLERK,
    }
)


def is_contractor_of(actor: Actor, project: Project, *roles: str) -> bool:
    """Whether the actor works for the project's general contractor, in one of these roles.

    Without roles: on site, in any of them.
    """
    contractor = project.contractor_id
    return contractor is not None and _works_for(
        actor, contractor, project, roles or EMPLOYER_ROLES
    )


def is_employer_on(actor: Actor, project: Project, employer: int | None = None) -> bool:
    """Whether the actor keeps the people whom ``employer`` employs on the project.

    ``employer`` is an organisation's id, by default the actor's own. Its own people do, and the
    general contractor's for its subcontractors.
    """
    if employer is None and not actor.is_system:
        employer = actor.organisation
    if employer is not None and employer not in project.employer_ids:
        return False
    return (
        actor.is_system
        or _works_for(actor, employer, project, EMPLOYER_ROLES)
        or is_contractor_of(actor, project)
    )


def can(actor: Actor, project: Project, work: str) -> bool:
    """Whether the actor may do this work of :data:`CONTRACTOR_WORK` on the project."""
    return actor.is_system or is_contractor_of(actor, project, *CONTRACTOR_WORK[work])


def require(actor: Actor, project: Project, work: str) -> None:
    """Insist on :func:`can`.

    :raises Forbidden: it is another's work.
    """
    if not can(actor, project, work):
        raise Forbidden("project.contractors_work")


def require_employer(actor: Actor, project: Project, employer: int | None = None) -> None:
    """Insist on :func:`is_employer_on`.

    :raises Forbidden: the actor does not keep this employer's people.
    """
    if not is_employer_on(actor, project, employer):
        raise Forbidden("project.employers_work")


def may_grant(actor: Actor, project: Project) -> bool:
    """Whether the actor decides which of its colleagues act on the project."""
    return actor.organisation in project.employer_ids and actor.has_role(Role.ENTERPRISE_ADMIN)


def require_granting(actor: Actor, project: Project) -> None:
    """Insist on :func:`may_grant`.

    :raises Forbidden: another organisation's, or not the 企业管理员.
    """
    if not may_grant(actor, project):
        raise Forbidden("project.grants_elsewhere")


def contractor_projects(actor: Actor, work: str) -> set[int]:
    """The projects on which the actor does this work of :data:`CONTRACTOR_WORK`."""
    return _projects_as(actor, CONTRACTOR_WORK[work], ParticipantRole.CONTRACTOR)


def site_projects(actor: Actor) -> set[int]:
    """The projects whose rosters, attendance and pay sheets the actor may bring in."""
    return _projects_as(actor, EMPLOYER_ROLES, ParticipantRole.CONTRACTOR, *SUBCONTRACTORS)


def _projects_as(actor: Actor, roles: Collection[str], *parts: str) -> set[int]:
    granted = tuple(grant for grant in actor.grants if grant.role in roles)
    # Participations are asked once a request for the same grants, whatever the work.
    return set(project_ids(replace(actor, grants=granted), *parts)) if granted else set()


def is_government(actor: Actor) -> bool:
    """Whether the actor supervises rather than takes part."""
    return actor.has_role(*GOVERNMENT)


def _works_for(
    actor: Actor, organisation: int | None, project: Project, roles: Iterable[str]
) -> bool:
    return any(
        grant.role in roles
        and grant.organisation == organisation
        and grant.project in (None, project.uuid)
        for grant in actor.grants
    )


def tabs_of(actor: Actor, project: Project) -> list[ProjectTab]:
    """The tabs that the actor's part in the project opens, in the regulation's order."""
    tabs = declared(ProjectTab)
    if actor.is_system or is_government(actor) or actor.organisation == project.contractor_id:
        return tabs
    employs = actor.organisation in project.employer_ids
    part = Part.SUBCONTRACTOR if employs else Part.OTHERS
    return [tab for tab in tabs if part in tab.opens_to]


def require_tab(actor: Actor, project: Project, tab: str) -> None:
    """Insist that the actor's part in a project, which it sees, opens this tab.

    :raises Forbidden: it is others' business.
    """
    if all(opened.key != tab for opened in tabs_of(actor, project)):
        raise Forbidden("project.tab_closed", tab=one(ProjectTab, tab).label)
