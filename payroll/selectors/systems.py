"""The two of the six systems that payroll answers for: 总包代发 and 按月足额支付."""

from collections.abc import Collection
from datetime import date
from typing import cast

from core.actor import Actor
from core.months import month_label
from core.scope import once_a_request
from identity.limits import Limit
from payroll.models import PaymentItem
from payroll.selectors.facts import Resend, overdue_wages
from projects.hook_kinds import SystemFinding, SystemState

_NOTHING_DUE = SystemFinding(SystemState.UNKNOWN, "还没有应发月份。")


def agency_systems(
    *,
    actor: Actor,
    as_of: date,
    projects: Collection[int],
    after: Limit,
    resend: Resend,
) -> dict[int, SystemFinding]:
    """总包代发: wages were paid from the special account; not known before any month was due.

    ``after`` is :func:`~payroll.selectors.facts.overdue_wages`'s; what the bank returned waits as
    :class:`~payroll.selectors.facts.Resend` says.
    """
    overdue = _overdue_projects(actor, as_of, projects, after, resend)
    reason = "已有到期的工资月份，还没有通过专用账户代发过。"
    return {
        **dict.fromkeys(projects, _NOTHING_DUE),
        **dict.fromkeys(overdue, SystemFinding(SystemState.NOT_CARRIED_OUT, reason)),
        **{
            project: SystemFinding(
                SystemState.CARRIED_OUT, f"最近一次通过专用账户代发：{day:%Y-%m-%d}。"
            )
            for project, day in _last_paid_days(actor, as_of, projects).items()
        },
    }


def monthly_systems(
    *,
    actor: Actor,
    as_of: date,
    projects: Collection[int],
    after: Limit,
    resend: Resend,
) -> dict[int, SystemFinding]:
    """按月足额支付: nothing is overdue; not known before any month was due."""
    paid = _last_paid_days(actor, as_of, projects)
    in_time = SystemFinding(SystemState.CARRIED_OUT, "没有逾期未付的工资。")
    return {
        **dict.fromkeys(projects, _NOTHING_DUE),
        **dict.fromkeys(paid, in_time),
        **{
            project: SystemFinding(SystemState.NOT_CARRIED_OUT, reason)
            for project, reason in _overdue_projects(actor, as_of, projects, after, resend).items()
        },
    }


def _last_paid_days(actor: Actor, as_of: date, projects: Collection[int]) -> dict[int, date]:
    """The last day on which each project's wages were paid from its special account."""

    def look_up() -> dict[int, date]:
        items = PaymentItem.objects.visible_to(actor).filter(
            status=PaymentItem.Status.PAID,
            settled_on__lte=as_of,
            order__sheet__project_id__in=projects,
        )
        rows = items.order_by("settled_on").values_list("order__sheet__project_id", "settled_on")
        return {project: cast(date, day) for project, day in rows.distinct()}

    return once_a_request(("last paid days", actor, as_of, tuple(projects)), look_up)


def _overdue_projects(
    actor: Actor, as_of: date, projects: Collection[int], after: Limit, resend: Resend
) -> dict[int, str]:
    """What is overdue on each project, in a sentence: an unpaid sheet before a missing one."""

    def look_up() -> dict[int, str]:
        late: dict[int, str] = {}
        for place in overdue_wages(actor=actor, as_of=as_of, projects=projects, after=after):
            if place.is_being_resent(as_of, resend):
                continue
            if place.sheets:
                late[place.project_id] = (
                    f"{month_label(place.month)}还有 {place.unpaid} 人"
                    f"共 {place.outstanding:,.2f} 元未付，应于 {place.due_on:%Y-%m-%d} 前付清。"
                )
            else:
                late.setdefault(
                    place.project_id,
                    f"{month_label(place.month)}有 {place.workers} 人出勤，"
                    f"{place.employer}没有报送工资表。",
                )
        return late

    return once_a_request(("overdue wages", actor, as_of, tuple(projects)), look_up)
