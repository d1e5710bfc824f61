"""Telling people: inside the transaction of what happened, once a person and event."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone

from core import hooks, jobs
from core.actor import Actor
from core.digest import sm3
from core.errors import Refused
from core.hook_kinds import AddressBook, Reachable
from core.masking import mask_numbers
from core.messages.models import Channel, Delivery, Message, MessagePreference
from core.transition import transition

Urgency = Message.Urgency
#: The event whose mail carries the link that confirms a mailbox.
CONFIRM_MAIL = "mail.confirm"
_SALT = "core.messages.mailbox"
#: A link to confirm a mailbox works this long.
LINK_SECONDS = 3 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to tell: a user's uuid, for which unit, and why just this person."""

    user: UUID
    organisation: int | None
    why: str


@transaction.atomic
def send_message(
    *,
    recipients: Iterable[Recipient],
    event: str,
    key: str,
    title: str,
    now: datetime,
    body: str = "",
    url: str = "",
    urgency: str = Urgency.DIGEST,
    badge: str = "",
    channels: Collection[str] = Channel.values,
) -> int:
    """Tell each of these people of an event; how many learn something new by it.

    ``key`` names the event: said again, with the same words, nothing happens; with other words the
    message each has shows those and is unread again, and leaves the platform no second time. What
    is ``AT_ONCE`` goes out by text message and mail as soon as the person's quiet hours allow; the
    rest is carried by the day's digest. Title and body hold no personal data; long numbers are
    masked here all the same.
    """
    wanted = {one.user: one for one in recipients}
    if not wanted:
        return 0
    words = {
        "title": mask_numbers(title)[:100],
        "body": mask_numbers(body),
        "url": url,
        "badge": badge,
    }
    made = [
        Message(
            recipient=one.user,
            organisation=one.organisation,
            event=event,
            key=key,
            why=one.why[:120],
            urgency=urgency,
            at=now,
            **words,
        )
        for one in wanted.values()
    ]
    ours = {message.uuid for message in made}
    Message.everything.bulk_create(made, ignore_conflicts=True)
    # Who was quicker has told these people: theirs stands, ours was not written.
    rows = Message.everything.select_for_update().filter(recipient__in=wanted, key=key)
    fresh, renewed = [], []
    for message in rows.order_by("pk"):
        if message.uuid in ours:
            fresh.append(message)
        elif _renew_words(message, words, urgency, now):
            renewed.append(message)
    Message.everything.bulk_update(
        renewed, ["title", "body", "url", "badge", "urgency", "at", "read_at", "digest"]
    )
    if urgency == Urgency.AT_ONCE:
        _plan_deliveries([*fresh, *renewed], channels, now)
    return len(fresh) + len(renewed)


def _renew_words(message: Message, words: Mapping[str, str], urgency: str, now: datetime) -> bool:
    """Put what is new into a message that somebody has; whether there is anything new."""
    if all(getattr(message, name) == value for name, value in words.items()):
        return False
    for name, value in words.items():
        setattr(message, name, value)
    if urgency == Urgency.AT_ONCE:
        message.urgency = urgency
    message.at, message.read_at, message.digest = now, None, None
    return True


def _plan_deliveries(messages: list[Message], channels: Collection[str], now: datetime) -> None:
    """Have these leave the platform, by each channel that their person left on."""
    people = {message.recipient for message in messages}
    chosen = preferences_of(people)
    deliveries = [
        Delivery(
            message=message,
            channel=channel,
            due_at=after_quiet_hours(chosen[message.recipient], now),
        )
        for message in messages
        for channel in channels
        if chosen[message.recipient].wants(channel)
    ]
    # Told of the same event before: it has left, or waits to.
    Delivery.everything.bulk_create(deliveries, ignore_conflicts=True)
    jobs.enqueue_soon("core.tasks.deliver_messages")


def preferences_of(people: Collection[UUID]) -> dict[UUID, MessagePreference]:
    """What each of these chose; the defaults of who chose nothing."""
    rows = MessagePreference.everything.filter(person__in=people)
    chosen = {row.person: row for row in rows}
    return {person: chosen.get(person) or MessagePreference(person=person) for person in people}


def after_quiet_hours(preference: MessagePreference, now: datetime) -> datetime:
    """The first moment from ``now`` on that is not within the person's quiet hours."""
    local = timezone.localtime(now)
    start, end = preference.quiet_from, preference.quiet_to
    if start == end:
        return now
    clock = local.time()
    over_night = start > end
    quiet = clock >= start or clock < end if over_night else start <= clock < end
    if not quiet:
        return now
    day = local.date() + timedelta(days=1) if over_night and clock >= start else local.date()
    return timezone.make_aware(datetime.combine(day, end))


