"""Rules' settings and runs, and the early warnings they raise 规程一(一)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from core.actor import Actor
from core.models import Attachment, Change, OfficialDocument
from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet, ScopedTable
from identity.models import Organisation, Region, User
from identity.scope import ByRegion
from monitoring.scope import BANKS_RULES, OWNERS_RULES, ByBanksProjects, OfRules
from projects.models import ByEmployer, ByParticipation, ParticipantRole, Project


class Level(models.TextChoices):
    """Warning levels; the value sorts by severity."""

    BLUE = "1", "蓝"
    YELLOW = "2", "黄"
    ORANGE = "3", "橙"
    RED = "4", "红"

    @property
    def badge(self) -> str:
        """The name of the level's sign on pages."""
        return self.name.lower()


class RuleSetting(models.Model):
    """A threshold of a rule, changed by an officer from a day on, for a region and below."""

    rule = models.CharField("规则", max_length=6)
    name = models.CharField("参数", max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地区")
    value = models.DecimalField("值", max_digits=14, decimal_places=4)
    since = models.DateField("起始日期")
    reason = models.CharField("理由", max_length=200)
    set_by = models.CharField("设定人", max_length=60)
    set_at = models.DateTimeField("设定时间")

    class Meta:
        verbose_name = verbose_name_plural = "规则参数"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "name", "region", "since"], name="rule_setting_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.name} {self.value}"


