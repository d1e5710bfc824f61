"""Monthly pay sheets, paid by the general contractor from the wage account 规程二(五)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import SpecialAccount
from accounts.scope import ByBank
from core.models import Attachment
from core.money import MoneyModelField
from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet, ScopedTable
from core.uploads import StagedUpload
from identity.models import Organisation, Region
from identity.scope import ByRegion
from projects.models import ByEmployer, ByParticipation, ParticipantRole, Project
from workers.models import Engagement, WageCard


class PaySheetRows(ScopedQuerySet):
    """Pay sheets, filtered."""

    def submitted(self) -> "PaySheetRows":
        """Handed in and not returned or void: what counts as 报送."""
        return self.filter(status__in=PaySheet.SUBMITTED)

    def unpaid(self) -> "PaySheetRows":
        """Submitted and not paid in full."""
        return self.filter(status__in=PaySheet.UNPAID)


class PaySheet(ScopedModel):
    """A 农民工工资支付表: project × employer × month, amended by numbered successors."""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已提交"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已审核"
        PAYING = "paying", "代发中"
        PARTLY_PAID = "partly_paid", "部分发放"
        PAID = "paid", "已发放"
        VOID = "void", "作废"

    #: With its sender, who may change or withdraw it.
    OPEN = (Status.DRAFT, Status.RETURNED)
    UNPAID = (Status.SUBMITTED, Status.APPROVED, Status.PAYING, Status.PARTLY_PAID)
    SUBMITTED = (*UNPAID, Status.PAID)
    #: Its lines are paid, or will be: nobody on it may stand on another sheet of the month.
    BINDING = (Status.APPROVED, Status.PAYING, Status.PARTLY_PAID, Status.PAID)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: 工资单编号: GZD, the employer's six-digit number, YYYYMM and a three-digit sequence.
    number = models.CharField("工资单编号", max_length=18, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="pay_sheets")
    employer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="pay_sheets", verbose_name="用人单位"
    )
    month = models.DateField("工资月份")
    sequence = models.PositiveSmallIntegerField("序号", default=1)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT)
    #: The sheet as the sender's file held it, and the scan that the workers signed.
    original = models.ForeignKey(
        Attachment, models.PROTECT, related_name="+", null=True, verbose_name="原表"
    )
    signed_copy = models.ForeignKey(
        Attachment, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="签字表"
    )
    progress = models.CharField("当月工程进度", max_length=500, blank=True)
    headcount = models.PositiveIntegerField("人数", default=0)
    days = models.DecimalField("出勤天数", max_digits=10, decimal_places=1, default=0)
    gross = MoneyModelField("应发合计", default=0)
    net = MoneyModelField("实发合计", default=0)
    due_on = models.DateField("应付日期")
    created_at = models.DateTimeField("录入时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    approved_at = models.DateTimeField("审核时间", null=True)
    paid_on = models.DateField("付清日期", null=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("project"),
        ByParticipation("project", ParticipantRole.CONTRACTOR),
        ByEmployer("project", "employer"),
    )
    everything = Everything.from_queryset(PaySheetRows)()
    objects = PaySheetRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资支付表"
        ordering = ["-month", "-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "employer", "month", "sequence"], name="pay_sheet_once"
            ),
            models.UniqueConstraint(
                fields=["project", "employer", "month"],
                condition=Q(status__in=["draft", "submitted", "returned"]),
                name="pay_sheet_one_open",
                violation_error_message="这个月已有一张未审核的工资表。",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="pay_sheet_month_first_day"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(status="void") | Q(submitted_at__isnull=False),
                name="pay_sheet_submitted_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "month"], name="pay_sheet_of_project"),
            # PAY-02, ACC-06: what is still owed, by due day.
            models.Index(
                fields=["due_on", "project"],
                condition=Q(status__in=["submitted", "approved", "paying", "partly_paid"]),
                name="pay_sheet_owed",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return f"sheet:{self.number}"


class PaySheetEvent(ScopedTable):
    """A step in a sheet's life: who moved it from which state to which, and why."""

    sheet = models.ForeignKey(PaySheet, models.PROTECT, related_name="events")
    at = models.DateTimeField("时间")
    actor_id = models.UUIDField()
    actor_name = models.CharField("经办人", max_length=60)
    from_status = models.CharField("原状态", max_length=12, choices=PaySheet.Status, blank=True)
    to_status = models.CharField("新状态", max_length=12, choices=PaySheet.Status)
    note = models.CharField("说明", max_length=500, blank=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("sheet__project"),
        ByParticipation("sheet__project", ParticipantRole.CONTRACTOR),
        ByEmployer("sheet__project", "sheet__employer"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资表办理记录"
        ordering = ["at", "pk"]


class PayLine(ScopedTable):
    """One worker's line of a sheet, with the columns of 条例15; amounts in 元."""

    class Status(models.TextChoices):
        """工资单明细状态, codes of the national data standard."""

        UNPAID = "0", "未发放"
        PAID = "20", "已发放"
        FAILED = "30", "发放失败"
        RETRYING = "40", "重新发放中"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sheet = models.ForeignKey(PaySheet, models.PROTECT, related_name="lines")
    #: The row that the sender sees in their spreadsheet program.
    row = models.PositiveIntegerField("行号")
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="pay_lines")
    card = models.ForeignKey(WageCard, models.PROTECT, related_name="pay_lines")
    days = models.DecimalField("出勤天数", max_digits=4, decimal_places=1)
    rate = MoneyModelField("日工资", default=0)
    overtime = MoneyModelField("加班工资", default=0)
    gross = MoneyModelField("应发工资")
    advance = MoneyModelField("借支", default=0)
    deduction = MoneyModelField("代扣", default=0)
    net = MoneyModelField("实发工资")
    status = models.CharField("发放状态", max_length=2, choices=Status, default=Status.UNPAID)
    paid_on = models.DateField("发放日期", null=True)
    failure = models.CharField("失败原因", max_length=200, blank=True)
    failed_on = models.DateField("退回日期", null=True)
    #: The bank's first return, which no retry forgets: PAY-10 counts from it.
    first_failed_on = models.DateField("首次退回日期", null=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("sheet__project"),
        ByParticipation("sheet__project", ParticipantRole.CONTRACTOR),
        ByEmployer("sheet__project", "sheet__employer"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资明细"
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "engagement"],
                name="pay_line_once",
                violation_error_message="同一工人在一张工资表中只能出现一次。",
            ),
            models.CheckConstraint(
                condition=Q(net=F("gross") - F("advance") - F("deduction")),
                name="pay_line_adds_up",
                violation_error_message="实发工资应等于应发工资减借支和代扣。",
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0, gross__gte=0, advance__gte=0, deduction__gte=0),
                name="pay_line_not_negative",
            ),
            models.CheckConstraint(condition=Q(days__range=(0, 31)), name="pay_line_days_range"),
            models.CheckConstraint(
                condition=~Q(status="20") | Q(paid_on__isnull=False), name="pay_line_paid_has_day"
            ),
            models.CheckConstraint(
                condition=Q(status="20") | Q(paid_on__isnull=True), name="pay_line_unpaid_has_none"
            ),
            models.CheckConstraint(
                condition=~Q(status="30")
                | Q(failed_on__isnull=False, first_failed_on__isnull=False),
                name="pay_line_failed_has_day",
            ),
        ]
        indexes = [
            # PAY-10: returned by the bank and not paid since.
            models.Index(
                fields=["first_failed_on"],
                condition=Q(first_failed_on__isnull=False, paid_on__isnull=True),
                name="pay_line_returned",
            ),
            models.Index(fields=["engagement"], name="pay_line_of_worker"),
        ]


