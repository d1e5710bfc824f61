"""What waits for owners and banks."""

from datetime import date, timedelta

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
from payroll.models import PaymentOrder
from supervision.selectors.work import Section, Work, section

#: A feed older than this is out of date FED-01.
_SILENCE = timedelta(days=31)


def owners_sections(*, actor: Actor, as_of: date) -> list[Section]:
    """The owner's next deposits, the nearest first."""
    page = owners_projects(actor=actor, as_of=as_of, params={})
    items = [_deposit(row, row.due) for row in page.rows if row.due and row.due.missing]
    return [
        section(
            "应拨付的人工费用",
            items,
            "没有要拨付的人工费用",
            "每期拨付日前会出现在这里，写明金额和日期。",
            reverse("accounts:funding"),
        )
    ]


def _deposit(row: OwnersProject, due: FundingDue) -> Work:
    url = reverse("accounts:project", args=[row.code])
    balance = f"专户余额 {yuan(row.balance.amount)} 元" if row.balance else "专户余额未知"
    return Work(
        title=f"应拨付人工费用 {yuan(due.missing)} 元",
        url=url,
        note=f"{row.name} · {balance}",
        due=due.due_on,
        action="查看专户",
        action_url=url,
    )


def banks_sections(*, actor: Actor, as_of: date) -> list[Section]:
    """Orders that the bank works on, and accounts that it has not told of for a month."""
    accounts = kept_accounts(actor=actor, params={}, size=200).rows
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
