"""What the clock does to warnings that people leave lying (rules.md, Handling).

Not signed in time: one level of government up, to the 地州 and then to the 自治区. Not answered in
time: 黄 becomes 橙, 橙 becomes 红, and 红 goes to 地州 督办, then to 自治区 督办. Each further step
comes when the time of its level has passed again. Steps are counted within one coming-up of a
warning; what comes back begins anew.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from core.actor import SYSTEM
from core.calendar import add_working_days, is_working_day
from monitoring.limits import HANDLING_LIMITS
from monitoring.models import BEFORE_REPORT, EarlyWarning, Escalation, Level, WarningEvent
from monitoring.thresholds import Thresholds, thresholds

Handling = EarlyWarning.Handling
Kind = WarningEvent.Kind
Clock, Tier = Escalation.Clock, Escalation.Tier
_HIGHER = {Level.YELLOW: Level.ORANGE, Level.ORANGE: Level.RED}


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for a warning: to whom, to which level, and in words."""

    clock: Escalation.Clock
    tier: Escalation.Tier
    level: str
    kind: WarningEvent.Kind
    note: str


def escalate_overdue(*, as_of: date, now: datetime) -> int:
    """Take every warning whose time has run out one step on; how many steps.

    Safe to ask again: a step is one row of a warning, its coming-up, clock and number.
    """
    if not is_working_day(as_of):
        return 0
    unsigned = Q(handling=Handling.DISPATCHED, sign_by__lt=as_of)
    rows = EarlyWarning.everything.live().filter(handling__in=BEFORE_REPORT)
    overdue = list(rows.filter(unsigned | Q(settle_by__lt=as_of)).order_by("pk"))
    taken: dict[tuple[int, int], list[Escalation]] = defaultdict(list)
    for one in Escalation.everything.filter(warning__in=overdue).order_by("number"):
        taken[one.warning_id, one.episode].append(one)
    limits, count = thresholds(HANDLING_LIMITS, as_of), 0
    for warning in overdue:
        before = taken[warning.pk, warning.reopened]
        for clock in Clock:
            of_clock = [one for one in before if one.clock == clock]
            step = next_step(warning, clock, of_clock, as_of=as_of, limits=limits)
            if step is not None:
                count += _take_step(warning, step, len(of_clock) + 1, as_of, now)
    return count


def next_step(
    warning: EarlyWarning,
    clock: Escalation.Clock,
    before: Sequence[Escalation],
    *,
    as_of: date,
    limits: Thresholds,
) -> Step | None:
    """The step that is due on a day after those taken before; None where none is."""
    if clock == Clock.SIGN and warning.handling != Handling.DISPATCHED:
        return None
    due = warning.sign_by if clock == Clock.SIGN else warning.settle_by
    if before:
        due = add_working_days(before[-1].on, int(limits(f"{clock}_{warning.level}")))
    if due >= as_of:
        return None
    tier = max((step.tier for step in before), default=Tier.COUNTY)
    if clock == Clock.SETTLE and warning.level in _HIGHER:
        level = _HIGHER[Level(warning.level)]
        note = f"逾期未处置，由{Level(warning.level).label}色升为{level.label}色"
        return Step(clock, Tier(tier), level, Kind.ESCALATED, note)
    is_blue = warning.level == Level.BLUE
    if tier == Tier.REGION or (clock == Clock.SETTLE and is_blue):
        return None
    above = Tier(tier + 1)
    if clock == Clock.SIGN:
        return Step(clock, above, "", Kind.ESCALATED, f"逾期未签收，报{above.label}人社部门")
    return Step(clock, above, "", Kind.SUPERVISED, f"红色预警逾期未处置，由{above.label}督办")


@transaction.atomic
def _take_step(warning: EarlyWarning, step: Step, number: int, as_of: date, now: datetime) -> bool:
    """Put a step on record; False where somebody acted, or it was taken, meanwhile."""
    awaited = [Handling.DISPATCHED] if step.clock == Clock.SIGN else BEFORE_REPORT
    rows = EarlyWarning.everything.live().filter(
        pk=warning.pk, reopened=warning.reopened, handling__in=awaited
    )
    current = rows.select_for_update(of=("self",)).first()
    identity = {"episode": warning.reopened, "clock": step.clock, "number": number}
    if current is None or Escalation.everything.filter(warning=warning, **identity).exists():
        return False
    if step.level > current.level:
        rows.update(raised_level=step.level)
    event = WarningEvent.everything.create(
        warning=warning,
        at=now,
        kind=step.kind,
        actor_id=SYSTEM.id,
        actor_name=SYSTEM.name,
        level=max(step.level, current.level),
        note=step.note,
    )
    Escalation.everything.create(
        warning=warning, on=as_of, tier=step.tier, level=step.level, event=event, **identity
    )
    return True
