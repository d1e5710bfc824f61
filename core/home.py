"""What the sections of the home pages are made of: lines of work, and figures.

Apps make them in their ``home.py`` and declare them in ``hooks.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: So many lines of a kind stand on a home page; the lists behind it hold the rest.
LINE_LIMIT = 20
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """What waits, until when, and the button that settles it.

    ``project`` is its name, which goes without saying on the project's own page. ``action`` is
    the button's word; ``confirm`` is what is asked before a button that acts at once, empty
    where it leads to a page. ``facts`` are the warnings that speak
    of the same: (rule, subject, period). One that is live stands on the line as ``badge`` and
    ``warning_url``, and nowhere else on the page.
    """

    title: str
    url: str
    note: str = ""
    project: str = ""
    due: date | None = None
    action: str
    action_url: str
    badge: str = ""
    confirm: str = ""
    facts: tuple[tuple[str, str, str], ...] = ()
    warning_url: str = ""

    @property
    def whole_note(self) -> str:
        """Where and how much."""
        return " · ".join(part for part in (self.project, self.note) if part)


@dataclass(frozen=True, slots=True)
class WorkSection:
    """Lines of work with what is said when nothing waits; ``total`` counts those not shown too."""

    title: str
    items: Sequence[WorkLine]
    total: int
    nothing: str
    hint: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with where it leads."""

    label: str
    value: object
    unit: str = ""
    note: str = ""
    url: str = ""
    tone: str = ""


def by_urgency(items: Iterable[WorkLine]) -> list[WorkLine]:
    """The longest overdue first; what has no day comes last."""
    return sorted(items, key=lambda item: (item.due is None, item.due or date.max, item.title))
