"""Projects as workbooks."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet

from core.actor import Actor
from core.export import Column, workbook
from projects import selectors
from projects.selectors.rectification import order_line

#: So many projects are read at a time, each column asking once.
_AT_ONCE = 500
COLUMNS = (
    Column("项目编号", lambda row: row.code, 20),
    Column("项目名称", lambda row: row.name, 36),
    Column("状态", lambda row: row.status, 8),
    Column("所在地", lambda row: row.region, 20),
    Column("行业", lambda row: row.industry, 16),
    Column("施工总承包单位", lambda row: row.contractor, 30),
    Column("建设单位", lambda row: row.owner, 30),
    Column("施工合同额（元）", lambda row: row.contract_amount, 18),
    Column("计划开工日期", lambda row: row.planned_start),
    Column("计划竣工日期", lambda row: row.planned_end),
    Column("更新时间", lambda row: row.updated_at, 18),
)


def project_list(rows: QuerySet[Any], *, actor: Actor, as_of: date) -> IO[bytes]:
    """The projects of a list, in its order, all pages of it, with the columns of the list."""
    added = [
        Column(column.label, partial(_cell_text, number))
        for number, column in enumerate(selectors.columns_of(actor=actor))
    ]
    return workbook(_lines_in_batches(rows, actor, as_of), (*COLUMNS, *added), sheet="工程项目")


def _cell_text(number: int, line: selectors.ProjectLine) -> str:
    return line.cells[number].text


def _lines_in_batches(
    rows: QuerySet[Any], actor: Actor, as_of: date
) -> Iterator[selectors.ProjectLine]:
    found = rows.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(found, _AT_ONCE)):
        yield from selectors.lines(some, actor=actor, as_of=as_of)


ORDER_COLUMNS = (
    Column("文号", lambda row: row.number, 24),
    Column("责任单位", lambda row: row.organisation, 36),
    Column("项目编号", lambda row: row.project_code, 20),
    Column("项目名称", lambda row: row.project, 30),
    Column("改正要求", lambda row: row.demand, 60),
    Column("签发日期", lambda row: row.issued_on),
    Column("改正期限", lambda row: row.due_on),
    Column("状态", lambda row: row.status, 12),
)


def order_list(rows: QuerySet[Any]) -> IO[bytes]:
    """The orders of a list, in its order, all pages of it."""
    lines = map(order_line, rows.iterator(chunk_size=500))
    return workbook(lines, ORDER_COLUMNS, sheet="责令改正")
