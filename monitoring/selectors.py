"""What pages and commands read of warnings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.urls import reverse

from core.actor import Actor
from core.hook_kinds import NamedSubject, SearchHit, Subject, subject_of
from core.hooks import declared
from core.listing import ListColumn, ListPage, ListTable, in_order
from core.official import documents_about
from core.prepared import Given, PreparedQuery
from core.scope import once_a_request
from identity.limits import Limit
from identity.models import Organisation, Region
from identity.selectors import COUNTY, level_of, regions, staffed_counties
from monitoring.catalogue import RULES, Rule
from monitoring.evidence import Evidence, readable_evidence
from monitoring.limits import PAGE_LIMITS
from monitoring.models import (
    BEFORE_REPORT,
    EarlyWarning,
    EarlyWarningRows,
    Level,
    RuleRun,
    RuleSetting,
    WarningEvent,
)
from monitoring.thresholds import thresholds
from projects.hook_kinds import ColumnCell, ProjectTab
from projects.models import Project
from projects.permissions import is_government

#: How the list is ordered: worst first, then the longest standing.
WORST_FIRST = ("-level", "since", "id")
#: In the place of a condition: whatever is not mended; what waits for the reader to review it.
LIVE = "live"
TO_REVIEW = "to_review"
#: Whom a live warning waits for at each stage.
NEXT_STEPS = {
    EarlyWarning.Handling.DISPATCHED: "等属地人社部门签收",
    EarlyWarning.Handling.SIGNED: "等责任单位处置并反馈",
    EarlyWarning.Handling.IN_HAND: "反馈已退回，等责任单位继续处置并反馈",
    EarlyWarning.Handling.REPORTED: "等人社部门复核；事实消除后系统自动解除",
    EarlyWarning.Handling.CLOSED: "已销号",
    EarlyWarning.Handling.DISMISSED: "已按误报注销",
}


LIST = ListTable(
    columns=(
        ListColumn("level", "等级", sort="level", slot="state", falling=True),
        ListColumn("title", "预警", sort="rule", slot="main"),
        ListColumn("project", "项目", sort="project__name"),
        ListColumn("since", "预警日期", sort="since", kind="date"),
        ListColumn("handling", "办理", sort=in_order("handling", EarlyWarning.Handling.values)),
        ListColumn("due", "期限", sort="due", kind="date", slot="aside"),
    ),
    default=("-level", "since"),
    default_sort="-level",
)


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A warning in a list; ``fact`` is what it speaks of: (rule, subject, period)."""

    uuid: UUID
    fact: tuple[str, str, str]
    badge: str
    severity: str
    level: str
    rule: str
    title: str
    summary: str
    project: str
    project_code: str
    region: str
    since: date
    handling: str
    handling_label: str
    condition: str
    condition_label: str
    #: Why it is held back: the warning that speaks for it, or the data that are wanting.
    because: str
    due_on: date | None


def _visible_warnings(actor: Actor) -> EarlyWarningRows:
    rows = EarlyWarning.objects.visible_to(actor)
    return rows.select_related("project__region", "employer")


def line(warning: EarlyWarning, *, actor: Actor) -> WarningLine:
    """The warning as lists show it, with the day that the actor is held to."""
    return WarningLine(
        uuid=warning.uuid,
        fact=(warning.rule, warning.subject, warning.period),
        badge=Level(warning.level).badge,
        severity=warning.level,
        level=f"{warning.get_level_display()}色",
        rule=warning.rule,
        title=warning.title,
        summary=warning.summary,
        project=warning.project.name if warning.project else "",
        project_code=warning.project.code if warning.project else "",
        region=warning.project.region.name if warning.project else "",
        since=warning.since,
        handling=warning.handling,
        handling_label=warning.get_handling_display(),
        condition=warning.condition,
        condition_label=warning.get_condition_display(),
        because=warning.because,
        due_on=_due_on(warning, actor),
    )


def _due_on(warning: EarlyWarning, actor: Actor) -> date | None:
    """Government signs and then sees it settled; what others owe is done once they reported.

    :func:`listed` sorts by the same day.
    """
    if warning.handling == EarlyWarning.Handling.DISMISSED:
        return None
    if is_government(actor):
        unsigned = warning.handling == EarlyWarning.Handling.DISPATCHED
        return warning.sign_by if unsigned else warning.settle_by
    return warning.settle_by if warning.handling in BEFORE_REPORT else None


