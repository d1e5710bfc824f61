"""The two of the six systems that payroll answers for: 总包代发 and 按月足额支付."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from core.actor import Actor
from core.months import label
from payroll.models import PaymentItem
from payroll.selectors.facts import Projects, owed_sheets, unreported_months

State = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class SystemState:
    """Whether a system is carried out, with the reason in words."""

    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class PayrollSystems:
    """A project's 总包代发 (``agency``) and 按月足额支付 (``monthly``)."""

    agency: SystemState
    monthly: SystemState


_NEVER = SystemState("unknown", "还没有应发月份。")


def payroll_systems(
    *, actor: Actor, as_of: date, projects: Projects = None
) -> dict[int, PayrollSystems]:
    """Both states by project id; a project without any month due is left out as unknown."""
    paid = _paid_by_contractor(actor, as_of, projects)
    late = _late(actor, as_of, projects)
    return {
        project: PayrollSystems(
            agency=SystemState("yes", f"最近一次通过专用账户代发：{paid[project]:%Y-%m-%d}。")
            if project in paid
            else SystemState("no", "已有到期的工资月份，还没有通过专用账户代发过。"),
            monthly=SystemState("no", late[project])
            if project in late
            else SystemState("yes", "到期的工资都已付清。"),
        )
        for project in {*paid, *late}
    }


def systems_of(states: dict[int, PayrollSystems], project: int) -> PayrollSystems:
    """A project's states; unknown where nothing was due or paid yet."""
    return states.get(project, PayrollSystems(_NEVER, _NEVER))


def _paid_by_contractor(actor: Actor, as_of: date, projects: Projects) -> dict[int, date]:
    items = PaymentItem.objects.visible_to(actor).filter(
        status=PaymentItem.Status.PAID, settled_on__lte=as_of
    )
    if projects is not None:
        items = items.filter(order__sheet__project_id__in=projects)
    rows = items.order_by("settled_on").values_list("order__sheet__project_id", "settled_on")
    return {project: cast(date, day) for project, day in rows.distinct()}


def _late(actor: Actor, as_of: date, projects: Projects) -> dict[int, str]:
    late: dict[int, str] = {}
    for month in unreported_months(actor=actor, as_of=as_of, projects=projects):
        if month.due_on < as_of:
            late[month.project_id] = (
                f"{label(month.month)}有 {month.workers} 人出勤，{month.employer}没有报送工资表。"
            )
    for sheet in owed_sheets(actor=actor, as_of=as_of, projects=projects):
        late[sheet.project_id] = (
            f"{label(sheet.month)}还有 {sheet.unpaid} 人共 {sheet.outstanding:,.2f} 元未付，"
            f"应于 {sheet.due_on:%Y-%m-%d} 前付清。"
        )
    return late
