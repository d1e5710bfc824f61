"""What the rules judged and what they could not: runs, what is held back, and rules that fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from core.actor import Actor
from core.home import WorkLine, WorkSection
from core.listing import ListColumn, ListPage, ListTable
from identity.roles import GOVERNMENT, Role
from monitoring.catalogue import RETIRED, RULES
from monitoring.models import Coverage, RuleRun
from monitoring.thresholds import WHOLE_REGION

#: Who sees how the rules run over the whole region; what is held back they see in their scope.
MAY_SEE_RUNS = (*sorted(GOVERNMENT), Role.OPERATOR)
#: A rule that was not judged whole for longer than this says so.
JUDGED_WITHIN = timedelta(days=1)


def rule_title(code: str) -> str:
    """What a rule is called, also one that is no more."""
    return RULES[code].title if code in RULES else RETIRED.get(code, "")


@dataclass(frozen=True, slots=True)
class RunLine:
    """A rule with its last whole run; one that never ran has a run without a day."""

    code: str
    title: str
    run: RuleRun


def _figures(path: str = "") -> tuple[ListColumn, ...]:
    labels = {
        "judged": "已判断项目",
        "not_applicable": "不适用项目",
        "found": "预警",
        "inhibited": "抑制",
        "unknown": "未知",
        "pending": "待确认",
    }
    return tuple(
        ListColumn(name, label, sort=f"{path}{name}", kind="number", falling=True)
        for name, label in labels.items()
    )


LATEST_RUNS = ListTable(
    columns=(
        ListColumn("rule", "规则", sort="code", slot="main"),
        ListColumn("as_of", "判断日期", sort="run__as_of", kind="date", slot="aside"),
        ListColumn("status", "结果", sort="run__status", slot="state"),
        *_figures("run__"),
        ListColumn("note", "说明"),
    ),
    default=(),
    default_sort="rule",
)
RUNS_OF_RULE = ListTable(
    columns=(
        ListColumn("started_at", "开始时间", sort="started_at", slot="main", falling=True),
        ListColumn("as_of", "判断日期", sort="as_of", kind="date", slot="aside", falling=True),
        ListColumn("status", "结果", sort="status", slot="state"),
        ListColumn("projects", "范围", sort="projects", kind="number"),
        *_figures(),
        ListColumn("opened", "新增", sort="opened", kind="number", falling=True),
        ListColumn("cleared", "解除", sort="cleared", kind="number", falling=True),
        ListColumn("milliseconds", "用时（毫秒）", sort="milliseconds", kind="number"),
        ListColumn("note", "说明"),
    ),
    default=("-started_at",),
    default_sort="-started_at",
)
COVERAGE_LIST = ListTable(
    columns=(
        ListColumn("rule", "规则", sort="rule", slot="main"),
        ListColumn("project", "项目", sort="project__name"),
        ListColumn("subject", "对象", sort="subject"),
        ListColumn("state", "状态", sort="state", slot="state"),
        ListColumn("because", "缘由", sort="because"),
        ListColumn("since", "起始日期", sort="since", kind="date", slot="aside"),
    ),
    default=("rule", "since"),
    default_sort="rule",
)


def latest_runs(*, actor: Actor, params: Mapping[str, Any]) -> ListPage[RunLine]:
    """The last whole run of every rule."""
    actor.require_role(*MAY_SEE_RUNS)
    runs = _latest()
    lines = [
        RunLine(code, RULES[code].title, runs.get(code) or RuleRun(rule=code))
        for code in sorted(RULES)
    ]
    return LATEST_RUNS.page_in_memory(lines, params=params)


def _latest() -> dict[str, RuleRun]:
    rows = RuleRun.objects.filter(projects=None).exclude(status=RuleRun.Status.VOID)
    return {run.rule: run for run in rows.order_by("rule", "-pk").distinct("rule")}


def runs_of_rule(*, actor: Actor, code: str, params: Mapping[str, Any]) -> ListPage[RuleRun]:
    """Every recorded run of one rule, the latest first.

    :raises RuleRun.DoesNotExist: there is no such rule.
    """
    actor.require_role(*MAY_SEE_RUNS)
    if not rule_title(code):
        raise RuleRun.DoesNotExist
    return RUNS_OF_RULE.page(RuleRun.objects.filter(rule=code), params=params)


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """A subject that a rule does not warn of, and why."""

    rule: str
    title: str
    project: str
    project_code: str
    region: str
    employer: str
    period: str
    state: str
    state_label: str
    because: str
    cause: UUID | None
    summary: str
    since: date


def held_back(*, actor: Actor) -> QuerySet[Any]:
    """What is held back from the start in the actor's scope, as rows of :data:`COVERAGE_LIST`."""
    rows = Coverage.objects.visible_to(actor)
    return rows.select_related("project__region", "employer", "cause")


def coverage_line(row: Coverage) -> CoverageLine:
    """The row as the list shows it."""
    return CoverageLine(
        rule=row.rule,
        title=rule_title(row.rule),
        project=row.project.name if row.project else "",
        project_code=row.project.code if row.project else "",
        region=row.project.region.name if row.project else "",
        employer=row.employer.name if row.employer else "",
        period=row.period,
        state=row.state,
        state_label=row.get_state_display(),
        because=row.because,
        cause=row.cause.uuid if row.cause else None,
        summary=row.summary,
        since=row.since,
    )


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule that does not judge as it should: it failed, did not run, or ran ahead."""

    code: str
    title: str
    words: str


def rule_faults(*, as_of: date) -> list[RuleFault]:
    """Rules that failed or did not run: a warning to the operator and to 自治区.

    What they warned of stands meanwhile, as it was last judged.
    """
    latest, faults = _latest(), []
    for code in sorted(RULES):
        if words := _fault_of(latest.get(code), as_of):
            faults.append(RuleFault(code, RULES[code].title, words))
    return faults


def _fault_of(run: RuleRun | None, as_of: date) -> str:
    if run is None:
        return "还没有巡查过"
    if run.as_of > as_of:
        return f"已经按 {run.as_of} 判断过，服务器时钟可能有误；更早的日期不再判断"
    if run.status != RuleRun.Status.OK:
        return f"{run.as_of} 巡查{run.get_status_display()}：{run.error}"
    if as_of - run.as_of > JUDGED_WITHIN:
        return f"自 {run.as_of} 起没有巡查"
    return ""


def faults_section(*, actor: Actor, as_of: date) -> WorkSection | None:
    """The faults on the home pages of the operator and of 自治区; None while all is well."""
    officer = any(
        grant.role == Role.BUREAU_OFFICER and grant.region == WHOLE_REGION for grant in actor.grants
    )
    if not (officer or actor.has_role(Role.OPERATOR)):
        return None
    faults = rule_faults(as_of=as_of)
    if not faults:
        return None
    return WorkSection(
        "预警规则没有正常巡查",
        [
            WorkLine(
                title=f"{fault.code} {fault.title}",
                url=reverse("monitoring:rule_runs", args=[fault.code]),
                note=f"{fault.words}。已有预警保持不变。",
                action="查看",
                action_url=reverse("monitoring:rule_runs", args=[fault.code]),
            )
            for fault in faults
        ],
        len(faults),
        "规则都在正常巡查",
        "",
        reverse("monitoring:runs"),
    )