def to_review(*, actor: Actor, limit: int) -> tuple[list[WarningLine], int]:
    """What waits for the officer's review, the worst first, and how many there are."""
    rows = _visible_warnings(actor).to_review(actor)
    shown = [line(row, actor=actor) for row in rows.order_by(*WORST_FIRST)[:limit]]
    return shown, rows.count() if len(shown) == limit else len(shown)


def _due_of_handling(actor: Actor) -> Case:
    """The day of :func:`_due_on`, in the database; unknown once nothing is due any more."""
    settled = Q(condition=EarlyWarning.Condition.CLEARED) | Q(
        handling__in=[EarlyWarning.Handling.CLOSED, EarlyWarning.Handling.DISMISSED]
    )
    if is_government(actor):
        steps = [When(handling=EarlyWarning.Handling.DISPATCHED, then=F("sign_by"))]
    else:
        steps = [When(~Q(handling__in=BEFORE_REPORT), then=None)]
    return Case(When(settled, then=None), *steps, default=F("settle_by"), output_field=DateField())


def listed(*, actor: Actor, project: Project | None = None) -> EarlyWarningRows:
    """The warnings that the actor sees, as rows of :data:`LIST`."""
    rows = _visible_warnings(actor).annotate(due=_due_of_handling(actor))
    return rows if project is None else rows.filter(project=project)


def project_page(
    *, actor: Actor, project: Project, params: Mapping[str, Any]
) -> ListPage[WarningLine]:
    """A project's warnings, those that are over included; the project is not named again."""
    page = LIST.without("project").page(listed(actor=actor, project=project), params=params)
    return page.of(lambda warning: line(warning, actor=actor))


def live_beside(
    *,
    actor: Actor,
    facts: Collection[tuple[str, str, str]],
    limit: int,
    project: Project | None = None,
) -> tuple[list[WarningLine], int]:
    """The worst live warnings, those that speak of these facts (rule, subject, period) among them,
    and how many are live in all."""
    asked = limit + len(facts)
    shape = EarlyWarning.scope.rows(actor), project is not None, asked + 1
    worst = _WORST_LIVE.rows(*shape, project=project and project.pk)
    total = len(worst)
    if total > asked:
        rows = _visible_warnings(actor).live().undismissed()
        if project is not None:
            rows = rows.filter(project=project)
        total = sum(counts_by_level(actor=actor, project=project).values())
        subjects = {subject for _, subject, _ in facts}
        speaking = rows.filter(subject__in=subjects).exclude(pk__in=[row.pk for row in worst])
        worst += [row for row in speaking if (row.rule, row.subject, row.period) in facts]
    return [line(row, actor=actor) for row in worst], total


def _worst_live(scope: Q, of_project: bool, limit: int) -> QuerySet[EarlyWarning]:
    rows = (
        EarlyWarning.everything.filter(scope)
        .live()
        .undismissed()
        .select_related("project__region", "employer")
    )
    if of_project:
        rows = rows.filter(project=Given("project"))
    return rows.order_by(*WORST_FIRST)[:limit]


_WORST_LIVE = PreparedQuery(_worst_live)


def worst(
    *,
    actor: Actor,
    limit: int,
    handling: str = "",
    project: Project | None = None,
) -> list[WarningLine]:
    """The worst live warnings, the longest standing first."""
    rows = _visible_warnings(actor).live().undismissed()
    if handling:
        rows = rows.filter(handling=handling)
    if project is not None:
        rows = rows.filter(project=project)
    return [line(warning, actor=actor) for warning in rows.order_by(*WORST_FIRST)[:limit]]


def to_sign(*, actor: Actor, as_of: date, limit: int) -> tuple[list[WarningLine], int]:
    """What the actor's own desk has to sign for, and how many there are, the worst first.

    A level above counties signs where no county has an officer, and what a county let lie past
    its day (monitoring.desk).
    """
    rows = _visible_warnings(actor).live().filter(handling=EarlyWarning.Handling.DISPATCHED)
    if not any(level_of(one.region) == COUNTY for one in actor.grants if one.region):
        rows = rows.filter(
            Q(sign_by__lt=as_of) | ~Q(project__region__in=staffed_counties(actor=actor))
        )
    shown = [line(row, actor=actor) for row in rows.order_by(*WORST_FIRST)[:limit]]
    return shown, rows.count() if len(shown) == limit else len(shown)


