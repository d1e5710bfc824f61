"""How a warning's evidence reads on its page: facts with labels, and lists as tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

#: Facts in the order in which they are shown.
LABELS = {
    "due_on": "应付日期",
    "wage_month": "工资月份",
    "needed": "应付金额（元）",
    "arrears": "其中以前月份未付（元）",
    "balance": "专户余额（元）",
    "balance_on": "余额日期",
    "expected_deposits": "应付日前应拨付（元）",
    "missing": "差额（元）",
    "basis": "依据",
    "booked_on": "入账日期",
    "amount": "金额（元）",
    "payee": "对方",
    "summary": "摘要",
    "workers": "出勤人数",
    "days": "出勤天数",
    "unpaid": "未发薪人数",
    "present": "出勤人数",
    "lines": "工资表人数",
    "outstanding": "未付金额（元）",
    "monthly": "月最低工资标准（元）",
    "count": "人数",
    "start": "开工日期",
}
COLUMNS = {
    "name": "姓名",
    "entered_on": "进场日期",
    "missing": "缺项",
    "days": "出勤天数",
    "sheet": "工资表",
    "earned": "计算工资（元）",
    "minimum": "最低标准（元）",
    "net": "实发（元）",
    "failed_on": "退回日期",
    "reason": "银行说明",
}
_LINKS = {"sheet": ("payroll:sheet", "查看工资表"), "account": ("accounts:account", "查看专户")}


@dataclass(frozen=True, slots=True)
class Table:
    """Records that the facts stand on."""

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the page shows."""

    facts: list[tuple[str, str]]
    tables: list[Table]
    links: list[tuple[str, str]]


def readable(evidence: Mapping[str, Any]) -> Evidence:
    """The stored evidence as it is shown; keys without a label are for programs only."""
    facts = [
        (label, str(evidence[key]))
        for key, label in LABELS.items()
        if key in evidence and not isinstance(evidence[key], (list, type(None)))
    ]
    tables = [
        _table(value)
        for value in evidence.values()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    links = [
        (reverse(name, args=[evidence[key]]), label)
        for key, (name, label) in _LINKS.items()
        if isinstance(evidence.get(key), str)
    ]
    return Evidence(facts, tables, links)


def _table(rows: list[dict[str, Any]]) -> Table:
    keys = [key for key in COLUMNS if key in rows[0]]
    return Table(
        [COLUMNS[key] for key in keys], [[_text(row.get(key)) for key in keys] for row in rows]
    )


def _text(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value or "")
