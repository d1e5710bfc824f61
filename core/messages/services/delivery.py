"""What leaves the platform, and when: the waiting deliveries, and the day's digests.

A delivery is claimed (waiting → sending) and committed before the gateway is asked, and ended
after it answered. Whoever is killed between the two leaves it sending; after a while it waits
again and goes out under the same reference, which the gateway takes once: at least once by us,
at most once by the gateway's key.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core import hooks
from core.calendar import is_working_day
from core.hook_kinds import DigestLine, DigestLines
from core.messages.models import Channel, Delivery, DigestRun, Message, MessagePreference
from core.messages.services import (
    CONFIRM_MAIL,
    Recipient,
    Urgency,
    after_quiet_hours,
    day_of,
    mailbox_token,
    people_reached,
    preferences_of,
    send_message,
)
from core.messages.services.gateways import (
    GatewayDown,
    GatewayRefused,
    Parcel,
    gateway_of,
    mask_address,
)
from core.transition import try_transition

logger = logging.getLogger(__name__)

State = Delivery.State
#: A delivery that has been sending for this long has lost its worker.
LOST_AFTER = timedelta(minutes=5)
#: The waits after the first, second, … attempt; after the last it has failed.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
_AT_ONCE = 200
#: A text message's length that every company takes.
_SMS_LENGTH = 300


def deliver_waiting(*, moment: Callable[[], datetime]) -> int:
    """Send what is due; how many were tried. ``moment`` is the task's clock."""
    now = moment()
    lost = Delivery.everything.filter(state=State.SENDING, claimed_at__lt=now - LOST_AFTER)
    lost.update(state=State.WAITING, due_at=now)
    due = Delivery.everything.filter(state=State.WAITING, due_at__lte=now).order_by("due_at")
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]):
        count += _deliver_one(pk, moment())
    return count


def _deliver_one(pk: int, now: datetime) -> bool:
    """Claim a delivery and hand it over; False where another worker has it."""
    claimed = try_transition(
        Delivery.everything.filter(pk=pk, due_at__lte=now),
        State.SENDING,
        from_states=[State.WAITING],
        column="state",
        claimed_at=now,
        attempts=F("attempts") + 1,
    )
    if not claimed:
        return False
    delivery = Delivery.everything.select_related("message").get(pk=pk)
    message = delivery.message
    gateway = gateway_of(delivery.channel)
    if gateway is None:
        return _end(delivery, State.UNCONNECTED, now, error="渠道还没有接入")
    to, missing = _address_of(message, delivery.channel)
    if not to:
        return _end(delivery, State.NO_ADDRESS, now, error=missing)
    parcel = Parcel(
        reference=delivery.reference,
        recipient=message.recipient,
        to=to,
        subject=message.title,
        text=_words_of(message, delivery.channel),
        at=now,
    )
    shown = {"address": mask_address(delivery.channel, to), "is_sandbox": gateway.is_sandbox}
    try:
        gateway.send(parcel)
    except GatewayRefused as refusal:
        return _end(delivery, State.FAILED, now, error=str(refusal)[:100], **shown)
    except GatewayDown:
        if delivery.attempts > len(WAITS):
            return _end(delivery, State.FAILED, now, error="通道多次没有应答", **shown)
        chosen = preferences_of([message.recipient])[message.recipient]
        due_at = after_quiet_hours(chosen, now + WAITS[delivery.attempts - 1])
        return _move(delivery, State.WAITING, due_at=due_at, error="通道没有应答", **shown)
    return _end(delivery, State.SENT, now, error="", **shown)


def _end(delivery: Delivery, state: str, now: datetime, **changes: object) -> bool:
    return _move(delivery, state, ended_at=now, **changes)


def _move(delivery: Delivery, state: str, **changes: object) -> bool:
    """Note what came of this attempt; one that was given up as lost meanwhile notes nothing."""
    mine = Delivery.everything.filter(pk=delivery.pk, claimed_at=delivery.claimed_at)
    try_transition(mine, state, from_states=[State.SENDING], column="state", **changes)
    return True