class RuleRun(models.Model):
    """One evaluation of one rule, over the province or over some projects."""

    class Status(models.TextChoices):
        OK = "ok", "完成"
        #: Some projects could not be judged: they are named, and their warnings stand.
        PARTLY = "partly", "部分失败"
        FAILED = "failed", "失败"
        #: Judged by a clock that was wrong, as the operator found.
        VOID = "void", "作废"

    rule = models.CharField("规则", max_length=6)
    version = models.PositiveSmallIntegerField("规则版本")
    as_of = models.DateField("判断日期")
    started_at = models.DateTimeField("开始时间")
    milliseconds = models.PositiveIntegerField("毫秒", default=0)
    status = models.CharField("结果", max_length=6, choices=Status)
    projects = models.PositiveIntegerField("项目数", null=True)
    #: Projects looked at that the rule judged, and those whose state rules it out.
    judged = models.PositiveIntegerField("已判断项目", default=0)
    not_applicable = models.PositiveIntegerField("不适用项目", default=0)
    #: Findings by what they came to; ``found`` are those that warn.
    found = models.PositiveIntegerField("预警", default=0)
    inhibited = models.PositiveIntegerField("抑制", default=0)
    unknown = models.PositiveIntegerField("未知", default=0)
    pending = models.PositiveIntegerField("待确认", default=0)
    #: Findings of one identity that were merged into one.
    merged = models.PositiveIntegerField("合并", default=0)
    opened = models.PositiveIntegerField("新增", default=0)
    cleared = models.PositiveIntegerField("解除", default=0)
    #: The fault's class, where it struck, and what was merged; never an error's own words.
    error = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则运行"
        indexes = [
            models.Index(fields=["rule", "-started_at"], name="rule_run_latest"),
            # The daily sweep: which rules it has yet to evaluate.
            models.Index(fields=["rule", "-id"], condition=Q(projects=None), name="rule_run_whole"),
            # Whether a later day was judged already.
            models.Index(fields=["as_of"], name="rule_run_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.as_of}"


class EarlyWarningRows(ScopedQuerySet):
    """Warnings, filtered."""

    def undismissed(self) -> "EarlyWarningRows":
        """All but those that an officer wrote off as a false alarm (误报注销)."""
        return self.exclude(handling=EarlyWarning.Handling.DISMISSED)

    def live(self) -> "EarlyWarningRows":
        """Not mended: firing, or held back by a cause or for want of data while its clocks run."""
        return self.exclude(condition=EarlyWarning.Condition.CLEARED)

    def firing(self) -> "EarlyWarningRows":
        """The facts hold, and nothing speaks for them in its place."""
        return self.filter(condition=EarlyWarning.Condition.FIRING)

    def reviewable_by(self, actor: Actor) -> "EarlyWarningRows":
        """Not signed for by the actor since they last came up: who signs does not review."""
        turns = (WarningEvent.Kind.SIGNED, WarningEvent.Kind.REOPENED)
        later = WarningEvent.everything.filter(
            warning=OuterRef("warning"), kind__in=turns, pk__gt=OuterRef("pk")
        )
        signed = WarningEvent.everything.filter(
            ~Exists(later),
            warning=OuterRef("pk"),
            kind=WarningEvent.Kind.SIGNED,
            actor_id=actor.id,
        )
        return self.filter(~Exists(signed))

    def to_review(self, actor: Actor) -> "EarlyWarningRows":
        """待复核、销号: reported and still true, or mended and not signed for by this officer."""
        handling = EarlyWarning.Handling
        mended = self.reviewable_by(actor).filter(
            condition=EarlyWarning.Condition.CLEARED,
            handling__in=[handling.SIGNED, handling.IN_HAND, handling.REPORTED],
        )
        reported = ~Q(condition=EarlyWarning.Condition.CLEARED) & Q(handling=handling.REPORTED)
        return self.filter(reported | Q(pk__in=mended.values("pk")))


class EarlyWarning(ScopedModel):
    """A 预警: one (rule, subject, period), for as long as the facts hold.

    ``condition`` belongs to the engine, ``handling`` to people. A row exists only for what has
    fired once: what is held back from the start is a :class:`Coverage`.
    """

    class Condition(models.TextChoices):
        FIRING = "firing", "预警中"
        #: Another warning speaks for it; nothing was mended and its clocks run.
        INHIBITED = "inhibited", "由其他预警处理"
        UNKNOWN = "unknown", "暂无法判断"
        CLEARED = "cleared", "已解除"

    class Handling(models.TextChoices):
        DISPATCHED = "dispatched", "已派发"
        SIGNED = "signed", "已签收"
        IN_HAND = "in_hand", "处置中"
        REPORTED = "reported", "已反馈"
        CLOSED = "closed", "已销号"
        DISMISSED = "dismissed", "误报注销"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.CharField("规则", max_length=6)
    rule_version = models.PositiveSmallIntegerField("规则版本")
    #: The rule's title as it last fired: a warning is read also when its rule is retired.
    title = models.CharField("名称", max_length=40)
    #: "kind:code", as rules.md has it.
    subject = models.CharField("对象", max_length=80)
    #: YYYY-MM, a date, or "".
    period = models.CharField("期间", max_length=10, blank=True)
    #: Empty where the subject has none of its own (a bank); see ``others``.
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="warnings")
    #: Further projects that it concerns: the second of a pair, all of a bank's.
    others = models.ManyToManyField(Project, related_name="+", through="WarningProject")
    #: Whose people it is about; empty where it concerns the project.
    employer = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="warnings", verbose_name="用人单位"
    )
    #: By the facts, which is the engine's; and what people or the clock have raised it to ("": not
    #: raised). Pages, lists and days go by the higher of the two.
    fact_level = models.CharField("事实等级", max_length=1, choices=Level)
    raised_level = models.CharField("升级后等级", max_length=1, choices=Level, blank=True)
    level = models.GeneratedField(
        expression=Greatest(F("fact_level"), F("raised_level")),
        output_field=models.CharField(max_length=1, choices=Level),
        db_persist=True,
        choices=Level,
        verbose_name="等级",
    )
    condition = models.CharField("状况", max_length=9, choices=Condition, default=Condition.FIRING)
    #: Why it is inhibited or unknown: the warning that speaks for it, and in words.
    inhibited_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="inhibits", verbose_name="由何预警处理"
    )
    because = models.CharField("缘由", max_length=100, blank=True)
    #: The first day without its facts, of a rule whose warnings go on for some days.
    gap_since = models.DateField("事实消除日", null=True)
    #: The officer who was put in charge; empty: whoever of the bureau is there.
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    handling = models.CharField(
        "办理", max_length=10, choices=Handling, default=Handling.DISPATCHED
    )
    #: What is wrong, in one sentence with the numbers.
    summary = models.CharField("内容", max_length=300)
    #: The facts and the records they stand on; never personal data in full.
    evidence = models.JSONField("证据", default=dict)
    #: The legal day that the ladder counts from, and the first day it fired.
    counted_from = models.DateField("起算日", null=True)
    since = models.DateField("预警日期")
    evaluated_on = models.DateField("最近判断日期")
    cleared_at = models.DateTimeField("解除时间", null=True)
    sign_by = models.DateField("签收期限")
    settle_by = models.DateField("处置期限")
    reopened = models.PositiveSmallIntegerField("重新发生次数", default=0)

    scope: ClassVar[Scope] = Scope(
        ByRegion("project"),
        ByParticipation("project", ParticipantRole.CONTRACTOR),
        ByEmployer("project", "employer"),
        OfRules(OWNERS_RULES, ByParticipation("project", ParticipantRole.OWNER)),
        OfRules(BANKS_RULES, ByBanksProjects("project")),
    )
    everything = Everything.from_queryset(EarlyWarningRows)()
    objects = EarlyWarningRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "预警"
        ordering = ["-level", "since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "period"], name="early_warning_identity"
            ),
            models.CheckConstraint(
                condition=Q(condition__in=["inhibited", "unknown"])
                | Q(because="", inhibited_by__isnull=True),
                name="early_warning_because",
            ),
        ]
        indexes = [
            # The officer's home page: live, worst first, oldest first.
            models.Index(
                fields=["-level", "since", "id"],
                condition=~Q(condition="cleared"),
                name="early_warning_worst_first",
            ),
            # The engine: what is live for a rule; a project's warnings.
            models.Index(
                fields=["rule", "project"],
                condition=~Q(condition="cleared"),
                name="early_warning_live",
            ),
            models.Index(fields=["project", "-level"], name="early_warning_of_project"),
        ]