class PaymentOrder(ScopedTable):
    """An instruction to the bank to pay lines of one sheet from the wage account."""

    class Status(models.TextChoices):
        PENDING = "pending", "待发送"
        SENT = "sent", "已发送"
        ACCEPTED = "accepted", "已受理"
        PARTLY = "partly", "部分成功"
        SUCCEEDED = "succeeded", "成功"
        FAILED = "failed", "失败"
        UNKNOWN = "unknown", "待核实"

    #: The bank has, or may have, work to do.
    OPEN = (Status.PENDING, Status.SENT, Status.ACCEPTED, Status.UNKNOWN)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Also the message's MsgId: the bank refuses it a second time.
    number = models.CharField("代发指令编号", max_length=35, unique=True, editable=False)
    sheet = models.ForeignKey(PaySheet, models.PROTECT, related_name="orders")
    account = models.ForeignKey(SpecialAccount, models.PROTECT, related_name="orders")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PENDING)
    count = models.PositiveIntegerField("笔数")
    total = MoneyModelField("总金额")
    ordered_by = models.UUIDField()
    ordered_by_name = models.CharField("下单人", max_length=60)
    created_at = models.DateTimeField("生成时间")
    sent_at = models.DateTimeField("发送时间", null=True)
    accepted_at = models.DateTimeField("银行受理时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    note = models.CharField("银行说明", max_length=200, blank=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("sheet__project"),
        ByParticipation("sheet__project", ParticipantRole.CONTRACTOR),
        ByEmployer("sheet__project", "sheet__employer"),
        ByBank("account__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "代发指令"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet"],
                condition=Q(status__in=["pending", "sent", "accepted", "unknown"]),
                name="payment_order_one_open",
                violation_error_message="这张工资表已有一笔正在办理的代发指令。",
            ),
            models.CheckConstraint(
                condition=Q(count__gt=0, total__gt=0), name="payment_order_not_empty"
            ),
        ]
        indexes = [
            # The poller: orders that wait for the bank.
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["pending", "sent", "accepted", "unknown"]),
                name="payment_order_open",
            )
        ]

    def __str__(self) -> str:
        return self.number


