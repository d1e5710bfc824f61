"""Messages as pages read them, and the record of what left the platform."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from core.actor import Actor
from core.listing import ListColumn, ListTable
from core.masking import mask_phone
from core.messages.models import (
    Channel,
    Delivery,
    Message,
    MessagePreference,
    MessageRows,
    SandboxMail,
)
from core.messages.services import people_reached
from core.messages.services.gateways import gateway_of, is_connected

_BAD = (Delivery.State.FAILED, Delivery.State.NO_ADDRESS)
#: What the operator's report looks back on.
REPORTED = timedelta(days=7)

LIST = ListTable(
    columns=(
        ListColumn("title", "消息", sort="title", slot="main"),
        ListColumn("why", "为何发给您", sort="why"),
        ListColumn("at", "时间", sort="at", kind="date", slot="aside", falling=True),
        ListColumn("read", "状态", sort="read_at", slot="state"),
    ),
    default=("-at",),
    default_sort="-at",
)
SANDBOX_LIST = ListTable(
    columns=(
        ListColumn("text", "内容", slot="main"),
        ListColumn("channel", "渠道", sort="channel", slot="state"),
        ListColumn("address", "号码或邮箱", sort="address"),
        ListColumn("at", "收到时间", sort="at", kind="date", slot="aside", falling=True),
    ),
    default=("-at",),
    default_sort="-at",
)


def listed(*, actor: Actor) -> MessageRows:
    """The actor's messages at this unit, as rows of :data:`LIST`."""
    return Message.objects.visible_to(actor)


def unread_count(*, actor: Actor) -> int:
    """How many the actor has not opened."""
    return Message.objects.visible_to(actor).unread().count()


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A message with how it left the platform, and what its digest carried."""

    message: Message
    deliveries: list[Delivery]
    carried: list[Message]


def message_page(*, actor: Actor, uuid: UUID) -> MessagePage:
    """One message of the actor's.

    :raises Message.DoesNotExist: none, or somebody else's.
    """
    message = Message.objects.visible_to(actor).select_related("digest").get(uuid=uuid)
    deliveries = Delivery.objects.visible_to(actor).filter(message=message)
    carried = Message.objects.visible_to(actor).filter(digest=message).order_by("-at", "-pk")
    return MessagePage(message, list(deliveries), list(carried))


def preference(*, actor: Actor) -> MessagePreference:
    """How the actor wants to be told."""
    row = MessagePreference.objects.visible_to(actor).first()
    return row or MessagePreference(person=actor.id)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """Whether a channel reaches the actor, and what is wrong where it does not."""

    channel: str
    label: str
    state: str
    tone: str
    note: str


def channels_of(*, actor: Actor) -> list[ChannelState]:
    """How each channel stands for the actor."""
    chosen = preference(actor=actor)
    person = people_reached([actor.id]).get(actor.id)
    phone = person.phone if person else ""
    return [
        _channel_state(
            Channel.SMS,
            chosen.sms,
            f"发往 {mask_phone(phone)}" if phone else "",
            "没有登记手机号码，请本单位管理人员在“用户”页面补上",
        ),
        _channel_state(
            Channel.MAIL,
            chosen.mail,
            "发往您确认过的邮箱" if chosen.email_confirmed_at else "",
            "邮箱还没有确认，请打开确认邮件中的链接" if chosen.email else "没有填写邮箱",
        ),
    ]


def _channel_state(channel: Channel, is_on: bool, reached: str, missing: str) -> ChannelState:
    state, tone, note = "可用", "good", reached
    if not is_connected(channel):
        state, tone = "未接入", "warn"
        note = f"{reached or missing}；内容只进演示收件箱" if gateway_of(channel) else "还没有接入"
    elif not reached:
        state, tone, note = "收不到", "bad", missing
    if not is_on:
        state, tone, note = "已关闭", "plain", "您关闭了这个渠道"
    return ChannelState(channel.value, str(channel.label), state, tone, note)


def sandbox_listed(*, actor: Actor) -> QuerySet[SandboxMail]:
    """What the demo's gateways took in for the actor."""
    return SandboxMail.objects.visible_to(actor)


def unreached(people: Collection[UUID] | QuerySet[Any, Any]) -> dict[UUID, str]:
    """Those of these people whose last delivery on a channel came to nothing, and why.

    Asked for the people whom the caller looks after.
    """
    rows = Delivery.everything.filter(message__recipient__in=people, channel=Channel.SMS)
    last = rows.exclude(ended_at=None).order_by("message__recipient", "-ended_at", "-pk")
    ended = last.distinct("message__recipient").values_list("message__recipient", "state", "error")
    return {person: error for person, state, error in ended if state in _BAD}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """How many deliveries of a channel came to one end, for one reason."""

    channel: str
    state: str
    tone: str
    error: str
    count: int
    last: datetime | None


def delivery_report(*, as_of: date) -> list[DeliveryLine]:
    """What left in the last days and what did not, in numbers; nobody is named."""
    recent = Delivery.everything.filter(message__at__date__gt=as_of - REPORTED)
    rows = recent.values("channel", "state", "error").order_by("channel", "state", "error")
    return [
        DeliveryLine(
            channel=str(Channel(row["channel"]).label),
            state=str(Delivery.State(row["state"]).label),
            tone=Delivery(state=row["state"]).tone,
            error=row["error"],
            count=row["count"],
            last=row["last"],
        )
        for row in rows.annotate(count=Count("pk"), last=Max("ended_at"))
    ]


def failed_count(now: datetime) -> float:
    """Deliveries of the last day that came to nothing, for the operator's gauge."""
    since = now - timedelta(days=1)
    return Delivery.everything.filter(state__in=_BAD, ended_at__gte=since).count()


def oldest_waiting(now: datetime) -> float | None:
    """Seconds that the longest due delivery waits; None where none does."""
    under_way = (Delivery.State.WAITING, Delivery.State.SENDING)
    rows = Delivery.everything.filter(state__in=under_way, due_at__lte=now).order_by("due_at")
    oldest = rows.values_list("due_at", flat=True).first()
    return (now - oldest).total_seconds() if oldest else None
