"""Who sees a project, and who sees what hangs on it.

Government reaches projects by region and industry. Enterprises reach the projects they take part
in: the general contractor sees all that hangs on them, a subcontractor only what concerns its own
people, the owner only what is opened to it, the bank the accounts it keeps. Somebody appointed to
one project reaches that one alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q

from core.actor import Actor, Grant
from core.scope import NOTHING, Scope, once_a_request
from identity.models import reach_prefix
from identity.roles import ENTERPRISE, GOVERNMENT, Role

CONTRACTOR, OWNER = "009", "008"
SUBCONTRACTORS = ("001", "006")
#: Whoever works for a contractor or a subcontractor; the participation decides which it is.
_SITE_ROLES = {
    Role.ENTERPRISE_ADMIN,
    Role.PROJECT_MANAGER,
    Role.LABOUR_OFFICER,
    Role.SUBCONTRACTOR_CLERK,
}


def government_rows(actor: Actor, prefix: str = "") -> Q:
    """The projects that an officer's grants reach, as a condition on ``prefix``'s columns."""
    reached = NOTHING
    for grant in actor.grants:
        if grant.role in GOVERNMENT and grant.region:
            rows = Q(**{f"{prefix}region__code__startswith": reach_prefix(grant.region)})
            if grant.industries:
                rows &= Q(**{f"{prefix}industry_id__in": sorted(grant.industries)})
            reached |= rows
    return reached


def participations(actor: Actor, roles: Iterable[str] | None = None) -> list[int]:
    """The ids of the projects in which the actor's organisation takes part, in one of these roles.

    Ids and no sub-query: PostgreSQL reaches rows by an index for ids that it is told, and reads a
    whole table where they hide in a sub-query behind ``OR``.
    """
    parts = once_a_request(("participations", actor), lambda: _parts(actor))
    return sorted({project for project, role in parts if roles is None or role in roles})


def _parts(actor: Actor) -> list[tuple[int, str]]:
    """(project id, role) of each part that the actor's grants open."""
    participant = apps.get_model("projects", "Participant")
    mine = NOTHING
    for grant in actor.grants:
        if grant.role in ENTERPRISE and grant.organisation:
            mine |= _of_grant(grant)
    return list(participant.everything.filter(mine).values_list("project_id", "role").order_by())


def _of_grant(grant: Grant) -> Q:
    rows = Q(organisation_id=grant.organisation)
    if grant.project:
        rows &= Q(project__uuid=grant.project)
    if grant.role == Role.OWNER_CLERK:
        rows &= Q(role=OWNER)
    elif grant.role in _SITE_ROLES - {Role.ENTERPRISE_ADMIN}:
        rows &= Q(role__in=(CONTRACTOR, *SUBCONTRACTORS))
    return rows


class ProjectScope(Scope):
    """The projects themselves."""

    def rows(self, actor: Actor) -> Q:
        seen = government_rows(actor)
        if actor.organisation:
            seen |= Q(pk__in=participations(actor))
        return seen


@dataclass(frozen=True)
class ByProject(Scope):
    """Rows that hang on a project.

    ``path`` leads to the project, ``employer`` to the organisation whose people the row is about
    ("" where the row concerns the project as a whole), ``bank`` to the account's bank.
    ``whole_to`` names the participations that see every row; a subcontractor sees its own rows
    where ``employer`` is named.
    """

    path: str = "project"
    employer: str = ""
    bank: str = ""
    whole_to: tuple[str, ...] = (CONTRACTOR, OWNER, *SUBCONTRACTORS)

    def rows(self, actor: Actor) -> Q:
        seen = government_rows(actor, f"{self.path}__")
        if not actor.organisation:
            return seen
        if whole := participations(actor, self.whole_to):
            seen |= Q(**{f"{self.path}_id__in": whole})
        if self.employer and (part := participations(actor, SUBCONTRACTORS)):
            seen |= Q(**{f"{self.path}_id__in": part, f"{self.employer}_id": actor.organisation})
        if self.bank and actor.has_role(Role.BANK_CLERK):
            seen |= Q(**{f"{self.bank}_id": actor.organisation})
        return seen


#: Rows about workers and their pay: the contractor whole, a subcontractor its own.
def about_workers(path: str = "project", employer: str = "employer") -> ByProject:
    return ByProject(path=path, employer=employer, whole_to=(CONTRACTOR,))
