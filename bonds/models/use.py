"""Paying workers from a bond 动用: an order was not obeyed, and the bank or guarantor pays."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.scope import ByBank
from bonds.models.bond import Bond
from bonds.models.holdings import BondDeposit, Guarantee
from core.money import MoneyModelField
from core.scope import Scope, ScopedModel, ScopedTable
from identity.scope import ByRegion
from payroll.models import PayLine, PaymentItem
from projects.models import ByParticipation, ParticipantRole

_CONTRACTOR = ParticipantRole.CONTRACTOR


class BondUse(ScopedTable):
    """One use of a bond, from its account or under one guarantee, for named workers.

    Drawn up by one officer, issued by another. ``pay_by`` is when the bank or guarantor has paid.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "待签发"
        ISSUED = "issued", "支付中"
        PAID = "paid", "已付清"
        PARTLY = "partly", "部分支付"
        CANCELLED = "cancelled", "已撤回"

    OPEN = (Status.DRAFT, Status.ISSUED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Also the beginning of the payments' identification.
    number = models.CharField("动用编号", max_length=24, unique=True, editable=False)
    bond = models.ForeignKey(Bond, models.PROTECT, related_name="uses")
    deposit = models.ForeignKey(BondDeposit, models.PROTECT, null=True, related_name="uses")
    guarantee = models.ForeignKey(Guarantee, models.PROTECT, null=True, related_name="uses")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT)
    total = MoneyModelField("金额")
    #: The order that was not obeyed 责令限期改正.
    order_number = models.CharField("责令文书编号", max_length=60)
    order_issued_on = models.DateField("责令日期")
    order_until = models.DateField("责令改正期限")
    reason = models.CharField("事由", max_length=300)
    drafted_by = models.UUIDField()
    drafted_by_name = models.CharField("拟稿人", max_length=60)
    drafted_at = models.DateTimeField("拟稿时间")
    issued_by = models.UUIDField(null=True)
    issued_by_name = models.CharField("签发人", max_length=60, blank=True)
    issued_at = models.DateTimeField("签发时间", null=True)
    pay_by = models.DateTimeField("支付期限", null=True)
    pay_why = models.CharField("支付期限依据", max_length=200, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"),
        ByParticipation("bond__project", _CONTRACTOR),
        ByBank("deposit__bank"),
        ByBank("guarantee__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金动用"
        ordering = ["-drafted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deposit__isnull=True, guarantee__isnull=False)
                | Q(deposit__isnull=False, guarantee__isnull=True),
                name="bond_use_of_one",
            ),
            models.UniqueConstraint(
                fields=["bond"],
                condition=Q(status__in=["draft", "issued"]),
                name="bond_use_one_open",
                violation_error_message="这笔保证金已有一次动用没有办结。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"])
                | Q(issued_at__isnull=False, pay_by__isnull=False),
                name="bond_use_issued_has_time",
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=F("drafted_by")),
                name="bond_use_four_eyes",
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="bond_use_positive"),
            models.CheckConstraint(
                condition=Q(order_until__gte=F("order_issued_on")),
                name="bond_use_order_days",
                violation_error_message="责令改正期限不能早于责令日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return f"bond_use:{self.uuid}"

    @property
    def payer(self) -> str:
        """Who pays the workers: the guarantor, or the bank of the bond's account."""
        if self.guarantee:
            return self.guarantee.guarantor
        return self.deposit.bank.name if self.deposit else ""


class BondUseLine(ScopedTable):
    """One worker's wage that the bond pays; what became of it stands in payroll's item.

    ``item`` is None until the notice is issued. A returned payment is tried again with a line of
    its own, so that every attempt stays on record.
    """

    use = models.ForeignKey(BondUse, models.PROTECT, related_name="lines")
    line = models.ForeignKey(PayLine, models.PROTECT, related_name="bond_lines")
    item = models.OneToOneField(
        PaymentItem, models.PROTECT, null=True, related_name="bond_line", verbose_name="代发明细"
    )
    amount = MoneyModelField("金额")

    scope: ClassVar[Scope] = Scope(
        ByRegion("use__bond__project"),
        ByParticipation("use__bond__project", _CONTRACTOR),
        ByBank("use__deposit__bank"),
        ByBank("use__guarantee__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金动用明细"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["use", "line"],
                condition=Q(item__isnull=True),
                name="bond_use_line_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bond_use_line_positive"),
        ]
