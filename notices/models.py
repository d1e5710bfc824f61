"""Rights-information notice boards and their posting on site 规程二(六)."""

import uuid
from typing import ClassVar

from django.db import models

from core.models import Attachment
from core.scope import Scope, ScopedModel, ScopedTable
from identity.scope import ByRegion
from projects.models import PARTIES, ByParticipation, Project


class NoticeDetails(ScopedTable):
    """What the contractor enters for the board because no register of the platform holds it."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="notice_details")
    department = models.CharField("项目部名称", max_length=100, blank=True)
    department_phone = models.CharField("项目部电话", max_length=30, blank=True)
    bond_status = models.CharField("工资保证金存储情况", max_length=100, blank=True)
    inspectorate = models.CharField("劳动保障监察机构", max_length=60, blank=True)
    inspectorate_phone = models.CharField("劳动保障监察投诉电话", max_length=30, blank=True)
    industry_department = models.CharField("行业主管部门", max_length=60, blank=True)
    industry_phone = models.CharField("行业主管部门投诉电话", max_length=30, blank=True)
    arbitration = models.CharField("劳动争议调解仲裁申请渠道", max_length=150, blank=True)
    legal_aid = models.CharField("法律援助申请渠道", max_length=150, blank=True)
    updated_at = models.DateTimeField("更新时间")
    updated_by = models.CharField("更新人", max_length=60)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *PARTIES))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "维权信息"


class NoticeBoard(ScopedTable):
    """One version of a project's 农民工维权信息告示牌, as it was generated."""

    #: What the QR code opens; says nothing about the project.
    code = models.CharField("告示牌编号", max_length=16, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="notice_boards")
    version = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    digest = models.CharField("内容摘要", max_length=64)
    made_at = models.DateTimeField("生成时间")
    made_by = models.CharField("生成人", max_length=60)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *PARTIES))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "维权信息告示牌"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="notice_board_version"),
        ]

    def __str__(self) -> str:
        return self.code


class Posting(ScopedTable):
    """A board put up on site, with the photo that shows it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    board = models.ForeignKey(NoticeBoard, models.PROTECT, related_name="postings")
    photo = models.ForeignKey(Attachment, models.PROTECT, verbose_name="现场照片")
    place = models.CharField("张贴位置", max_length=100)
    posted_on = models.DateField("张贴日期")
    recorded_at = models.DateTimeField("上传时间")
    recorded_by = models.CharField("上传人", max_length=60)

    scope: ClassVar[Scope] = Scope(
        ByRegion("board__project"), ByParticipation("board__project", *PARTIES)
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "张贴记录"
        ordering = ["-posted_on", "-pk"]
        constraints = [
            # The same photo twice for one board changes nothing.
            models.UniqueConstraint(fields=["board", "photo"], name="posting_once")
        ]
