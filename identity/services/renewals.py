"""A lost password or authenticator, renewed by people on record.

Whoever signs in as somebody else could release wages or decide a case in their name, so where the
person does either, one proposes and another confirms; elsewhere the one who looks after the
person's users does it alone. Nobody renews their own.

Where too few are left on the platform, two people at the server do it (``manage.py renew_access``),
and only after a wait in which it can be seen and refused in pages.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.transition import transition
from identity import selectors
from identity.models import Renewal, User
from identity.services.users import end_all_sessions, temporary_password

PROPOSE = audit.action("renewal.propose", "提出更换登录凭据")
RENEW = audit.action("renewal.done", "更换登录凭据")
REFUSE = audit.action("renewal.refuse", "不同意更换登录凭据")

What, Status = Renewal.What, Renewal.Status
#: How long what was proposed at the command line lies open before the command line may confirm it.
COMMAND_LINE_WAIT_MINUTES = 15
COMMAND_LINE_WAIT = timedelta(minutes=COMMAND_LINE_WAIT_MINUTES)


@transaction.atomic
def propose_renewal(
    *, actor: Actor, uuid: UUID, what: str, reason: str, now: datetime
) -> tuple[Renewal, str]:
    """Ask that a user's password or authenticator be renewed; done at once where one suffices.

    Returns the record and the temporary password, "" while a second person has to confirm or
    where the password stays.

    :raises User.DoesNotExist: out of the actor's sight.
    :raises Forbidden: the actor neither manages the user nor is the officer of its division.
    :raises Refused: one's own; one is open already; by the command line, and people of the
        platform can do it.
    """
    user = selectors.user_in_charge(uuid, actor=actor)
    if user.uuid == actor.id:
        raise Refused("renewal.own")
    if actor.is_system and selectors.can_be_renewed_in_pages(user):
        raise Refused("renewal.in_pages", name=user.name)
    renewal = Renewal(
        user=user,
        what=What(what),
        reason=reason,
        needs_second=selectors.renewal_takes_two(user),
        proposed_by=actor.id,
        proposed_by_name=actor.name,
        proposed_at=now,
    )
    try:
        with transaction.atomic():
            renewal.save(force_insert=True)
    except IntegrityError:
        raise Refused("renewal.open_already", name=user.name) from None
    detail = {"用户名": user.username, "更换": renewal.get_what_display(), "原因": reason}
    audit.record(actor, PROPOSE, user.subject, now=now, detail=detail)
    return renewal, "" if renewal.needs_second else _renew_access(actor, renewal, now)


@transaction.atomic
def confirm_renewal(*, actor: Actor, uuid: UUID, now: datetime) -> tuple[Renewal, str]:
    """A second person confirms; the record and the temporary password, shown once.

    :raises Renewal.DoesNotExist: out of the actor's sight.
    :raises Refused: the actor proposed it, or it is decided already; at the command line, before
        the wait is over.
    """
    renewal = selectors.renewal(uuid, actor=actor)
    if actor.id == renewal.user.uuid:
        raise Refused("renewal.own")
    if actor.id == renewal.proposed_by:
        raise Refused("renewal.takes_two")
    if actor.is_system and now < renewal.proposed_at + COMMAND_LINE_WAIT:
        raise Refused("renewal.too_early", minutes=COMMAND_LINE_WAIT_MINUTES)
    return renewal, _renew_access(actor, renewal, now)


@transaction.atomic
def refuse_renewal(*, actor: Actor, uuid: UUID, now: datetime) -> str:
    """It is not done, or whoever proposed it takes it back. The user's name.

    :raises Renewal.DoesNotExist: out of the actor's sight.
    :raises Refused: it is decided already.
    """
    renewal = selectors.renewal(uuid, actor=actor)
    _decide_renewal(actor, renewal, Status.REFUSED, now)
    detail = {"用户名": renewal.user.username}
    audit.record(actor, REFUSE, renewal.user.subject, now=now, detail=detail)
    return renewal.user.name


def _renew_access(actor: Actor, renewal: Renewal, now: datetime) -> str:
    _decide_renewal(actor, renewal, Status.DONE, now)
    user, password = renewal.user, ""
    if renewal.what != What.DEVICE:
        password = temporary_password()
        user.set_password(password)
        User.objects.filter(pk=user.pk).update(password=user.password, must_change_password=True)
    if renewal.what != What.PASSWORD:
        TOTPDevice.objects.filter(user=user).delete()
    end_all_sessions(user)
    detail = {
        "用户名": user.username,
        "更换": renewal.get_what_display(),
        "提出人": renewal.proposed_by_name,
    }
    audit.record(actor, RENEW, user.subject, now=now, detail=detail)
    return password


def _decide_renewal(actor: Actor, renewal: Renewal, to: str, now: datetime) -> None:
    transition(
        renewal,
        to,
        from_states=(Status.PROPOSED,),
        decided_by=actor.id,
        decided_by_name=actor.name,
        decided_at=now,
    )
