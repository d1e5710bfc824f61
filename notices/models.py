"""Rights-information notice boards and their posting on site 规程二(六)."""

import uuid
from typing import ClassVar

from django.db import models

from core.models import Attachment
from core.scope import Scope, ScopedModel
from projects.models import Project
from projects.scope import ByProject


class NoticeBoard(ScopedModel):
    """One version of a project's 农民工维权信息告示牌, as it was generated."""

    #: What the QR code opens; says nothing about the project.
    code = models.CharField("告示牌编号", max_length=16, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="notice_boards")
    version = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    digest = models.CharField("内容摘要", max_length=64)
    made_at = models.DateTimeField("生成时间")
    made_by = models.CharField("生成人", max_length=60)

    scope: ClassVar[Scope] = ByProject()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "维权信息告示牌"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="notice_board_version"),
        ]

    def __str__(self) -> str:
        return self.code


class Posting(ScopedModel):
    """A board put up on site, with the photo that shows it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    board = models.ForeignKey(NoticeBoard, models.PROTECT, related_name="postings")
    photo = models.ForeignKey(Attachment, models.PROTECT, verbose_name="现场照片")
    place = models.CharField("张贴位置", max_length=100)
    posted_on = models.DateField("张贴日期")
    recorded_at = models.DateTimeField("上传时间")
    recorded_by = models.CharField("上传人", max_length=60)

    scope: ClassVar[Scope] = ByProject(path="board__project")

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "张贴记录"
        ordering = ["-posted_on", "-pk"]
        constraints = [
            # The same photo twice for one board changes nothing.
            models.UniqueConstraint(fields=["board", "photo"], name="posting_once")
        ]
