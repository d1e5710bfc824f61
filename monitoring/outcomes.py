"""What a rule's findings come to: isolated, merged, and held back by their causes.

Nothing here writes. :mod:`monitoring.engine` runs the pass, :mod:`monitoring.reconciling` brings
the warnings in line.
"""

import logging
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from django.db import transaction
from django.db.models import Q

from monitoring.catalogue import RULES, Finding, Identity, Inhibition, Look, Rule, State
from monitoring.models import EarlyWarning, Level, WarningProject
from projects.models import Project

logger = logging.getLogger(__name__)

#: How often a failing rule is tried for ever fewer projects, to find those that make it fail.
MOST_TRIES = 200
#: So many parts of the projects that all fail say that the rule itself is at fault.
ALL_FAIL = 8


def in_order_of_causes(rules: Collection[Rule]) -> list[Rule]:
    """These rules and all their causes, each after its causes, otherwise by code.

    :raises graphlib.CycleError: two rules wait for each other.
    """
    known = RULES | {rule.code: rule for rule in rules}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    waiting, placed = [rule.code for rule in rules], set[str]()
    while waiting:
        code = waiting.pop()
        if code not in placed:
            placed.add(code)
            causes = known[code].causes & known.keys()
            sorter.add(code, *causes)
            waiting += causes
    sorter.prepare()
    order: list[Rule] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += [known[code] for code in ready]
        sorter.done(*ready)
    return order


@dataclass
class Found:
    """What a finder found, and the projects for which it failed."""

    findings: list[Finding] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    #: The classes of the faults alone: an error's text may hold what must not be read here.
    errors: set[str] = field(default_factory=set)


def find(rule: Rule, look: Look) -> Found:
    """Ask the finder; where it fails, again for ever smaller parts, region by region.

    One bad row costs the judgement of its own project, not of the province. A rule that fails
    everywhere, or that cannot be judged in parts, raises.
    """
    try:
        return Found(_ask(rule, look))
    except Exception:
        if rule.whole:
            raise
        logger.exception("Rule %s failed; it is tried in parts", rule.code)
    rows = Project.everything.order_by("region_id", "pk")
    if look.projects is not None:
        rows = rows.filter(pk__in=look.projects)
    everything = list(rows.values_list("pk", flat=True))
    found = _find_in_parts(rule, look, everything)
    if len(found.failed) == len(everything):
        raise RuleFails(next(iter(found.errors), "RuntimeError"))
    return found


class RuleFails(RuntimeError):
    """A finder fails for whatever projects it is asked; the message is the fault's class."""


def _ask(rule: Rule, look: Look) -> list[Finding]:
    # The savepoint lets a pass go on after an error of the database.
    with transaction.atomic():
        return list(rule.finder(look))


def _find_in_parts(rule: Rule, look: Look, projects: Sequence[int]) -> Found:
    found, parts, tries = Found(), _halves(projects), 0
    while parts:
        failing: list[Sequence[int]] = []
        for part in parts:
            try:
                found.findings += _ask(rule, replace(look, projects=part))
            except Exception as error:  # noqa: BLE001 - whatever a row of theirs meets
                found.errors.add(type(error).__name__)
                failing.append(part)
        tries += len(parts)
        hopeless = len(failing) == len(parts) >= ALL_FAIL or tries >= MOST_TRIES
        parts = []
        for part in failing:
            if hopeless or len(part) == 1:
                found.failed += part
            else:
                parts += _halves(part)
    return found


def _halves(projects: Sequence[int]) -> list[Sequence[int]]:
    middle = len(projects) // 2
    return [part for part in (projects[:middle], projects[middle:]) if part]


def merged(findings: Iterable[Finding]) -> tuple[list[Finding], list[Identity]]:
    """One finding of each identity, the highest level's, and the identities found twice."""
    best: dict[Identity, Finding] = {}
    doubled: list[Identity] = []
    for finding in findings:
        other = best.get(finding.identity)
        if other is not None:
            doubled.append(finding.identity)
        if other is None or _weight(finding) > _weight(other):
            best[finding.identity] = finding
    return list(best.values()), doubled


def _weight(finding: Finding) -> tuple[bool, str]:
    return finding.state == State.FIRING, finding.level or ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finding, what it came to, and why where it does not warn.

    ``cause`` is the id of the warning that speaks in its place, None where that has no row.
    """

    finding: Finding
    state: State
    because: str = ""
    cause: int | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A finding of a cause that holds, with its warning where it has one; ``name`` is the rule's
    code and title."""

    name: str
    finding: Finding
    warning: int | None


#: What holds of each rule that was judged, by code.
Causes = Mapping[str, Sequence[Holding]]


def outcomes(rule: Rule, findings: Iterable[Finding], causes: Causes) -> list[Outcome]:
    """What each finding comes to; the first cause that is declared and holds is named."""
    holding: list[tuple[Inhibition, dict[Hashable, Holding]]] = []
    for inhibition in rule.inhibited_by:
        keys: dict[Hashable, Holding] = {}
        same = inhibition.cause_same or inhibition.same
        for one in causes.get(inhibition.cause, ()):
            if inhibition.when(one.finding):
                keys |= dict.fromkeys(same(one.finding), one)
        holding.append((inhibition, keys))

    def outcome(finding: Finding) -> Outcome:
        if finding.state != State.FIRING:
            return Outcome(finding, finding.state, finding.want or finding.held)
        for inhibition, keys in holding:
            for key in inhibition.same(finding):
                if key in keys:
                    cause = keys[key]
                    return Outcome(finding, inhibition.leaves, cause.name, cause.warning)
        return Outcome(finding, State.FIRING)

    return [outcome(finding) for finding in findings]


def stored_causes(code: str, projects: Collection[int] | None) -> list[Holding]:
    """What stands of a rule that is not judged in this pass, as its warnings say."""
    holds = (EarlyWarning.Condition.FIRING, EarlyWarning.Condition.INHIBITED)
    rows = EarlyWarning.everything.filter(rule=code, condition__in=holds)
    concerned = WarningProject.objects.filter(warning__in=rows)
    if projects is not None:
        concerned = concerned.filter(project__in=projects)
    others: dict[int, set[int]] = {}
    for warning, project in concerned.values_list("warning", "project"):
        others.setdefault(warning, set()).add(project)
    if projects is not None:
        rows = rows.filter(Q(project__in=projects) | Q(pk__in=others))
    return [
        Holding(
            f"{row.rule} {row.title}",
            Finding(
                subject=row.subject,
                project=row.project_id,
                level=Level(row.fact_level),
                period=row.period,
                employer=row.employer_id,
                counted_from=row.counted_from,
                others=frozenset(others.get(row.pk, ())),
                summary=row.summary,
                evidence=row.evidence,
            ),
            row.pk,
        )
        for row in rows
    ]
