"""The one engine: judges rules in the order of causes, and records what each came to.

A failed evaluation never clears a warning. Beat can fire twice and a sweep can meet a touched
project: passes follow one another under one advisory lock, so that none writes what it read before
another wrote. :mod:`monitoring.outcomes` says what findings come to, :mod:`monitoring.reconciling`
brings the warnings in line.
"""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from core.errors import Refused
from core.locks import Lock, one_after_another
from core.scope import reads_shared
from monitoring.catalogue import Finding, Identity, Look, Rule, State
from monitoring.models import EarlyWarning, RuleRun
from monitoring.outcomes import (
    Holding,
    Outcome,
    RuleFails,
    find,
    in_order_of_causes,
    merged,
    outcomes,
    stored_causes,
)
from monitoring.reconciling import Reconciling
from monitoring.thresholds import are_set, thresholds
from projects.models import Project

logger = logging.getLogger(__name__)


@dataclass
class Evaluation:
    """What one evaluation of one rule came to."""

    rule: Rule
    status: str = RuleRun.Status.OK
    outcomes: list[Outcome] = field(default_factory=list)
    #: Projects that were judged, and those whose state rules it out.
    judged: int = 0
    not_applicable: int = 0
    #: Findings that have not stood long enough to warn; the outcomes are without them.
    pending: int = 0
    opened: int = 0
    cleared: int = 0
    #: Steps written into the warnings' histories: opened, raised, lowered, cleared, reopened.
    events: int = 0
    #: Identities that were found more than once.
    merged: list[Identity] = field(default_factory=list)
    #: Codes of the projects that could not be judged.
    failed: list[str] = field(default_factory=list)
    milliseconds: int = 0
    error: str = ""

    @property
    def has_changed(self) -> bool:
        """Whether there is something to look up later: a warning's step, or a failure."""
        return self.events > 0 or self.status != RuleRun.Status.OK

    def count(self, state: State) -> int:
        """How many findings came to this."""
        return sum(outcome.state == state for outcome in self.outcomes)

    @property
    def found(self) -> int:
        """How many findings warn."""
        return self.count(State.FIRING)

    @property
    def note(self) -> str:
        """What went wrong, for the record: faults by class, projects and subjects by code."""
        notes = [self.error]
        if self.failed:
            notes.append(f"未能判断 {len(self.failed)} 个项目：{'、'.join(self.failed[:8])}")
        if self.merged:
            names = "、".join(" ".join(one).strip() for one in self.merged[:3])
            notes.append(f"同一对象重复 {len(self.merged)} 次，已合并：{names}")
        return "；".join(filter(None, notes))[:300]


def evaluate(
    rule: Rule,
    *,
    as_of: date,
    now: datetime,
    projects: Collection[int] | None = None,
    dry_run: bool = False,
) -> Evaluation:
    """Run one rule: :func:`run_pass`."""
    [evaluation] = run_pass([rule], as_of=as_of, now=now, projects=projects, dry_run=dry_run)
    return evaluation


def run_pass(
    rules: Collection[Rule],
    *,
    as_of: date,
    now: datetime,
    projects: Collection[int] | None = None,
    dry_run: bool = False,
) -> list[Evaluation]:
    """Run rules for some projects (None: all) and bring the live warnings in line.

    Causes that were not asked for are looked at, not written. A rule that can only be judged whole
    is left to the sweep where projects are named. On record are whole runs, failures, and those
    runs over some projects that changed a warning.

    :raises Refused: a day to come, or one before what was judged already; such days are for looking
        at only (``dry_run``).
    """
    if not dry_run:
        _refuse_other_days(rules, as_of, now)
    judging = _Pass(as_of, now, projects, dry_run)
    wanted = {rule.code for rule in rules}
    with judging.alone(), reads_shared():
        evaluations = [
            judging.judge(rule, write=rule.code in wanted) for rule in in_order_of_causes(rules)
        ]
    return [one for one in evaluations if one is not None and one.rule.code in wanted]


def _refuse_other_days(rules: Collection[Rule], as_of: date, now: datetime) -> None:
    if as_of > timezone.localdate(now):
        raise Refused("run.future", day=as_of)
    if later := judged_later([rule.code for rule in rules], as_of):
        raise Refused("run.earlier", rules="、".join(sorted(later)), day=as_of)


