"""Who answers for a project."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.scope import Scope, ScopedModel, ScopedTable
from core.sealed import SealedField
from identity.models import User
from identity.scope import ByRegion
from projects.models.participant import PARTIES, ByParticipation
from projects.models.project import Project


class ProjectOfficer(ScopedTable):
    """A person who answers for a project: 项目经理, 项目负责人 or 劳资专管员."""

    class Role(models.TextChoices):
        MANAGER = "manager", "项目经理"
        LEADER = "leader", "项目负责人"
        LABOUR = "labour", "劳资专管员"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="officers")
    role = models.CharField("职务", max_length=10, choices=Role)
    name = models.CharField("姓名", max_length=40)
    #: On the notice board in full by law (条例34), so it is not masked there.
    phone = SealedField("联系电话")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name="平台用户")
    since = models.DateField("任职日期")
    until = models.DateField("离任日期", null=True, blank=True)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *PARTIES))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "项目人员"
        ordering = ["role", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "role"],
                condition=Q(until__isnull=True),
                name="project_officer_one",
                violation_error_message="这个职务已经有人担任。",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="project_officer_until_after_since",
                violation_error_message="离任日期不能早于任职日期。",
            ),
        ]
        indexes = [models.Index(fields=["project", "role"], name="project_officer_role")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name}"
