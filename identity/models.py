"""Regions, industries, organisations, users and their grants 规程三(四)."""

import uuid
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from core.actor import Actor
from core.actor import Grant as GrantValue
from core.scope import Scope, ScopedModel, ScopedTable
from core.sealed import SealedField
from core.validators import validate_uscc
from identity.roles import GOVERNMENT, SECOND_FACTOR, Role
from identity.scope import ByOrganisation, ByRegion, region_prefix

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


class Region(models.Model):
    """An administrative division, GB/T 2260: 自治区, 地州市, 县市区 or 兵团城市."""

    class Kind(models.TextChoices):
        AUTONOMOUS_REGION = "自治区", "自治区"
        PREFECTURE = "地州市", "地州市"
        COUNTY = "县市区", "县市区"
        CORPS_CITY = "兵团城市", "兵团城市"

    code = models.CharField("代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级")
    kind = models.CharField("层级", max_length=4, choices=Kind)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The part of the code that every division below shares."""
        return region_prefix(self.code)


class Industry(models.Model):
    """An industry with the department in charge of it 规程一(二)."""

    code = models.CharField("代码", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=20)
    department = models.CharField("行业主管部门", max_length=30)
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "行业"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class Organisation(ScopedTable):
    """A unit with a 统一社会信用代码 that takes part in projects, banks, or supervises."""

    class Kind(models.TextChoices):
        OWNER = "owner", "建设单位"
        CONTRACTOR = "contractor", "总承包单位"
        SUBCONTRACTOR = "subcontractor", "分包单位"
        SUPERVISOR = "supervisor", "监理单位"
        BANK = "bank", "合作银行"
        BUREAU = "bureau", "人社部门"
        DEPARTMENT = "department", "行业主管部门"
        OPERATOR = "operator", "技术运营方"

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "正常"
        UNCONFIRMED = "unconfirmed", "待核实"
        DISABLED = "disabled", "停用"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uscc = models.CharField(
        "统一社会信用代码",
        max_length=18,
        unique=True,
        validators=[validate_uscc],
        error_messages={"unique": "这个统一社会信用代码已经登记。"},
    )
    name = models.CharField("单位名称", max_length=100)
    kind = models.CharField("单位类型", max_length=20, choices=Kind)
    status = models.CharField("状态", max_length=20, choices=Status, default=Status.CONFIRMED)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在地")
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, verbose_name="主管行业"
    )
    phone = models.CharField("办公电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    scope: ClassVar[Scope] = Scope(ByRegion(industry=""), ByOrganisation())

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "单位"
        ordering = ["name"]
        indexes = [
            # The officer's list: units of a region by kind.
            models.Index(
                fields=["region", "kind"],
                name="organisation_region",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """How the audit chain names the organisation."""
        return f"organisation:{self.uscc}"


class UserRows(models.QuerySet["User"]):
    """Users, filtered."""

    def with_grants(self) -> Self:
        """With what an actor is made of, in three queries."""
        return self.select_related("organisation").prefetch_related("grants__industries")


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

    objects = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """The value that is handed down in this user's name."""
        grants = tuple(grant.value for grant in self.grants.all() if grant.active)
        return Actor(self.uuid, self.name, self.organisation_id, grants)

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

    @property
    def value(self) -> GrantValue:
        """The grant as core knows it."""
        return GrantValue(
            role=self.role,
            region=self.region_id or "",
            industries=frozenset(industry.code for industry in self.industries.all()),
            organisation=self.organisation_id,
            project=self.project,
        )

    @property
    def needs_second_factor(self) -> bool:
        return self.role in SECOND_FACTOR


class Invitation(models.Model):
    """A link by which somebody becomes the first user of an organisation, once."""

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


class SignIn(models.Model):
    """One attempt to sign in; kept at least six months 网络安全法21."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded", "成功"
        WRONG_PASSWORD = "wrong_password", "密码不符"
        WRONG_CODE = "wrong_code", "动态口令不符"
        LOCKED = "locked", "已锁定"
        SIGNED_OUT = "signed_out", "退出"

    at = models.DateTimeField("时间")
    username = models.CharField("用户名", max_length=40)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="sign_ins")
    outcome = models.CharField("结果", max_length=20, choices=Outcome)
    address = models.GenericIPAddressField("地址", null=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录日志"
        ordering = ["-at"]
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.username} {self.get_outcome_display()}"

    @property
    def browser(self) -> str:
        """Browser and system in a word each: Chrome Windows; "" where neither is known."""
        found = (
            next((name for mark, name in words.items() if mark in self.agent), "")
            for words in (_BROWSERS, _SYSTEMS)
        )
        return " ".join(filter(None, found))


class UserSession(AbstractBaseSession):
    """A browser's session, with whose it is (identity.sessions)."""

    user_id = models.BigIntegerField(null=True)
    signed_in_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        indexes = [
            # A user's oldest session (signing.open_session).
            models.Index(fields=["user_id", "-signed_in_at"], name="session_of_user")
        ]