@dataclass
class _Pass:
    """Rules judged one after the other, each knowing what its causes came to."""

    as_of: date
    now: datetime
    projects: Collection[int] | None
    dry_run: bool
    holding: dict[str, Sequence[Holding]] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Alone at it, where something is written."""
        if self.dry_run:
            yield
        else:
            with one_after_another(Lock.RULES_JUDGED):
                yield

    def judge(self, rule: Rule, *, write: bool) -> Evaluation | None:
        """One rule's turn; None where it is not judged in this pass."""
        if rule.whole and self.projects is not None and not self.dry_run:
            self.holding[rule.code] = stored_causes(rule.code, self.projects)
            return None
        evaluation = Evaluation(rule)
        started = time.monotonic()
        try:
            # Whatever one rule meets, the others still run and live warnings stand.
            with transaction.atomic():
                self._evaluate(rule, evaluation, write=write and not self.dry_run)
        except Exception as error:
            logger.exception("Rule %s failed", rule.code)
            # The class alone: an error's text may hold what must not be read here.
            name = str(error) if isinstance(error, RuleFails) else type(error).__name__
            evaluation = Evaluation(rule, status=RuleRun.Status.FAILED, error=name)
            self.holding[rule.code] = stored_causes(rule.code, self.projects)
        evaluation.milliseconds = round((time.monotonic() - started) * 1000)
        if write and not self.dry_run and (self.projects is None or evaluation.has_changed):
            self._record_run(evaluation)
        return evaluation

    def _evaluate(self, rule: Rule, evaluation: Evaluation, *, write: bool) -> None:
        look = self._look_for(rule)
        found = find(rule, look)
        findings, evaluation.merged = merged(found.findings)
        if rule.whole and self.projects is not None:
            wanted = frozenset(self.projects)
            findings = [one for one in findings if one.concerned & wanted]
        judged = self._without(found.failed)
        reconciling = Reconciling(rule, self.as_of, self.now, judged)
        found_outcomes = outcomes(rule, self._applicable(rule, findings), self.holding)
        reconciling.run(found_outcomes)
        if write:
            reconciling.save()
        evaluation.outcomes = [one for one in found_outcomes if not reconciling.is_pending(one)]
        evaluation.pending = len(found_outcomes) - len(evaluation.outcomes)
        ids = {identity: warning.pk for identity, warning in reconciling.warnings.items()}
        self.holding[rule.code] = [
            Holding(f"{rule.code} {rule.title}", one.finding, ids.get(one.finding.identity))
            for one in evaluation.outcomes
            if one.state != State.UNKNOWN
        ]
        evaluation.opened = len(reconciling.new) + len(reconciling.again)
        evaluation.cleared = reconciling.cleared
        evaluation.events = len(reconciling.events)
        self._count(rule, evaluation, found_outcomes, found.failed)
        if found.failed:
            evaluation.status = RuleRun.Status.PARTLY
            evaluation.error = "、".join(sorted(found.errors))
            codes = Project.everything.filter(pk__in=found.failed).order_by("code")
            evaluation.failed = list(codes.values_list("code", flat=True))

    def _look_for(self, rule: Rule) -> Look:
        known = thresholds(rule, self.as_of)
        # What can only be judged whole is looked at whole, and cut to the projects afterwards.
        projects = None if rule.whole else self.projects
        rows = Project.everything.all()
        if projects is not None:
            rows = rows.filter(pk__in=projects)
        regions = dict(rows.values_list("pk", "region_id")) if are_set(self.as_of) else {}
        return Look(
            as_of=self.as_of,
            projects=projects,
            thresholds=known,
            regions=regions,
            causes={
                code: tuple(one.finding for one in self.holding.get(code, ()))
                for code in rule.causes
            },
        )

    def _without(self, failed: Collection[int]) -> Collection[int] | None:
        """The projects whose warnings the findings speak of."""
        if not failed:
            return self.projects
        rows = Project.everything.exclude(pk__in=failed)
        if self.projects is not None:
            rows = rows.filter(pk__in=self.projects)
        return set(rows.values_list("pk", flat=True))

    def _applicable(self, rule: Rule, findings: list[Finding]) -> list[Finding]:
        """What is live stays in every state of its project; the rest is raised in the rule's."""
        if rule.opens_for is None or not findings:
            return findings
        concerned = {project for finding in findings for project in finding.concerned}
        rows = Project.everything.filter(pk__in=concerned, status__in=rule.opens_for)
        raised = set(rows.values_list("pk", flat=True))
        standing = EarlyWarning.everything.filter(rule=rule.code).live()
        rows_live = standing.filter(subject__in={finding.subject for finding in findings})
        live = set(rows_live.values_list("subject", "period"))
        return [
            one
            for one in findings
            if not one.concerned or one.concerned & raised or one.identity in live
        ]

    def _count(
        self,
        rule: Rule,
        evaluation: Evaluation,
        found: Collection[Outcome],
        failed: Collection[int],
    ) -> None:
        if not self.by_status:
            rows = Project.everything.order_by()
            if self.projects is not None:
                rows = rows.filter(pk__in=self.projects)
            self.by_status = dict(rows.values_list("status").annotate(Count("pk")))
        states = rule.opens_for
        evaluation.not_applicable = sum(
            count
            for status, count in self.by_status.items()
            if states is not None and status not in states
        )
        unknown = {
            project
            for one in found
            if one.state == State.UNKNOWN
            for project in one.finding.concerned
        }
        looked_at = sum(self.by_status.values()) - evaluation.not_applicable
        evaluation.judged = max(0, looked_at - len(unknown | set(failed)))

    def _record_run(self, evaluation: Evaluation) -> None:
        RuleRun.objects.create(
            rule=evaluation.rule.code,
            version=evaluation.rule.version,
            as_of=self.as_of,
            started_at=self.now,
            milliseconds=evaluation.milliseconds,
            status=evaluation.status,
            projects=None if self.projects is None else len(self.projects),
            judged=evaluation.judged,
            not_applicable=evaluation.not_applicable,
            found=evaluation.found,
            inhibited=evaluation.count(State.INHIBITED),
            unknown=evaluation.count(State.UNKNOWN),
            pending=evaluation.pending,
            merged=len(evaluation.merged),
            opened=evaluation.opened,
            cleared=evaluation.cleared,
            error=evaluation.note,
        )