def people_reached(users: Collection[UUID]) -> Mapping[UUID, Reachable]:
    """Where users are reached, from the app that keeps them."""
    return hooks.one(AddressBook, "users").selector(users)


@transaction.atomic
def mark_read(*, actor: Actor, uuid: UUID, now: datetime) -> None:
    """Note that the recipient has opened a message; a second time changes nothing.

    :raises Message.DoesNotExist: none, or somebody else's.
    """
    message = Message.objects.visible_to(actor).get(uuid=uuid)
    Message.everything.filter(pk=message.pk, read_at=None).update(read_at=now)


@transaction.atomic
def mark_all_read(*, actor: Actor, now: datetime) -> int:
    """Note that everything the actor has at this unit has been seen; how many were new."""
    return Message.objects.visible_to(actor).unread().update(read_at=now)


@transaction.atomic
def save_preference(
    *,
    actor: Actor,
    now: datetime,
    sms: bool,
    mail: bool,
    email: str,
    quiet_from: time,
    quiet_to: time,
    digest_at: str,
) -> bool:
    """Keep how the actor wants to be told; whether a new mailbox waits for its confirmation."""
    row, _ = MessagePreference.everything.select_for_update().get_or_create(person=actor.id)
    row.sms, row.mail, row.digest_at = sms, mail, digest_at
    row.quiet_from, row.quiet_to = quiet_from, quiet_to
    row.save(update_fields=["sms", "mail", "digest_at", "quiet_from", "quiet_to"])
    is_new = email != row.email
    if is_new:
        row.email, row.email_confirmed_at = email, None
        row.save(update_fields=["email", "email_confirmed_at"])
    if is_new and email:
        why = "您刚在消息设置里填写了这个邮箱"
        send_message(
            recipients=[Recipient(actor.id, actor.organisation, why)],
            event=CONFIRM_MAIL,
            key=f"mailbox:{sm3(email.encode()).hex()[:16]}:{now.isoformat()}",
            title="请确认您的邮箱",
            body="确认链接已发往您填写的邮箱，三日内有效；确认以前不向它发送别的内容。",
            url="/messages/settings/",
            urgency=Urgency.AT_ONCE,
            channels=[Channel.MAIL],
            now=now,
        )
    return is_new and bool(email)


def mailbox_token(preference: MessagePreference) -> str:
    """What the link in the confirming mail carries: whose, and which mailbox."""
    content = [str(preference.person), sm3(preference.email.encode()).hex()]
    return signing.dumps(content, salt=_SALT)


def require_own_link(*, actor: Actor, token: str) -> str:
    """The mailbox's digest in a link that was sent to the actor, however long ago.

    :raises MessagePreference.DoesNotExist: no link of ours, or another's.
    """
    try:
        person, digest = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise MessagePreference.DoesNotExist from None
    if person != str(actor.id):
        raise MessagePreference.DoesNotExist
    return str(digest)


@transaction.atomic
def confirm_mailbox(*, actor: Actor, token: str, now: datetime) -> None:
    """The link of the mail was opened by whoever filled in the mailbox.

    :raises MessagePreference.DoesNotExist: no link of ours, or another's.
    :raises Refused: an old link, or the mailbox was changed since.
    """
    digest = require_own_link(actor=actor, token=token)
    row = MessagePreference.everything.select_for_update().get(person=actor.id)
    try:
        signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except signing.SignatureExpired:
        raise Refused("mailbox.link_dead") from None
    if sm3(row.email.encode()).hex() != digest:
        raise Refused("mailbox.link_dead")
    if row.email_confirmed_at is None:
        row.email_confirmed_at = now
        row.save(update_fields=["email_confirmed_at"])


@transaction.atomic
def send_again(*, actor: Actor, uuid: UUID, channel: str, now: datetime) -> None:
    """Try a delivery once more that came to nothing, after the number or mailbox was put right.

    :raises Message.DoesNotExist: none, or somebody else's.
    :raises Refused: it is under way or has arrived.
    """
    message = Message.objects.visible_to(actor).get(uuid=uuid)
    state = Delivery.State
    rows = Delivery.everything.filter(message=message, channel=channel)
    transition(
        rows,
        state.WAITING,
        from_states=[state.FAILED, state.NO_ADDRESS, state.UNCONNECTED],
        column="state",
        refusal=Refused("delivery.under_way"),
        attempts=0,
        due_at=now,
        ended_at=None,
        error="",
    )
    jobs.enqueue_soon("core.tasks.deliver_messages")


def day_of(moment: datetime) -> date:
    """The day of a moment, in Beijing time."""
    return timezone.localtime(moment).date()
