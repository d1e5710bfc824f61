"""What a roster holds, as forms and imports share it 规程二(四)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from core.fields import (
    CardNumberField,
    CellField,
    DateField,
    PhoneField,
    TextField,
    fail,
)
from core.tabular.schema import Column, Issue, Row, Schema, each_row
from workers.schema.people import ID, NAME, TEAM, TRADE, repeated

#: Below this age nobody may work; shown, because hiding the child would not take it off the site.
WORKING_AGE = 16


class GenderField(CellField):
    """男 or 女; what the ID number says goes before it."""

    empty_value = ""

    def read(self, value: Any, text: str) -> str:
        if text not in {"男", "女"}:
            fail("format", "性别请填“男”或“女”。")
        return text


ROSTER = Schema(
    columns=(
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
    ),
    identity=("name", "id"),
)


def is_male(id_number: str) -> bool:
    """The 17th digit is odd for men (GB 11643)."""
    return int(id_number[16]) % 2 == 1


def born_on(id_number: str) -> date:
    """The date of birth that the number carries."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def age_on(born: date, day: date) -> int:
    """Full years of age."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@each_row
def row_is_consistent(row: Row) -> Iterator[Issue]:
    """What the ID number says of gender and age; exit after entry."""
    if row.has("id", "gender") and (row["gender"] == "男") != is_male(row["id"]):
        yield row.fault(
            "gender", "gender_differs", "性别与身份证号不符，将以身份证号为准。", severity="warning"
        )
    if row.has("id", "entry") and age_on(born_on(row["id"]), row["entry"]) < WORKING_AGE:
        yield row.fault(
            "id",
            "under_age",
            "进场时未满 16 周岁，不得招用，请核对身份证原件。",
            severity="warning",
        )
    if row.has("entry", "exit") and row["exit"] < row["entry"]:
        yield row.fault("exit", "order", "退场日期早于进场日期，请核对。")


def no_card_twice(rows: Sequence[Row]) -> Iterator[Issue]:
    """One card, one person 一人一卡."""
    yield from repeated(rows, "card", "与第 {row} 行的卡号相同，一张卡只能登记给一个人。")


#: Fields that 规程二(四) names and a roster may leave open for a while.
NAMED_FIELDS = {
    "contract": "劳动合同",
    "trade": "工种",
    "card": "工资卡银行账号",
    "phone": "联系方式",
}


@each_row
def named_fields_filled(row: Row) -> Iterator[Issue]:
    """What 规程二(四) names and the row leaves open."""
    for column, label in NAMED_FIELDS.items():
        if row[column] in (None, "") and not any(f.column == column for f in row.faults):
            yield row.fault(
                column,
                "missing",
                f"没有{label}：可以先入库，进场 3 日内须补齐。",
                severity="warning",
            )