#: A rule that failed in the sweep is tried again after this long.
TRY_AGAIN_AFTER = timedelta(hours=1)


def judged_whole(as_of: date, now: datetime) -> set[str]:
    """The rules that need no sweep: evaluated for all projects as of that day, or failed lately."""
    runs = RuleRun.objects.filter(projects=None).exclude(status=RuleRun.Status.VOID)
    return {
        run.rule
        for run in runs.order_by("rule", "-pk").distinct("rule")
        if run.as_of == as_of
        and (run.status == RuleRun.Status.OK or now - run.started_at < TRY_AGAIN_AFTER)
    }


def judged_later(codes: Collection[str], as_of: date) -> set[str]:
    """Those of the rules that were judged as of a later day: an earlier one is not written any
    more, whether the clock went back now or ran ahead then."""
    runs = RuleRun.objects.filter(as_of__gt=as_of, rule__in=codes)
    return set(runs.exclude(status=RuleRun.Status.VOID).values_list("rule", flat=True))


#: Runs of touched projects are kept this long, for looking up why a warning came or went.
RUNS_KEPT = timedelta(days=180)


def forget_old_runs(now: datetime) -> int:
    """Drop the record of evaluations nobody looks up any more."""
    deleted, _ = RuleRun.objects.filter(started_at__lt=now - RUNS_KEPT).delete()
    return deleted


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as ``rules run --json`` prints it."""
    judged = evaluation.status == RuleRun.Status.OK
    return {
        "code": evaluation.rule.code,
        "status": "ok" if judged else "failed",
        "found": evaluation.found,
        "inhibited": evaluation.count(State.INHIBITED),
        "unknown": evaluation.count(State.UNKNOWN),
        "pending": evaluation.pending,
        "opened": evaluation.opened,
        "cleared": evaluation.cleared,
        "judged": evaluation.judged,
        "not_applicable": evaluation.not_applicable,
        "failed_projects": evaluation.failed,
        "ms": evaluation.milliseconds,
    }
