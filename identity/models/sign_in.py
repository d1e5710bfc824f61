"""Attempts to sign in, sessions, what was kept of a lost one, and accesses that were refused."""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.messages.models import unread_counts
from core.prepared import Given, PreparedQuery
from core.sealed import SealedJSONField
from identity.models.people import User, grants_of

#: What a user agent's long line holds and what people call it; the first that fits counts.
_BROWSERS = {
    "MicroMessenger/": "微信",
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "安卓",
    "iPhone": "苹果手机",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def browser_name(agent: str) -> str:
    """Browser and system of a user agent's line: Chrome Windows; "" where neither is known."""
    found = (
        next((name for mark, name in words.items() if mark in agent), "")
        for words in (_BROWSERS, _SYSTEMS)
    )
    return " ".join(filter(None, found))


class SignIn(models.Model):
    """One attempt to sign in; kept at least six months 网络安全法21."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded", "成功"
        WRONG_PASSWORD = "wrong_password", "密码不符"
        WRONG_CODE = "wrong_code", "动态口令不符"
        WRONG_OLD_PASSWORD = "wrong_old_password", "修改密码时原密码不符"
        WRONG_INVITATION = "wrong_invitation", "邀请链接不符"
        LOCKED = "locked", "已锁定"
        SIGNED_OUT = "signed_out", "退出"

    at = models.DateTimeField("时间")
    username = models.CharField("用户名", max_length=40)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="sign_ins")
    outcome = models.CharField("结果", max_length=20, choices=Outcome)
    address = models.GenericIPAddressField("地址", null=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)
    #: The known device that it came from (identity.devices), "" for any other.
    device = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录日志"
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["user", "-at"], name="sign_in_of_user"),
            # Wrong guesses of the last minutes by name, address, device, and over all
            # (identity.guessing).
            *(
                models.Index(
                    fields=[*fields, "at"], condition=Q(outcome__startswith="wrong_"), name=name
                )
                for name, fields in {
                    "wrong_by_name": ["username"],
                    "wrong_by_address": ["address"],
                    "wrong_by_device": ["device"],
                    "wrong_over_all": [],
                }.items()
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.get_outcome_display()}"

    @property
    def browser(self) -> str:
        """Browser and system in a word each: Chrome Windows; "" where neither is known."""
        return browser_name(self.agent)


class SessionRows(models.QuerySet["UserSession"]):
    """Sessions, filtered."""

    def live(self, *, at: datetime) -> Self:
        """Those that have not expired."""
        return self.filter(expire_date__gt=at)


class UserSession(AbstractBaseSession):
    """A browser's session, with whose it is (identity.sessions)."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    #: What its owner calls it by: the key itself is a secret. Not unique: while a session gets
    #: a new key, both rows are there for a moment.
    uuid = models.UUIDField(null=True, db_index=True)
    signed_in_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近使用", null=True)
    address = models.GenericIPAddressField("地址", null=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    objects = BaseSessionManager.from_queryset(SessionRows)()  # type: ignore[misc]

    class Meta(AbstractBaseSession.Meta):
        indexes = [
            # A user's oldest session (signing_in.open_session).
            models.Index(fields=["user", "-signed_in_at"], name="session_of_user")
        ]

    @property
    def browser(self) -> str:
        """Browser and system in a word each."""
        return browser_name(self.agent)


def _sessions_with_users() -> QuerySet[UserSession]:
    devices = TOTPDevice.objects.filter(user=OuterRef("user"), confirmed=True)
    rows = UserSession.objects.filter(session_key=Given("key"), expire_date__gt=Given("at"))
    return rows.select_related("user__organisation").annotate(
        grants_json=grants_of(OuterRef("user")),
        unread_json=unread_counts(OuterRef("user__uuid")),
        totp_device=Subquery(devices.order_by("pk").values("pk")[:1]),
    )


#: A session by its ``key`` that has not expired ``at`` a moment, with all that a request asks of
#: its user.
SESSION_WITH_USER: PreparedQuery[UserSession] = PreparedQuery(_sessions_with_users)


class KeptForm(models.Model):
    """What somebody had typed when the session was lost, until the same person signs in again.

    Bound to the browser, by a cookie's hash, and to the person whose session it was; nobody else
    who signs in there gets it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    browser = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="kept_forms")
    #: The page that holds the form, and where the form is sent.
    page = models.CharField(max_length=500)
    action = models.CharField(max_length=500)
    fields = SealedJSONField()
    has_files = models.BooleanField(default=False)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "保留的填写内容"
        indexes = [models.Index(fields=["browser", "kept_at"], name="kept_form_of_browser")]

    def __str__(self) -> str:
        return self.page


class RefusedAccess(models.Model):
    """How often a user was refused at a kind of page on a day: never which object it was."""

    day = models.DateField("日期")
    user = models.UUIDField("用户")
    route = models.CharField("页面", max_length=200)
    status = models.PositiveSmallIntegerField("答复")
    count = models.PositiveIntegerField("次数", default=1)
    last_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "被拒绝的访问"
        ordering = ["-day", "-count"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "user", "route", "status"], name="one_count_of_refused_access"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.route} {self.status}"
