"""Tables of the shared mechanisms: audit, attachments, jobs, marks, calendar, column memory."""

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from core.actor import Actor
from core.scope import NOTHING, Everything, Reach, Scope, ScopedModel, ScopedQuerySet


class AuditEntry(models.Model):
    """One thing that somebody did. Appended inside the work's own transaction, never changed.

    ``position`` and ``hash`` stay empty until the sealing task chains the entry, in order, within
    seconds (core.audit); a trigger refuses every other change.
    """

    at = models.DateTimeField("时间")
    actor = models.UUIDField("操作人编号")
    actor_name = models.CharField("操作人", max_length=100)
    organisation = models.BigIntegerField("单位", null=True)
    action = models.CharField("事项", max_length=60)
    subject = models.CharField("对象", max_length=120)
    within = models.CharField("所属", max_length=120, blank=True, default="")
    detail = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)
    position = models.BigIntegerField("链上序号", null=True, unique=True)
    hash = models.BinaryField("链值", null=True)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes: ClassVar = [
            # A project's time line (audit.audit_entries).
            models.Index(fields=["within", "-id"], name="audit_within"),
            # The history of one object (audit.audit_entries).
            models.Index(fields=["subject", "-id"], name="audit_subject"),
            # What waits to be chained (audit.seal_entries).
            models.Index(fields=["id"], condition=Q(hash=None), name="audit_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.subject}"


class Attachment(models.Model):
    """A private file as it was received. What it belongs to decides who may see it.

    ``hash`` is the SM3 of the content; ``kind`` was found by looking into it, not by its name.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("文件名", max_length=255)
    kind = models.CharField("类型", max_length=8)
    size = models.BigIntegerField("大小（字节）")
    hash = models.CharField("SM3", max_length=64)
    sealed = models.BooleanField("加密保存", default=False)
    owner = models.UUIDField("上传人编号")
    owner_organisation = models.BigIntegerField("上传单位", null=True)
    created_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        indexes: ClassVar = [
            # The same file again (attachments.store_attachment).
            models.Index(fields=["hash", "owner"], name="attachment_same_file"),
        ]

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """Long work that somebody waits for, with its progress and result."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "处理中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("事项", max_length=60)
    subject = models.CharField("对象", max_length=120, blank=True, default="")
    actor = models.UUIDField("发起人编号")
    #: The message that a worker waits for: kept, because Redis may lose it.
    task = models.CharField(max_length=80, blank=True, default="")
    args = models.JSONField(default=list)
    sent_at = models.DateTimeField(null=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=200, blank=True, default="")
    error = models.TextField("失败原因", blank=True, default="")
    result = models.JSONField("结果", default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField("发起时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        indexes: ClassVar = [
            # Jobs whose worker may have died (jobs.fail_stale).
            models.Index(fields=["started_at"], condition=Q(state="running"), name="job_running"),
            # Jobs that none takes up (jobs.send_waiting).
            models.Index(fields=["sent_at"], condition=Q(state="queued"), name="job_queued"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def percent(self) -> int | None:
        """How far the work is, 0 to 100; None while its size is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None


class Change(models.Model):
    """A row of a feed that several readers read, each in its own time (core.changes).

    ``place`` is given once the row is committed: in its order no row ever appears behind another
    that was read. One row per write and never an update by writers: they do not queue behind
    each other.
    """

    #: A feed that is also a record: its rows stay when all have read them.
    is_kept: ClassVar[bool] = False

    place = models.BigIntegerField(null=True, unique=True, editable=False)

    class Meta:
        abstract = True


class ChangeCursor(models.Model):
    """How far a reader of a feed has come; the row without a reader is the last place given."""

    feed = models.CharField(max_length=60)
    reader = models.CharField(max_length=80, blank=True, default="")
    place = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "变动读取位置"
        verbose_name_plural = "变动读取位置"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "reader"], name="change_cursor_once")
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.reader} {self.place}"


class Touch(Change):
    """A mark that something about a subject was written."""

    subject = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "变动标记"
        verbose_name_plural = "变动标记"
        indexes: ClassVar = [
            # What waits for its place (changes._number).
            models.Index(fields=["id"], condition=Q(place=None), name="touch_without_place"),
        ]

    def __str__(self) -> str:
        return self.subject


class PastRow(models.Model):
    """A version of a tracked row that was superseded; written by the database (core.history)."""

    of_table = models.CharField("表", max_length=63)
    row_id = models.BigIntegerField("行")
    #: The columns as they were, those that are sealed left out.
    row = models.JSONField("内容")
    #: When it ceased to hold.
    until = models.DateTimeField("失效时间")

    class Meta:
        verbose_name = verbose_name_plural = "历史数据"
        indexes = [
            # The past of a table: the first version of each row that ceased after a moment.
            models.Index(fields=["of_table", "row_id", "until"], name="past_row_of_table"),
            models.Index(fields=["of_table", "until"], name="past_row_until"),
        ]

    def __str__(self) -> str:
        return f"{self.of_table} {self.row_id} {self.until:%Y-%m-%d %H:%M}"


class CalendarDay(models.Model):
    """A day on which the region departs from the national calendar, from a dated notice."""

    day = models.DateField("日期", unique=True)
    working = models.BooleanField("是否上班")
    name = models.CharField("名称", max_length=40)
    source = models.CharField("依据", max_length=200)
    confirmed = models.BooleanField("已核实", default=False)

    class Meta:
        verbose_name = "自治区放假安排"
        verbose_name_plural = "自治区放假安排"
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ColumnMemory(models.Model):
    """How a sender's columns were mapped so far: heading → our column."""

    organisation = models.BigIntegerField("单位")
    kind = models.CharField("表格种类", max_length=40)
    mapping = models.JSONField("列对应", default=dict)
    used_at = models.DateTimeField("最近使用", auto_now=True)

    class Meta:
        verbose_name = "列对应记忆"
        verbose_name_plural = "列对应记忆"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="column_memory_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.kind}"


class ByIssuer(Reach):
    """Whoever works for the authority that issued a document sees it."""

    def rows(self, actor: Actor) -> Q:
        return Q(issuer=actor.organisation) if actor.organisation else NOTHING


class OfficialDocument(ScopedModel):
    """A 文书 that an authority issued: its number, what it is about, its PDF, who can check it.

    Numbers run without a gap within an issuer, a word and a year. Who sees the subject sees the
    document; ``scope`` is the issuer's register.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: The key of its DocumentKind.
    kind = models.CharField("文书种类", max_length=30)
    word = models.CharField("文号字", max_length=20)
    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("序号")
    issuer = models.BigIntegerField("发文单位编号")
    issuer_name = models.CharField("发文单位", max_length=100)
    addressee = models.CharField("主送单位", max_length=100)
    title = models.CharField("标题", max_length=120)
    #: "kind:code" of what it is about, and of the project that it belongs to.
    subject = models.CharField("对象", max_length=120)
    within = models.CharField("所属", max_length=120, blank=True)
    pdf = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name="正本")
    issued_by = models.UUIDField("签发人编号")
    issued_by_name = models.CharField("签发人", max_length=100)
    issued_at = models.DateTimeField("签发时间")
    issued_on = models.DateField("签发日期")
    #: What /v/<code> takes; it cannot be guessed.
    code = models.CharField("核验码", max_length=20, unique=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revoked_reason = models.CharField("撤销理由", max_length=200, blank=True)

    scope: ClassVar[Scope] = Scope(ByIssuer())
    everything = Everything.from_queryset(ScopedQuerySet)()
    objects = ScopedQuerySet.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "文书"
        ordering: ClassVar = ["-issued_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "word", "year", "serial"], name="official_document_number"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_reason="")),
                name="official_document_revoked_with_reason",
                violation_error_message="撤销文书须写明理由。",
            ),
        ]
        indexes: ClassVar = [
            # Documents beside what they are about; the issuer's register, newest first.
            models.Index(fields=["subject"], name="official_document_subject"),
            models.Index(fields=["issuer", "-issued_at"], name="official_document_register"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """文号: 劳监令〔2026〕第0041号."""
        return f"{self.word}〔{self.year}〕第{self.serial:04d}号"


class ProofOfService(models.Model):
    """How an official document was served, or that it was refused (送达回证); never changed."""

    class Manner(models.TextChoices):
        DIRECT = "direct", "直接送达"
        LEFT = "left", "留置送达"
        POST = "post", "邮寄送达"
        ELECTRONIC = "electronic", "电子送达"
        ENTRUSTED = "entrusted", "委托送达"
        NOTICE = "notice", "公告送达"

    document = models.ForeignKey(OfficialDocument, models.PROTECT, related_name="proofs")
    manner = models.CharField("送达方式", max_length=10, choices=Manner)
    served_on = models.DateField("送达日期")
    recipient = models.CharField("收件人", max_length=60)
    refused = models.BooleanField("拒收", default=False)
    note = models.CharField("说明", max_length=200, blank=True)
    paper = models.ForeignKey(Attachment, models.PROTECT, null=True, verbose_name="回证")
    recorded_by = models.UUIDField("记录人编号")
    recorded_by_name = models.CharField("记录人", max_length=100)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "送达回证"
        ordering: ClassVar = ["served_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(refused=False),
                name="proof_of_service_once",
                violation_error_message="这份文书已经送达。",
            ),
            models.CheckConstraint(
                condition=Q(refused=False) | ~Q(note=""),
                name="proof_of_service_refused_with_note",
                violation_error_message="拒收须写明经过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.get_manner_display()}"


# The tables of core/messages are core's own.
from core.messages import models as messages  # noqa: E402

__all__ = ["messages"]