class WarningProject(models.Model):
    """A further project that a warning concerns."""

    warning = models.ForeignKey(EarlyWarning, models.CASCADE, related_name="concerned")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "预警涉及项目"
        constraints = [
            models.UniqueConstraint(fields=["warning", "project"], name="warning_project_once")
        ]

    def __str__(self) -> str:
        return f"{self.warning_id} {self.project_id}"


class Coverage(ScopedTable):
    """What a rule looked at and did not warn of: held back by a cause, unknown, or not yet sure.

    As of the rule's last run. What has fired once stays a warning, with its condition.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        INHIBITED = "inhibited", "由其他预警处理"
        UNKNOWN = "unknown", "暂无法判断"

    rule = models.CharField("规则", max_length=6)
    subject = models.CharField("对象", max_length=80)
    period = models.CharField("期间", max_length=10, blank=True)
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="+")
    employer = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    state = models.CharField("状态", max_length=9, choices=State)
    cause = models.ForeignKey(EarlyWarning, models.SET_NULL, null=True, related_name="+")
    because = models.CharField("缘由", max_length=100, blank=True)
    summary = models.CharField("内容", max_length=300, blank=True)
    #: Since when it has been in this state.
    since = models.DateField("起始日期")

    scope: ClassVar[Scope] = Scope(ByRegion("project"))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "未预警情况"
        ordering = ["rule", "since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject", "period"], name="coverage_identity")
        ]
        indexes = [
            # The engine: what is held back of a rule; a list: of a rule, by state.
            models.Index(fields=["rule", "project"], name="coverage_of_rule"),
        ]


#: Stages in which the organisation's answer is still awaited.
BEFORE_REPORT = (
    EarlyWarning.Handling.DISPATCHED,
    EarlyWarning.Handling.SIGNED,
    EarlyWarning.Handling.IN_HAND,
)
#: Stages in which a warning is somebody's work.
OPEN_STAGES = (*BEFORE_REPORT, EarlyWarning.Handling.REPORTED)


class WarningEvent(ScopedTable, Change):
    """A step in a warning's life, by the engine or by people; never changed.

    A feed too: people are told of it (monitoring.telling).
    """

    is_kept = True

    class Kind(models.TextChoices):
        OPENED = "opened", "产生并派发"
        RAISED = "raised", "等级上升"
        LOWERED = "lowered", "等级下降"
        CLEARED = "cleared", "自动解除"
        REOPENED = "reopened", "再次发生"
        #: Back within the days of one episode, or no longer held back.
        RESUMED = "resumed", "继续预警"
        INHIBITED = "inhibited", "转由其他预警处理"
        UNKNOWN = "unknown", "暂无法判断"
        #: By the clock (monitoring.escalation); 督办 by people, too (monitoring.acts).
        ESCALATED = "escalated", "到期升级"
        SUPERVISED = "supervised", "督办"
        SIGNED = "signed", "签收"
        REPORTED = "reported", "反馈"
        RETURNED = "returned", "退回"
        CLOSED = "closed", "复核销号"
        REMINDED = "reminded", "催办"
        TALKED = "talked", "约谈"
        ORDERED = "ordered", "责令限期改正"
        TO_INDUSTRY = "to_industry", "转行业主管部门"
        TO_CASE = "to_case", "转立案"
        TO_POLICE = "to_police", "转公安机关"
        REPORTED_UP = "reported_up", "上报"
        EXTENSION_ASKED = "extension_asked", "申请延期"
        EXTENDED = "extended", "批准延期"
        NOT_EXTENDED = "not_extended", "不予延期"
        DISMISSED = "dismissed", "误报注销"
        ASSIGNED = "assigned", "指定经办人"
        COMMENTED = "commented", "补充情况"

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, related_name="events")
    at = models.DateTimeField("时间")
    kind = models.CharField("事项", max_length=16, choices=Kind)
    actor_id = models.UUIDField()
    actor_name = models.CharField("经办人", max_length=60)
    organisation = models.CharField("单位", max_length=100, blank=True)
    level = models.CharField("等级", max_length=1, choices=Level, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, verbose_name="附件")
    #: The document that the step issued: 指令书, 移送单, 督办通知.
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, related_name="+", verbose_name="文书"
    )
    #: What the step holds beyond words: days asked, the new deadline with its arithmetic.
    detail = models.JSONField("内容", default=dict)

    scope: ClassVar[Scope] = Scope(
        ByRegion("warning__project"),
        ByParticipation("warning__project", ParticipantRole.CONTRACTOR),
        ByEmployer("warning__project", "warning__employer"),
        OfRules(
            OWNERS_RULES, ByParticipation("warning__project", ParticipantRole.OWNER), "warning"
        ),
        OfRules(BANKS_RULES, ByBanksProjects("warning__project"), "warning"),
    )

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "预警办理记录"
        ordering = ["at", "pk"]
        indexes = [
            # What waits for its place (core.changes).
            models.Index(fields=["id"], condition=Q(place=None), name="warning_event_new"),
        ]


class Escalation(ScopedTable):
    """A step that the clock took with a warning that people left lying (monitoring.escalation)."""

    class Clock(models.TextChoices):
        SIGN = "sign", "签收"
        SETTLE = "settle", "处置"

    class Tier(models.IntegerChoices):
        COUNTY = 0, "县市区"
        PREFECTURE = 1, "地州市"
        REGION = 2, "自治区"

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, related_name="escalations")
    #: Which coming-up of the warning: how often it had been reopened.
    episode = models.PositiveSmallIntegerField()
    clock = models.CharField("期限", max_length=6, choices=Clock)
    number = models.PositiveSmallIntegerField("第几步")
    on = models.DateField("日期")
    tier = models.PositiveSmallIntegerField("政府层级", choices=Tier)
    #: What it was raised to; "" where it went up a level of government.
    level = models.CharField("升至", max_length=1, choices=Level, blank=True)
    event = models.OneToOneField(WarningEvent, models.PROTECT, related_name="escalation")

    scope: ClassVar[Scope] = Scope(ByRegion("warning__project"))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "预警升级"
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["warning", "episode", "clock", "number"], name="escalation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.warning_id} {self.clock} {self.number}"
