"""Tables like those of the apps, to read the sample files with."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from core.fields import (
    CardNumberField,
    DateField,
    DaysField,
    IdNumberField,
    MoneyField,
    NameField,
    PhoneField,
    RateField,
    TextField,
)
from core.tabular.reading import Reading, check_reading, edit_cells, read_rows
from core.tabular.tables import CheckedLine, Column, Issue, Row, Table, day_columns, each_line


def read_table(content, file, *tables, context=None, **options) -> Reading:
    """A file read and checked, as an import does it."""
    reading = read_rows(content, file, *tables, **options)
    table = next(table for table in tables if table.name == reading.layout)
    return check_reading(reading, table, context)


def recheck(reading, table, edits=None, context=None) -> Reading:
    """A reading with cells mended, checked anew."""
    return check_reading(edit_cells(reading, table, edits or {}), table, context)


def net_adds_up(line: CheckedLine, context: object) -> Iterator[Issue]:
    if line.has("gross", "net"):
        due = line["gross"] - (line["advance"] or 0) - (line["deduction"] or 0)
        if line["net"] != due:
            yield line.fault("net", "net_mismatch", f"实发应为 {due}，请核对应发、借支和代扣。")


def once_only(lines: Sequence[CheckedLine], context: object) -> Iterator[Issue]:
    first: dict[str, int] = {}
    for line in lines:
        if line.has("id") and first.setdefault(line["id"], line.number) != line.number:
            yield line.fault(
                "id", "duplicate", f"与第 {first[line['id']]} 行是同一个人，请删去一行。"
            )


NAME = Column("name", "姓名", NameField(), ("工人姓名", "名字"))
ID = Column("id", "身份证号码", IdNumberField(), ("身份证号", "证件号码", "公民身份号码"))
TRADE = Column("trade", "工种", TextField(required=False), ("岗位",))
TEAM = Column("team", "班组", TextField(required=False), ("班组名称", "所属班组"))
CARD = Column("card", "银行卡号", CardNumberField(), ("工资卡银行账号", "工资卡号", "卡号"))
BANK = Column("bank", "开户银行", TextField(required=False), ("开户行", "银行名称"))
PHONE = Column("phone", "联系电话", PhoneField(required=False), ("联系方式", "手机号", "电话"))

PAY_SHEET = Table(
    columns=(
        NAME,
        ID,
        TRADE,
        TEAM,
        Column("days", "出勤天数", DaysField(), ("出勤", "工日")),
        Column("rate", "日工资", RateField(required=False), ("工资标准", "应发项目/日工资")),
        Column("overtime", "加班工资", MoneyField(required=False), ("加班", "加班费")),
        Column("gross", "应发工资", MoneyField(), ("应发合计", "应发金额", "应发项目/合计")),
        Column("advance", "借支", MoneyField(required=False), ("预支",)),
        Column("deduction", "代扣", MoneyField(required=False), ("扣款", "代扣款")),
        Column("net", "实发工资", MoneyField(), ("实发金额", "实发")),
        CARD,
        BANK,
        PHONE,
    ),
    checks=(once_only, each_line(net_adds_up)),
    totals=("gross", "net", "days"),
)

ROSTER = Table(
    columns=(
        NAME,
        ID,
        TRADE,
        TEAM,
        CARD,
        BANK,
        PHONE,
        Column("entry", "进场日期", DateField(required=False), ("进场时间",)),
        Column("contract", "劳动合同编号", TextField(required=False), ("合同编号",)),
    )
)

STATEMENT = Table(
    columns=(
        Column("booked", "交易日期", DateField()),
        Column("reference", "交易流水号", TextField()),
        Column("debit", "借方发生额(支出)", MoneyField(required=False), ("支出",)),
        Column("credit", "贷方发生额(收入)", MoneyField(required=False), ("收入",)),
        Column("balance", "余额", MoneyField(minimum=None)),
        Column("party", "对方户名", TextField(required=False)),
    ),
    totals=("debit", "credit"),
    identity=("reference",),
)

_WORTH = defaultdict(Decimal, {"√": Decimal(1), "半": Decimal("0.5")})

ATTENDANCE = Table(
    columns=(
        NAME,
        ID,
        TRADE,
        TEAM,
        *day_columns(),
        Column("days", "合计", DaysField(required=False), ("合计(天)",)),
    ),
    totals=("days",),
)


def worked(row: Row) -> Decimal:
    return sum((_WORTH[row[f"day{day}"]] for day in range(1, 32)), Decimal())
