"""Giving a bond back 返还 65号22: promise, publicity, application, review, confirmation."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from bonds.models.bond import Bond
from core.models import Attachment
from core.money import MoneyModelField
from core.scope import Scope, ScopedModel, ScopedTable
from identity.scope import ByRegion
from projects.models import ByParticipation, ParticipantRole


class BondRefund(ScopedTable):
    """One attempt to have a bond back, from the day its publicity began.

    ``by_bureau`` says that 人社 began it because the contractor did not.
    """

    class Status(models.TextChoices):
        PUBLICITY = "publicity", "公示中"
        APPLIED = "applied", "待审核"
        AGREED = "agreed", "同意返还"
        REFUSED = "refused", "不予返还"
        CONFIRMED = "confirmed", "已返还"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (Status.PUBLICITY, Status.APPLIED, Status.AGREED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bond = models.ForeignKey(Bond, models.PROTECT, related_name="refunds")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PUBLICITY)
    by_bureau = models.BooleanField("人社部门启动", default=False)
    #: 书面承诺 without which nothing begins, and its photo on the board of the site.
    promise = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", verbose_name="无拖欠承诺书"
    )
    photo = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", verbose_name="张贴照片"
    )
    publicity_from = models.DateField("公示开始")
    publicity_until = models.DateField("公示截止")
    begun_by = models.UUIDField()
    begun_by_name = models.CharField("启动人", max_length=100)
    begun_at = models.DateTimeField("启动时间")
    applied_at = models.DateTimeField("申请时间", null=True)
    applied_by_name = models.CharField("申请人", max_length=100, blank=True)
    reviewed_by = models.UUIDField(null=True)
    reviewed_by_name = models.CharField("审核人", max_length=60, blank=True)
    reviewed_at = models.DateTimeField("审核时间", null=True)
    opinion = models.CharField("审核意见", max_length=500, blank=True)
    confirmed_by = models.UUIDField(null=True)
    confirmed_by_name = models.CharField("确认人", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    amount = MoneyModelField("返还本金", default=0)

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"), ByParticipation("bond__project", ParticipantRole.CONTRACTOR)
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金返还"
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["bond"],
                condition=Q(status__in=["publicity", "applied", "agreed"]),
                name="bond_refund_one_open",
                violation_error_message="这笔保证金已有一次返还在办理。",
            ),
            models.CheckConstraint(
                condition=Q(by_bureau=True) | Q(promise__isnull=False, photo__isnull=False),
                name="bond_refund_has_promise",
            ),
            models.CheckConstraint(
                condition=Q(publicity_until__gte=F("publicity_from")), name="bond_refund_days"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["publicity", "withdrawn"]) | Q(applied_at__isnull=False),
                name="bond_refund_applied_has_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("reviewed_by")),
                name="bond_refund_four_eyes",
            ),
        ]

    @property
    def subject(self) -> str:
        return f"bond_refund:{self.uuid}"
