"""The kind of hook by which low apps learn what officers have set.

:mod:`core.hooks` says how kinds are declared and read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.hooks import Hook, one
from identity.limits import Limit


class LimitSelector(Protocol):
    """A named threshold of a rule of the catalogue, as it holds on a day.

    :raises KeyError: no such rule or threshold.
    """

    def __call__(self, code: str, name: str, *, as_of: date) -> Limit: ...


@dataclass(frozen=True, kw_only=True)
class LimitSource(Hook):
    """Where thresholds are read; the app that keeps the rules declares the one there is. ::

    LimitSource(key="rules", selector=rule_limit)
    """

    selector: LimitSelector


def limit_of(code: str, name: str, *, as_of: date) -> Limit:
    """A rule's threshold on a day: what a page hands to the selector of the fact.

    :raises KeyError: no such rule or threshold.
    """
    return one(LimitSource, "rules").selector(code, name, as_of=as_of)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something that somebody answers for: what it is, and its page."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class OpenTasks(Hook):
    """Tasks in the name of a user, asked for when the user leaves. ::

        OpenTasks(
            key="project-offices", order=10, find=open_offices, hand_on=hand_on_offices,
        )

    ``find(user=…, organisation=…, actor=…)`` gives what the user answers for at the organisation
    (its primary key); ``hand_on(user=…, successor=…, actor=…, now=…)`` puts it in the successor's
    name, inside the caller's transaction, with an audit entry.
    """

    find: Callable[..., Sequence[OpenTask]]
    hand_on: Callable[..., None]
