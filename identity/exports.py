"""Organisations as workbooks."""

from typing import IO, Any

from django.db.models import QuerySet

from core.export import Column, workbook
from identity import selectors

COLUMNS = (
    Column("统一社会信用代码", lambda row: row.uscc, 22),
    Column("单位名称", lambda row: row.name, 36),
    Column("单位类型", lambda row: row.kind),
    Column("状态", lambda row: row.status, 8),
    Column("所在地", lambda row: row.region, 22),
    Column("主管行业", lambda row: row.industry),
)


def organisation_list(rows: QuerySet[Any]) -> IO[bytes]:
    """The organisations of a list, in its order, all pages of it."""
    lines = (selectors.organisation_line(row) for row in rows.iterator(chunk_size=500))
    return workbook(lines, COLUMNS, sheet="单位")