class PaymentItem(ScopedTable):
    """One attempt to pay one line, by an order or by somebody else. A line is never paid twice.

    ``order`` is None where the money does not come from the wage account: ``payer`` then names
    what pays ("bond_use:…"), which claimed the line before it gave the instruction.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "待支付"
        PAID = "paid", "已支付"
        FAILED = "failed", "已退回"

    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, related_name="items")
    payer = models.CharField("代付来源", max_length=60, blank=True, editable=False)
    line = models.ForeignKey(PayLine, models.PROTECT, related_name="items")
    card = models.ForeignKey(WageCard, models.PROTECT, related_name="+")
    end_to_end_id = models.CharField("支付标识", max_length=35, unique=True)
    amount = MoneyModelField("金额")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PENDING)
    reason_code = models.CharField("原因代码", max_length=4, blank=True)
    reason = models.CharField("原因", max_length=140, blank=True)
    bank_reference = models.CharField("银行流水号", max_length=70, blank=True)
    settled_on = models.DateField("办结日期", null=True)
    #: The statement entry by which the money came back, so that no entry answers for two items.
    return_reference = models.CharField("退回流水号", max_length=70, blank=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("line__sheet__project"),
        ByParticipation("line__sheet__project", ParticipantRole.CONTRACTOR),
        ByEmployer("line__sheet__project", "line__sheet__employer"),
        ByBank("order__account__bank"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "代发明细"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=~Q(status="failed"),
                name="payment_item_never_twice",
                violation_error_message="这一行工资已在代发或已经支付。",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_item_positive"),
            models.CheckConstraint(
                condition=Q(status="pending", settled_on__isnull=True)
                | (~Q(status="pending") & Q(settled_on__isnull=False)),
                name="payment_item_settled_has_day",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False, payer="") | (Q(order__isnull=True) & ~Q(payer="")),
                name="payment_item_paid_by_one",
            ),
        ]
        # What one payer claimed (payroll.services.claims).
        indexes = [
            models.Index(fields=["payer"], condition=~Q(payer=""), name="payment_item_payer")
        ]


class MinimumWage(models.Model):
    """A county's minimum wage from a day on, 元 a month and 元 an hour.

    Loaded as 待核实 until an officer confirms it.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="minimum_wages")
    since = models.DateField("施行日期")
    tier = models.PositiveSmallIntegerField("档次")
    monthly = MoneyModelField("月最低工资标准")
    hourly = MoneyModelField("小时最低工资标准")
    source = models.CharField("来源", max_length=200)
    confirmed_by = models.CharField("核实人", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("核实时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "最低工资标准"
        ordering = ["region_id", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["region", "since"], name="minimum_wage_once"),
            models.CheckConstraint(
                condition=Q(monthly__gt=0, hourly__gt=0), name="minimum_wage_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.since:%Y-%m-%d} {self.monthly}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class PaySheetUpload(StagedUpload):
    """A pay sheet's file on its way to becoming a sheet."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="pay_sheet_uploads")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="pay_sheet_uploads")
    month = models.DateField("工资月份")
    sheet_made = models.ForeignKey(
        PaySheet, models.PROTECT, null=True, related_name="uploads", verbose_name="生成的工资表"
    )

    scope: ClassVar[Scope] = Scope(
        ByRegion("project"),
        ByParticipation("project", ParticipantRole.CONTRACTOR),
        ByEmployer("project", "employer"),
    )

    class Meta(StagedUpload.Meta):
        verbose_name = verbose_name_plural = "工资表导入"
