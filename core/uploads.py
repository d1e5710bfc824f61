"""Uploads between receipt and commit: the file, what was read from it, what is wrong with it.

Every import derives its own model from :class:`StagedUpload` and adds what it belongs to. The
reading is sealed at rest and costly to open: lists ``defer("reading")``. What happens to an upload
on its way is :mod:`core.imports`.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q

from core.actor import Actor
from core.errors import Overtaken
from core.models import Attachment, ColumnMemory, Job
from core.scope import ScopedModel, ScopedTable
from core.sealed import SealedJSONField
from core.transition import transition


class UploadState(models.TextChoices):
    READING = "reading", "读取中"
    PREVIEW = "preview", "待确认"
    COMMITTED = "committed", "已入库"
    REFUSED = "refused", "已拒绝"
    VOID = "void", "已作废"


#: States in which the same file in the same place is not taken a second time.
LIVE_STATES = (UploadState.READING, UploadState.PREVIEW, UploadState.COMMITTED)


class StagedUpload(ScopedTable):
    """One uploaded sheet on its way into the register.

    ``context`` says where it goes ("project:XJ…/month:2026-09"); a file that is already live there
    changes nothing. ``issues`` hold masked values only, ``reading`` the real ones.
    """

    State = UploadState

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    original = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, related_name="+", verbose_name="原表"
    )
    context = models.CharField("用途", max_length=200)
    content_hash = models.CharField("SM3", max_length=64)
    uploaded_by = models.UUIDField("上传人编号")
    uploader = models.CharField("上传人", max_length=100)
    uploader_organisation = models.BigIntegerField("上传单位", null=True)
    created_at = models.DateTimeField("上传时间")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(
        "状态", max_length=10, choices=UploadState, default=UploadState.READING
    )
    sheet = models.CharField("工作表", max_length=100, blank=True, default="")
    header_row = models.PositiveIntegerField("表头行号", null=True, blank=True)
    mapping = models.JSONField("列对应", default=dict, blank=True)
    issues = models.JSONField("问题", default=list, blank=True, encoder=DjangoJSONEncoder)
    #: ``core.tabular.account.Account.to_dict()``: what became of everything in the file, masked.
    account = models.JSONField("清点", default=dict, blank=True, encoder=DjangoJSONEncoder)
    #: ``core.tabular.reading.Reading.to_json()``: rows, faults and the cells mended on screen.
    reading = SealedJSONField("读到的内容", null=True, blank=True)
    totals = models.JSONField("合计", default=dict, blank=True, encoder=DjangoJSONEncoder)
    row_count = models.PositiveIntegerField("行数", default=0)
    accepted = models.PositiveIntegerField("可入库行数", default=0)
    reason = models.CharField("拒绝原因", max_length=500, blank=True, default="")
    result = models.CharField("结果", max_length=120, blank=True, default="")

    class Meta(ScopedModel.Meta):
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["context", "content_hash"],
                condition=Q(state__in=["reading", "preview", "committed"]),
                name="%(app_label)s_%(class)s_same_file",
                violation_error_message="这个文件已经上传过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.context} {self.uuid}"

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The issues that block."""
        return [issue for issue in self.issues if issue.get("severity") == "error"]


Upload = TypeVar("Upload", bound=StagedUpload)


@transaction.atomic
def receive_upload(
    model: type[Upload],
    *,
    actor: Actor,
    original: Attachment,
    context: str,
    now: datetime,
    **fields: Any,
) -> tuple[Upload, bool]:
    """The upload of this file in this place, and whether it is new.

    The same file twice changes nothing: the live upload is returned as it stands.
    """
    upload, new = model.everything.get_or_create(
        context=context,
        content_hash=original.hash,
        state__in=LIVE_STATES,
        defaults={
            "state": UploadState.READING,
            "original": original,
            "uploaded_by": actor.id,
            "uploader": actor.name,
            "uploader_organisation": actor.organisation,
            "created_at": now,
            **fields,
        },
    )
    return cast("Upload", upload), new


def move_upload(upload: StagedUpload, *, to: str, from_: Iterable[str], **changes: Any) -> None:
    """Take an upload from one of some states to another, with what changes along.

    :raises Refused: it is in none of these states any more.
    """
    transition(
        upload,
        to,
        from_states=list(from_),
        column="state",
        refusal=Overtaken("upload.changed"),
        **changes,
    )


def recall_mapping(*, organisation: int | None, kind: str) -> dict[str, str]:
    """How this sender's headings were mapped so far; {} when nothing is known."""
    known = ColumnMemory.objects.filter(organisation=organisation or 0, kind=kind).first()
    return known.mapping if known else {}


def remember_mapping(*, organisation: int | None, kind: str, mapping: Mapping[str, str]) -> None:
    """Keep the headings of a sheet that led to a commit, for the sender's next one."""
    known = recall_mapping(organisation=organisation, kind=kind)
    ColumnMemory.objects.update_or_create(
        organisation=organisation or 0, kind=kind, defaults={"mapping": {**known, **mapping}}
    )
