"""Who a user is at the 统一认证 (OpenID Connect): bound once, by the stable subject."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from identity import selectors
from identity.models import ExternalIdentity, User

BIND = audit.action("external.bind", "绑定统一认证")
RELEASE = audit.action("external.release", "解除统一认证绑定")


@transaction.atomic
def bind_subject(
    *, actor: Actor, issuer: str, subject: str, now: datetime, uuid: UUID | None = None
) -> None:
    """Bind a subject to the actor's own user, or, by who manages it, to another.

    :raises User.DoesNotExist: out of the actor's sight.
    :raises Forbidden: not the actor's to manage.
    :raises Refused: the subject is somebody else's, the user has another one, or binds alone.
    """
    user = _own_or_managed(actor, uuid)
    if user.uuid != actor.id and not selectors.may_bind(user, actor=actor):
        raise Refused("external.by_oneself", "subject", name=user.name)
    try:
        with transaction.atomic():
            ExternalIdentity.objects.create(
                user=user, issuer=issuer, subject=subject, bound_by=actor.id, bound_at=now
            )
    except IntegrityError:
        raise Refused("external.bound_already", "subject") from None
    audit.record(actor, BIND, user.subject, now=now, detail={"用户名": user.username})


@transaction.atomic
def release_subject(*, actor: Actor, issuer: str, now: datetime, uuid: UUID | None = None) -> None:
    """The user signs in by the 统一认证 no more.

    :raises User.DoesNotExist: out of the actor's sight.
    :raises Refused: nothing was bound.
    """
    user = _own_or_managed(actor, uuid)
    if not ExternalIdentity.objects.filter(user=user, issuer=issuer).delete()[0]:
        raise Refused("external.none_bound")
    audit.record(actor, RELEASE, user.subject, now=now, detail={"用户名": user.username})


def _own_or_managed(actor: Actor, uuid: UUID | None) -> User:
    if uuid is None or uuid == actor.id:
        return User.objects.get(uuid=actor.id)
    user = selectors.user(uuid, actor=actor)
    # Who else employs somebody does not decide how they sign in at their home unit.
    selectors.require_manager(user.organisation, actor=actor)
    return user
