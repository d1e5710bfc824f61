"""Bonds as workbooks."""

from typing import IO, Any

from django.db.models import QuerySet

from bonds.selectors.bonds import bond_line
from core.export import MONEY, Column, workbook

COLUMNS = (
    Column("项目编号", lambda row: row.code, 20),
    Column("项目名称", lambda row: row.name, 36),
    Column("总承包单位", lambda row: row.contractor, 30),
    Column("所在地", lambda row: row.region, 20),
    Column("状态", lambda row: row.status, 10),
    Column("待办", lambda row: row.due_what, 14),
    Column("期限", lambda row: row.due_on),
    Column("期限依据", lambda row: row.due_why, 40),
    Column("应存（元）", lambda row: row.required, 16, MONEY),
    Column("已存（元）", lambda row: row.held, 16, MONEY),
    Column("差额（元）", lambda row: row.missing, 16, MONEY),
)


def bond_list(rows: QuerySet[Any]) -> IO[bytes]:
    """The bonds of a list, in its order, all pages of it."""
    lines = (bond_line(row) for row in rows.iterator(chunk_size=500))
    return workbook(lines, COLUMNS, sheet="工资保证金")
