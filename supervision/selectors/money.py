"""What waits for owners and banks."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, Sum
from django.urls import reverse

from accounts.selectors import (
    FundingDue,
    KeptAccount,
    OwnersProject,
    kept_accounts,
    owners_projects,
)
from core.actor import Actor
from core.money import yuan
from core.months import first_day
from payroll.models import PaymentItem, PaymentOrder
from supervision.selectors.figures import ZERO, Figure
from supervision.selectors.work import Section, Work, section

#: More than one owner or bank keeps in a district; the lists behind are paged.
_MANY = 200
#: A feed older than this is out of date FED-01.
_SILENCE = timedelta(days=31)


def owners_sections(*, actor: Actor, as_of: date) -> list[Section]:
    """The owner's deposits that are overdue or come next, the longest waiting first."""
    page = owners_projects(actor=actor, as_of=as_of, params={}, size=_MANY)
    items = [work for row in page.rows if row.due for work in _deposits(row, row.due)]
    return [
        section(
            "应拨付的人工费用",
            items,
            "没有要拨付的人工费用",
            "每期拨付日前会出现在这里，写明金额和日期。",
            reverse("accounts:funding"),
        )
    ]


def owners_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """What the owner still has to pay in, and what stands on its projects' accounts."""
    rows = owners_projects(actor=actor, as_of=as_of, params={}, size=_MANY).rows
    missing = sum((row.due.missing for row in rows if row.due), ZERO)
    overdue = sum((row.due.overdue for row in rows if row.due), ZERO)
    balances = [row.balance.amount for row in rows if row.balance]
    return [
        Figure("出资项目", len(rows), "个", url=reverse("accounts:funding")),
        Figure("逾期未拨付", yuan(overdue), "元", tone="bad" if overdue else ""),
        Figure("下一期应拨付", yuan(missing), "元", "各项目下一个拨付日前"),
        Figure(
            "专户余额合计", yuan(sum(balances, ZERO)), "元", f"{len(balances)} 个专户有银行数据"
        ),
    ]


def banks_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """The accounts that the bank keeps, what stands on them and what it paid this month."""
    rows = kept_accounts(actor=actor, params={}, size=_MANY).rows
    total = sum((row.balance.amount for row in rows if row.balance), ZERO)
    paid = PaymentItem.objects.visible_to(actor).filter(
        status=PaymentItem.Status.PAID, settled_on__gte=first_day(as_of)
    )
    sums = paid.aggregate(count=Count("pk"), total=Sum("amount", default=ZERO))
    return [
        Figure("工资专用账户", len(rows), "个", url=reverse("accounts:kept")),
        Figure("专户余额合计", yuan(total), "元"),
        Figure("本月已代发", yuan(sums["total"]), "元", f"{sums['count']} 笔"),
    ]


def _deposits(row: OwnersProject, due: FundingDue) -> Iterator[Work]:
    if due.overdue:
        yield _deposit(row, f"逾期未拨付人工费用 {yuan(due.overdue)} 元", due.last_due)
    if due.missing:
        yield _deposit(row, f"应拨付人工费用 {yuan(due.missing)} 元", due.due_on)


def _deposit(row: OwnersProject, title: str, on: date) -> Work:
    url = reverse("accounts:project", args=[row.code])
    balance = f"专户余额 {yuan(row.balance.amount)} 元" if row.balance else "专户余额未知"
    return Work(
        title=title,
        url=url,
        note=f"{row.name} · {balance}",
        due=on,
        action="查看专户",
        action_url=url,
    )


def banks_sections(*, actor: Actor, as_of: date) -> list[Section]:
    """Orders that the bank works on, and accounts that it has not told of for a month."""
    accounts = kept_accounts(actor=actor, params={}, size=_MANY).rows
    return [
        section(
            "待办理的代发指令",
            _orders(actor),
            "没有待办理的代发指令",
            "总承包单位提交代发后会出现在这里。",
        ),
        section(
            "待报送的对账单",
            [_silent(row) for row in accounts if _is_silent(row, as_of)],
            "专户数据都在一个月以内",
            "超过一个月没有对账单的专户会出现在这里。",
            reverse("accounts:kept"),
        ),
    ]


def _orders(actor: Actor) -> list[Work]:
    rows = PaymentOrder.objects.visible_to(actor).filter(status__in=PaymentOrder.OPEN)
    return [_order(row) for row in rows.select_related("account", "sheet__project")]


def _order(order: PaymentOrder) -> Work:
    url = reverse("accounts:kept_account", args=[order.account.uuid])
    return Work(
        title=f"代发指令 {order.number}",
        url=url,
        note=f"{order.sheet.project.name} · {order.count} 笔 · {yuan(order.total)} 元 ·"
        f" {order.get_status_display()}",
        due=order.sheet.due_on,
        action="查看专户",
        action_url=url,
    )


def _is_silent(row: KeptAccount, as_of: date) -> bool:
    return row.balance is None or row.balance.on < as_of - _SILENCE


def _silent(row: KeptAccount) -> Work:
    url = reverse("accounts:kept_account", args=[row.uuid])
    told = f"最近数据 {row.balance.on:%Y-%m-%d}" if row.balance else "还没有对账单"
    return Work(
        title=f"专户 {row.number} 的对账单没有更新",
        url=url,
        note=f"{row.project_name} · {told}",
        due=None,
        action="查看专户",
        action_url=url,
    )