def _address_of(message: Message, channel: str) -> tuple[str, str]:
    """Where the person is reached by the channel, or why not."""
    person = people_reached([message.recipient]).get(message.recipient)
    if person is None or not person.is_active:
        return "", "用户已停用"
    if channel == Channel.SMS:
        return person.phone, "没有登记手机号码"
    chosen = preferences_of([message.recipient])[message.recipient]
    if not chosen.email:
        return "", "没有填写邮箱"
    if chosen.email_confirmed_at is None and message.event != CONFIRM_MAIL:
        return "", "邮箱还没有确认"
    return chosen.email, ""


def _words_of(message: Message, channel: str) -> str:
    """The message as it leaves: what, why just to this person, and where to go on."""
    if message.event == CONFIRM_MAIL:
        chosen = preferences_of([message.recipient])[message.recipient]
        link = f"{settings.SITE_URL}/messages/mailbox/{mailbox_token(chosen)}/"
        return (
            f"请打开链接，确认用这个邮箱接收平台消息：\n{link}\n\n"
            f"{message.why}。不是您本人填写的，请不要打开。"
        )
    link = f"{settings.SITE_URL}{message.url}" if message.url else settings.SITE_URL
    if channel == Channel.SMS:
        head = f"【{settings.SMS_SIGNATURE}】{message.title}。（{message.why}）"
        return f"{head[:_SMS_LENGTH]}办理：{link}"
    parts = [message.title, message.body, f"办理：{link}", f"为何发给您：{message.why}。"]
    return "\n\n".join(part for part in parts if part)


def send_digests(*, now: datetime) -> int:
    """Make the digests whose time has come today; how many people got one.

    Asked every minute: each time of day is done once a day, on working days, whenever the platform
    comes to it. What was told after it is carried by the next one.
    """
    today = day_of(now)
    if not is_working_day(today):
        return 0
    made = set(DigestRun.objects.filter(day=today).values_list("slot", flat=True))
    slots = [
        slot
        for slot in MessagePreference.DigestAt.values
        if slot not in made and slot <= f"{timezone.localtime(now):%H:%M}"
    ]
    return sum(_send_slot(slot, today, now) for slot in slots)


@transaction.atomic
def _send_slot(slot: str, today: date, now: datetime) -> int:
    run, is_first = DigestRun.objects.get_or_create(day=today, slot=slot, defaults={"at": now})
    if not is_first:
        return 0
    waiting: dict[tuple[UUID, int | None], list[Message]] = defaultdict(list)
    for message in Message.everything.awaiting_digest().order_by("at", "pk"):
        waiting[message.recipient, message.organisation].append(message)
    lines: dict[tuple[UUID, int | None], list[DigestLine]] = defaultdict(list)
    for kind in hooks.declared(DigestLines):
        for line in kind.selector(as_of=today):
            lines[line.person, line.organisation].append(line)
    people = {person for person, _ in (*waiting, *lines)}
    chosen, reached = preferences_of(people), people_reached(people)
    for place in sorted({*waiting, *lines}, key=str):
        person, _ = place
        known = reached.get(person)
        if chosen[person].digest_at == slot and known is not None and known.is_active:
            run.sent += _send_digest(place, waiting[place], lines[place], today, now)
    run.save(update_fields=["sent"])
    return run.sent


def _send_digest(
    place: tuple[UUID, int | None],
    news: list[Message],
    lines: Iterable[DigestLine],
    today: date,
    now: datetime,
) -> int:
    """One person's digest at one unit: what is new, then what is still to be done."""
    person, organisation = place
    still = list(lines)
    parts = ([f"新消息 {len(news)} 条"] if news else []) + [line.text for line in still]
    body = "\n".join([*(line.text for line in still), *(f"· {one.title}" for one in news)])
    why = still[0].why if still else news[0].why
    key = f"digest:{today}:{organisation or ''}"
    count = send_message(
        recipients=[Recipient(person, organisation, why)],
        event="digest",
        key=key,
        title=f"{today.month}月{today.day}日待办：{'，'.join(parts)}"[:100],
        body=body,
        url="/messages/",
        urgency=Urgency.AT_ONCE,
        now=now,
    )
    digest = Message.everything.get(recipient=person, key=key)
    Message.everything.filter(pk__in=[one.pk for one in news]).update(digest=digest)
    return count
