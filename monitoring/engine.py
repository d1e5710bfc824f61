"""The one engine: reconciles what a rule found with what is live.

New, still there, gone. A failed evaluation never clears a warning; identity (rule, subject,
period) never changes, evidence is refreshed. Beat can fire twice and a sweep can meet a touched
project: one advisory lock per rule lets evaluations of it follow one another.
"""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core.actor import SYSTEM
from core.calendar import add_working_days
from core.locks import Lock, take_turns
from monitoring.catalogue import Finding, Identity, Look, Rule
from monitoring.limits import HANDLING_LIMITS
from monitoring.models import EarlyWarning, Level, RuleRun, WarningEvent
from monitoring.thresholds import are_set, thresholds
from projects.models import Project

logger = logging.getLogger(__name__)

Condition = EarlyWarning.Condition
Kind = WarningEvent.Kind


@dataclass
class Evaluation:
    """What one evaluation of one rule came to; ``findings`` are those that warn."""

    rule: Rule
    status: str = RuleRun.Status.OK
    findings: list[Finding] = field(default_factory=list)
    opened: int = 0
    cleared: int = 0
    #: Steps written into the warnings' histories: opened, raised, lowered, cleared, reopened.
    events: int = 0
    milliseconds: int = 0
    error: str = ""

    @property
    def has_changed(self) -> bool:
        """Whether there is something to look up later: a warning's step, or a failure."""
        return self.events > 0 or self.status == RuleRun.Status.FAILED

    @property
    def found(self) -> int:
        return len(self.findings)


def evaluate(
    rule: Rule,
    *,
    as_of: date,
    now: datetime,
    projects: Collection[int] | None = None,
    dry_run: bool = False,
) -> Evaluation:
    """Run a rule for some projects (None: all) and bring the live warnings in line.

    A finder that raises leaves everything as it stands and is recorded as failed. On record are
    whole runs, failures, and those runs over some projects that changed a warning.
    """
    evaluation = Evaluation(rule)
    started = time.monotonic()
    try:
        with transaction.atomic():
            take_turns(Lock.RULE_RUN, rule.code)
            found = list(rule.finder(_look_for(rule, as_of, projects)))
            reconciling = _Reconciling(rule, as_of, now, projects)
            reconciling.run(found, evaluation)
            if not dry_run:
                reconciling.save()
    except Exception as error:
        # Whatever one finder meets, the other rules still run and live warnings stand.
        logger.exception("Rule %s failed", rule.code)
        # The class alone: an error's text may hold what must not be read here.
        evaluation = Evaluation(rule, status=RuleRun.Status.FAILED, error=type(error).__name__)
    evaluation.milliseconds = round((time.monotonic() - started) * 1000)
    if not dry_run and (projects is None or evaluation.has_changed):
        _record_run(evaluation, as_of, now, projects)
    return evaluation


def _look_for(rule: Rule, as_of: date, projects: Collection[int] | None) -> Look:
    known = thresholds(rule, as_of)
    rows = Project.everything.all() if projects is None else _of_ids(projects)
    regions = dict(rows.values_list("pk", "region_id")) if are_set(as_of) else {}
    return Look(as_of=as_of, projects=projects, thresholds=known, regions=regions)


def _of_ids(projects: Collection[int]) -> QuerySet[Project]:
    return Project.everything.filter(pk__in=projects)


def _record_run(
    evaluation: Evaluation, as_of: date, now: datetime, projects: Collection[int] | None
) -> None:
    RuleRun.objects.create(
        rule=evaluation.rule.code,
        version=evaluation.rule.version,
        as_of=as_of,
        started_at=now,
        milliseconds=evaluation.milliseconds,
        status=evaluation.status,
        projects=None if projects is None else len(projects),
        found=evaluation.found,
        opened=evaluation.opened,
        cleared=evaluation.cleared,
        error=evaluation.error,
    )


