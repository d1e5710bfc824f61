"""Running the rules, and what people do about warnings 规程一(一).

派发 → 签收 → 处置 → 反馈 → 复核 → 销号. ``condition`` is the engine's and ``handling`` people's:
a warning clears by itself when the facts are mended, whatever stage its handling has reached.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit, touch
from core.actor import Actor, Forbidden
from core.errors import Overtaken, Refused
from core.history import as_known, end_of_day
from core.models import Attachment
from core.transition import try_transition
from identity.models import Region
from identity.roles import Role
from identity.selectors import reaches
from monitoring import selectors
from monitoring.catalogue import RULES, Rule
from monitoring.engine import Evaluation, judged_later, judged_whole, run_pass
from monitoring.models import BEFORE_REPORT, EarlyWarning, RuleRun, RuleSetting, WarningEvent
from monitoring.thresholds import thresholds
from projects.models import Project
from projects.permissions import is_contractor_of, is_employer_on

logger = logging.getLogger(__name__)

_STEP = {"note": "说明", "rule": audit.CODE, "subject": audit.CODE}
SIGNED = audit.action("warning.sign", "签收预警", _STEP)
REPORTED = audit.action("warning.report", "反馈预警处置情况", _STEP)
RETURNED = audit.action("warning.return", "退回预警反馈", _STEP)
CLOSED = audit.action("warning.close", "预警复核销号", _STEP)
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

Condition = EarlyWarning.Condition
Handling = EarlyWarning.Handling
Kind = WarningEvent.Kind


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
def sign(*, actor: Actor, uuid: UUID | str, now: datetime, note: str = "") -> None:
    """签收: the officer in whose region the project lies takes notice.

    :raises EarlyWarning.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: signed already.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    actor.require_role(Role.BUREAU_OFFICER)
    _move_handling(warning, [Handling.DISPATCHED], Handling.SIGNED)
    _record_event(warning, actor, Kind.SIGNED, SIGNED, now=now, note=note)


@transaction.atomic
def report(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    note: str,
    attachment: Attachment | None = None,
) -> None:
    """处置、反馈: the organisation says what it has done, with papers where there are any.

    :raises Forbidden: neither the contractor nor the employer concerned.
    :raises Refused: reported or closed already.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    require_reporting(actor, warning)
    _move_handling(warning, BEFORE_REPORT, Handling.REPORTED)
    _record_event(
        warning, actor, Kind.REPORTED, REPORTED, now=now, note=note, attachment=attachment
    )


@transaction.atomic
def send_back(*, actor: Actor, uuid: UUID | str, now: datetime, note: str) -> None:
    """退回: the officer is not satisfied with what was reported, and says why."""
    warning = selectors.warning(actor=actor, uuid=uuid)
    actor.require_role(Role.BUREAU_OFFICER)
    _move_handling(warning, [Handling.REPORTED], Handling.IN_HAND)
    _record_event(warning, actor, Kind.RETURNED, RETURNED, now=now, note=note)


@transaction.atomic
def close(*, actor: Actor, uuid: UUID | str, now: datetime, note: str) -> None:
    """复核、销号, by an officer who is not the one that signed.

    :raises Forbidden: no officer, the same officer, or the facts still hold.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    actor.require_role(Role.BUREAU_OFFICER)
    if not _may_review(actor, warning):
        raise Forbidden("warning.same_officer")
    if warning.condition != Condition.CLEARED:
        raise Forbidden("warning.still_holds")
    # What came back meanwhile is open again.
    open_ones = [*BEFORE_REPORT, Handling.REPORTED]
    _move_handling(warning, open_ones, Handling.CLOSED, condition=Condition.CLEARED)
    _record_event(warning, actor, Kind.CLOSED, CLOSED, now=now, note=note)


def may_report(actor: Actor, warning: EarlyWarning) -> bool:
    """Whether the actor answers for what the warning is about."""
    if is_contractor_of(actor, warning.project):
        return True
    own = actor.organisation is not None and warning.employer_id == actor.organisation
    return own and is_employer_on(actor, warning.project)


def require_reporting(actor: Actor, warning: EarlyWarning) -> None:
    """:raises Forbidden: the actor does not answer for what the warning is about."""
    if not may_report(actor, warning):
        raise Forbidden("warning.reported_by_others")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which steps the actor can take now: what the page offers."""

    sign: bool
    report: bool
    send_back: bool
    close: bool

    @property
    def anything(self) -> bool:
        """Whether the actor has a step to take at all."""
        return self.sign or self.report or self.send_back or self.close


def allowed(*, actor: Actor, warning: EarlyWarning) -> Allowed:
    """The steps that are open at the warning's stage to this actor."""
    officer = actor.has_role(Role.BUREAU_OFFICER)
    stage = Handling(warning.handling)
    over = warning.condition == Condition.CLEARED
    return Allowed(
        sign=officer and stage == Handling.DISPATCHED,
        report=not over and stage in BEFORE_REPORT and may_report(actor, warning),
        send_back=officer and not over and stage == Handling.REPORTED,
        close=officer and over and stage != Handling.CLOSED and _may_review(actor, warning),
    )


def _may_review(actor: Actor, warning: EarlyWarning) -> bool:
    return EarlyWarning.everything.reviewable_by(actor).filter(pk=warning.pk).exists()


def _move_handling(
    warning: EarlyWarning, before: Collection[str], after: str, **still: str
) -> None:
    rows = EarlyWarning.everything.filter(pk=warning.pk, **still)
    if not try_transition(rows, after, from_states=before, column="handling"):
        current = EarlyWarning.everything.get(pk=warning.pk).get_handling_display()
        raise Overtaken("warning.moved", handling=current)


def _record_event(
    warning: EarlyWarning,
    actor: Actor,
    kind: str,
    action: str,
    *,
    now: datetime,
    note: str = "",
    attachment: Attachment | None = None,
) -> None:
    WarningEvent.everything.create(
        warning=warning,
        at=now,
        kind=kind,
        actor_id=actor.id,
        actor_name=actor.name,
        organisation=selectors.organisation_name(actor=actor),
        level=warning.level,
        note=note,
        attachment=attachment,
    )
    detail: dict[str, Any] = {"rule": warning.rule, "subject": warning.subject, "note": note}
    audit.record(
        actor,
        action,
        f"warning:{warning.uuid}",
        now=now,
        within=warning.project.subject,
        detail=detail,
    )


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
