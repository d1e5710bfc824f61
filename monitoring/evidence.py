"""How a warning's evidence reads on its page: facts with labels, and lists as tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from core.money import yuan

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
#: Amounts in 元, as their labels say, which stand in the store as plain decimals.
_AMOUNTS = {
    key for names in (LABELS, COLUMNS) for key, label in names.items() if label.endswith("（元）")
}
#: Columns that stand to the right.
_NUMBERS = {"days", "earned", "minimum", "net"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record; ``url`` leads to the record, numbers stand to the right."""

    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Records that the facts stand on."""

    head: list[Cell]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the page shows."""

    facts: list[tuple[str, str]]
    tables: list[Table]
    links: list[tuple[str, str]]


def readable(evidence: Mapping[str, Any]) -> Evidence:
    """The stored evidence as it is shown; keys without a label are for programs only."""
    facts = [
        (label, _text(key, evidence[key]))
        for key, label in LABELS.items()
        if key in evidence and not isinstance(evidence[key], (list, type(None)))
    ]
    tables = [
        _table(value)
        for value in evidence.values()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    links = []
    if sheet := evidence.get("sheet"):
        links.append((reverse("payroll:sheet", args=[sheet]), "查看工资表"))
    return Evidence(facts, tables, links)


def _table(rows: list[dict[str, Any]]) -> Table:
    keys = [key for key in COLUMNS if key in rows[0]]
    return Table(
        [Cell(COLUMNS[key], is_number=key in _NUMBERS) for key in keys],
        [[_cell(key, row) for key in keys] for row in rows],
    )


def _cell(key: str, row: dict[str, Any]) -> Cell:
    worker = row.get("engagement") if key == "name" else None
    url = reverse("workers:engagement", args=[worker]) if worker else ""
    return Cell(_text(key, row.get(key)), url, key in _NUMBERS)


def _text(key: str, value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    if value and key in _AMOUNTS:
        return yuan(Decimal(value))
    return str("" if value is None else value)