class _Reconciling:
    """One rule's findings against its warnings, in a fixed number of queries."""

    def __init__(
        self, rule: Rule, as_of: date, now: datetime, projects: Collection[int] | None
    ) -> None:
        self.rule, self.as_of, self.now, self.projects = rule, as_of, now, projects
        self.limits = thresholds(HANDLING_LIMITS, as_of)
        self.events: list[WarningEvent] = []
        self.new: list[EarlyWarning] = []
        self.changed: list[EarlyWarning] = []
        self.again: list[EarlyWarning] = []
        self.unchanged: list[EarlyWarning] = []

    def run(self, found: list[Finding], evaluation: Evaluation) -> None:
        """Bring the warnings in line, in memory."""
        # The live warnings of the projects looked at, and whatever else was found again.
        rows = EarlyWarning.everything.filter(rule=self.rule.code)
        live = rows.filter(condition=Condition.FIRING)
        if self.projects is not None:
            live = live.filter(project_id__in=self.projects)
        again = rows.filter(subject__in={finding.subject for finding in found})
        known: dict[Identity, EarlyWarning] = {(w.subject, w.period): w for w in (*again, *live)}
        for finding in self._judged_findings(found, known):
            warning = known.pop(finding.identity, None)
            if finding.level is None:
                continue
            evaluation.findings.append(finding)
            if warning is None:
                self._open_warning(finding)
            else:
                self._bring_up_to_date(warning, finding)
        gone = [w for w in known.values() if w.condition == Condition.FIRING]
        for warning in gone:
            warning.condition, warning.cleared_at = Condition.CLEARED, self.now
            warning.evaluated_on = self.as_of
            self.changed.append(warning)
            self._add_event(warning, Kind.CLEARED)
        evaluation.opened = len(self.new) + len(self.again)
        evaluation.cleared = len(gone)
        evaluation.events = len(self.events)

    def _judged_findings(
        self, found: list[Finding], known: Mapping[Identity, EarlyWarning]
    ) -> list[Finding]:
        """What is live stays in every state of its project; the rest is raised in the rule's."""
        if self.rule.opens_for is None or not found:
            return found
        rows = _of_ids({finding.project for finding in found})
        judged = set(rows.filter(status__in=self.rule.opens_for).values_list("pk", flat=True))
        live = {identity for identity, w in known.items() if w.condition == Condition.FIRING}
        return [f for f in found if f.project in judged or f.identity in live]

    def _open_warning(self, finding: Finding) -> None:
        warning = EarlyWarning(
            rule=self.rule.code,
            subject=finding.subject,
            period=finding.period,
            project_id=finding.project,
            since=self.as_of,
            handling=EarlyWarning.Handling.DISPATCHED,
        )
        self._copy_finding(warning, finding)
        warning.sign_by, warning.settle_by = self._deadlines_of(warning.level)
        self.new.append(warning)
        self._add_event(warning, Kind.OPENED)

    def _bring_up_to_date(self, warning: EarlyWarning, finding: Finding) -> None:
        before, level, was = _compared_columns(warning), warning.level, warning.condition
        self._copy_finding(warning, finding)
        if was == Condition.CLEARED:
            self._reopen_warning(warning)
            return
        if warning.level > level:
            # What grows worse gives nobody more time than they had.
            sign_by, settle_by = self._deadlines_of(warning.level)
            warning.sign_by = min(warning.sign_by, sign_by)
            warning.settle_by = min(warning.settle_by, settle_by)
            self._add_event(warning, Kind.RAISED)
        elif warning.level < level:
            self._add_event(warning, Kind.LOWERED)
        (self.unchanged if _compared_columns(warning) == before else self.changed).append(warning)

    def _reopen_warning(self, warning: EarlyWarning) -> None:
        """A warning that comes back is the same one, with its history."""
        warning.handling = EarlyWarning.Handling.DISPATCHED
        warning.since, warning.cleared_at = self.as_of, None
        warning.reopened += 1
        warning.sign_by, warning.settle_by = self._deadlines_of(warning.level)
        self.again.append(warning)
        self._add_event(warning, Kind.REOPENED)

    def _copy_finding(self, warning: EarlyWarning, finding: Finding) -> None:
        warning.rule_version, warning.title = self.rule.version, self.rule.title
        warning.level = finding.level or Level.BLUE
        warning.condition = Condition.FIRING
        warning.summary = finding.summary[:300]
        warning.evidence = dict(finding.evidence)
        warning.employer_id = finding.employer
        warning.counted_from = finding.counted_from
        warning.evaluated_on = self.as_of

    def _deadlines_of(self, level: str) -> tuple[date, date]:
        """The last days of 签收 and 处置, in working days from today, by level."""
        sign, settle = (int(self.limits(f"{step}_{level}")) for step in ("sign", "settle"))
        return add_working_days(self.as_of, sign), add_working_days(self.as_of, settle)

    def _add_event(self, warning: EarlyWarning, kind: str) -> None:
        self.events.append(
            WarningEvent(
                warning=warning,
                at=self.now,
                kind=kind,
                actor_id=SYSTEM.id,
                actor_name=SYSTEM.name,
                level=warning.level,
                note="" if kind == Kind.CLEARED else warning.summary,
            )
        )

    def save(self) -> None:
        """Write it. ``handling`` is people's: only what comes back is dispatched anew."""
        rows = EarlyWarning.everything
        rows.bulk_create(self.new, batch_size=1000)
        _update_warnings(self.changed, [*_FACTS, *_JUDGED])
        _update_warnings(self.again, [*_FACTS, *_JUDGED, *_ANEW])
        unchanged = rows.filter(pk__in=[warning.pk for warning in self.unchanged])
        unchanged.update(evaluated_on=self.as_of)
        WarningEvent.everything.bulk_create(self.events, batch_size=1000)


_FACTS = ("rule_version", "title", "level", "summary", "evidence", "employer_id", "counted_from")
_JUDGED = ("condition", "evaluated_on", "cleared_at", "sign_by", "settle_by")
_ANEW = ("handling", "since", "reopened")


def _update_warnings(warnings: list[EarlyWarning], columns: list[str]) -> None:
    """Write these columns of warnings that exist.

    As an upsert: ``bulk_update`` makes a condition of each row and column, and took seconds for a
    few hundred.
    """
    EarlyWarning.everything.bulk_create(
        warnings,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=columns,
    )


def _compared_columns(warning: EarlyWarning) -> list[Any]:
    return [getattr(warning, name) for name in _FACTS]


#: A rule that failed in the sweep is tried again after this long.
TRY_AGAIN_AFTER = timedelta(hours=1)


def judged_whole(as_of: date, now: datetime) -> set[str]:
    """The rules that need no sweep: evaluated for all projects as of that day, or failed lately."""
    runs = RuleRun.objects.filter(projects=None).order_by("rule", "-pk").distinct("rule")
    return {
        run.rule
        for run in runs
        if run.as_of == as_of
        and (run.status == RuleRun.Status.OK or now - run.started_at < TRY_AGAIN_AFTER)
    }


#: Runs of touched projects are kept this long, for looking up why a warning came or went.
RUNS_KEPT = timedelta(days=180)


def forget_old_runs(now: datetime) -> int:
    """Drop the record of evaluations nobody looks up any more."""
    deleted, _ = RuleRun.objects.filter(started_at__lt=now - RUNS_KEPT).delete()
    return deleted


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as ``rules run --json`` prints it."""
    return {
        "code": evaluation.rule.code,
        "status": evaluation.status,
        "found": evaluation.found,
        "opened": evaluation.opened,
        "cleared": evaluation.cleared,
        "ms": evaluation.milliseconds,
    }
