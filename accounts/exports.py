"""Wage accounts, their movements and owners' deposits as workbooks, as the lists show them."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet

from accounts import selectors
from accounts.models import SpecialAccount, StatementEntry
from core.actor import Actor
from core.export import Column, workbook
from core.listing import ListPage

#: So many accounts are read at a time, what bars their closing asking once.
_AT_ONCE = 500
_CREDIT = StatementEntry.Direction.CREDIT

KEPT = (
    Column("账户名称", lambda row: row.name, 40),
    Column("账号", lambda row: row.number, 26),
    Column("工程项目", lambda row: row.project_name, 30),
    Column("状态", lambda row: row.status, 8),
    Column("余额（元）", lambda row: row.balance and row.balance.amount, 18),
    Column("数据日期", lambda row: row.balance and row.balance.on),
    Column("销户前须办结", lambda row: "；".join(row.bars), 40),
)
MOVEMENTS = (
    Column("入账日期", lambda row: row.booked_on),
    Column("银行流水号", lambda row: row.reference, 26),
    Column("归类", lambda row: "非工资支出" if row.is_odd else row.kind_label, 12),
    Column("对方", lambda row: row.counterparty, 30),
    Column("对方账号", lambda row: row.counterparty_account, 26),
    Column("摘要", lambda row: row.summary, 30),
    Column("收入（元）", lambda row: row.amount if row.direction == _CREDIT else None, 18),
    Column("支出（元）", lambda row: None if row.direction == _CREDIT else row.amount, 18),
    Column("余额（元）", lambda row: row.balance, 18),
)
FUNDING = (
    Column("项目编号", lambda row: row.code, 20),
    Column("工程项目", lambda row: row.name, 30),
    Column("专户", lambda row: "已开立" if row.has_account else "未开立", 10),
    Column("下次拨付日", lambda row: row.due and row.due.due_on),
    Column("约定金额（元）", lambda row: row.due and row.due.amount, 18),
    Column("本期已到账（元）", lambda row: row.due and row.due.received, 18),
    Column("还差（元）", lambda row: row.due and row.due.missing, 18),
    Column("上期逾期（元）", lambda row: row.due and row.due.overdue, 18),
    Column("专户余额（元）", lambda row: row.balance and row.balance.amount, 18),
    Column("余额日期", lambda row: row.balance and row.balance.on),
)


def kept_list(rows: QuerySet[SpecialAccount], *, actor: Actor) -> IO[bytes]:
    """The accounts of a bank's list, in its order, all pages of it, with their sum."""
    sums = selectors.KEPT_LIST.sums_of(rows)
    lines = _kept_lines(rows, actor)
    return workbook(lines, KEPT, sheet="专户", totals={"余额（元）": sums["balance"]})


def _kept_lines(rows: QuerySet[SpecialAccount], actor: Actor) -> Iterator[selectors.KeptAccount]:
    found = rows.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(found, _AT_ONCE)):
        yield from selectors.kept_lines(some, actor=actor)


def movement_list(rows: QuerySet[StatementEntry]) -> IO[bytes]:
    """An account's movements as filtered, in the list's order, with what came in and went out."""
    sums = selectors.MOVEMENT_LIST.sums_of(rows)
    return workbook(
        map(selectors.movement_row, rows.iterator(chunk_size=_AT_ONCE)),
        MOVEMENTS,
        sheet="账户流水",
        totals={"收入（元）": sums["credit"], "支出（元）": sums["debit"]},
    )


def funding_list(page: ListPage[Any]) -> IO[bytes]:
    """An owner's projects with what is due; the list is one page."""
    titles = {"amount": "约定金额（元）", "received": "本期已到账（元）", "missing": "还差（元）"}
    titles["balance"] = "专户余额（元）"
    totals = {title: page.sums.get(key) for key, title in titles.items()}
    return workbook(page.rows, FUNDING, sheet="人工费用拨付", totals=totals)
