"""The bond of one project: what is asked, how it stands, and every step of its life."""

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from bonds.models.policy import BondPolicy
from core.models import Attachment
from core.money import MoneyModelField
from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet, ScopedTable
from identity.models import Organisation
from identity.scope import ByRegion
from projects.models import ByParticipation, ParticipantRole, Project

#: Whose people see that and how much is stored.
_PARTIES = (ParticipantRole.CONTRACTOR, ParticipantRole.OWNER)


class BondRows(ScopedQuerySet):
    """Bonds, filtered."""

    def live(self) -> "BondRows":
        """Not returned and not void: a project has at most one."""
        return self.exclude(status__in=Bond.ENDED)


class Bond(ScopedModel):
    """A project's 农民工工资保证金: one live one at most, in whatever forms it is stored."""

    class Status(models.TextChoices):
        PENDING = "pending", "待存储"
        HELD = "held", "在监管"
        IN_USE = "in_use", "动用中"
        SHORT = "short", "待补足"
        RESTORED = "restored", "已补足"
        PUBLICITY = "publicity", "公示中"
        REVIEW = "review", "返还审核"
        RETURNED = "returned", "已返还"
        EXEMPT = "exempt", "免存"

    class Due(models.TextChoices):
        """What the next deadline is for, and whose it is."""

        STORE = "store", "存储保证金"
        PAY = "pay", "支付工人工资"
        TOP_UP = "top_up", "补足保证金"
        PUBLICITY = "publicity", "公示期满"
        REVIEW = "review", "审核返还申请"
        CONFIRM = "confirm", "出具返还确认书"

    class Cause(models.TextChoices):
        """Why something is missing."""

        USE = "use", "动用"
        CONTRACT = "contract", "合同额变更"
        GUARANTEE = "guarantee", "保函失效"

    ENDED = (Status.RETURNED,)
    #: What is asked is stored, or was until it was used.
    STORED = (Status.HELD, Status.RESTORED)
    #: Wages can be paid from it.
    USABLE = (
        Status.HELD,
        Status.RESTORED,
        Status.SHORT,
        Status.IN_USE,
        Status.PUBLICITY,
        Status.REVIEW,
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="bonds")
    contractor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="bonds", verbose_name="总承包单位"
    )
    policy = models.ForeignKey(BondPolicy, models.PROTECT, related_name="bonds")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PENDING)
    #: The amount of the latest requirement; nothing of an exempt one.
    required = MoneyModelField("应存金额")
    #: The day from which the time to store runs: permit, contract, or start of works.
    basis_on = models.DateField("起算日期")
    #: The next deadline with why it falls on that day; None where nothing waits.
    due_what = models.CharField("待办", max_length=10, choices=Due, blank=True)
    due_on = models.DateField("期限", null=True)
    due_why = models.CharField("期限依据", max_length=200, blank=True)
    short_cause = models.CharField("不足原因", max_length=10, choices=Cause, blank=True)
    exemption_ground = models.CharField("免存依据", max_length=300, blank=True)
    exempted_by = models.CharField("免存批准人", max_length=60, blank=True)
    exempted_on = models.DateField("免存批准日期", null=True)
    created_at = models.DateTimeField("核定时间")
    ended_on = models.DateField("返还日期", null=True)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *_PARTIES))
    everything = Everything.from_queryset(BondRows)()
    objects = BondRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资保证金"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=~Q(status="returned"),
                name="bond_one_live",
                violation_error_message="这个项目已有一笔没有返还的保证金。",
            ),
            models.CheckConstraint(condition=Q(required__gte=0), name="bond_not_negative"),
            models.CheckConstraint(
                condition=~Q(status="exempt")
                | (Q(exempted_on__isnull=False) & ~Q(exemption_ground="") & ~Q(exempted_by="")),
                name="bond_exempt_has_ground",
            ),
            models.CheckConstraint(
                condition=Q(status="returned", ended_on__isnull=False)
                | (~Q(status="returned") & Q(ended_on__isnull=True)),
                name="bond_returned_has_day",
            ),
            models.CheckConstraint(
                condition=Q(due_what="", due_on__isnull=True)
                | (~Q(due_what="") & Q(due_on__isnull=False)),
                name="bond_due_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(status="short") | ~Q(short_cause=""), name="bond_short_has_cause"
            ),
        ]
        indexes = [
            # The officers' queue by next deadline, and BND-05.
            models.Index(fields=["due_on", "due_what"], condition=~Q(due_what=""), name="bond_due"),
            # A contractor's bonds in an area.
            models.Index(fields=["contractor", "status"], name="bond_of_contractor"),
        ]

    def __str__(self) -> str:
        return f"{self.project}的工资保证金"

    @property
    def subject(self) -> str:
        return f"bond:{self.uuid}"

    @property
    def is_live(self) -> bool:
        return self.status not in self.ENDED


