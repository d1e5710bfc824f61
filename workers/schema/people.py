"""What every table about workers holds, and that nobody stands in it twice."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.fields import IdNumberField, NameField, TextField
from core.tabular.schema import Column, Issue, Row

NAME = Column("name", "姓名", NameField(), aliases=("工人姓名", "农民工姓名"), example="张小明")
ID = Column(
    "id",
    "身份证号码",
    IdNumberField(),
    aliases=("身份证号", "证件号码", "身份证", "公民身份号码", "证件号"),
    example="18 位，末位可为 X",
)
TRADE = Column(
    "trade",
    "工种",
    TextField(max_length=30, required=False),
    aliases=("岗位", "工种岗位", "从事工种"),
    example="钢筋工",
)
TEAM = Column(
    "team",
    "班组",
    TextField(max_length=40, required=False),
    aliases=("所属班组", "班组名称", "所在班组", "队组"),
    example="钢筋班",
)


def nobody_twice(rows: Sequence[Row]) -> Iterator[Issue]:
    """A person stands in a table once."""
    yield from repeated(rows, "id", "与第 {row} 行是同一个人，请删去重复的一行。")


def repeated(rows: Sequence[Row], column: str, message: str) -> Iterator[Issue]:
    first: dict[Any, int] = {}
    for row in rows:
        if row.has(column):
            earlier = first.setdefault(row[column], row.number)
            if earlier != row.number:
                yield row.fault(column, "repeated", message.format(row=earlier))
