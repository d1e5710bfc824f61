"""Who may open a project's pages and do its works, for the heads of views (core.access)."""

from collections.abc import Callable
from typing import Any

from core.access import InScope, Rule
from core.actor import Actor
from projects import permissions, selectors
from projects.models import Project


def project_rule(require: Callable[[Actor, Project], None]) -> InScope:
    """Whoever sees the project that the address names by ``code`` and passes ``require``."""
    return InScope(_find_project, require)


def _find_project(*, actor: Actor, code: str, **others: Any) -> Project:
    return selectors.project_header(actor=actor, code=code).project


def project_work(work: str) -> InScope:
    """The general contractor's people whose work it is (projects.permissions)."""
    if work not in permissions.CONTRACTOR_WORK:
        raise LookupError(work)
    return project_rule(lambda actor, project: permissions.require(actor, project, work))


def project_tab(key: str) -> InScope:
    """Whoever's part in the project opens this tab of its pages."""
    return project_rule(lambda actor, project: permissions.require_tab(actor, project, key))


class _Registering(Rule):
    """The 企业管理员 of a general contractor."""

    def check(self, actor: Actor, **address: Any) -> None:
        selectors.registering_contractor(actor=actor)


#: Whoever registers projects for a general contractor.
PROJECT_REGISTERING = _Registering()


#: Whoever sees the project.
PROJECT_SEEN = project_rule(lambda actor, project: None)
#: Whoever keeps people of its own on the project, and the general contractor for all.
PROJECT_EMPLOYER = project_rule(permissions.require_employer)
#: The 企业管理员 of a unit that employs people on the project.
PROJECT_GRANTING = project_rule(permissions.require_granting)
