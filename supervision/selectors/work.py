"""Today's work: lines that each say what waits, until when, and which button settles it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.actor import Actor, Grant
from projects.models import SUBCONTRACTORS, ParticipantRole, project_ids
from projects.permissions import CONTRACTOR_WORK, EMPLOYER_ROLES

Projects = Collection[int] | None
#: So many lines of a kind stand on a home page; the lists behind it hold the rest.
LIMIT = 20


@dataclass(frozen=True, slots=True)
class WorkLine:
    """What waits, until when, and the button that settles it.

    ``action`` is the button's word, ``posts`` says that it acts at once. ``facts`` are the
    warnings that speak of the same: (rule, subject, period). One that is live stands on the line
    as ``badge`` and ``warning_url``, and nowhere else on the page.
    """

    title: str
    url: str
    note: str
    due: date | None
    action: str
    action_url: str
    badge: str = ""
    posts: bool = False
    facts: tuple[tuple[str, str, str], ...] = ()
    warning_url: str = ""


@dataclass(frozen=True, slots=True)
class WorkSection:
    """Lines of work with what is said when nothing waits; ``total`` counts those not shown too."""

    title: str
    items: Sequence[WorkLine]
    total: int
    nothing: str
    hint: str
    url: str = ""


def by_urgency(items: Iterable[WorkLine]) -> list[WorkLine]:
    """The longest overdue first; what has no day comes last."""
    return sorted(items, key=lambda item: (item.due is None, item.due or date.max, item.title))


class ActorProjects:
    """On which projects the actor may do what; one query a question, asked once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._known: dict[tuple[tuple[Grant, ...], tuple[str, ...]], set[int]] = {}

    def contractor(self, work: str) -> set[int]:
        """The projects on which the actor does this work of the general contractor's."""
        return self._projects(CONTRACTOR_WORK[work], (ParticipantRole.CONTRACTOR,))

    def employer(self) -> set[int]:
        """The projects on which the actor keeps its own people as a subcontractor."""
        return self._projects(EMPLOYER_ROLES, SUBCONTRACTORS)

    def site(self) -> set[int]:
        """The projects whose rosters and sheets the actor may bring in."""
        return self.employer() | self._projects(EMPLOYER_ROLES, (ParticipantRole.CONTRACTOR,))

    def _projects(self, roles: frozenset[str], parts: tuple[str, ...]) -> set[int]:
        granted = tuple(grant for grant in self.actor.grants if grant.role in roles)
        if not granted:
            return set()
        # Somebody's few grants open most kinds of work alike: asked once, whatever the work.
        if (granted, parts) not in self._known:
            able = replace(self.actor, grants=granted)
            self._known[granted, parts] = set(project_ids(able, *parts))
        return self._known[granted, parts]
