"""What every table about workers holds, and that nobody stands in it twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.fields import IdNumberField, NameField, TextField, same_name
from core.tabular.tables import CheckedLine, Column, Issue, OtherKind

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


NAME = Column(
    "name",
    "姓名",
    NameField(),
    aliases=("工人姓名", "农民工姓名", "名字", "劳务人员姓名"),
    example="张小明",
)
ID = Column(
    "id",
    "身份证号码",
    IdNumberField(),
    aliases=(
        *(
            "身份证号",
            "证件号码",
            "身份证",
            "公民身份号码",
            "证件号",
            "居民身份证号",
            "身份证件号码",
        ),
        *("居民身份证号码", "公民身份证号", "公民身份证号码", "身份证编号"),
    ),
    example="18 位，末位可为 X",
)
TRADE = Column(
    "trade",
    "工种",
    TextField(max_length=30, required=False),
    aliases=("岗位", "工种岗位", "从事工种", "工种名称", "岗位工种"),
    example="钢筋工",
)
TEAM = Column(
    "team",
    "班组",
    TextField(max_length=40, required=False),
    aliases=("所属班组", "班组名称", "所在班组", "施工班组", "劳务班组", "作业班组", "队组"),
    example="钢筋班",
)


def nobody_twice(lines: Sequence[CheckedLine], context: object) -> Iterator[Issue]:
    """A person stands in a table once."""
    yield from repeated(lines, "id", "与{line}是同一个人，请删去重复的一行。")


def repeated(lines: Sequence[CheckedLine], column: str, message: str) -> Iterator[Issue]:
    """A value a second time; `message` says beside which `{line}` it stands."""
    first: dict[Any, CheckedLine] = {}
    for line in lines:
        if line.has(column):
            earlier = first.setdefault(line[column], line)
            if earlier.key != line.key:
                yield line.fault(column, "repeated", message.format(line=earlier.where(line)))


def on_register(line: CheckedLine[RegisteredWorker], context: object) -> Iterator[Issue]:
    """Whose days are told is on the employer's register in the month, under that name."""
    if not line.has("id"):
        return
    if line.found is None:
        yield line.fault("id", "not_on_register", "本月不在该单位的实名名册上，请先办理实名登记。")
    elif line.has("name") and not same_name(line["name"], line.found.name):
        yield line.fault("name", "name_differs", "与实名名册上的姓名不符，请对照身份证原件核对。")


#: What offices keep in the same workbook.
PAY_SHEET_BESIDE = OtherKind(
    "工资表",
    (
        *("应发工资", "实发工资", "应发金额", "实发金额", "应发合计", "实发合计", "应发", "实发"),
        *("应付工资", "实付工资", "应得工资", "日工资", "单价", "实领工资", "借支", "代扣"),
    ),
)
ATTENDANCE_BESIDE = OtherKind("考勤表", ("出勤天数", "打卡时间", "考勤日期"), days=True)
ROSTER_BESIDE = OtherKind(
    "花名册",
    (
        *("进场日期", "进场时间", "入场日期", "入场时间", "退场日期", "退场时间", "劳动合同编号"),
        *("合同编号", "民族", "家庭住址", "性别", "年龄", "文化程度", "籍贯"),
    ),
)
