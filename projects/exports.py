"""Projects as workbooks."""

from typing import IO, Any

from django.db.models import QuerySet

from core.export import Column, workbook
from projects import selectors

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


def project_list(rows: QuerySet[Any]) -> IO[bytes]:
    """The projects of a list, in its order, all pages of it."""
    lines = (selectors.line(project) for project in rows.iterator(chunk_size=500))
    return workbook(lines, COLUMNS, sheet="工程项目")
