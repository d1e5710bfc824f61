"""What a rule is, and the registry of those that exist.

A rule is a declaration and one pure finder. The finder reads facts through the selectors of the
app they belong to, for the whole province or for some projects, and yields what it found. It never
writes, never reads the clock, never sends.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.actor import SYSTEM, Actor
from identity.limits import Limit
from monitoring.evidence import EvidenceItem
from monitoring.models import Level
from monitoring.thresholds import Thresholds
from projects.models import Project

#: Subject and period: with the rule, what a warning is told by.
Identity = tuple[str, str]


class State(StrEnum):
    """What a finding came to."""

    FIRING = "firing"
    #: The facts hold, and another warning (or a running repair) speaks for them.
    INHIBITED = "inhibited"
    #: Whether the facts hold cannot be told.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A subject on which the rule's facts hold, or of which that cannot be told.

    ``level`` None says that data are missing: ``want`` names which, and what is live stays as it
    is. ``held`` says what makes it wait although the facts hold ("代发退回处理中"): it opens
    nothing, and what is live stays, marked. ``subject`` is "kind:code", ``period`` YYYY-MM, a date
    or "". ``project`` is None for a subject of no project (a bank), ``others`` are the further
    projects that it concerns. ``summary`` says in one sentence with numbers what is wrong;
    ``evidence`` names the records, masked.
    """

    subject: str
    project: int | None
    level: Level | None
    want: str = ""
    held: str = ""
    summary: str = ""
    period: str = ""
    employer: int | None = None
    counted_from: date | None = None
    others: frozenset[int] = frozenset()
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.level is None) != bool(self.want):
            raise ValueError("A finding has a level, or says for want of what it has none.")

    @property
    def identity(self) -> Identity:
        """What makes two findings of a rule the same."""
        return self.subject, self.period

    @property
    def concerned(self) -> frozenset[int]:
        """The projects that it is about."""
        return self.others if self.project is None else self.others | {self.project}

    @property
    def state(self) -> State:
        """What the finder made of it; causes may hold it back yet."""
        if self.level is None:
            return State.UNKNOWN
        return State.INHIBITED if self.held else State.FIRING


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a finder is asked: which day, which projects (None: all), which thresholds.

    ``regions`` gives a project's county where officers have set thresholds of their own; it stays
    empty where the defaults hold everywhere. ``causes`` are the findings that hold of the rules
    before which this one steps back or which it reads, by code.
    """

    as_of: date
    thresholds: Thresholds
    regions: Mapping[int, str] = field(default_factory=dict)
    projects: Collection[int] | None = None
    causes: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
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


#: By what a finding is known to belong to a finding of another rule; any key in common is enough.
Keys = Callable[[Finding], Iterable[Hashable]]


def same_project(finding: Finding) -> Iterable[Hashable]:
    """Of one project."""
    return finding.concerned


def same_employer(finding: Finding) -> Iterable[Hashable]:
    """Of one employer's people on one project."""
    return [(finding.project, finding.employer)]


def same_month(finding: Finding) -> Iterable[Hashable]:
    """Of one employer's people on one project in one month."""
    return [(finding.project, finding.employer, finding.period)]


def same_subject(finding: Finding) -> Iterable[Hashable]:
    """Of one subject."""
    return [finding.subject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """A cause before which a rule's findings step back.

    A finding steps back where one of its keys by ``same`` is among those of a finding of ``cause``
    that holds (by ``cause_same``, where the two are told by different things) and that ``when``
    accepts. It is then inhibited, or unknown where ``leaves`` says so: a silent bank tells neither
    that wages were paid nor that they were not. Keys may read the evidence, which is JSON.
    """

    cause: str
    same: Keys
    cause_same: Keys | None = None
    when: Callable[[Finding], bool] = lambda cause: True
    leaves: State = State.INHIBITED


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

    ``inhibited_by`` are the causes before which it steps back, ``reads`` further rules whose
    findings the finder asks for; both are judged before it. ``whole`` says that it cannot be
    judged for some projects alone (shares, pairs, subjects without a project). A finding fires
    only after it has stood for ``pending_days``, and goes on for ``keep_days`` 工作日 after its
    facts are gone.
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
    inhibited_by: Sequence[Inhibition] = ()
    reads: Sequence[str] = ()
    whole: bool = False
    pending_days: int = 0
    keep_days: int = 0

    @property
    def causes(self) -> frozenset[str]:
        """The codes of the rules that are judged before this one."""
        return frozenset((*(one.cause for one in self.inhibited_by), *self.reads))

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
