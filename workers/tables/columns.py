"""What every table about workers holds, and that nobody stands in it twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.fields import IdNumberField, NameField, TextField, same_name
from core.tabular.tables import CheckedLine, Column, Issue

#: What the blind indexes of the register are made for; the same words seal and search.
ID_INDEX, CARD_INDEX, PHONE_INDEX = "id", "card", "phone"


@dataclass(frozen=True, slots=True)
class RegisteredWorker:
    """Somebody on a project's register, as checks of sheets need them; nothing is masked."""

    engagement_id: int
    person_id: int
    name: str
    entered_on: date
    left_on: date | None
    card_id: int | None
    card_index: bytes | None


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person that the register knows, as a table is compared with: nobody is shown any of it."""

    pk: int
    name: str
    phone: str
    card_index: bytes | None


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


def nobody_twice(lines: Sequence[CheckedLine], context: object) -> Iterator[Issue]:
    """A person stands in a table once."""
    yield from repeated(lines, "id", "与第 {row} 行是同一个人，请删去重复的一行。")


def repeated(lines: Sequence[CheckedLine], column: str, message: str) -> Iterator[Issue]:
    first: dict[Any, int] = {}
    for line in lines:
        if line.has(column):
            earlier = first.setdefault(line[column], line.number)
            if earlier != line.number:
                yield line.fault(column, "repeated", message.format(row=earlier))


def on_register(line: CheckedLine[RegisteredWorker], context: object) -> Iterator[Issue]:
    """Whose days are told is on the employer's register in the month, under that name."""
    if not line.has("id"):
        return
    if line.found is None:
        yield line.fault("id", "not_on_register", "本月不在该单位的实名名册上，请先办理实名登记。")
    elif line.has("name") and not same_name(line["name"], line.found.name):
        yield line.fault("name", "name_differs", "与实名名册上的姓名不符，请对照身份证原件核对。")
