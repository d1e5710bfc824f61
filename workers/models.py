"""The real-name register of construction workers 规程二(四)."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import Attachment
from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet, ScopedTable
from core.sealed import SealedField
from core.uploads import StagedUpload
from identity.models import Organisation
from identity.scope import ByRegion
from projects.models import ByEmployer, ByParticipation, ParticipantRole, Project

#: Rows about workers: the general contractor sees them all, a subcontractor its own people's.
_WORKERS_SCOPE = Scope(
    ByRegion("project"),
    ByParticipation("project", ParticipantRole.CONTRACTOR),
    ByEmployer("project", "employer"),
)


class Trade(models.Model):
    """工种, three-digit codes of the national data standard."""

    code = models.CharField("代码", max_length=3, primary_key=True)
    name = models.CharField("工种", max_length=30, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "工种"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """One human being: one row for one ID number, platform-wide.

    Reached only through engagements, which carry the scope.
    """

    class Gender(models.TextChoices):
        """性别, codes of the national data standard."""

        MALE = "0", "男"
        FEMALE = "1", "女"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField("拼音", max_length=200, blank=True)
    id_number = SealedField("身份证号码")
    id_index = models.BinaryField(max_length=32, unique=True, editable=False)
    #: First six and last four, the part that may be shown.
    id_masked = models.CharField(max_length=18, editable=False)
    gender = models.CharField("性别", max_length=1, choices=Gender)
    born_on = models.DateField("出生日期")
    nation = models.CharField("民族", max_length=20, blank=True)
    phone = SealedField("联系方式", blank=True, default="")
    phone_index = models.BinaryField(max_length=32, null=True, editable=False)
    phone_masked = models.CharField(max_length=11, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "农民工"
        indexes = [models.Index(fields=["phone_index"], name="person_phone")]

    def __str__(self) -> str:
        return self.name


class WageCard(models.Model):
    """A worker's own wage card: one active card a person, one person a card 一人一卡."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="cards")
    number = SealedField("工资卡银行账号")
    number_index = models.BinaryField(max_length=32, editable=False)
    last_four = models.CharField("尾号", max_length=4, editable=False)
    bank_name = models.CharField("开户银行", max_length=60, blank=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工资卡"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(valid_to__isnull=True),
                name="wage_card_one_active",
                violation_error_message="这名工人已有一张正在使用的工资卡。",
            ),
            models.UniqueConstraint(
                fields=["number_index"],
                condition=Q(valid_to__isnull=True),
                name="wage_card_one_person",
                violation_error_message="这张工资卡已登记在另一名工人名下。",
            ),
        ]
        indexes = [models.Index(fields=["number_index"], name="wage_card_number")]

    def __str__(self) -> str:
        return f"尾号 {self.last_four}"


class Team(ScopedTable):
    """A 班组 of one employer on one project."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="teams")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="teams")
    name = models.CharField("班组", max_length=40)

    scope: ClassVar[Scope] = _WORKERS_SCOPE

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "班组"
        constraints = [
            models.UniqueConstraint(fields=["project", "employer", "name"], name="team_once")
        ]

    def __str__(self) -> str:
        return self.name


class EngagementRows(ScopedQuerySet):
    """Engagements, filtered."""

    def on(self, day: date) -> "EngagementRows":
        """On the register on that day."""
        return self.during(day, day)

    def during(self, first: date, last: date) -> "EngagementRows":
        """On the register on some day of a span."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gte=first), entered_on__lte=last)


class Engagement(ScopedModel):
    """A worker's time on a project with one employer: entry to exit."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="engagements")
    employer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="engagements", verbose_name="用人单位"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="engagements")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, verbose_name="班组")
    #: Empty where the roster left it open: WRK-02 asks for it.
    trade = models.ForeignKey(Trade, models.PROTECT, null=True, blank=True, verbose_name="工种")
    entered_on = models.DateField("进场日期")
    left_on = models.DateField("退场日期", null=True, blank=True)
    contract_number = models.CharField("劳动合同编号", max_length=60, blank=True)
    contract = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="劳动合同"
    )

    scope: ClassVar[Scope] = _WORKERS_SCOPE
    everything = Everything.from_queryset(EngagementRows)()
    objects = EngagementRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "用工登记"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "employer", "person"],
                condition=Q(left_on__isnull=True),
                name="engagement_once",
                violation_error_message="这名工人已在本项目在册。",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("entered_on")),
                name="engagement_leaves_after_entry",
                violation_error_message="退场日期不能早于进场日期。",
            ),
        ]
        indexes = [
            # A project's register and an employer's part of it.
            models.Index(fields=["project", "employer", "left_on"], name="engagement_register"),
            models.Index(fields=["person"], name="engagement_of_person"),
        ]


class AttendanceMonth(ScopedTable):
    """One worker's month: 31 marks, one a day, and their sum in days.

    ``marks`` holds a character a day: "1" a whole day, "5" half a day, "0" absent, "-" rest day,
    " " not recorded (also the days the month does not have).
    """

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="attendance")
    #: Repeated from the engagement: rules and pay sheets read a project's month at once.
    project = models.ForeignKey(Project, models.PROTECT, related_name="attendance")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="attendance")
    month = models.DateField("月份")
    marks = models.CharField("逐日考勤", max_length=31)
    days = models.DecimalField("出勤天数", max_digits=4, decimal_places=1)
    updated_at = models.DateTimeField("更新时间")

    scope: ClassVar[Scope] = _WORKERS_SCOPE

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "月考勤"
        constraints = [
            models.UniqueConstraint(fields=["engagement", "month"], name="attendance_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="attendance_month_first_day"),
            models.CheckConstraint(
                condition=Q(marks__regex=r"^[150\- ]{31}$"), name="attendance_31_marks"
            ),
            models.CheckConstraint(condition=Q(days__range=(0, 31)), name="attendance_days_range"),
        ]
        indexes = [
            models.Index(fields=["project", "month", "employer"], name="attendance_of_month"),
        ]


class ClockIn(ScopedTable):
    """One passage of a worker at an attendance device; never changed, never deleted.

    Its table is cut by the month of ``at`` (workers.services.partitions): a province clocks in
    140 million times a year. What the clock-ins come to stands in :class:`AttendanceMonth`.
    """

    # Serves "when was this worker here" and needs no index beside it: the unique key has one.
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="clock_ins", db_index=False
    )
    # Repeated from the engagement, for the scope. No constraints: a new month's table would have
    # to lock every project and organisation until its first import is through.
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="clock_ins", db_index=False, db_constraint=False
    )
    employer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="clock_ins", db_index=False, db_constraint=False
    )
    at = models.DateTimeField("打卡时间")
    #: The attendance day, which for a night shift is the day before.
    day = models.DateField("考勤日")
    device = models.CharField("设备", max_length=60, blank=True)

    scope: ClassVar[Scope] = _WORKERS_SCOPE

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "打卡记录"
        constraints = [
            models.UniqueConstraint(fields=["engagement", "at"], name="clock_in_once"),
        ]


class RegisterUpload(StagedUpload):
    """A roster or an attendance sheet on its way into the register."""

    class Kind(models.TextChoices):
        ROSTER = "roster", "花名册"
        ATTENDANCE = "attendance", "考勤表"

    kind = models.CharField("类型", max_length=10, choices=Kind)
    project = models.ForeignKey(Project, models.PROTECT, related_name="register_uploads")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="register_uploads")
    month = models.DateField("月份", null=True, blank=True)

    scope: ClassVar[Scope] = _WORKERS_SCOPE

    class Meta(StagedUpload.Meta):
        verbose_name = verbose_name_plural = "名册导入"
