"""Running the rules and setting their thresholds 规程一(一).

What people do about warnings stands in monitoring.acts.
"""

import logging
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from core import audit, touch
from core.actor import Actor, Forbidden
from core.errors import Refused
from core.history import as_known, end_of_day
from identity.models import Region
from identity.roles import Role
from identity.selectors import reaches
from monitoring.catalogue import RULES, Rule
from monitoring.engine import Evaluation, judged_later, judged_whole, run_pass
from monitoring.models import RuleRun, RuleSetting
from monitoring.thresholds import thresholds
from projects.models import Project

logger = logging.getLogger(__name__)

VOIDED = audit.action(
    "rule.void_runs",
    "作废规则运行记录",
    {"after": "此日之后", "count": "条数", "reason": "原因"},
)
SET = audit.action(
    "rule.set",
    "调整预警参数",
    {
        "value": "参数值",
        "since": "自何日起",
        "reason": "原因",
        "name": audit.CODE,
        "region": audit.CODE,
    },
)


def run_rules(
    *,
    as_of: date,
    now: datetime,
    codes: Collection[str] = (),
    projects: Collection[int] | None = None,
    dry_run: bool = False,
) -> list[Evaluation]:
    """Evaluate rules (all of them unless named) for some projects (None: all), by their causes.

    :raises Refused: to be written as of a day to come, or one before what was judged already.
    """
    wanted = [rule for rule in rules_in_order() if not codes or rule.code in codes]
    return run_pass(wanted, as_of=as_of, now=now, projects=projects, dry_run=dry_run)


def replay_rules(
    *,
    as_of: date,
    now: datetime,
    codes: Collection[str] = (),
    projects: Collection[int] | None = None,
) -> list[Evaluation]:
    """What the rules of today find as of a past day, as known at its end; nothing is written."""
    wanted = [rule for rule in rules_in_order() if not codes or rule.code in codes]
    with as_known(end_of_day(as_of), now=now):
        return run_pass(wanted, as_of=as_of, now=now, projects=projects, dry_run=True)


def sweep_daily(*, as_of: date, now: datetime) -> list[Evaluation]:
    """Evaluate whatever has not been evaluated whole today; what was cut short goes on here."""
    judged = judged_whole(as_of, now) | _ahead(as_of)
    wanted = [rule for rule in rules_in_order() if rule.code not in judged]
    return run_pass(wanted, as_of=as_of, now=now) if wanted else []


def sweep_touched(*, as_of: date, now: datetime) -> int:
    """Evaluate every rule for the projects that were written to; how many there were.

    Marks count as read only after their projects were looked at: a killed worker's come again.
    """
    swept: set[int] = set()
    ahead = _ahead(as_of)
    wanted = [rule for rule in rules_in_order() if rule.code not in ahead]

    def sweep(subjects: list[str]) -> None:
        codes = [one.removeprefix("project:") for one in subjects if one.startswith("project:")]
        projects = set(Project.everything.filter(code__in=codes).values_list("pk", flat=True))
        if projects:
            run_pass(wanted, as_of=as_of, now=now, projects=projects)
            swept.update(projects)

    touch.consume_touches("monitoring.rules", sweep)
    return len(swept)


def _ahead(as_of: date) -> set[str]:
    """Rules that were judged as of a later day: the clock is wrong, or was. They stand, and the
    operator and 自治区 are told (``selectors.rule_faults``), until the runs are void."""
    ahead = judged_later(RULES, as_of)
    if ahead:
        logger.error("Rules were judged after %s already: %s", as_of, " ".join(sorted(ahead)))
    return ahead


@transaction.atomic
def void_runs(*, actor: Actor, after: date, reason: str, now: datetime) -> int:
    """Take back runs of a clock that ran ahead, so that its days are judged anew; how many."""
    runs = RuleRun.objects.filter(as_of__gt=after).exclude(status=RuleRun.Status.VOID)
    count = runs.update(status=RuleRun.Status.VOID)
    detail = {"after": after, "count": count, "reason": reason}
    audit.record(actor, VOIDED, "rules:all", now=now, detail=detail)
    return count


@transaction.atomic
def set_threshold(
    *,
    actor: Actor,
    rule: Rule,
    name: str,
    region: Region,
    value: Decimal,
    since: date,
    reason: str,
    now: datetime,
) -> None:
    """Change a rule's threshold from a day on, for a region and what lies below it.

    :raises Forbidden: not an officer of the autonomous region or of that prefecture.
    :raises Refused: a prefecture may only tighten; the past stays as it was.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    if region.kind not in (Region.Kind.AUTONOMOUS_REGION, Region.Kind.PREFECTURE):
        raise Refused("setting.not_for_counties", "region")
    if not reaches(region.code, actor=actor):
        raise Forbidden("setting.another_region")
    if since < timezone.localdate(now):
        raise Refused("setting.past", "since")
    above = thresholds(rule, since)(name)
    if region.kind == Region.Kind.PREFECTURE and not rule.is_tighter(name, value, above):
        raise Refused("setting.looser", "value", above=f"{above.normalize():f}")
    RuleSetting.objects.update_or_create(
        rule=rule.code,
        name=name,
        region=region,
        since=since,
        defaults={"value": value, "reason": reason, "set_by": actor.name, "set_at": now},
    )
    detail = {"name": name, "region": region.code, "value": value, "since": since, "reason": reason}
    audit.record(actor, SET, f"rule:{rule.code}", now=now, detail=detail)


def rules_in_order() -> list[Rule]:
    """The catalogue, by code."""
    return [RULES[code] for code in sorted(RULES)]
