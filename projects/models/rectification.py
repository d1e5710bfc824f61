"""责令限期改正: what an authority ordered, of whom, until when, and whether it was obeyed."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.deadlines import Deadline
from core.models import Attachment, OfficialDocument
from core.scope import Scope, ScopedModel, ScopedTable
from identity.models import Organisation
from identity.scope import ByOrganisation, ByRegion
from projects.models.participant import ByParticipation, ParticipantRole
from projects.models.project import Project


class RectificationOrder(ScopedTable):
    """An order to mend something by a day 条例 第五十三条至第五十七条.

    Its document (责令限期改正指令书) carries the number. ``deadline`` keeps the arithmetic as it
    was served. What was not obeyed by ``due_on`` opens the way to punishment.
    """

    class Status(models.TextChoices):
        OPEN = "open", "待改正"
        OBEYED = "obeyed", "已改正"
        NOT_OBEYED = "not_obeyed", "逾期未改正"
        WITHDRAWN = "withdrawn", "已撤销"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="orders")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    #: "kind:code" of the warning, complaint or bond that it comes from.
    subject = models.CharField("来由", max_length=120)
    facts = models.CharField("查明的事实", max_length=500)
    demand = models.CharField("改正要求", max_length=500)
    basis = models.CharField("依据", max_length=100)
    document = models.OneToOneField(
        OfficialDocument, models.PROTECT, related_name="+", verbose_name="文书"
    )
    issued_on = models.DateField("签发日期")
    due_on = models.DateField("改正期限")
    deadline = models.JSONField("期限的计算")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN)
    settled_on = models.DateField("核查日期", null=True)
    settled_by_name = models.CharField("核查人", max_length=60, blank=True)
    finding = models.CharField("核查情况", max_length=500, blank=True)
    paper = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", verbose_name="核查材料"
    )

    scope: ClassVar[Scope] = Scope(
        ByRegion("project"),
        ByParticipation("project", ParticipantRole.CONTRACTOR),
        # The unit that was ordered, whichever part it has: 条例 57条 is the owner's.
        ByOrganisation("organisation"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "责令限期改正"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")),
                name="rectification_order_due_after_issue",
                violation_error_message="改正期限不能早于签发日期。",
            ),
            models.CheckConstraint(
                condition=Q(status="open", settled_on__isnull=True)
                | (~Q(status="open") & Q(settled_on__isnull=False) & ~Q(finding="")),
                name="rectification_order_settled_with_finding",
                violation_error_message="核查结果须写明日期和情况。",
            ),
            models.UniqueConstraint(
                fields=["subject", "organisation"],
                condition=Q(status="open"),
                name="rectification_order_one_open",
                violation_error_message="这家单位因同一件事已有一份责令改正还没有到期核查。",
            ),
        ]
        indexes = [
            # The home page: open orders by their day.
            models.Index(
                fields=["due_on"],
                condition=Q(status="open"),
                name="rectification_order_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.due_on}"

    @property
    def reckoned(self) -> Deadline:
        """The deadline with its arithmetic, as it was served."""
        return Deadline.from_record(self.deadline)
