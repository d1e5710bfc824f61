"""What is stored: the cash account with its movements, and guarantees."""

import uuid
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.scope import ByBank
from bonds.models.bond import Bond
from bonds.policy import FORM_LABELS, GUARANTEES
from core.models import Attachment
from core.money import MoneyModelField
from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet, ScopedTable
from identity.models import Organisation
from identity.scope import ByRegion
from projects.models import ByParticipation, ParticipantRole

_CONTRACTOR = ParticipantRole.CONTRACTOR


class BondDeposit(ScopedTable):
    """The bond account of a project under a 存款协议书; its interest is the contractor's.

    ``balance`` is the principal: the sum of its booked entries, never below nothing.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "正常"
        CLOSED = "closed", "已销户"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bond = models.ForeignKey(Bond, models.PROTECT, related_name="deposits")
    bank = models.ForeignKey(
        Organisation, models.PROTECT, related_name="bond_deposits", verbose_name="经办银行"
    )
    #: A company's account: 9 to 22 digits. No personal data.
    number = models.CharField(
        "账号", max_length=22, unique=True, error_messages={"unique": "这个账号已经登记。"}
    )
    name = models.CharField("账户名称", max_length=200)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ACTIVE)
    agreement = models.ForeignKey(
        Attachment, models.PROTECT, related_name="+", verbose_name="存款协议书"
    )
    opened_on = models.DateField("开立日期")
    balance = MoneyModelField("本金余额", default=0)
    interest = MoneyModelField("利息余额", default=0)
    closed_on = models.DateField("销户日期", null=True, blank=True)
    created_at = models.DateTimeField("登记时间")

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"), ByParticipation("bond__project", _CONTRACTOR), ByBank("bank")
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金账户"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^\d{9,22}$"),
                name="bond_deposit_number_digits",
                violation_error_message="账号应为 9 至 22 位数字。",
            ),
            models.UniqueConstraint(
                fields=["bond"],
                condition=Q(status="active"),
                name="bond_deposit_one_open",
                violation_error_message="这笔保证金已有一个没有销户的账户。",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0, interest__gte=0), name="bond_deposit_not_overdrawn"
            ),
            models.CheckConstraint(
                condition=Q(status="active", closed_on__isnull=True)
                | Q(status="closed", closed_on__isnull=False, balance=0),
                name="bond_deposit_closed_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"bond_deposit:{self.uuid}"


class BondEntry(ScopedTable):
    """A movement on a bond account; reported with a slip, counted once it is booked."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", "存入"
        PAYOUT = "payout", "支付工人工资"
        RETURNED = "returned", "支付退回"
        REFUND = "refund", "返还本金"
        INTEREST = "interest", "结息"
        INTEREST_OUT = "interest_out", "支取利息"

    class State(models.TextChoices):
        REPORTED = "reported", "待核对"
        BOOKED = "booked", "已入账"
        REJECTED = "rejected", "不符"

    #: What a kind does to the principal, and to the interest.
    PRINCIPAL: ClassVar[dict[str, int]] = {"deposit": 1, "returned": 1, "payout": -1, "refund": -1}
    INTEREST_SIGN: ClassVar[dict[str, int]] = {"interest": 1, "interest_out": -1}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deposit = models.ForeignKey(BondDeposit, models.PROTECT, related_name="entries")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    state = models.CharField("状态", max_length=8, choices=State, default=State.REPORTED)
    amount = MoneyModelField("金额")
    booked_on = models.DateField("入账日期")
    #: The bank's own; "" while the contractor has only reported it.
    bank_reference = models.CharField("银行流水号", max_length=70, blank=True)
    slip = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", verbose_name="银行回单"
    )
    reported_at = models.DateTimeField("报送时间")
    reported_by = models.CharField("报送人", max_length=100)
    settled_at = models.DateTimeField("核对时间", null=True)
    settled_by = models.CharField("核对人", max_length=100, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("deposit__bond__project"),
        ByParticipation("deposit__bond__project", _CONTRACTOR),
        ByBank("deposit__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金账户流水"
        ordering = ["-booked_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bond_entry_positive"),
            models.UniqueConstraint(
                fields=["deposit", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="bond_entry_once",
                violation_error_message="这个银行流水号已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(state="reported", settled_at__isnull=True)
                | (~Q(state="reported") & Q(settled_at__isnull=False)),
                name="bond_entry_settled_has_time",
            ),
        ]

    @property
    def dialog(self) -> str:
        """What its check on the account's page is called."""
        return f"check-{self.uuid}"


class GuaranteeRows(ScopedQuerySet):
    """Guarantees, filtered."""

    def standing(self, on: date) -> "GuaranteeRows":
        """Those that answer for the bond on a day."""
        return self.filter(status__in=Guarantee.STANDING, valid_until__gte=on, valid_from__lte=on)


class Guarantee(ScopedModel):
    """A 保函 that stands in for cash: of a bank, an insurer or a guarantee company.

    ``exclusions`` are the clauses that take something out of the promise, ticked by the reviewer
    (:data:`bonds.transitions.EXCLUSIONS`). ``claimed`` is what was paid under it.
    """

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "待审核"
        REJECTED = "rejected", "不予认可"
        ACTIVE = "active", "有效"
        EXPIRING = "expiring", "临期"
        CLAIMING = "claiming", "索赔中"
        CLAIMED = "claimed", "已索赔"
        EXPIRED = "expired", "过期"
        REPLACED = "replaced", "已更换"
        RETURNED = "returned", "已退回"

    class Kind(models.TextChoices):
        GENERAL = "general", "一般保证"
        JOINT = "joint", "连带责任保证"
        ON_DEMAND = "on_demand", "见索即付"

    #: It answers for the bond, as long as its days last.
    STANDING = (Status.ACTIVE, Status.EXPIRING, Status.CLAIMING, Status.CLAIMED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bond = models.ForeignKey(Bond, models.PROTECT, related_name="guarantees")
    form = models.CharField(
        "形式", max_length=10, choices=[(one.value, FORM_LABELS[one]) for one in GUARANTEES]
    )
    number = models.CharField("保函编号", max_length=60)
    #: The number without dress, as it is compared: one number is one guarantee.
    number_key = models.CharField(max_length=60, editable=False)
    guarantor = models.CharField("担保人", max_length=100)
    guarantor_uscc = models.CharField("担保人统一社会信用代码", max_length=18)
    #: The guarantor where it uses the platform.
    bank = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="guarantees",
        verbose_name="合作银行",
    )
    #: Further guarantors who answer jointly: [{"name", "uscc"}].
    joint = models.JSONField("联合担保人", default=list, blank=True)
    beneficiary = models.CharField("受益人", max_length=100)
    amount = MoneyModelField("担保金额")
    claimed = MoneyModelField("已赔付", default=0)
    kind = models.CharField("保证方式", max_length=10, choices=Kind)
    is_unconditional = models.BooleanField("无条件", default=True)
    is_irrevocable = models.BooleanField("不可撤销", default=True)
    is_electronic = models.BooleanField("电子保函", default=False)
    issued_on = models.DateField("开立日期")
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("到期日")
    expiry_event = models.CharField("失效事件", max_length=200, blank=True)
    original = models.ForeignKey(
        Attachment, models.PROTECT, related_name="+", verbose_name="保函扫描件"
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.SUBMITTED)
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="替换的保函",
    )
    exclusions = models.JSONField("除外条款", default=list, blank=True)
    submitted_at = models.DateTimeField("提交时间")
    submitted_by = models.CharField("提交人", max_length=100)
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    reviewed_by = models.CharField("审核人", max_length=60, blank=True)
    review_note = models.CharField("审核意见", max_length=300, blank=True)
    reminded_on = models.DateField("催续日期", null=True, blank=True)
    ended_on = models.DateField("终止日期", null=True, blank=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"), ByParticipation("bond__project", _CONTRACTOR), ByBank("bank")
    )
    everything = Everything.from_queryset(GuaranteeRows)()
    objects = GuaranteeRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资保函"
        ordering = ["valid_until", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["guarantor_uscc", "number_key"],
                condition=Q(status__in=["submitted", "active", "expiring", "claiming", "claimed"]),
                name="guarantee_number_once",
                violation_error_message="这个担保人的这个保函编号已经用在另一笔保证金上。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from"), valid_from__gte=F("issued_on")),
                name="guarantee_days_in_order",
                violation_error_message="日期应依次为开立、生效、到期。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, claimed__gte=0, claimed__lte=F("amount")),
                name="guarantee_amounts_sane",
            ),
            models.CheckConstraint(
                condition=Q(status="submitted", reviewed_at__isnull=True)
                | (~Q(status="submitted") & Q(reviewed_at__isnull=False)),
                name="guarantee_reviewed_has_time",
            ),
        ]
        indexes = [
            # BND-03, BND-04: what runs out.
            models.Index(
                fields=["valid_until"],
                condition=Q(status__in=["active", "expiring", "claiming", "claimed"]),
                name="guarantee_expiry",
            ),
            # BND-07: one number on two projects.
            models.Index(fields=["number_key"], name="guarantee_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.number}"

    @property
    def subject(self) -> str:
        return f"guarantee:{self.uuid}"

    @property
    def remaining(self) -> Decimal:
        """What can still be claimed under it, in 元."""
        return self.amount - self.claimed

    @property
    def guarantor_count(self) -> int:
        return 1 + len(self.joint)
