"""The kinds of hooks that need no business nouns: navigation, home, search, panels, bars.

:mod:`core.hooks` says how they are declared and read.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from core.actor import Actor
from core.hooks import Hook, WrongHook, declared


@dataclass(frozen=True, kw_only=True)
class NavigationSection(Hook):
    """A way into a section of the platform, in the bar on top of every page.

    ``page`` is the URL name of its first page, ``roles`` whose section it is, ``within`` the
    beginnings of other addresses that belong to it (the item is marked while one is there). ::

        NavigationSection(
            key="bonds", order=35, label="保证金", page="bonds:list",
            roles=GOVERNMENT, within=("/guarantees/",),
        )
    """

    label: str
    page: str
    roles: frozenset[str]
    within: tuple[str, ...] = ()


class HomeArea(StrEnum):
    """Where on the home page a section stands: today's work, then figures, then charts."""

    WORK = "work"
    FIGURES = "figures"
    CHARTS = "charts"


class HomeSelector(Protocol):
    """What a section shows to this actor on this day; None leaves the section out."""

    def __call__(self, *, actor: Actor, as_of: date) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class HomeSection(Hook):
    """A section of the home page of everybody who holds one of ``roles``.

    Somebody with two roles sees the sections of both, each once. The ``template`` is included
    with what ``selector`` found as ``section``; sections stand by area, then by ``order``. ::

        HomeSection(
            key="bonds-due", order=30, area=HomeArea.WORK,
            roles=frozenset({Role.ENTERPRISE_ADMIN}),
            selector=bonds_due, template="components/work_section.html",
        )
    """

    area: HomeArea
    roles: frozenset[str]
    selector: HomeSelector
    template: str


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Something that was found: what it is called, what tells it from others, where it is."""

    title: str
    note: str
    url: str


class SearchSelector(Protocol):
    """The things that the actor may see and that answer to ``text``, the best first."""

    def __call__(self, *, actor: Actor, text: str, limit: int) -> Sequence[SearchHit]: ...


@dataclass(frozen=True, kw_only=True)
class SearchProvider(Hook):
    """A kind of thing that the search page finds, cut to what the actor sees.

    ``roles`` None asks it for everybody. ``text`` is never empty, and is what was typed, without
    the blanks around it. ::

        SearchProvider(key="bond", order=40, label="保证金", selector=search_bonds)
    """

    label: str
    selector: SearchSelector
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that a record names: what it is called, and its page where the actor may open it.

    The page stands for reach: "" says that the object is out of the actor's scope.
    """

    title: str
    page: str = ""


class SubjectSelector(Protocol):
    """The subjects of these codes that the actor sees, in a fixed number of queries."""

    def __call__(self, *, actor: Actor, codes: Collection[str]) -> Mapping[str, Subject]: ...


@dataclass(frozen=True, kw_only=True)
class SubjectKind(Hook):
    """What a subject "kind:code" means; ``key`` is the kind. Title, page and reach in one answer.

    ::

        SubjectKind(key="bond", label="保证金", selector=bond_subjects)
    """

    label: str
    selector: SubjectSelector


@dataclass(frozen=True, kw_only=True)
class DocumentKind(Hook):
    """A kind of official document (文书); ``word`` begins its numbers: 劳监令〔2026〕第0041号.

    ::

        DocumentKind(key="rectification", label="责令限期改正指令书", word="劳监令")
    """

    label: str
    word: str


@dataclass(frozen=True, slots=True)
class NamedSubject:
    """A subject with what its kind is called."""

    label: str
    subject: Subject


def subject_of(subject: str, *, actor: Actor) -> NamedSubject | None:
    """What "kind:code" names; None where the actor does not see it, or no app knows the kind."""
    key, _, code = subject.partition(":")
    for kind in declared(SubjectKind):
        if kind.key == key:
            found = kind.selector(actor=actor, codes=[code]).get(code)
            return NamedSubject(kind.label, found) if found else None
    return None


@dataclass(frozen=True, kw_only=True)
class PanelPlace(Hook):
    """Beside which object other apps may lay panels; declared by the app of the object's page.

    ``subject`` says in words what panels are handed: the selector's second argument. ::

        PanelPlace(key="warning", subject="monitoring.models.EarlyWarning")
    """

    subject: str


class PanelSelector(Protocol):
    """What the panel shows beside ``subject``; None leaves the panel out."""

    def __call__(self, *, actor: Actor, subject: Any, as_of: date) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Panel(Hook):
    """A panel beside another app's object: a case beside a warning, facts beside a complaint, a
    section of the worker's own pages.

    The ``template`` is included with what ``selector`` found as ``panel``. ::

        Panel(
            key="warning-bond", beside="warning", order=20,
            selector=bond_beside_warning, template="bonds/_beside_warning.html",
        )
    """

    beside: str
    selector: PanelSelector
    template: str

    def check(self) -> None:
        if self.beside not in {place.key for place in declared(PanelPlace)}:
            raise WrongHook(f"Panel {self.key}: there is no PanelPlace {self.beside}.")


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    """A panel with what it shows."""

    template: str
    panel: Any


