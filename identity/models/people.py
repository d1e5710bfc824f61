"""Users, what they were granted, and how they come to be and to be trusted again."""

import uuid
from functools import cached_property
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from core.actor import Actor
from core.actor import Grant as GrantValue
from core.sealed import SealedField
from identity.models.organisations import Industry, Organisation, Region
from identity.roles import GOVERNMENT, Role

#: What the operator may do in ``admin/``: configuration, neither business nor personal data.
ADMIN_PERMISSIONS = frozenset(
    {
        "core.view_calendarday",
        "core.add_calendarday",
        "core.change_calendarday",
        "identity.view_region",
        "identity.view_industry",
        "identity.change_industry",
    }
)


class Employer(NamedTuple):
    """A unit that somebody works for, as its name in the bar on top of the page."""

    uuid: UUID
    name: str


class UserRows(models.QuerySet["User"]):
    """Users, filtered."""

    def with_grants(self) -> Self:
        """With what an actor is made of, in the same query."""
        return self.select_related("organisation").annotate(grants_json=grants_of(OuterRef("pk")))


class UserManager(BaseUserManager.from_queryset(UserRows)):  # type: ignore[misc]
    """Users by their sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in for an organisation."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        "用户名",
        max_length=40,
        unique=True,
        error_messages={"unique": "这个用户名已经有人使用，请换一个。"},
    )
    name = models.CharField("姓名", max_length=40)
    phone = SealedField("手机号码", blank=True, default="")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="users", verbose_name="所属单位"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    #: Instead of Django's ``last_login``, which does not go by the platform's clock.
    signed_in_at = models.DateTimeField("最近登录", null=True, editable=False)
    last_login = None
    #: Whether this request's session was opened with a one-time code (identity.sessions).
    has_second_factor = False

    objects = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def held_grants(self) -> tuple[GrantValue, ...]:
        """What the user was granted in force, at every unit that is not disabled."""
        return tuple(grant_value(one) for one in self._grants_json)

    @cached_property
    def employers(self) -> dict[int, Employer]:
        """The units that the user may act for, by primary key: the home unit first."""
        home = Employer(self.organisation.uuid, self.organisation.name)
        others = {
            one["organisation"]: Employer(UUID(one["unit_uuid"]), one["unit"])
            for one in self._grants_json
            if one["organisation"]
        }
        return {self.organisation_id: home} | others

    def unread_messages(self, organisation: int | None) -> int:
        """Messages that the user has not opened, at one unit; read with the session."""
        counts = self.__dict__.get("unread_json", ())
        return sum(one["count"] for one in counts if one["organisation"] in (None, organisation))

    @property
    def may_sign_in(self) -> bool:
        """Whether user and home unit are enabled."""
        return self.is_active and self.organisation.status != Organisation.Status.DISABLED

    @property
    def _grants_json(self) -> list[dict[str, Any]]:
        # Read with the user where the query asked for it (with_grants, the session).
        if "grants_json" not in self.__dict__:
            found = User.objects.with_grants().values_list("grants_json", flat=True)
            self.__dict__["grants_json"] = found.get(pk=self.pk)
        return self.__dict__["grants_json"]

    @property
    def actor(self) -> Actor:
        """The value that is handed down in this user's name, for the home unit."""
        return self.actor_for(self.organisation_id)

    def actor_for(self, organisation: int) -> Actor:
        """The user at work for one unit: only what was granted there counts.

        Grants of government people reach by region; an old one without a unit is the home unit's.
        """
        grants = tuple(
            grant
            for grant in self.held_grants
            if (grant.organisation or self.organisation_id) == organisation
        )
        return Actor(self.uuid, self.name, organisation, grants)

    @property
    def subject(self) -> str:
        """How the audit chain names the user."""
        return f"user:{self.uuid}"

    @property
    def is_staff(self) -> bool:
        """Whether ``admin/`` opens: the operator, for configuration only."""
        return self.is_active and self.actor.has_role(Role.OPERATOR)

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Permissions of ``admin/``; everywhere else roles and scope decide."""
        return self.is_staff and permission in ADMIN_PERMISSIONS

    def has_module_perms(self, app: str) -> bool:
        return any(self.has_perm(one) for one in ADMIN_PERMISSIONS if one.startswith(f"{app}."))


class Grant(models.Model):
    """User × role × region or organisation or project × industry."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="用户")
    role = models.CharField("岗位", max_length=30, choices=Role)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name="管辖地区"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name="单位"
    )
    #: A project's uuid: a plain value, for identity stands below projects.
    project = models.UUIDField("项目", null=True, blank=True)
    industries = models.ManyToManyField(Industry, blank=True, verbose_name="行业")
    active = models.BooleanField("有效", default=True)
    created_at = models.DateTimeField("授予时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(GOVERNMENT), region__isnull=False)
                | (~Q(role__in=sorted(GOVERNMENT)) & Q(region__isnull=True)),
                name="grant_region_is_for_government",
                violation_error_message="管辖地区只授予政府部门人员，且必须填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


def grants_of(user: OuterRef) -> ArraySubquery:
    """The grants in force of a user as JSON, all in one column of another query."""
    industries = Grant.industries.through.objects.filter(grant=OuterRef("pk"))
    enabled = Q(organisation=None) | ~Q(organisation__status=Organisation.Status.DISABLED)
    rows = Grant.objects.filter(enabled, user=user, active=True).order_by("pk")
    return ArraySubquery(
        rows.values(
            json=JSONObject(
                role="role",
                region="region_id",
                organisation="organisation_id",
                unit="organisation__name",
                unit_uuid="organisation__uuid",
                project="project",
                industries=ArraySubquery(industries.values("industry")),
            )
        )
    )


def grant_value(found: dict[str, Any]) -> GrantValue:
    """A grant of :func:`grants_of` as core knows it."""
    return GrantValue(
        role=found["role"],
        region=found["region"] or "",
        industries=frozenset(found["industries"]),
        organisation=found["organisation"],
        project=UUID(found["project"]) if found["project"] else None,
    )


class Invitation(models.Model):
    """A link by which somebody begins to work for an organisation, once.

    Either as a new user, or, signed in, as the user that somebody already is at another unit.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    role = models.CharField("岗位", max_length=30, choices=Role)
    name = models.CharField("姓名", max_length=40)
    #: Only the hash is kept: who reads the table cannot use the link.
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.UUIDField()
    created_at = models.DateTimeField("发出时间")
    expires_at = models.DateTimeField("有效至")
    accepted_at = models.DateTimeField("接受时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "邀请"

    def __str__(self) -> str:
        return f"{self.organisation} {self.name}"


class Renewal(models.Model):
    """A lost password or authenticator that is renewed: who asked, who confirmed, and when.

    Where the person releases money or is an officer, who confirms is not who asked.
    """

    class What(models.TextChoices):
        PASSWORD = "password", "密码"
        DEVICE = "device", "动态口令"
        BOTH = "both", "密码和动态口令"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待第二人确认"
        DONE = "done", "已更换"
        REFUSED = "refused", "未同意"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="renewals", verbose_name="用户")
    what = models.CharField("更换", max_length=10, choices=What)
    reason = models.CharField("原因", max_length=200)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PROPOSED)
    needs_second = models.BooleanField("须第二人确认")
    proposed_by = models.UUIDField()
    proposed_by_name = models.CharField("提出人", max_length=40)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField("确认人", max_length=40, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "更换登录凭据"
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="proposed"), name="one_open_renewal_of_a_user"
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None)
                | Q(~Q(status="proposed"), decided_by__isnull=False),
                name="renewal_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False)
                | ~Q(status="done")
                | ~Q(decided_by=models.F("proposed_by")),
                name="renewal_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_what_display()}"

    @property
    def tone(self) -> str:
        """How the state is coloured."""
        return {"proposed": "wait", "done": "good"}.get(self.status, "bad")


class ExternalIdentity(models.Model):
    """Who a user is at the 统一认证: the issuer's stable subject, bound once, never by a name."""

    user = models.ForeignKey(User, models.CASCADE, related_name="external_identities")
    issuer = models.CharField("认证服务", max_length=200)
    subject = models.CharField("用户标识", max_length=255)
    bound_by = models.UUIDField()
    bound_at = models.DateTimeField("绑定时间")

    class Meta:
        verbose_name = verbose_name_plural = "统一认证绑定"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="subject_is_one_user"),
            models.UniqueConstraint(fields=["issuer", "user"], name="user_has_one_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.issuer}"