def worst_of_project(*, actor: Actor) -> Subquery:
    """The worst level of each project's live warnings: what the list of projects sorts by."""
    live = (
        EarlyWarning.objects.visible_to(actor).live().undismissed().filter(project=OuterRef("pk"))
    )
    return Subquery(live.order_by("-level").values("level")[:1])


def worst_cells(*, actor: Actor, as_of: date, projects: Collection[int]) -> dict[int, ColumnCell]:
    """The worst level of the live warnings that the actor sees of each project."""
    rows = (
        EarlyWarning.objects.visible_to(actor)
        .live()
        .undismissed()
        .filter(project__in=projects)
        .order_by()
    )
    worst = rows.values_list("project", "project__code").annotate(level=Max("level"))
    return {
        project: ColumnCell(
            f"{Level(level).label}色",
            level=Level(level).badge,
            url=reverse("monitoring:project", args=[code]),
        )
        for project, code, level in worst
    }


def search_warnings(*, actor: Actor, text: str, limit: int) -> list[SearchHit]:
    """Live warnings of a rule, by its code or title, or of a project by name or code."""
    rules = [code for code, rule in RULES.items() if text.upper() == code or text in rule.title]
    named = Q(project__name__icontains=text) | Q(project__code__iexact=text)
    rows = (
        _visible_warnings(actor)
        .live()
        .undismissed()
        .filter(named | Q(rule__in=rules))
        .order_by(*WORST_FIRST)
    )
    lines = [line(row, actor=actor) for row in rows[:limit]]
    return [
        SearchHit(
            f"{one.level} {one.title}",
            f"{one.project} · {one.summary}",
            reverse("monitoring:warning", args=[one.uuid]),
        )
        for one in lines
    ]


def counts_by_level(
    *, actor: Actor, project: Project | None = None, handling: str = ""
) -> dict[str, int]:
    """Live warnings by level, worst first, zeros included; asked once a page."""

    def look_up() -> dict[str, int]:
        rows = EarlyWarning.objects.visible_to(actor).live().undismissed()
        if handling:
            rows = rows.filter(handling=handling)
        if project is not None:
            rows = rows.filter(project=project)
        counted = dict(rows.values_list("level").annotate(count=Count("pk")).order_by())
        return {level: counted.get(level, 0) for level in reversed(Level.values)}

    return once_a_request(("warnings by level", actor, project, handling), look_up)


def counts_by_rule(*, actor: Actor) -> dict[str, int]:
    """Live warnings by the code of their rule."""
    rows = EarlyWarning.objects.visible_to(actor).live().undismissed()
    return dict(rows.values_list("rule").annotate(count=Count("pk")).order_by())


def warning(*, actor: Actor, uuid: UUID | str) -> EarlyWarning:
    """One warning that the actor sees.

    :raises EarlyWarning.DoesNotExist: none, or out of scope.
    """
    return _visible_warnings(actor).get(uuid=uuid)


@dataclass(frozen=True, slots=True)
class WarningPage:
    """What a warning's page answers, in its order; ``rule`` None where it is retired."""

    warning: EarlyWarning
    line: WarningLine
    rule: Rule | None
    subject: NamedSubject | None
    evidence: Evidence
    events: list[WarningEvent]
    documents: list[Any]

    @property
    def version_note(self) -> str:
        """Which version of the rule fired."""
        return f"第 {self.warning.rule_version} 版"

    @property
    def next_step(self) -> str:
        """Whom the warning waits for."""
        stage = EarlyWarning.Handling(self.warning.handling)
        cleared = self.warning.condition == EarlyWarning.Condition.CLEARED
        if cleared and stage != EarlyWarning.Handling.CLOSED:
            return "事实已消除，等没有签收过它的监察员复核销号"
        return NEXT_STEPS[stage]

    @property
    def place_label(self) -> str:
        """The project's tab where the cause is mended; "" for a retired rule."""
        place = self.rule.place if self.rule else ""
        return next((tab.label for tab in declared(ProjectTab) if tab.page == place), "")


