"""Who is acting, and what they were granted.

An actor is a value: it is made once for a request, task or command and handed down. Core knows
neither users nor organisations; ``identity`` makes actors from them.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied

from core.errors import Refused


class Forbidden(Refused, PermissionDenied):
    """In scope but not allowed: the page answers 403 and says why."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, over a region or an organisation or a project, for some industries.

    ``region`` is a GB/T 2260 code; "" means the grant does not reach by region. ``industries``
    empty means every industry. ``project`` narrows an organisation's grant to one project.
    """

    role: str
    region: str = ""
    industries: frozenset[str] = frozenset()
    organisation: int | None = None
    project: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the platform itself, at work."""

    id: UUID
    name: str
    organisation: int | None = None
    grants: tuple[Grant, ...] = ()
    is_system: bool = False

    def has_role(self, *roles: str) -> bool:
        """Whether any grant carries one of these roles."""
        return any(grant.role in roles for grant in self.grants)

    def require_role(self, *roles: str) -> None:
        """Insist on one of these roles.

        :raises Forbidden: the actor holds none of them.
        """
        if not self.is_system and not self.has_role(*roles):
            raise Forbidden("role.other")


#: The platform's own tasks.
SYSTEM = Actor(UUID("00000000-0000-4000-8000-000000000001"), "系统", is_system=True)
#: Somebody at the server's command line.
COMMAND_LINE = Actor(UUID("00000000-0000-4000-8000-000000000002"), "命令行", is_system=True)
