"""What a roster holds, as forms and imports share it 规程二(四)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.fields import (
    CardNumberField,
    CellField,
    DateField,
    PhoneField,
    TextField,
    fail,
    same_name,
)
from core.sealed import blind_index
from core.tabular.tables import CheckedLine, Column, Issue, Row, Table, each_line
from workers.tables.columns import (
    ATTENDANCE_BESIDE,
    CARD_INDEX,
    ID,
    NAME,
    PAY_SHEET_BESIDE,
    TEAM,
    TRADE,
    KnownPerson,
    nobody_twice,
    repeated,
)

#: Below this age nobody may work; shown, because hiding the child would not take it off the site.
WORKING_AGE = 16


class GenderField(CellField):
    """男 or 女; what the ID number says goes before it."""

    empty_value = ""

    def read(self, value: Any, text: str) -> str:
        if text not in {"男", "女"}:
            fail("format", "性别请填“男”或“女”。")
        return text


def is_male(id_number: str) -> bool:
    """The 17th digit is odd for men (GB 11643)."""
    return int(id_number[16]) % 2 == 1


def born_on(id_number: str) -> date:
    """The date of birth that the number carries."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def age_on(born: date, day: date) -> int:
    """Full years of age."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True)
class RosterContext:
    """What a roster is checked against.

    ``people`` by ID number, ``card_holders`` (the person's id) by card number, ``knows_trade``
    says whether the national standard has a trade.
    """

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    card_holders: Mapping[str, int] = field(default_factory=dict)
    knows_trade: Callable[[str], bool] = bool


RosterLine = CheckedLine[KnownPerson]
Issues = Iterator[Issue]


def resolve_person(row: Row, context: RosterContext) -> KnownPerson | None:
    """Whom the platform knows under a row's ID number already."""
    return context.people.get(row["id"]) if row["id"] else None


def row_is_consistent(line: RosterLine, context: RosterContext) -> Issues:
    """What the ID number says of gender and age; exit after entry."""
    if line.has("id", "gender") and (line["gender"] == "男") != is_male(line["id"]):
        yield line.fault(
            "gender", "gender_differs", "性别与身份证号不符，将以身份证号为准。", severity="warning"
        )
    if line.has("id", "entry") and age_on(born_on(line["id"]), line["entry"]) < WORKING_AGE:
        yield line.fault(
            "id",
            "under_age",
            "进场时未满 16 周岁，不得招用，请核对身份证原件。",
            severity="warning",
        )
    if line.has("entry", "exit") and line["exit"] < line["entry"]:
        yield line.fault("exit", "order", "退场日期早于进场日期，请核对。")


def no_card_twice(lines: Sequence[RosterLine], context: RosterContext) -> Issues:
    """One card, one person 一人一卡."""
    yield from repeated(lines, "card", "与{line}的卡号相同，一张卡只能登记给一个人。")


def trade_is_known(line: RosterLine, context: RosterContext) -> Issues:
    """A trade that the national standard lacks is taken as open, and said."""
    if line.has("trade") and not context.knows_trade(line["trade"]):
        yield line.fault(
            "trade",
            "unknown_trade",
            "国家标准中没有这个工种，入库时工种留空，请改为标准工种名称。",
            severity="warning",
        )


def agrees_with_register(line: RosterLine, context: RosterContext) -> Issues:
    """Name and card must be what the register has; what it has is not shown."""
    if not line.has("id"):
        return
    person = line.found
    if person and line.has("name") and not same_name(line["name"], person.name):
        yield line.fault(
            "name", "name_differs", "与平台已登记的姓名不符，请对照身份证原件核对姓名和证号。"
        )
    if person and line.has("phone") and person.phone not in ("", line["phone"]):
        yield line.fault(
            "phone",
            "phone_differs",
            "与平台已登记的联系方式不同，入库时保留原号码；如已换号，请在工人页面办理“修改登记”。",
            severity="warning",
        )
    if line.has("card"):
        holder = context.card_holders.get(line["card"])
        if holder is not None and (person is None or holder != person.pk):
            yield line.fault("card", "card_taken", "这张卡已登记在另一名工人名下，请核对卡号。")
        elif person and person.card_index not in (None, blind_index(line["card"], CARD_INDEX)):
            yield line.fault(
                "card",
                "card_differs",
                "与该工人已登记的工资卡不同。如确已换卡，请在工人页面办理“更换工资卡”。",
            )


#: Fields that 规程二(四) names and a roster may leave open for a while.
NAMED_FIELDS = {
    "contract": "劳动合同",
    "trade": "工种",
    "card": "工资卡银行账号",
    "phone": "联系方式",
}


def named_fields_filled(line: RosterLine, context: RosterContext) -> Issues:
    """What 规程二(四) names and the row leaves open."""
    for column, label in NAMED_FIELDS.items():
        if line[column] in (None, "") and not line.is_faulty(column):
            yield line.fault(
                column,
                "missing",
                f"没有{label}：可以先入库，进场 3 日内须补齐。",
                severity="warning",
            )


_COLUMNS = (
    NAME,
    Column("gender", "性别", GenderField(required=False)),
    Column("nation", "民族", TextField(max_length=20, required=False)),
    ID,
    TRADE,
    TEAM,
    Column(
        "entry",
        "进场日期",
        DateField(),
        aliases=("进场时间", "入场日期", "入场时间", "进场", "进场登记日期"),
        example="2026-03-02",
    ),
    Column(
        "exit",
        "退场日期",
        DateField(required=False),
        aliases=("退场时间", "离场日期", "出场日期"),
    ),
    Column(
        "contract",
        "劳动合同编号",
        TextField(max_length=60, required=False),
        aliases=("合同编号", "劳动合同", "合同号", "用工协议编号"),
        example="XJ-2026-0001",
    ),
    Column(
        "card",
        "工资卡银行账号",
        CardNumberField(required=False),
        aliases=("银行卡号", "工资卡号", "工资卡账号", "银行账号", "卡号"),
    ),
    Column(
        "bank",
        "开户银行",
        TextField(max_length=60, required=False),
        aliases=("开户行", "银行名称", "开户行名称"),
    ),
    Column(
        "phone",
        "联系方式",
        PhoneField(required=False),
        aliases=("联系电话", "手机号码", "手机号", "电话", "手机"),
    ),
)
ROSTER = Table(
    _COLUMNS,
    identity=("name", "id"),
    beside=(PAY_SHEET_BESIDE, ATTENDANCE_BESIDE),
    resolve=resolve_person,
    checks=(
        each_line(row_is_consistent),
        nobody_twice,
        no_card_twice,
        each_line(trade_is_known),
        each_line(agrees_with_register),
        each_line(named_fields_filled),
    ),
)
