"""Special wage accounts, their funding and what the bank says of them 规程二(二)."""

import uuid
from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.scope import ByBank
from core.models import Attachment
from core.money import MoneyModelField
from core.months import clamp_day
from core.scope import Scope, ScopedModel, ScopedTable
from core.sealed import SealedField
from identity.models import Organisation
from identity.scope import ByRegion
from projects.models import ByParticipation, ParticipantRole, Project


class SpecialAccount(ScopedTable):
    """A 农民工工资专用账户: one project's, kept by a bank under a three-party agreement."""

    class Status(models.TextChoices):
        PENDING = "pending", "待开立"
        ACTIVE = "active", "正常"
        FROZEN = "frozen", "冻结"
        CLOSED = "closed", "已销户"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="wage_accounts")
    bank = models.ForeignKey(
        Organisation, models.PROTECT, related_name="kept_accounts", verbose_name="合作银行"
    )
    #: A company's account: 9 to 22 digits, not Luhn. No personal data.
    number = models.CharField(
        "账号", max_length=22, unique=True, error_messages={"unique": "这个账号已经登记。"}
    )
    name = models.CharField("账户名称", max_length=200)
    branch = models.CharField("开户网点", max_length=100, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ACTIVE)
    opened_on = models.DateField("开立日期")
    filed_on = models.DateField("备案日期", null=True, blank=True)
    agreement = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="三方协议"
    )

    scope: ClassVar[Scope] = Scope(
        ByRegion("project"),
        ByParticipation("project", ParticipantRole.CONTRACTOR, ParticipantRole.OWNER),
        ByBank("bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资专用账户"
        ordering = ["-opened_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^\d{9,22}$"),
                name="special_account_number_digits",
                violation_error_message="账号应为 9 至 22 位数字。",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=~Q(status="closed"),
                name="special_account_one_open",
                violation_error_message="这个项目已有未销户的工资专用账户。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"account:{self.uuid}"

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.status != self.Status.CLOSED


class FundingTerm(ScopedTable):
    """When and how much labour cost the owner pays into the account 条例24, 53号4.

    Monthly on ``day`` (cut to the month's last), ``amount`` in 元; in force from ``since``.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="funding_terms")
    day = models.PositiveSmallIntegerField(
        "每月拨付日", validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    amount = MoneyModelField("每期拨付金额", validators=[MinValueValidator(0)])
    since = models.DateField("起始日期")

    scope: ClassVar[Scope] = Scope(
        ByRegion("project"),
        ByParticipation("project", ParticipantRole.CONTRACTOR, ParticipantRole.OWNER),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "人工费用拨付约定"
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["project", "since"], name="funding_term_once"),
            models.CheckConstraint(
                condition=Q(day__range=(1, 31), amount__gte=0), name="funding_term_sane"
            ),
        ]

    def due_in(self, month: date) -> date:
        """The day of a month on which the owner pays in."""
        return clamp_day(month, self.day)


class StatementImport(ScopedTable):
    """One statement that the bank sent, whole."""

    account = models.ForeignKey(SpecialAccount, models.PROTECT, related_name="statements")
    #: The statement's own number, which the bank never gives twice.
    message_id = models.CharField("对账单编号", max_length=70)
    from_date = models.DateField("起始日期")
    to_date = models.DateField("截止日期")
    opening = MoneyModelField("期初余额")
    closing = MoneyModelField("期末余额")
    received_at = models.DateTimeField("收到时间")

    scope: ClassVar[Scope] = Scope(
        ByRegion("account__project"),
        ByParticipation("account__project", ParticipantRole.CONTRACTOR, ParticipantRole.OWNER),
        ByBank("account__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "对账单"
        constraints = [
            # The same message twice changes nothing.
            models.UniqueConstraint(fields=["account", "message_id"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(to_date__gte=F("from_date")), name="statement_ends_after_start"
            ),
        ]
        # The last known balance of an account.
        indexes = [models.Index(fields=["account", "-to_date", "-id"], name="statement_latest")]


class StatementEntry(ScopedTable):
    """One movement on a wage account, as the bank booked it."""

    class Direction(models.TextChoices):
        CREDIT = "CRDT", "收入"
        DEBIT = "DBIT", "支出"

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", "人工费用拨付"
        WAGE = "wage", "代发工资"
        RETURN = "return", "代发退回"
        CHARGE = "charge", "手续费"
        INTEREST = "interest", "利息"
        OTHER = "other", "其他"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(SpecialAccount, models.PROTECT, related_name="entries")
    statement = models.ForeignKey(StatementImport, models.PROTECT, related_name="entries")
    bank_reference = models.CharField("银行流水号", max_length=70)
    #: The instruction that the entry answers, when the bank repeats it.
    end_to_end_id = models.CharField("支付标识", max_length=35, blank=True)
    booked_on = models.DateField("入账日期")
    direction = models.CharField("方向", max_length=4, choices=Direction)
    amount = MoneyModelField("金额")
    balance = MoneyModelField("余额", null=True)
    counterparty_name = models.CharField("对方户名", max_length=140, blank=True)
    #: A worker's card number, often.
    counterparty_account = SealedField("对方账号", blank=True, default="")
    counterparty_index = models.BinaryField(max_length=32, null=True, editable=False)
    is_cash = models.BooleanField("现金", default=False)
    summary = models.CharField("摘要", max_length=200, blank=True)
    kind = models.CharField("归类", max_length=10, choices=Kind, default=Kind.OTHER)

    scope: ClassVar[Scope] = Scope(
        ByRegion("account__project"),
        ByParticipation("account__project", ParticipantRole.CONTRACTOR, ParticipantRole.OWNER),
        ByBank("account__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "账户流水"
        ordering = ["-booked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bank_reference"], name="statement_entry_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="statement_entry_positive"),
        ]
        indexes = [
            # An account's movements, newest first.
            models.Index(fields=["account", "-booked_on", "-id"], name="statement_entry_page"),
            # ACC-07: debits that are not known to be wages, charges or interest.
            models.Index(
                fields=["account", "booked_on"],
                condition=Q(direction="DBIT", kind="other"),
                name="statement_entry_odd_debit",
            ),
        ]
