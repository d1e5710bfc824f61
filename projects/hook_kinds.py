"""The kinds of hooks that speak of projects: tabs, columns of the list, systems of the six.

:mod:`core.hooks` says how they are declared and read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from django.db.models.expressions import Combinable

from core.actor import Actor
from core.home import WorkLine, by_urgency
from core.hooks import Hook, WrongHook, declared, one


class Part(StrEnum):
    """What somebody is to a project, as far as its pages are opened by it.

    Government and the general contractor see every tab.
    """

    SUBCONTRACTOR = "subcontractor"
    OTHERS = "others"  # the owner and the bank


@dataclass(frozen=True, kw_only=True)
class ProjectTab(Hook):
    """A tab of a project's pages, in the regulation's order; ``page`` takes the project's code.

    Government and the general contractor open every tab, the others those that name their part
    in ``opens_to``. The tab's own views insist with ``permissions.require_tab(..., key)``. ::

        ProjectTab(
            key="bond", order=35, label="保证金", page="bonds:project",
            opens_to=frozenset({Part.OTHERS}),
        )
    """

    label: str
    page: str
    opens_to: frozenset[Part] = frozenset(Part)


@dataclass(frozen=True, slots=True)
class ColumnCell:
    """What a column says of a project.

    ``tone`` makes it a tag of that colour (plain, good, wait, warn, bad), ``level`` a badge of that
    level (red, orange, yellow, blue); ``url`` leads to what it stands for.
    """

    text: str
    tone: str = ""
    level: str = ""
    url: str = ""


class ColumnSelector(Protocol):
    """The column's cells of these projects, by id, in a fixed number of queries."""

    def __call__(
        self, *, actor: Actor, as_of: date, projects: Collection[int]
    ) -> Mapping[int, ColumnCell]: ...


class ColumnSort(Protocol):
    """The expression over projects by which a column sorts for this actor."""

    def __call__(self, *, actor: Actor) -> Combinable: ...


@dataclass(frozen=True, kw_only=True)
class ProjectColumn(Hook):
    """A column of the list of projects, after those of the project itself.

    ``sort`` is None where the column cannot sort. ``kind`` and ``slot`` are those of
    :class:`core.listing.ListColumn`. ``roles`` None shows it to everybody. ::

        ProjectColumn(
            key="bond", order=60, label="保证金", selector=bond_cells,
            sort=bond_state_of_project,
        )
    """

    label: str
    selector: ColumnSelector
    sort: ColumnSort | None = None
    kind: str = "text"
    slot: str = ""
    falling: bool = False
    roles: frozenset[str] | None = None


class SystemState(StrEnum):
    """How a system of the six stands 规程一(二)."""

    CARRIED_OUT = "yes"
    NOT_CARRIED_OUT = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SystemFinding:
    """How a system stands on one project, and why, in a sentence."""

    state: SystemState
    reason: str


class SystemSelector(Protocol):
    """How the system stands on each of these projects, by id, in a fixed number of queries.

    A project that is left out is not known.
    """

    def __call__(
        self, *, actor: Actor, as_of: date, projects: Collection[int]
    ) -> Mapping[int, SystemFinding]: ...


@dataclass(frozen=True, kw_only=True)
class System(Hook):
    """One of the six systems 规程一(二), kept by the app that owns its records.

    ``tab`` is the key of the project tab on which it is kept. ``about_workers`` says that its
    reasons speak of people and their pay, which only who sees the whole project is told. ::

        System(
            key="bond", order=30, name="工资保证金", tab="bond", selector=bond_systems,
        )
    """

    name: str
    tab: str
    selector: SystemSelector
    about_workers: bool = False

    def check(self) -> None:
        try:
            one(ProjectTab, self.tab)
        except LookupError as error:
            raise WrongHook(f"System {self.key}: {error}") from error


class Restatement(Protocol):
    """Brings what was written down in line with the terms of these projects, None for all."""

    def __call__(self, *, projects: Collection[int] | None = None) -> object: ...


@dataclass(frozen=True, kw_only=True)
class WageTermFollower(Hook):
    """Something that keeps a day that follows from a project's wage terms.

    Called in the transaction in which other days are agreed. ::

        WageTermFollower(key="pay-sheets", restate=restate_due_days)
    """

    restate: Restatement


class SiteWorkSelector(Protocol):
    """What waits for the actor of one kind of work; all its projects where ``projects`` is None."""

    def __call__(
        self, *, actor: Actor, as_of: date, projects: Collection[int] | None
    ) -> Iterable[WorkLine]: ...


@dataclass(frozen=True, kw_only=True)
class SiteWork(Hook):
    """Lines of work for the people on sites, contractors' and subcontractors' alike.

    They stand among those of all apps, the most urgent first: on the home page those of all of the
    actor's projects, on a project's overview its own. ::

        SiteWork(key="bonds", selector=bonds_due)
    """

    selector: SiteWorkSelector


def site_work(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> list[WorkLine]:
    """What waits for the actor on sites, of all apps, the most urgent first."""
    return by_urgency(
        line
        for work in declared(SiteWork)
        for line in work.selector(actor=actor, as_of=as_of, projects=projects)
    )
