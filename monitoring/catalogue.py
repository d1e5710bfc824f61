"""What a rule is, and the registry of those that exist.

A rule is a declaration and one pure finder. The finder reads facts through the selectors of the
app they belong to, for the whole province or for some projects, and yields what it found. It never
writes, never reads the clock, never sends.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.actor import SYSTEM, Actor
from identity.limits import Limit
from monitoring.evidence import EvidenceItem
from monitoring.models import Level
from monitoring.thresholds import Thresholds
from projects.models import Project


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a finder is asked: which day, which projects (None: all), which thresholds.

    ``regions`` gives a project's county where officers have set thresholds of their own; it stays
    empty where the defaults hold everywhere.
    """

    as_of: date
    thresholds: Thresholds
    regions: Mapping[int, str] = field(default_factory=dict)
    projects: Collection[int] | None = None
    actor: Actor = SYSTEM

    def threshold(self, name: str, project: int) -> Decimal:
        """The threshold that holds where the project lies."""
        return self.thresholds(name, self.regions.get(project, ""))

    def limit(self, name: str) -> Limit:
        """The threshold as it holds in each place, for a selector of facts."""
        return self.thresholds.limit(name)

    @property
    def where(self) -> dict[str, Any]:
        """The arguments that every selector of facts takes."""
        return {"actor": self.actor, "as_of": self.as_of, "projects": self.projects}


#: Subject and period: with the rule, what a warning is told by.
Identity = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A subject on which the rule's facts hold.

    ``level`` None says that the facts are missing: what is live stays as it is. ``subject`` is
    "kind:code", ``period`` YYYY-MM, a date or "". ``summary`` says in one sentence with numbers
    what is wrong; ``evidence`` names the records, masked.
    """

    subject: str
    project: int
    level: Level | None
    summary: str = ""
    period: str = ""
    employer: int | None = None
    counted_from: date | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> Identity:
        """What makes two findings of a rule the same."""
        return self.subject, self.period


#: 在建: the projects that rules judge unless they say otherwise.
UNDER_CONSTRUCTION = frozenset({Project.Status.UNDER_CONSTRUCTION})
OR_PREPARING = UNDER_CONSTRUCTION | {Project.Status.PREPARING}

Finder = Callable[[Look], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An entry of the catalogue of warnings.

    ``version`` rises when the finder's meaning changes; it stands in every warning. ``defaults``
    are the thresholds, what each counts stands in ``units``; those in ``raised`` are tighter when
    higher, the others when lower. ``clears`` says what makes the facts go away, ``duty`` who must
    do it, ``place`` on which of the project's pages (its URL name). ``opens_for`` names the
    project states in which it is raised, None for any: what is live stays live in every state
    until the facts are mended. ``evidence`` names every key of the findings' evidence and how the
    warning's page shows it.
    """

    code: str
    title: str
    basis: str
    finder: Finder
    clears: str
    duty: str
    place: str
    opens_for: frozenset[str] | None = UNDER_CONSTRUCTION
    version: int = 1
    defaults: Mapping[str, Decimal] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    raised: frozenset[str] = frozenset()
    evidence: Sequence[EvidenceItem] = ()

    def is_tighter(self, name: str, value: Decimal, than: Decimal) -> bool:
        """Whether a threshold of ``value`` warns no later than one of ``than``."""
        return value >= than if name in self.raised else value <= than


RULES: dict[str, Rule] = {}
#: Code → title of the rules that are no more: their warnings are still read and filtered, and no
#: code is ever used again.
RETIRED: dict[str, str] = {}


def rule(**declaration: Any) -> Callable[[Finder], Finder]:
    """Declare the decorated finder's rule."""

    def declare(finder: Finder) -> Finder:
        declared = Rule(finder=finder, **declaration)
        if declared.code in RETIRED:
            raise ValueError(f"The code {declared.code} belonged to a rule that is retired.")
        if RULES.setdefault(declared.code, declared) is not declared:
            raise ValueError(f"Rule {declared.code} is declared twice.")
        return finder

    return declare


def level_of(count: int, *steps: tuple[Decimal, Level]) -> Level | None:
    """The highest step of a ladder that ``count`` has reached; None below the first."""
    reached = [level for least, level in steps if count >= least]
    return max(reached) if reached else None