def warning_page(*, actor: Actor, uuid: UUID | str) -> WarningPage:
    """A warning with its rule, evidence and history.

    :raises EarlyWarning.DoesNotExist: none, or out of scope.
    """
    found = warning(actor=actor, uuid=uuid)
    rule = RULES.get(found.rule)
    events = WarningEvent.objects.visible_to(actor).filter(warning=found)
    return WarningPage(
        warning=found,
        line=line(found, actor=actor),
        rule=rule,
        subject=subject_of(found.subject, actor=actor),
        evidence=readable_evidence(found.evidence, rule.evidence if rule else ()),
        events=list(events.select_related("attachment", "document").order_by("-at", "-pk")),
        documents=documents_about(f"warning:{found.uuid}"),
    )


def basis_of(warning: EarlyWarning) -> str:
    """The articles that the warning's rule rests on; in general terms where it is retired."""
    rule = RULES.get(warning.rule)
    return rule.basis if rule else "《保障农民工工资支付条例》"


def warning_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The warnings of these uuids that the actor sees."""
    return {
        str(one.uuid): Subject(
            f"{one.title} · {one.project.name if one.project else one.subject}",
            reverse("monitoring:warning", args=[one.uuid]),
        )
        for one in _visible_warnings(actor).filter(uuid__in=codes)
    }


def event(*, actor: Actor, warning: UUID | str, event: int) -> WarningEvent:
    """One step of a warning's history, for its paper.

    :raises WarningEvent.DoesNotExist: none, or out of scope.
    """
    rows = WarningEvent.objects.visible_to(actor).select_related("attachment")
    return rows.get(warning__uuid=warning, pk=event)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in the catalogue, with how many live warnings of it one sees."""

    rule: Rule
    live: int


RULE_LIST = ListTable(
    columns=(
        ListColumn("rule", "规则", sort="rule__code", slot="main"),
        ListColumn("basis", "依据"),
        ListColumn("clears", "怎样解除"),
        ListColumn(
            "live",
            "现有预警",
            sort="live",
            kind="number",
            slot="figure",
            falling=True,
            total=Sum("live"),
        ),
    ),
    default=(),
    default_sort="rule",
)


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """One threshold of a rule: the default and whatever officers have set, newest first."""

    name: str
    label: str
    default: Decimal
    settings: list[RuleSetting]


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule as the catalogue shows it."""

    rule: Rule
    thresholds: list[ThresholdLine]
    last_run: RuleRun | None
    live: int


def rule_page(*, actor: Actor, code: str) -> RulePage:
    """A rule with its thresholds, its last evaluation and how many warnings one sees of it.

    :raises RuleSetting.DoesNotExist: there is no such rule.
    """
    if code not in RULES:
        raise RuleSetting.DoesNotExist
    rule = RULES[code]
    rows = list(RuleSetting.objects.filter(rule=code).select_related("region").order_by("-since"))
    return RulePage(
        rule=rule,
        thresholds=[
            ThresholdLine(name, rule.units[name], value, [row for row in rows if row.name == name])
            for name, value in rule.defaults.items()
        ],
        last_run=RuleRun.objects.filter(rule=code).order_by("-started_at").first(),
        live=EarlyWarning.objects.visible_to(actor).live().undismissed().filter(rule=code).count(),
    )


def rule_limit(code: str, name: str, *, as_of: date) -> Limit:
    """A rule's threshold as it holds in each place on a day: what a page hands to the selector of
    the fact that the rule reads too.

    :raises KeyError: no such rule or threshold.
    """
    return thresholds(RULES.get(code) or PAGE_LIMITS[code], as_of).limit(name)


def settable_regions(*, actor: Actor) -> list[Region]:
    """The regions for which an officer may set thresholds: 自治区 and 地州市 within reach."""
    kinds = (Region.Kind.AUTONOMOUS_REGION, Region.Kind.PREFECTURE)
    return [region for region in regions(actor=actor) if region.kind in kinds]


def organisation_name(*, actor: Actor) -> str:
    """What the actor's organisation is called, for the record of a step."""
    if actor.organisation is None:
        return ""
    rows = Organisation.everything.filter(pk=actor.organisation)
    return rows.values_list("name", flat=True).first() or ""
