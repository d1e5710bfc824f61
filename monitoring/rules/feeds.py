"""Rules about what banks tell and do 规程二(二), 二(五): causes of what cannot be known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from accounts.selectors import accounts_by_bank, silent_accounts
from core.calendar import working_days_between
from core.money import yuan
from core.months import month_code
from monitoring.catalogue import (
    Finding,
    Inhibition,
    Look,
    State,
    rule,
    same_month,
    same_project,
)
from monitoring.evidence import Amount, Fact, ForPrograms, Linked, Number, Records
from monitoring.models import Level
from monitoring.rules.common import NAMED
from payroll.selectors.orders import StepLimits, WaitingOrder, waiting_orders


def _fed_projects(cause: Finding) -> Iterable[int]:
    """The projects of which the feed has fallen silent, and not those that never had one."""
    projects: list[int] = cause.evidence["fed"]
    return projects


#: A feed that has fallen silent leaves open what money came and went.
SILENT_FEED = Inhibition(
    cause="FED-01", same=same_project, cause_same=_fed_projects, leaves=State.UNKNOWN
)


def _months_at_bank(cause: Finding) -> Iterable[tuple[Any, ...]]:
    return [tuple(month) for month in cause.evidence.get("months", ())]


def _month_under_way(finding: Finding) -> Iterable[Any]:
    """The month, where all that it owes is in an order under way."""
    return same_month(finding) if finding.evidence.get("under_way") else ()


#: A bank that answers nothing leaves open whether what was ordered is paid.
SILENT_BANK = Inhibition(
    cause="ACC-12", same=_month_under_way, cause_same=_months_at_bank, leaves=State.UNKNOWN
)


@rule(
    code="FED-01",
    title="银行数据未更新",
    basis="规程二（二）、三（三）",
    defaults={"silent": Decimal(31), "share": Decimal("0.20"), "accounts": Decimal(5)},
    units={
        "silent": "黄色：没有对账单超过天数",
        "share": "按银行预警：专户占比超过",
        "accounts": "按银行预警：专户至少",
    },
    clears="银行报送专户的对账单。",
    duty="合作银行报送对账单；总承包单位督促",
    place="accounts:project",
    opens_for=None,
    whole=True,
    evidence=(
        Fact("bank", "银行"),
        Fact("told_on", "最近对账单日期"),
        Number("silent", "没有更新的专户"),
        Number("kept", "该行专户"),
        Records(
            "accounts",
            (
                Linked("name", "专户", page="accounts:account", by="account"),
                Fact("told_on", "最近对账单日期"),
            ),
        ),
        ForPrograms("fed"),
    ),
)
def feed_is_silent(look: Look) -> Iterator[Finding]:
    """The bank has told nothing of an account for over a month; of many: one for the bank."""
    rows = silent_accounts(actor=look.actor, as_of=look.as_of, silent=look.limit("silent"))
    of_bank = defaultdict(list)
    for account in rows.select_related("bank", "project").order_by("number"):
        of_bank[account.bank_id].append(account)
    kept = accounts_by_bank(actor=look.actor, as_of=look.as_of)
    for bank_id, accounts in of_bank.items():
        bank, count = accounts[0].bank, len(accounts)
        if count >= look.limit("accounts")() and count > look.limit("share")() * kept[bank_id]:
            yield Finding(
                subject=f"bank:{bank.uscc}",
                project=None,
                others=frozenset(account.project_id for account in accounts),
                level=Level.YELLOW,
                counted_from=min(account.silent_since for account in accounts),
                summary=f"{bank.name}的 {kept[bank_id]} 个专户中有 {count} 个没有更新对账单。",
                evidence={
                    "bank": bank.name,
                    "silent": count,
                    "kept": kept[bank_id],
                    "accounts": [
                        {
                            "account": str(account.uuid),
                            "name": account.name,
                            "told_on": account.told_on and account.told_on.isoformat(),
                        }
                        for account in accounts[:NAMED]
                    ],
                    "fed": [one.project_id for one in accounts if one.told_on],
                },
            )
            continue
        for account in accounts:
            days = (look.as_of - account.silent_since).days
            since = f"{account.told_on:%Y-%m-%d} 以后" if account.told_on else "开户以来"
            yield Finding(
                subject=account.subject,
                project=account.project_id,
                level=Level.YELLOW,
                counted_from=account.silent_since,
                summary=f"{bank.name}{since}没有报送这个专户的对账单，已过 {days} 天。",
                evidence={
                    "bank": bank.name,
                    "told_on": account.told_on and account.told_on.isoformat(),
                    "fed": [account.project_id] if account.told_on else [],
                },
            )


@rule(
    code="ACC-12",
    title="付款指令未落实",
    basis="规程二（五），《保障农民工工资支付条例》第三十一条",
    defaults={
        "send": Decimal(1),
        "answer": Decimal(1),
        "settle": Decimal(2),
        "doubt": Decimal(1),
        "red": Decimal(3),
        "share": Decimal("0.20"),
        "orders": Decimal(5),
    },
    units={
        "send": "橙色：下单后未发送，工作日",
        "answer": "橙色：发送后银行未受理，再加工作日",
        "settle": "橙色：受理后未办结，再加工作日",
        "doubt": "橙色：待核实，工作日",
        "red": "红色：再过工作日",
        "share": "按银行预警：未落实指令占在办指令的比例超过",
        "orders": "按银行预警：未落实指令至少",
    },
    clears="银行回复指令的结果：已付或退回。",
    duty="平台运维核对发送；合作银行核对并回复；总承包单位联系开户银行",
    place="payroll:project",
    opens_for=None,
    whole=True,
    evidence=(
        Fact("bank", "银行"),
        Fact("status", "指令状态"),
        Fact("ordered_on", "下单日期"),
        Fact("late_on", "应办理至"),
        Number("count", "笔数"),
        Amount("total", "金额"),
        Number("late", "未落实指令"),
        Number("open", "在办指令"),
        Records(
            "orders",
            (
                Fact("number", "指令"),
                Fact("status", "状态"),
                Fact("ordered_on", "下单日期"),
                Amount("total", "金额"),
            ),
        ),
        ForPrograms("months"),
    ),
)
def order_not_carried_out(look: Look) -> Iterator[Finding]:
    """An order that was not sent, answered, settled or cleared up in time; of many: the bank."""
    steps = ("send", "answer", "settle", "doubt")
    limits = StepLimits(*(int(look.limit(step)()) for step in steps))
    of_bank = defaultdict(list)
    for order in waiting_orders(actor=look.actor, as_of=look.as_of, limits=limits):
        of_bank[order.bank_id].append(order)
    for orders in of_bank.values():
        late = [order for order in orders if order.late_on <= look.as_of]
        enough = len(late) >= look.limit("orders")()
        if enough and len(late) > look.limit("share")() * len(orders):
            yield _silent_bank(look, orders, late)
        else:
            for order in late:
                yield _late_order(look, order)


def _level(look: Look, order: WaitingOrder) -> Level:
    waited = working_days_between(order.late_on, look.as_of)
    return Level.RED if waited >= look.limit("red")() else Level.ORANGE


def _late_order(look: Look, order: WaitingOrder) -> Finding:
    return Finding(
        subject=f"order:{order.number}",
        project=order.project_id,
        employer=order.employer_id,
        level=_level(look, order),
        counted_from=order.ordered_on,
        summary=(
            f"代发指令 {order.number}（{order.count} 笔 {yuan(order.total)} 元）"
            f"{order.ordered_on:%Y-%m-%d} 下单，现为“{order.status}”，没有按时落实。"
        ),
        evidence={
            "bank": order.bank,
            "status": order.status,
            "ordered_on": order.ordered_on.isoformat(),
            "late_on": order.late_on.isoformat(),
            "count": order.count,
            "total": str(order.total),
        },
    )


def _silent_bank(look: Look, orders: list[WaitingOrder], late: list[WaitingOrder]) -> Finding:
    return Finding(
        subject=f"bank:{late[0].bank_uscc}",
        project=None,
        others=frozenset(order.project_id for order in late),
        level=max(_level(look, order) for order in late),
        counted_from=min(order.ordered_on for order in late),
        summary=f"{late[0].bank}在办的 {len(orders)} 笔代发指令中有 {len(late)} 笔没有按时落实。",
        evidence={
            "bank": late[0].bank,
            "late": len(late),
            "open": len(orders),
            "orders": [
                {
                    "number": order.number,
                    "status": order.status,
                    "ordered_on": order.ordered_on.isoformat(),
                    "total": str(order.total),
                }
                for order in late[:NAMED]
            ],
            "months": [
                [order.project_id, order.employer_id, month_code(order.month)] for order in orders
            ],
        },
    )
