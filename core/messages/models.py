"""Messages, their deliveries by channel, what each person wants, and the sandbox's inbox."""

import uuid
from dataclasses import dataclass
from datetime import time
from typing import ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import JSONObject

from core.actor import Actor
from core.scope import Everything, Reach, Scope, ScopedModel, ScopedQuerySet, ScopedTable
from core.sealed import SealedField

#: Between these hours nothing leaves the platform, unless somebody chose other ones.
QUIET_FROM, QUIET_TO = time(22), time(8, 30)


class Channel(models.TextChoices):
    """The ways out of the platform; the bell is always there."""

    SMS = "sms", "短信"
    MAIL = "mail", "邮件"


@dataclass(frozen=True)
class ByRecipient(Reach):
    """Everybody sees what was sent to oneself, at the unit that one acts for."""

    path: str = ""

    def rows(self, actor: Actor) -> Q:
        prefix = f"{self.path}__" if self.path else ""
        own = Q(**{f"{prefix}recipient": actor.id})
        here = Q(**{f"{prefix}organisation": actor.organisation})
        return own & (here | Q(**{f"{prefix}organisation": None}))


@dataclass(frozen=True)
class ByPerson(Reach):
    """Everybody sees what is one's own, whatever the unit."""

    column: str

    def rows(self, actor: Actor) -> Q:
        return Q(**{self.column: actor.id})


class MessageRows(ScopedQuerySet):
    """Messages, filtered."""

    def unread(self) -> Self:
        """What the bell counts."""
        return self.filter(read_at=None)

    def awaiting_digest(self) -> Self:
        """What the next digest carries."""
        return self.filter(urgency=Message.Urgency.DIGEST, digest=None)


