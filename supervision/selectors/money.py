"""What waits for owners and banks."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, F, Sum
from django.urls import reverse

from accounts.models import SpecialAccount
from accounts.selectors import (
    Balance,
    FundingDue,
    account_totals,
    owners_dues,
    project_balances,
    silent_accounts,
)
from core.actor import Actor
from core.money import yuan
from core.months import first_day
from core.scope import once_a_request
from identity.limits import Limit
from monitoring.selectors import rule_limit
from payroll.models import PaymentItem, PaymentOrder
from supervision.selectors.figures import ZERO, Figure
from supervision.selectors.work import LIMIT, WorkLine, WorkSection, by_urgency


def owners_sections(*, actor: Actor, as_of: date) -> list[WorkSection]:
    """The owner's deposits that are overdue or come next, the longest waiting first."""
    dues = _dues(actor, as_of)
    balances = project_balances(actor=actor, projects=[due.project_id for due in dues])
    lines = by_urgency(
        line for due in dues for line in _deposits(due, balances.get(due.project_id))
    )
    return [
        WorkSection(
            "应拨付的人工费用",
            lines[:LIMIT],
            len(lines),
            "没有要拨付的人工费用",
            "每期拨付日前会出现在这里，写明金额和日期。",
            reverse("accounts:funding"),
        )
    ]


def owners_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """What the owner still has to pay in, and what stands on its projects' accounts."""
    dues = _dues(actor, as_of)
    totals = account_totals(actor=actor)
    missing = sum((due.missing for due in dues), ZERO)
    overdue = sum((due.overdue for due in dues), ZERO)
    return [
        Figure("约定拨付的项目", len(dues), "个", url=reverse("accounts:funding")),
        Figure("逾期未拨付", yuan(overdue), "元", tone="bad" if overdue else ""),
        Figure("下一期应拨付", yuan(missing), "元", "各项目下一个拨付日前"),
        Figure("专户余额合计", yuan(totals.balance), "元", f"{totals.told} 个专户有银行数据"),
    ]


def _dues(actor: Actor, as_of: date) -> list[FundingDue]:
    """The next deposits, asked once for a page's work and figures."""

    def look_up() -> list[FundingDue]:
        grace = rule_limit("ACC-04", "grace", as_of=as_of)
        return owners_dues(actor=actor, as_of=as_of, grace=grace)

    return once_a_request(("owner's dues", actor, as_of), look_up)


def _deposits(due: FundingDue, balance: Balance | None) -> Iterator[WorkLine]:
    url = reverse("accounts:project", args=[due.project])
    held = f"专户余额 {yuan(balance.amount)} 元" if balance else "专户余额未知"
    for amount, on, words in (
        (due.overdue, due.last_due, "逾期未拨付人工费用"),
        (due.missing, due.due_on, "应拨付人工费用"),
    ):
        if amount:
            yield WorkLine(
                title=f"{words} {yuan(amount)} 元",
                url=url,
                note=f"{due.project_name} · {held}",
                due=on,
                action="查看专户",
                action_url=url,
            )


def banks_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """The accounts that the bank keeps, what stands on them and what it paid this month."""
    totals = account_totals(actor=actor)
    paid = PaymentItem.objects.visible_to(actor).filter(
        status=PaymentItem.Status.PAID, settled_on__gte=first_day(as_of)
    )
    sums = paid.aggregate(count=Count("pk"), total=Sum("amount", default=ZERO))
    return [
        Figure("工资专用账户", totals.accounts, "个", url=reverse("accounts:kept")),
        Figure("专户余额合计", yuan(totals.balance), "元", f"{totals.told} 个专户有对账单"),
        Figure("本月已代发", yuan(sums["total"]), "元", f"{sums['count']} 笔"),
    ]


def banks_sections(*, actor: Actor, as_of: date) -> list[WorkSection]:
    """Orders that the bank works on, and accounts that it has not told of for long."""
    return [_open_orders(actor), _silent_feeds(actor, as_of)]


def _open_orders(actor: Actor) -> WorkSection:
    rows = PaymentOrder.objects.visible_to(actor).filter(status__in=PaymentOrder.OPEN)
    lines = []
    shown = rows.select_related("account", "sheet__project").order_by("sheet__due_on", "number")
    for order in shown[:LIMIT]:
        url = reverse("accounts:kept_account", args=[order.account.uuid])
        state = order.get_status_display()
        lines.append(
            WorkLine(
                title=f"代发指令 {order.number}",
                url=url,
                note=f"{order.sheet.project.name} · {order.count} 笔 · {yuan(order.total)} 元 ·"
                f" {state}",
                due=order.sheet.due_on,
                action="查看专户",
                action_url=url,
            )
        )
    return WorkSection(
        "待办理的代发指令",
        lines,
        rows.count() if len(lines) == LIMIT else len(lines),
        "没有待办理的代发指令",
        "总承包单位提交代发后会出现在这里。",
        reverse("accounts:kept"),
    )


def _silent_feeds(actor: Actor, as_of: date) -> WorkSection:
    silent: Limit = rule_limit("FED-01", "silent", as_of=as_of)
    rows = silent_accounts(actor=actor, as_of=as_of, silent=silent)
    shown = rows.select_related("project").order_by(F("told_on").asc(nulls_first=True), "number")
    lines = [_silent_line(row) for row in shown[:LIMIT]]
    return WorkSection(
        "待报送的对账单",
        lines,
        rows.count() if len(lines) == LIMIT else len(lines),
        f"专户数据都在 {silent():.0f} 天以内",
        f"超过 {silent():.0f} 天没有对账单的专户会出现在这里。",
        f"{reverse('accounts:kept')}?feed=silent",
    )


def _silent_line(row: SpecialAccount) -> WorkLine:
    told_on: date | None = row.told_on  # type: ignore[attr-defined]  # annotated by the selector
    url = reverse("accounts:kept_account", args=[row.uuid])
    told = f"最近数据 {told_on:%Y-%m-%d}" if told_on else "还没有对账单"
    return WorkLine(
        title=f"专户 {row.number} 的对账单没有更新",
        url=url,
        note=f"{row.project.name} · {told}",
        due=None,
        action="查看专户",
        action_url=url,
    )