class BondRequirement(ScopedTable):
    """How much must be stored, as determined on a day, with every step; the latest counts."""

    class Cause(models.TextChoices):
        FIRST = "first", "首次核定"
        CONTRACT = "contract", "合同额变更"
        RECORD = "record", "重新核定"

    bond = models.ForeignKey(Bond, models.PROTECT, related_name="requirements")
    policy = models.ForeignKey(BondPolicy, models.PROTECT, related_name="requirements")
    cause = models.CharField("原因", max_length=10, choices=Cause)
    reason = models.CharField("说明", max_length=200, blank=True)
    contract_amount = MoneyModelField("施工合同额")
    rate = models.DecimalField("比例（%）", max_digits=9, decimal_places=6)
    amount = MoneyModelField("应存金额")
    #: bonds.amount.Step with the source and certainty of the setting that it rests on.
    steps = models.JSONField("计算步骤", encoder=DjangoJSONEncoder)
    #: bonds.amount.Facts as they stood.
    facts = models.JSONField("核定依据的情况", encoder=DjangoJSONEncoder)
    waiver = models.CharField("可免存条件", max_length=200, blank=True)
    made_at = models.DateTimeField("核定时间")
    made_by = models.CharField("核定人", max_length=100)

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"), ByParticipation("bond__project", *_PARTIES)
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "应存金额核定"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, contract_amount__gte=0), name="bond_requirement_sane"
            )
        ]


class BondEvent(ScopedTable):
    """A step in a bond's life: who moved it from which state to which, and why."""

    bond = models.ForeignKey(Bond, models.PROTECT, related_name="events")
    at = models.DateTimeField("时间")
    actor_id = models.UUIDField()
    actor_name = models.CharField("经办人", max_length=100)
    from_status = models.CharField("原状态", max_length=10, choices=Bond.Status, blank=True)
    to_status = models.CharField("新状态", max_length=10, choices=Bond.Status)
    note = models.CharField("说明", max_length=500, blank=True)

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"), ByParticipation("bond__project", *_PARTIES)
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金办理记录"
        ordering = ["at", "pk"]
        # The last step of a bond (bond_status.move_bond).
        indexes = [models.Index(fields=["bond", "-at"], name="bond_event_of")]


class BondPaper(ScopedTable):
    """A paper that an act asks for, as the contractor uploaded it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bond = models.ForeignKey(Bond, models.PROTECT, related_name="papers")
    act = models.CharField("事项", max_length=10)
    name = models.CharField("材料", max_length=60)
    file = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name="文件")
    added_at = models.DateTimeField("上传时间")
    added_by = models.CharField("上传人", max_length=100)

    scope: ClassVar[Scope] = Scope(
        ByRegion("bond__project"), ByParticipation("bond__project", ParticipantRole.CONTRACTOR)
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "保证金材料"
        ordering = ["act", "added_at"]
        constraints = [
            # The same file twice for one paper changes nothing.
            models.UniqueConstraint(fields=["bond", "act", "name", "file"], name="bond_paper_once")
        ]