def panels_beside(place: str, subject: Any, *, actor: Actor, as_of: date) -> list[DrawnPanel]:
    """The panels that apps lay beside this object, for this actor."""
    found = (
        DrawnPanel(panel.template, panel.selector(actor=actor, subject=subject, as_of=as_of))
        for panel in declared(Panel)
        if panel.beside == place
    )
    return [drawn for drawn in found if drawn.panel is not None]


@dataclass(frozen=True, kw_only=True)
class BarredAct(Hook):
    """An act that other apps may forbid; declared by the app whose service performs it.

    The service asks :func:`standing_bars` before it writes. ::

        BarredAct(key="account.close", label="销户")
    """

    label: str


@dataclass(frozen=True, kw_only=True)
class Bar(Hook):
    """What forbids an act: ``selector`` counts, for the objects' ids it is handed, how much of it
    stands in the way (0 and left out: nothing); ``reason`` says so with its ``{count}``. ::

        Bar(
            key="account.close-orders", act="account.close",
            reason="还有 {count} 笔代发指令没有办结", selector=open_orders,
        )
    """

    act: str
    reason: str
    selector: Callable[[Collection[int]], Mapping[int, int]]

    def check(self) -> None:
        if self.act not in {act.key for act in declared(BarredAct)}:
            raise WrongHook(f"Bar {self.key}: there is no BarredAct {self.act}.")


def standing_bars(act: str, objects: Collection[int]) -> dict[int, list[str]]:
    """Why the act is forbidden on each of these objects; those on which it is free are left out.

    For a list of objects in as many queries as for one.
    """
    reasons: dict[int, list[str]] = {}
    if not objects:
        return reasons
    for bar in declared(Bar):
        if bar.act == act:
            for found, count in bar.selector(objects).items():
                if count:
                    reasons.setdefault(found, []).append(bar.reason.format(count=count))
    return reasons


@dataclass(frozen=True, slots=True)
class Reachable:
    """Where a person is reached: ``phone`` is "" where none is on record."""

    name: str
    phone: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class AddressBook(Hook):
    """Where users are reached; the app that keeps users declares the one there is. ::

    AddressBook(key="users", selector=reachable_users)
    """

    selector: Callable[[Collection[UUID]], Mapping[UUID, Reachable]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """What a person still has to do, as the day's digest says it, at one unit."""

    person: UUID
    organisation: int | None
    text: str
    why: str


class DigestLineSelector(Protocol):
    """Everybody's open work in an app, in a fixed number of queries."""

    def __call__(self, *, as_of: date) -> Sequence[DigestLine]: ...


@dataclass(frozen=True, kw_only=True)
class DigestLines(Hook):
    """Work that the day's digest reminds of for as long as it is not done. ::

    DigestLines(key="warnings", order=10, selector=unsigned_warnings)
    """

    selector: DigestLineSelector


@dataclass(frozen=True, kw_only=True)
class FeedReader(Hook):
    """Who reads a feed of changes: the key is the reader's name, as :mod:`core.changes` takes it.

    ``feed`` is the model's label, ``task`` the Celery task that consumes; it is started soon after
    a write, and is on the beat for what a lost message left unread. ::

        FeedReader(key="exchange.outbox", feed="core.Touch", task="exchange.tasks.fill_outbox")
    """

    feed: str
    task: str


@dataclass(frozen=True, kw_only=True)
class Gauge(Hook):
    """A number on /metrics that the operator watches; the key is its name without ``wagemon_``.

    ``selector`` is asked at each reading, with the moment; None leaves the number out. ::

        Gauge(key="outbox_oldest_seconds", label="Age of …", selector=oldest_waiting)
    """

    label: str
    selector: Callable[[datetime], float | None]


@dataclass(frozen=True, kw_only=True)
class BeatTask(Hook):
    """A task that the beat starts: the key is the task's name, ``every`` a number of seconds.

    A message that no worker took by the next one is dropped, not queued up.
    """

    every: float


@dataclass(frozen=True, kw_only=True)
class TrackedTable(Hook):
    """A table whose rows keep their past (:mod:`core.history`); the key is the model's label.

    ``known`` names the column that says when a row was entered, or that of the row it hangs on
    ("sheet.created_at"); "" lets the database note it. ``without`` are columns whose change is no
    fact. ::

        TrackedTable(key="bonds.Bond", known="recorded_at")
    """

    known: str = ""
    without: tuple[str, ...] = ()
