"""The kinds of hooks that speak of warnings: what can be done about one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core.hooks import Hook


class Rule(Protocol):
    """Whose act it is and when it can be taken (monitoring.desk.ActRule)."""

    @property
    def who(self) -> Callable[[Any], bool]: ...
    @property
    def when(self) -> Callable[[Any], bool]: ...
    def is_open(self, desk: Any) -> bool: ...


class MakeForm(Protocol):
    """The act's form for a desk (monitoring.desk.Desk)."""

    def __call__(self, *args: Any, desk: Any, prefix: str) -> Any: ...


class Perform(Protocol):
    """Do it with ``actor``, ``uuid``, ``now`` and what the form holds, by one service; what is
    then said on the page."""

    def __call__(self, *args: Any, **given: Any) -> str: ...


@dataclass(frozen=True, kw_only=True)
class WarningAct(Hook):
    """Something that can be done about a warning: a button on its page, to who may press it.

    The page's main button is the first open act, by ``order``. The ``perform`` service insists on
    the same ``rule`` again. ``confirm`` says what will happen; ``heavy`` marks what ends
    something. ::

        WarningAct(
            key="case", order=60, label="立案", rule=OPEN_CASE, form=CaseForm, perform=open_case,
        )
    """

    label: str
    rule: Rule
    form: MakeForm
    perform: Perform
    confirm: str = ""
    heavy: bool = False
