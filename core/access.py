"""Who may open a page or do what it does: declared at the view's head, and enforced there.

    @require_POST
    @open_to(project_work("people"))
    def appoint(request, code): ...

What is out of the actor's scope is not there (404); what is in scope but another's to do is
refused (403). The declaration stays readable on the view as ``open_to``: a guard holds it against
the written table of who gets what, and fails for a view that declares nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest

from core.actor import Actor
from core.http import ActorRequest, found

View = TypeVar("View", bound=Callable[..., Any])


class Rule:
    """Whom a view is open to."""

    #: Whether somebody has to have signed in; where not, the view checks for itself.
    signed_in = True

    def check(self, actor: Actor, **address: Any) -> None:
        """Insist that the actor may; ``address`` is what the view's address names.

        :raises ObjectDoesNotExist: what the address names is out of scope, or is not there.
        :raises core.actor.Forbidden: in scope, but another's to do.
        """
        raise NotImplementedError


class Public(Rule):
    """Everybody, without sign-in; what needs a check of its own (a key, a code) makes it."""

    signed_in = False

    def check(self, actor: Actor, **address: Any) -> None:
        return None


class SignedIn(Rule):
    """Everybody who has signed in; their scope decides what they find."""

    def check(self, actor: Actor, **address: Any) -> None:
        return None


PUBLIC, SIGNED_IN = Public(), SignedIn()


class HasRole(Rule):
    """Whoever holds one of these roles, wherever it reaches."""

    def __init__(self, *roles: str) -> None:
        self.roles = roles

    def check(self, actor: Actor, **address: Any) -> None:
        actor.require_role(*self.roles)


@dataclass(frozen=True)
class InScope(Rule):
    """Whoever sees what the address names and may work on it.

    ``load(actor=…, **address)`` is a selector that raises where there is nothing to see;
    ``require(actor, what)`` raises Forbidden.
    """

    load: Callable[..., Any]
    require: Callable[[Actor, Any], None]

    def check(self, actor: Actor, **address: Any) -> None:
        self.require(actor, self.load(actor=actor, **address))


def open_to(rule: Rule) -> Callable[[View], View]:
    """Open a view to those whom the rule admits, and to nobody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **address: Any) -> Any:
            if rule.signed_in:
                actor = cast(ActorRequest, request).actor
                found(lambda: rule.check(actor, **address))
            return view(request, *args, **address)

        checked.open_to = rule  # type: ignore[attr-defined]  # read by the guard
        if not rule.signed_in:
            # What django.contrib.auth.decorators.login_not_required sets.
            checked.login_required = False  # type: ignore[attr-defined]
        return cast(View, checked)

    return decorate