class Message(ScopedModel):
    """What one person is told of one event; never personal data in full."""

    class Urgency(models.TextChoices):
        DIGEST = "digest", "随每日汇总"
        AT_ONCE = "at_once", "立即"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: A user's uuid: core knows no users.
    recipient = models.UUIDField("收件人")
    #: The unit for which the person is told, and at which the page behind ``url`` opens.
    organisation = models.BigIntegerField("单位", null=True)
    #: What kind of event it is: "warning.opened".
    event = models.CharField("事项", max_length=40)
    #: The event itself: the same key comes to a person once.
    key = models.CharField(max_length=160)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("内容", blank=True)
    url = models.CharField("页面", max_length=200, blank=True)
    #: Why this person: "您是该项目的劳资专管员".
    why = models.CharField("为何发给您", max_length=120)
    #: A sign beside the title: red, orange, yellow, blue, or none.
    badge = models.CharField(max_length=6, blank=True)
    urgency = models.CharField("时限", max_length=8, choices=Urgency)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True)
    #: The day's digest that carried it.
    digest = models.ForeignKey("self", models.SET_NULL, null=True, related_name="carried")

    scope: ClassVar[Scope] = Scope(ByRecipient())
    everything = Everything.from_queryset(MessageRows)()
    objects = MessageRows.as_manager()

    class Meta(ScopedModel.Meta):
        app_label = "core"
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="message_once"),
            models.CheckConstraint(condition=~Q(why=""), name="message_says_why"),
        ]
        indexes = [
            # A person's list.
            models.Index(fields=["recipient", "-at", "-id"], name="message_of_person"),
            # The bell's count, on every page (identity.sessions).
            models.Index(
                fields=["recipient", "organisation"],
                condition=Q(read_at=None),
                name="message_unread",
            ),
            # What the next digest carries (delivery.send_digests).
            models.Index(
                fields=["recipient"],
                condition=Q(urgency="digest", digest=None),
                name="message_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.title


def unread_counts(person: OuterRef) -> ArraySubquery:
    """New messages of a user by unit as JSON, all in one column of another query."""
    rows = Message.everything.unread().filter(recipient=person).order_by()
    counted = rows.values("organisation").annotate(count=Count("pk"))
    whole = JSONObject(organisation="organisation", count="count")
    return ArraySubquery(counted.values(json=whole))


class Delivery(ScopedTable):
    """One message on one channel: the record of how it left, or why it did not."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已送出"
        FAILED = "failed", "未送达"
        NO_ADDRESS = "no_address", "没有号码或邮箱"
        UNCONNECTED = "unconnected", "未接入"

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField("渠道", max_length=4, choices=Channel)
    #: What the gateway knows it by: handed in twice, it is sent once.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField("状态", max_length=11, choices=State, default=State.WAITING)
    #: Not before: the end of quiet hours, or the next attempt.
    due_at = models.DateTimeField("最早发送时间")
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    claimed_at = models.DateTimeField("最近尝试", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    #: Masked: 138****1234.
    address = models.CharField("号码或邮箱", max_length=60, blank=True)
    #: Whether only the demo's inbox stands behind the channel.
    is_sandbox = models.BooleanField("演示收件箱", default=False)
    error = models.CharField("原因", max_length=100, blank=True)

    scope: ClassVar[Scope] = Scope(ByRecipient("message"))

    class Meta(ScopedModel.Meta):
        app_label = "core"
        verbose_name = verbose_name_plural = "送达记录"
        ordering = ["channel"]
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="delivery_once")]
        indexes = [
            # What waits for its moment (delivery.deliver_waiting).
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="delivery_under_way",
            ),
            # What came to nothing, by day (selectors.delivery_report).
            models.Index(fields=["channel", "-ended_at"], name="delivery_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_state_display()}"

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it came to nothing."""
        return self.state in (self.State.FAILED, self.State.NO_ADDRESS, self.State.UNCONNECTED)

    @property
    def tone(self) -> str:
        """The colour of the state's tag."""
        bad = (self.State.FAILED, self.State.NO_ADDRESS)
        if self.state == self.State.SENT:
            return "good"
        return "bad" if self.state in bad else "wait"


class MessagePreference(ScopedTable):
    """How a person wants to be told; who chose nothing has the defaults."""

    class DigestAt(models.TextChoices):
        """When the day's one message goes; the clock is Beijing's, as everywhere."""

        MORNING = "09:00", "09:00"
        OFFICE = "10:30", "10:30"
        AFTERNOON = "16:00", "16:00"
        EVENING = "18:30", "18:30"

    person = models.UUIDField("用户", unique=True)
    sms = models.BooleanField("短信", default=True)
    mail = models.BooleanField("邮件", default=True)
    email = SealedField("邮箱", blank=True, default="")
    email_confirmed_at = models.DateTimeField("邮箱确认时间", null=True)
    quiet_from = models.TimeField("免打扰开始", default=QUIET_FROM)
    quiet_to = models.TimeField("免打扰结束", default=QUIET_TO)
    digest_at = models.CharField(
        "每日汇总时间", max_length=5, choices=DigestAt, default=DigestAt.OFFICE
    )

    scope: ClassVar[Scope] = Scope(ByPerson("person"))

    class Meta(ScopedModel.Meta):
        app_label = "core"
        verbose_name = verbose_name_plural = "消息偏好"

    def __str__(self) -> str:
        return str(self.person)

    def wants(self, channel: str) -> bool:
        """Whether the channel is left on, and a mailbox given where it takes one."""
        return self.sms if channel == Channel.SMS else self.mail and bool(self.email)

    @property
    def digest_time(self) -> time:
        return time.fromisoformat(self.digest_at)


class DigestRun(models.Model):
    """The day's digests of those who chose one time were made: once, whatever is asked again."""

    day = models.DateField("日期")
    slot = models.CharField("汇总时间", max_length=5)
    at = models.DateTimeField("生成时间")
    sent = models.PositiveIntegerField("人数", default=0)

    class Meta:
        app_label = "core"
        verbose_name = verbose_name_plural = "每日汇总"
        constraints = [models.UniqueConstraint(fields=["day", "slot"], name="digest_run_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.slot}"


class SandboxMail(ScopedTable):
    """What the demo's gateways took in: a telephone and a mailbox that only show themselves."""

    reference = models.UUIDField(unique=True)
    recipient = models.UUIDField()
    channel = models.CharField("渠道", max_length=4, choices=Channel)
    address = models.CharField("号码或邮箱", max_length=60)
    subject = models.CharField("主题", max_length=120, blank=True)
    text = models.TextField("内容")
    at = models.DateTimeField("时间")

    scope: ClassVar[Scope] = Scope(ByPerson("recipient"))

    class Meta(ScopedModel.Meta):
        app_label = "core"
        verbose_name = verbose_name_plural = "演示收件箱"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["recipient", "-at", "-id"], name="sandbox_mail_of")]

    def __str__(self) -> str:
        return self.text[:40]
