"""The construction project 规程二(一)."""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from core.money import MoneyModelField
from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet
from identity.models import Industry, Region
from identity.scope import ByRegion
from projects.models.participant import ByParticipation, Participant
from projects.models.wage_term import WageDays, WageTerms


class ProjectRows(ScopedQuerySet):
    """Projects, filtered."""

    def judged(self) -> "ProjectRows":
        """在建: the projects that rules judge unless they say otherwise."""
        return self.filter(status=Project.Status.UNDER_CONSTRUCTION)


class Project(ScopedModel):
    """A construction project, registered by its general contractor before the start of works."""

    class Status(models.TextChoices):
        """项目状态, codes of the national data standard."""

        PREPARING = "001", "筹备"
        UNDER_CONSTRUCTION = "003", "在建"
        SUSPENDED = "005", "停工"
        COMPLETED = "004", "完工"

    class Nature(models.TextChoices):
        """建设性质, codes of the national data standard."""

        NEW = "001", "新建"
        REBUILD = "002", "改建"
        EXTENSION = "003", "扩建"
        RESTORATION = "004", "恢复"
        RELOCATION = "005", "迁建"
        DEMOLITION = "006", "拆除"
        OTHER = "099", "其他"

    class Category(models.TextChoices):
        """项目分类, codes of the national data standard."""

        BUILDING = "01", "房屋建筑"
        MUNICIPAL = "02", "市政公用"
        INSTALLATION = "03", "机电安装"
        RAILWAY = "04", "铁路"
        HIGHWAY = "05", "公路"
        PORT = "06", "港口与航道"
        WATER = "07", "水利水电"
        POWER = "08", "电力"
        MINING = "09", "矿山"
        METALLURGY = "10", "冶炼"
        PETROCHEMICAL = "11", "化工石油"
        TELECOM = "12", "通信"
        OTHER = "99", "其他"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("项目编号", max_length=20, unique=True, editable=False)
    name = models.CharField("项目名称", max_length=100)
    status = models.CharField("项目状态", max_length=3, choices=Status, default=Status.PREPARING)
    category = models.CharField("项目分类", max_length=2, choices=Category)
    nature = models.CharField("建设性质", max_length=3, choices=Nature, default=Nature.NEW)
    # "+": nobody reaches projects from a region, past their scope.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="项目所在地")
    industry = models.ForeignKey(Industry, models.PROTECT, related_name="+", verbose_name="行业")
    address = models.CharField("详细地址", max_length=200)
    contract_amount = MoneyModelField("施工合同额", validators=[MinValueValidator(0)])
    contract_signed_on = models.DateField("施工合同签订日期", null=True, blank=True)
    permit_number = models.CharField("施工许可证编号", max_length=60, blank=True)
    permit_issued_on = models.DateField("施工许可证核发日期", null=True, blank=True)
    planned_start = models.DateField("计划开工日期")
    planned_end = models.DateField("计划竣工日期")
    actual_start = models.DateField("实际开工日期", null=True, blank=True)
    actual_end = models.DateField("实际竣工日期", null=True, blank=True)
    registered_at = models.DateTimeField("录入时间")
    updated_at = models.DateTimeField("更新时间")

    scope: ClassVar[Scope] = Scope(ByRegion(), ByParticipation(""))
    everything: ClassVar[Any] = Everything.from_queryset(ProjectRows)()
    objects: ClassVar[Any] = ProjectRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工程项目"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_end__gte=F("planned_start")),
                name="project_ends_after_start",
                violation_error_message="计划竣工日期不能早于计划开工日期。",
            ),
            models.CheckConstraint(
                condition=Q(actual_end__isnull=True) | Q(actual_end__gte=F("actual_start")),
                name="project_finished_after_start",
                violation_error_message="实际竣工日期不能早于实际开工日期。",
            ),
            models.CheckConstraint(
                condition=Q(contract_amount__gte=0),
                name="project_amount_not_negative",
                violation_error_message="施工合同额不能是负数。",
            ),
        ]
        indexes = [
            # An officer's reach: projects of a region, by status.
            models.Index(
                fields=["region", "status"],
                name="project_region",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            ),
            models.Index(fields=["industry", "status"], name="project_industry"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """How audit, rules and touches name the project."""
        return f"project:{self.code}"

    @property
    def start(self) -> date:
        """The day works began, or are planned to."""
        return self.actual_start or self.planned_start

    @cached_property
    def parts(self) -> list[Participant]:
        """Everybody's part in the project, those who left too; one query a project."""
        return list(self.participants.all())

    @property
    def contractor_id(self) -> int | None:
        """The organisation that is the general contractor."""
        return self._current_party(Participant.Role.CONTRACTOR)

    @property
    def owner_id(self) -> int | None:
        """The organisation that is the owner."""
        return self._current_party(Participant.Role.OWNER)

    @property
    def employer_ids(self) -> set[int]:
        """The organisations with workers of their own; one that left still owes last wages."""
        return {part.organisation_id for part in self.parts if part.role in Participant.EMPLOYERS}

    def _current_party(self, role: str) -> int | None:
        held = (
            part.organisation_id for part in self.parts if part.role == role and part.is_current
        )
        return next(held, None)

    @cached_property
    def terms(self) -> WageTerms:
        """When its wages are handed in and paid."""
        return WageTerms.of_projects([self.pk])

    def wage_term(self, month: date) -> WageDays:
        """What is agreed for a wage month."""
        return self.terms.term(self.pk, month)

    def next_wage_month(self, as_of: date) -> date:
        """The wage month whose due day is the next to come, ``as_of`` included."""
        return self.terms.next_wage_month(self.pk, as_of)

    def sheet_day_of(self, month: date) -> date:
        """The day on which the pay sheet of ``month`` is handed in."""
        return self.terms.sheet_day(self.pk, month)

    def due_day(self, month: date) -> date:
        """The day by which the wages of ``month`` must be paid 条例14."""
        return self.terms.due_day(self.pk, month)
