"""Brings the warnings of one rule in line with what its findings came to.

``condition`` is the engine's and ``handling`` people's: of handling only what comes back is
dispatched anew. Identity (rule, subject, period) never changes, evidence is refreshed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from core.actor import SYSTEM
from core.calendar import add_working_days, working_days_between
from monitoring.catalogue import Identity, Rule, State
from monitoring.limits import HANDLING_LIMITS
from monitoring.models import Coverage, EarlyWarning, Level, WarningEvent, WarningProject
from monitoring.outcomes import Outcome
from monitoring.thresholds import thresholds

Condition = EarlyWarning.Condition
Kind = WarningEvent.Kind

_FACTS = ("rule_version", "title", "fact_level", "summary", "evidence", "employer_id")
_JUDGED = ("counted_from", "condition", "because", "inhibited_by_id", "gap_since")
_DATES = ("evaluated_on", "cleared_at")
_DAYS = ("sign_by", "settle_by")
_ANEW = ("handling", "since", "reopened", "raised_level")
_ONE_DAY = timedelta(days=1)


class Reconciling:
    """One rule's outcomes against its warnings, in a fixed number of queries.

    ``projects`` are those that were judged, None for all.
    """

    def __init__(
        self, rule: Rule, as_of: date, now: datetime, projects: Collection[int] | None
    ) -> None:
        self.rule, self.as_of, self.now, self.projects = rule, as_of, now, projects
        self.limits = thresholds(HANDLING_LIMITS, as_of)
        self.events: list[WarningEvent] = []
        self.new: list[EarlyWarning] = []
        self.changed: list[EarlyWarning] = []
        #: Changed, and their days with them.
        self.hurried: list[EarlyWarning] = []
        self.again: list[EarlyWarning] = []
        self.unchanged: list[EarlyWarning] = []
        self.cleared = 0
        self.others: dict[Identity, frozenset[int]] = {}
        self.held: dict[Identity, Outcome] = {}
        self.warnings: dict[Identity, EarlyWarning] = {}

    def run(self, outcomes: Sequence[Outcome]) -> None:
        """Bring the warnings and what is held back in line, in memory."""
        subjects = {outcome.finding.subject for outcome in outcomes}
        self.warnings = known = self._known(subjects)
        self.covered = self._covered()
        left = dict(known)
        for outcome in outcomes:
            identity = outcome.finding.identity
            self.others[identity] = outcome.finding.others
            warning = left.pop(identity, None)
            is_live = warning is not None and warning.condition != Condition.CLEARED
            if outcome.state == State.FIRING and not self.is_pending(outcome):
                self._fire(warning, outcome)
            elif warning is not None and is_live:
                self._hold_back(warning, outcome)
            else:
                self.held[identity] = outcome
        for warning in left.values():
            if warning.condition != Condition.CLEARED:
                self._end(warning)

    def _known(self, subjects: Collection[str]) -> dict[Identity, EarlyWarning]:
        """The live warnings of the projects looked at, and whatever else was found again."""
        rows = EarlyWarning.everything.filter(rule=self.rule.code)
        live = rows.live()
        if self.projects is not None:
            live = live.filter(project_id__in=self.projects)
        again = rows.filter(subject__in=subjects)
        return {(w.subject, w.period): w for w in (*again, *live)}

    def _covered(self) -> dict[Identity, Coverage]:
        rows = Coverage.everything.filter(rule=self.rule.code)
        if self.projects is not None:
            rows = rows.filter(project_id__in=self.projects)
        return {(row.subject, row.period): row for row in rows}

    def is_pending(self, outcome: Outcome) -> bool:
        """Whether it has not stood for as long as the rule wants before it warns."""
        warning = self.warnings.get(outcome.finding.identity)
        is_live = warning is not None and warning.condition != Condition.CLEARED
        if outcome.state != State.FIRING or is_live or not self.rule.pending_days:
            return False
        row = self.covered.get(outcome.finding.identity)
        since = row.since if row and row.state == Coverage.State.PENDING else self.as_of
        return (self.as_of - since).days < self.rule.pending_days

    def _fire(self, warning: EarlyWarning | None, outcome: Outcome) -> None:
        if warning is None:
            self._open(outcome)
            return
        before, level, was = _facts(warning), highest(warning), warning.condition
        self._refresh(warning, outcome)
        warning.fact_level = outcome.finding.level or Level.BLUE
        if was == Condition.CLEARED:
            self._come_back(warning)
            return
        if was != Condition.FIRING:
            self._event(warning, Kind.RESUMED)
        if highest(warning) > level:
            self._bring_forward(warning)
            self._event(warning, Kind.RAISED)
            self.hurried.append(warning)
            return
        if highest(warning) < level:
            self._event(warning, Kind.LOWERED)
        (self.unchanged if _facts(warning) == before else self.changed).append(warning)

    def _open(self, outcome: Outcome) -> None:
        finding = outcome.finding
        warning = EarlyWarning(
            rule=self.rule.code,
            subject=finding.subject,
            period=finding.period,
            project_id=finding.project,
            since=self.as_of,
            handling=EarlyWarning.Handling.DISPATCHED,
            fact_level=finding.level or Level.BLUE,
        )
        self._refresh(warning, outcome)
        warning.sign_by, warning.settle_by = self._deadlines(highest(warning))
        self.new.append(warning)
        self.warnings[finding.identity] = warning
        self._event(warning, Kind.OPENED)

    def _come_back(self, warning: EarlyWarning) -> None:
        """The same warning with its history: the same episode after a short gap, or a new one."""
        # ``evaluated_on`` is the day on which the facts were found gone.
        gap = working_days_between(warning.evaluated_on - _ONE_DAY, self.as_of - _ONE_DAY)
        closed = warning.handling == EarlyWarning.Handling.CLOSED
        warning.evaluated_on, warning.cleared_at = self.as_of, None
        if gap < self.limits("gap") and not closed:
            self.changed.append(warning)
            self._event(warning, Kind.RESUMED)
            return
        warning.handling = EarlyWarning.Handling.DISPATCHED
        warning.since, warning.raised_level = self.as_of, ""
        warning.reopened += 1
        warning.sign_by, warning.settle_by = self._deadlines(highest(warning))
        self.again.append(warning)
        self._event(warning, Kind.REOPENED)

    def _hold_back(self, warning: EarlyWarning, outcome: Outcome) -> None:
        """Nothing was mended: it stays, marked, and its clocks run. It gets no worse meanwhile."""
        before, was, finding = _facts(warning), warning.condition, outcome.finding
        level = warning.fact_level
        if finding.level is not None:
            self._refresh(warning, outcome)
            warning.fact_level = min(level, finding.level)
        warning.condition, warning.because = outcome.state.value, outcome.because[:100]
        warning.inhibited_by_id = outcome.cause
        warning.evaluated_on, warning.gap_since = self.as_of, None
        if warning.condition != was:
            kind = Kind.INHIBITED if outcome.state == State.INHIBITED else Kind.UNKNOWN
            self._event(warning, kind, note=outcome.because)
        (self.unchanged if _facts(warning) == before else self.changed).append(warning)

    def _end(self, warning: EarlyWarning) -> None:
        """The facts are gone: it clears, or goes on for the days that the rule keeps it."""
        if self.rule.keep_days:
            warning.gap_since = warning.gap_since or self.as_of
            gap = working_days_between(warning.gap_since - _ONE_DAY, self.as_of - _ONE_DAY)
            if gap < self.rule.keep_days:
                warning.evaluated_on = self.as_of
                self.changed.append(warning)
                return
        warning.condition, warning.cleared_at = Condition.CLEARED, self.now
        warning.because, warning.inhibited_by_id, warning.gap_since = "", None, None
        warning.evaluated_on = self.as_of
        self.changed.append(warning)
        self.cleared += 1
        self._event(warning, Kind.CLEARED)

    def _refresh(self, warning: EarlyWarning, outcome: Outcome) -> None:
        finding = outcome.finding
        warning.rule_version, warning.title = self.rule.version, self.rule.title
        warning.summary = finding.summary[:300]
        warning.evidence = dict(finding.evidence)
        warning.employer_id = finding.employer
        warning.counted_from = finding.counted_from
        if warning.condition != Condition.CLEARED:
            warning.evaluated_on = self.as_of
        warning.condition = Condition.FIRING
        warning.because, warning.inhibited_by_id, warning.gap_since = "", None, None

    def _deadlines(self, level: str) -> tuple[date, date]:
        """The last days of 签收 and 处置, in working days from today, by level."""
        sign, settle = (int(self.limits(f"{step}_{level}")) for step in ("sign", "settle"))
        return add_working_days(self.as_of, sign), add_working_days(self.as_of, settle)

    def _bring_forward(self, warning: EarlyWarning) -> None:
        """What grows worse gives nobody more time than they had."""
        sign_by, settle_by = self._deadlines(highest(warning))
        warning.sign_by = min(warning.sign_by, sign_by)
        warning.settle_by = min(warning.settle_by, settle_by)

    def _event(self, warning: EarlyWarning, kind: str, note: str | None = None) -> None:
        if note is None:
            note = "" if kind == Kind.CLEARED else warning.summary
        self.events.append(
            WarningEvent(
                warning=warning,
                at=self.now,
                kind=kind,
                actor_id=SYSTEM.id,
                actor_name=SYSTEM.name,
                level=highest(warning),
                note=note,
            )
        )

    def save(self) -> None:
        """Write it. Days and handling only where they change: people write them meanwhile."""
        rows = EarlyWarning.everything
        rows.bulk_create(self.new, batch_size=1000)
        columns = [*_FACTS, *_JUDGED, *_DATES]
        _update(self.changed, columns)
        _update(self.hurried, [*columns, *_DAYS])
        _update(self.again, [*columns, *_DAYS, *_ANEW])
        unchanged = rows.filter(pk__in=[warning.pk for warning in self.unchanged])
        unchanged.update(evaluated_on=self.as_of)
        WarningEvent.everything.bulk_create(self.events, batch_size=1000)
        self._save_others()
        self._save_held()

    def _save_others(self) -> None:
        """The further projects of what was found; of what is gone they stay as they were."""
        pairs = {
            (warning.pk, project)
            for identity, others in self.others.items()
            if (warning := self.warnings.get(identity)) is not None
            for project in others
        }
        if not self.rule.whole:
            return
        found = {self.warnings[one].pk for one in self.others if one in self.warnings}
        rows = WarningProject.objects.filter(warning__in=found)
        known = {(row.warning_id, row.project_id): row.pk for row in rows}
        gone = [pk for pair, pk in known.items() if pair not in pairs]
        WarningProject.objects.filter(pk__in=gone).delete()
        WarningProject.objects.bulk_create(
            WarningProject(warning_id=warning, project_id=project)
            for warning, project in sorted(pairs - known.keys())
        )

    def _save_held(self) -> None:
        """What is held back from the start, since when it has been in its state."""
        rows: list[Coverage] = []
        for identity, outcome in self.held.items():
            row = _coverage(self.rule.code, outcome, self.as_of)
            before = self.covered.pop(identity, None)
            if before is not None and before.state == row.state:
                row.since = before.since
            if before is None or _content(row) != _content(before):
                rows.append(row)
        Coverage.everything.filter(pk__in=[row.pk for row in self.covered.values()]).delete()
        Coverage.everything.bulk_create(
            rows,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["rule", "subject", "period"],
            update_fields=_COVERAGE,
        )


_COVERAGE = ["project", "employer", "state", "cause", "because", "summary", "since"]


def _coverage(rule: str, outcome: Outcome, as_of: date) -> Coverage:
    finding, state = outcome.finding, outcome.state
    return Coverage(
        rule=rule,
        subject=finding.subject,
        period=finding.period,
        project_id=finding.project,
        employer_id=finding.employer,
        # What would warn, and is not held back, waits for its days.
        state=Coverage.State.PENDING if state == State.FIRING else state.value,
        cause_id=outcome.cause,
        because=outcome.because[:100],
        summary=finding.summary[:300],
        since=as_of,
    )


def _content(row: Coverage) -> list[Any]:
    names = ("project_id", "employer_id", "state", "cause_id", "because", "summary", "since")
    return [getattr(row, name) for name in names]


def highest(warning: EarlyWarning) -> str:
    """The level that pages show, of a warning that is not saved yet."""
    return max(warning.fact_level, warning.raised_level)


def _update(warnings: list[EarlyWarning], columns: list[str]) -> None:
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


def _facts(warning: EarlyWarning) -> list[Any]:
    return [getattr(warning, name) for name in (*_FACTS, *_JUDGED)]
