"""Who may open the pages of organisations and users, for the heads of views (core.access)."""

from typing import Any
from uuid import UUID

from core.access import HasRole, InScope, Rule
from core.actor import Actor
from identity import selectors
from identity.models import Organisation, Renewal, User
from identity.roles import GOVERNMENT, Role


class _ManagesOwnUsers(Rule):
    """Whoever makes the users of its own organisation."""

    def check(self, actor: Actor, **address: Any) -> None:
        selectors.require_manager(selectors.own_organisation(actor=actor), actor=actor)


def _find_organisation(*, actor: Actor, uuid: UUID, **others: Any) -> Organisation:
    return selectors.organisation(uuid, actor=actor)


def _find_user(*, actor: Actor, uuid: UUID, **others: Any) -> User:
    return selectors.user(uuid, actor=actor)


def _user_in_charge(*, actor: Actor, uuid: UUID, **others: Any) -> User:
    return selectors.user_in_charge(uuid, actor=actor)


def _user_shown(*, actor: Actor, uuid: UUID, **others: Any) -> User:
    return selectors.user_shown(uuid, actor=actor)


def _find_renewal(*, actor: Actor, uuid: UUID, **others: Any) -> Renewal:
    return selectors.renewal(uuid, actor=actor)


def _nothing_more(actor: Actor, what: Any) -> None:
    """The selector has refused already whoever may not."""


def _require_deciding(actor: Actor, organisation: Organisation) -> None:
    if not selectors.may_decide_on(organisation, actor=actor):
        actor.require_role()


OFFICERS = HasRole(*GOVERNMENT)
REGISTERING = HasRole(Role.BUREAU_OFFICER)
#: Whoever may look after people: of its own unit, or, as an officer, of its division.
LOOKING_AFTER_USERS = HasRole(Role.ENTERPRISE_ADMIN, Role.BUREAU_OFFICER)
MANAGING_OWN_USERS = _ManagesOwnUsers()
ORGANISATION_SEEN = InScope(_find_organisation, _nothing_more)
ORGANISATION_DECIDED = InScope(_find_organisation, _require_deciding)
USER_MANAGED = InScope(_find_user, _nothing_more)
USER_SHOWN = InScope(_user_shown, _nothing_more)
USER_IN_CHARGE = InScope(_user_in_charge, _nothing_more)
RENEWAL_IN_CHARGE = InScope(_find_renewal, _nothing_more)
