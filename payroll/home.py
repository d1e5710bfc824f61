"""What pay sheets lay on the home pages and on a project's overview."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from core import months
from core.actor import Actor
from core.calendar import add_working_days
from core.home import LINE_LIMIT, WorkLine, WorkSection
from core.money import yuan
from identity.hook_kinds import limit_of
from payroll.models import PaySheet
from payroll.selectors.facts import UnreportedMonth, unreported_months
from payroll.selectors.minimum import counties
from payroll.selectors.orders import orders_at_bank
from payroll.selectors.pay_sheets import sheets_under_way
from projects.permissions import contractor_projects, site_projects

Status = PaySheet.Status
#: An order in 待核实 for so long is people's to look after (ACC-12 of the catalogue of warnings).
DOUBT_SHOWN_AFTER = timedelta(minutes=30)


def site_work(
    *, actor: Actor, as_of: date, now: datetime, projects: Collection[int] | None
) -> Iterator[WorkLine]:
    """The next step of each sheet, and the months of which no sheet was begun."""
    own = site_projects(actor)
    reviewed = contractor_projects(actor, "review")
    grace = limit_of("PAY-01", "grace", as_of=as_of)
    without_sheet = {
        (month.project_id, month.employer_id, month.month): month
        for month in unreported_months(
            actor=actor, as_of=as_of, projects=projects, grace=grace, coming=True
        )
    }
    begun = set()
    doubted_before = now - DOUBT_SHOWN_AFTER
    for sheet in sheets_under_way(actor=actor, projects=projects, doubted_before=doubted_before):
        key = (sheet.project_id, sheet.employer_id, sheet.month)
        if sheet.status in (Status.DRAFT, Status.RETURNED):
            begun.add(key)
            if sheet.project_id in own:
                yield _unsent_line(sheet, actor, without_sheet.get(key))
        elif sheet.project_id in reviewed:
            yield _next_step(sheet, as_of)
    for key, month in without_sheet.items():
        if key not in begun and month.project_id in own:
            yield _month_line(month, actor, as_of)


def _unsent_line(sheet: Any, actor: Actor, month: UnreportedMonth | None) -> WorkLine:
    """A sheet that its sender has still to hand in."""
    state = "被退回" if sheet.status == Status.RETURNED else "没有提交"
    action = "修改并提交"
    if sheet.employer_id != actor.organisation:
        state, action = f"{state}，等分包单位修改", "查看"
    line = _sheet_line(sheet, state, action)
    return replace(line, due=month.sheet_on, facts=_facts_of(month)) if month else line


def _next_step(sheet: Any, as_of: date) -> WorkLine:
    """What the general contractor does next with a sheet that was handed in."""
    subject, period = f"sheet:{sheet.number}", months.month_code(sheet.month)
    overdue = ("PAY-02", subject, period)
    if sheet.status == Status.SUBMITTED:
        url = reverse("payroll:review", args=[sheet.uuid])
        return _sheet_line(sheet, "待审核", "审核工资表", action_url=url, facts=(overdue,))
    if sheet.status == Status.PAYING:
        return _sheet_line(sheet, "代发结果待核实", "查看银行说明", facts=(overdue,))
    if sheet.status == Status.APPROVED:
        return _sheet_line(sheet, "待发放", "发放工资", facts=(overdue,))
    facts = (overdue, ("PAY-10", subject, period))
    line = _sheet_line(sheet, f"有 {sheet.failed} 笔被银行退回", "重新代发", facts=facts)
    if sheet.failed_since is None:
        return line
    waits = limit_of("PAY-10", "yellow", as_of=as_of)(sheet.project.region_id)
    return replace(line, due=add_working_days(sheet.failed_since, int(waits)))


def _sheet_line(
    sheet: Any,
    state: str,
    action: str,
    action_url: str = "",
    facts: tuple[tuple[str, str, str], ...] = (),
) -> WorkLine:
    people = sheet.failed or sheet.headcount
    left = sheet.failed_net if sheet.failed else sheet.net
    page = reverse("payroll:sheet", args=[sheet.uuid])
    return WorkLine(
        title=f"{months.month_label(sheet.month)}工资表{state}",
        url=page,
        project=sheet.project.name,
        note=f"{sheet.employer.name} · {people} 人 · {yuan(left)} 元",
        due=sheet.due_on,
        action=action,
        action_url=action_url or page,
        facts=facts,
    )


def _month_line(month: UnreportedMonth, actor: Actor, as_of: date) -> WorkLine:
    """A month with attendance of which no sheet was begun."""
    note = f"{month.employer} · {month.workers} 人有出勤"
    if as_of < month.warned_from:
        note += f" · {month.warned_from:%-m月%-d日}起预警"
    is_own = month.employer_id == actor.organisation
    return WorkLine(
        title=f"{months.month_label(month.month)}工资表还没有报送",
        url=reverse("payroll:project", args=[month.project]),
        project=month.project_name,
        note=note,
        due=month.sheet_on,
        action="报送工资表" if is_own else "代为报送",
        action_url=reverse("payroll:start", args=[month.project]),
        facts=_facts_of(month),
    )


def _facts_of(month: UnreportedMonth) -> tuple[tuple[str, str, str], ...]:
    """The warnings of a month without a sheet: not handed in, and unpaid after its due day."""
    subject, period = (
        f"employer:{month.project}/{month.employer_uscc}",
        months.month_code(month.month),
    )
    return (("PAY-01", subject, period), ("PAY-02", subject, period))


def banks_orders(*, actor: Actor, as_of: date) -> WorkSection:
    """The orders that the bank works on, the first due first."""
    orders = orders_at_bank(actor=actor)
    lines = []
    for order in orders.order_by("sheet__due_on", "number")[:LINE_LIMIT]:
        url = reverse("accounts:kept_account", args=[order.account.uuid])
        lines.append(
            WorkLine(
                title=f"代发指令 {order.number}",
                url=url,
                project=order.sheet.project.name,
                note=f"{order.count} 笔 · {yuan(order.total)} 元 · {order.get_status_display()}",
                due=order.sheet.due_on,
                action="查看专户",
                action_url=url,
            )
        )
    return WorkSection(
        "待办理的代发指令",
        lines,
        orders.count() if len(lines) == LINE_LIMIT else len(lines),
        "没有待办理的代发指令",
        "总承包单位提交代发后会出现在这里。",
        f"{reverse('payroll:orders')}?status=open",
    )


def unconfirmed_standards(*, actor: Actor, as_of: date) -> WorkSection | None:
    """The counties whose minimum wage nobody has confirmed, in one line; None once all are."""
    names = [
        county.region.name
        for county in counties(actor=actor, as_of=as_of)
        if not (county.current and county.current.is_confirmed)
    ]
    if not names:
        return None
    url = reverse("payroll:minimum_wages")
    named = "、".join(names[:4]) + (f"等 {len(names)} 个县市区" if names[4:] else "")
    line = WorkLine(
        title="最低工资标准待核实",
        url=url,
        note=f"{named}。预警和告示牌上标注“待核实”，核实后去掉。",
        action="核实标准",
        action_url=url,
    )
    return WorkSection("待核实的标准", [line], 1, "", "", url)
