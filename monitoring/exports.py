"""Warnings as workbooks."""

from typing import IO, Any

from django.db.models import QuerySet

from core.actor import Actor
from core.export import Column, workbook
from monitoring import selectors
from monitoring.coverage import coverage_line

COLUMNS = (
    Column("等级", lambda row: row.level, 8),
    Column("规则", lambda row: row.rule, 10),
    Column("预警", lambda row: row.title, 20),
    Column("情况", lambda row: row.summary, 60),
    Column("项目编号", lambda row: row.project_code, 20),
    Column("项目名称", lambda row: row.project, 30),
    Column("所在地", lambda row: row.region),
    Column("预警日期", lambda row: row.since),
    Column("状况", lambda row: row.condition_label, 10),
    Column("缘由", lambda row: row.because, 20),
    Column("办理", lambda row: row.handling_label, 10),
    Column("期限", lambda row: row.due_on),
)


COVERAGE_COLUMNS = (
    Column("规则", lambda row: row.rule, 10),
    Column("名称", lambda row: row.title, 20),
    Column("项目编号", lambda row: row.project_code, 20),
    Column("项目名称", lambda row: row.project, 30),
    Column("所在地", lambda row: row.region),
    Column("用人单位", lambda row: row.employer, 30),
    Column("期间", lambda row: row.period, 10),
    Column("状态", lambda row: row.state_label, 16),
    Column("缘由", lambda row: row.because, 24),
    Column("情况", lambda row: row.summary, 60),
    Column("起始日期", lambda row: row.since),
)


def coverage_list(rows: QuerySet[Any], *, actor: Actor) -> IO[bytes]:
    """What is held back, in the order of the list, all pages of it."""
    lines = (coverage_line(row) for row in rows.iterator(chunk_size=500))
    return workbook(lines, COVERAGE_COLUMNS, sheet="未预警情况")


def warning_list(rows: QuerySet[Any], *, actor: Actor) -> IO[bytes]:
    """The warnings of a list, in its order, all pages of it."""
    ordered = rows.iterator(chunk_size=500)
    lines = (selectors.line(warning, actor=actor) for warning in ordered)
    return workbook(lines, COLUMNS, sheet="预警")
