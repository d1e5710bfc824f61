"""What forms and services of bonds agree on: who moves what, from which state to which."""

from dataclasses import dataclass
from datetime import date, timedelta

from bonds.models import Bond, Guarantee
from core.calendar import add_working_days

Status = Bond.Status

#: The steps of a bond's life: from which states each state is reached.
SOURCES: dict[str, tuple[str, ...]] = {
    Status.PENDING: (Status.EXEMPT,),
    Status.EXEMPT: (Status.PENDING,),
    Status.HELD: (Status.PENDING, Status.IN_USE, Status.PUBLICITY, Status.REVIEW),
    Status.IN_USE: (
        Status.HELD,
        Status.RESTORED,
        Status.SHORT,
        Status.PUBLICITY,
        Status.REVIEW,
    ),
    Status.SHORT: (
        Status.HELD,
        Status.RESTORED,
        Status.IN_USE,
        Status.PUBLICITY,
        Status.REVIEW,
    ),
    Status.RESTORED: (Status.SHORT,),
    Status.PUBLICITY: (Status.HELD, Status.RESTORED),
    Status.REVIEW: (Status.PUBLICITY,),
    Status.RETURNED: (Status.REVIEW,),
}
#: How states are coloured.
TONES: dict[str, str] = {
    Status.PENDING: "bad",
    Status.HELD: "good",
    Status.IN_USE: "warn",
    Status.SHORT: "bad",
    Status.RESTORED: "good",
    Status.PUBLICITY: "wait",
    Status.REVIEW: "wait",
    Status.RETURNED: "plain",
    Status.EXEMPT: "plain",
}
GUARANTEE_TONES: dict[str, str] = {
    Guarantee.Status.SUBMITTED: "wait",
    Guarantee.Status.REJECTED: "bad",
    Guarantee.Status.ACTIVE: "good",
    Guarantee.Status.EXPIRING: "warn",
    Guarantee.Status.CLAIMING: "warn",
    Guarantee.Status.CLAIMED: "plain",
    Guarantee.Status.EXPIRED: "bad",
    Guarantee.Status.REPLACED: "plain",
    Guarantee.Status.RETURNED: "plain",
}
#: Clauses that take something out of a guarantee's promise; the reviewer ticks what it has.
EXCLUSIONS: dict[str, str] = {
    "frozen": "反担保保证金被冻结、扣划时担保人免责或减责",
    "proof": "索赔须先提交判决、裁决或鉴定",
    "contractor": "索赔须经施工单位同意或确认",
    "premium": "保费、担保费未交清时不承担责任",
    "period": "只担保部分工期或部分月份的工资",
    "workers": "只担保部分班组、工种或直接雇用的工人",
    "once": "赔付一次后担保责任终止",
    "notice": "未在约定日期前通知即丧失索赔权",
    "other": "其他限制担保责任的条款（在审核意见中写明）",
}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: what for, on which day, and why that day."""

    what: str
    on: date
    why: str


def in_working_days(what: str, event: str, event_on: date, days: int) -> Due:
    """So many working days after an event, which is not counted itself."""
    on = add_working_days(event_on, days)
    return Due(what, on, f"{event}（{event_on:%Y-%m-%d}）之后第 {days} 个工作日")


def in_days(what: str, event: str, event_on: date, days: int) -> Due:
    """So many days after an event."""
    on = event_on + timedelta(days=days)
    return Due(what, on, f"{event}（{event_on:%Y-%m-%d}）起 {days} 日")
