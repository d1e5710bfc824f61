"""A pay sheet's columns and checks, with the columns that 条例15 asks for.

A cell is judged in the order format, check digit, register, arithmetic. What is on the register
and on earlier sheets is handed in as a :class:`Book`; nothing here reads the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.fields import (
    CardNumberField,
    DaysField,
    IdNumberField,
    MoneyField,
    NameField,
    PhoneField,
    RateField,
    TextField,
)
from core.money import fen, yuan
from core.months import days_in, label
from core.sealed import blind_index
from core.tabular.schema import Check, Column, Issue, Row, Schema, each_row

ZERO = Decimal("0.00")
#: 月计薪天数.
PAY_DAYS = Decimal("21.75")


def _optional_money(name: str, title: str, *aliases: str) -> Column:
    return Column(name, title, MoneyField(required=False), aliases=aliases, required=False)


COLUMNS = (
    Column("name", "姓名", NameField(), aliases=("工人姓名", "名字", "姓名（全称）"), example="张小明"),
    Column(
        "id",
        "身份证号码",
        IdNumberField(),
        aliases=("身份证号", "身份证", "公民身份号码", "证件号码", "身份证件号码", "居民身份证号"),
        example="650102199001011234",
    ),
    Column(
        "team",
        "班组",
        TextField(max_length=40, required=False),
        aliases=("班组名称", "所属班组", "施工班组", "队组"),
        required=False,
        example="钢筋班",
    ),
    Column(
        "trade",
        "工种",
        TextField(max_length=30, required=False),
        aliases=("岗位", "工种名称", "职务工种"),
        required=False,
        example="钢筋工",
    ),
    Column(
        "days",
        "出勤天数",
        DaysField(required=False),
        aliases=("出勤", "考勤天数", "出勤工日", "工日", "工日数", "出工天数", "天数", "工数", "工时", "出勤天数/工时"),
        required=False,
        example="26.5",
    ),
    Column(
        "rate",
        "日工资",
        RateField(required=False),
        aliases=("日工资标准", "日薪", "单价", "工日单价", "工资标准", "日工资/单价", "计时单价", "工价"),
        required=False,
        example="260",
    ),
    _optional_money("overtime", "加班工资", "加班", "加班费", "加班金额", "加班补助"),
    _optional_money("allowance", "补贴", "津贴", "补助", "津补贴", "津贴补贴", "高温津贴", "其他应发"),
    _optional_money("bonus", "奖金", "绩效", "绩效工资", "奖励"),
    Column(
        "gross",
        "应发工资",
        MoneyField(),
        aliases=("应发", "应发金额", "应发合计", "应发工资合计", "应付工资", "应得工资", "工资总额", "应发数"),
        example="6760.00",
    ),
    _optional_money("advance", "借支", "预支", "预支工资", "借款", "扣借支", "已借支", "预借"),
    _optional_money("living", "生活费", "预支生活费", "已发生活费", "已付生活费"),
    _optional_money("deduction", "代扣", "扣款", "代扣代缴", "代扣款", "代扣费用", "扣除", "应扣", "其他代扣"),
    _optional_money("insurance", "社保", "代扣社保", "社会保险", "社保个人部分", "保险"),
    _optional_money("tax", "个税", "个人所得税", "代扣个税", "所得税"),
    _optional_money("meals", "伙食费", "餐费", "扣伙食费", "饭费", "水电费"),
    _optional_money("fines", "其他扣款", "罚款", "其他扣除", "工具费"),
    _optional_money("deductions", "扣除合计", "扣款合计", "应扣合计", "代扣合计", "扣除项目合计", "扣除金额合计"),
    Column(
        "net",
        "实发工资",
        MoneyField(),
        aliases=("实发", "实发金额", "实发合计", "实发工资合计", "实付工资", "实领工资", "实发数", "实领金额", "净发工资"),
        example="6223.50",
    ),
    Column(
        "card",
        "银行卡号",
        CardNumberField(),
        aliases=("工资卡号", "工资卡银行账号", "银行账号", "卡号", "银行卡账号", "工资卡账号", "账号", "开户账号"),
        example="6217001234567890123",
    ),
    Column(
        "bank",
        "开户银行",
        TextField(max_length=60, required=False),
        aliases=("开户行", "银行名称", "所属银行", "开户行名称", "开户银行名称"),
        required=False,
        example="中国建设银行",
    ),
    Column(
        "phone",
        "联系电话",
        PhoneField(required=False),
        aliases=("手机号码", "手机号", "电话", "联系方式", "手机", "电话号码"),
        required=False,
        example="13812341234",
    ),
)
TOTALS = ("days", "gross", "net")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A worker on the register of the project, employer and month; ``days`` from attendance."""

    engagement: int
    person: int
    name: str
    card: int | None
    card_index: bytes | None
    days: Decimal | None


@dataclass(frozen=True)
class Book:
    """What a sheet is checked against.

    ``people`` by blind index of their ID number; ``listed`` maps a person to the earlier sheet of
    the month that already pays them; ``minimum`` is the county's monthly minimum wage in 元;
    ``closed`` says why no sheet can be taken at present.
    """

    month: date
    people: Mapping[bytes, Enrolled] = field(default_factory=dict)
    listed: Mapping[int, str] = field(default_factory=dict)
    minimum: Decimal | None = None
    closed: str = ""

    def find(self, row: Row) -> Enrolled | None:
        """The worker that a row's ID number names."""
        return self.people.get(blind_index(row["id"], "id")) if row["id"] else None


@dataclass(frozen=True, slots=True)
class Amounts:
    """A line's amounts in 元 once the columns of a group are added up."""

    days: Decimal
    rate: Decimal
    overtime: Decimal
    gross: Decimal
    advance: Decimal
    deduction: Decimal
    net: Decimal

    @property
    def balance(self) -> Decimal:
        """What 应发 less 借支 less 代扣 leaves."""
        return self.gross - self.advance - self.deduction


def amounts(row: Row) -> Amounts:
    """A clean row's amounts.

    借支 and 生活费 are one; so are 代扣 and its parts. Whether a column of deductions stands beside
    the others or is their sum is told by which reading makes the row add up.
    """
    gross, net = row["gross"] or ZERO, row["net"] or ZERO
    advance = _sum(row, "advance", "living")
    readings = _deductions(row, advance)
    fitting = (deduction for deduction in readings if gross - advance - deduction == net)
    return Amounts(
        days=row["days"] or Decimal("0.0"),
        rate=row["rate"] or ZERO,
        overtime=row["overtime"] or ZERO,
        gross=gross,
        advance=advance,
        deduction=next(fitting, readings[0]),
        net=net,
    )


def _deductions(row: Row, advance: Decimal) -> list[Decimal]:
    """What may be deducted besides the advance, the likeliest first."""
    stated, parts = row["deduction"] or ZERO, _sum(row, "insurance", "tax", "meals", "fines")
    total = row["deductions"]
    beside = [stated + parts, stated]
    if total is None:
        return beside
    within = [total - advance] if total >= advance else []
    return [*beside, *within, total] if stated or parts else [*within, total]


def _sum(row: Row, *columns: str) -> Decimal:
    return sum((row[column] or ZERO for column in columns), ZERO)


def pay_sheet_schema(book: Book) -> Schema:
    """The pay sheet's table, checked against what the platform knows."""
    return Schema(COLUMNS, checks=_checks(book), totals=TOTALS)


def _checks(book: Book) -> tuple[Check, ...]:
    return (
        _Closed(book).check,
        each_person_once,
        _Register(book).check,
        _Days(book).check,
        each_row(adds_up),
        each_row(gross_is_explained),
        _Minimum(book).check,
    )


def each_person_once(rows: Sequence[Row]) -> Iterator[Issue]:
    """The same ID number a second time; the later row is at fault."""
    seen: dict[str, int] = {}
    for row in rows:
        if row["id"] and (first := seen.setdefault(row["id"], row.number)) != row.number:
            yield row.fault(
                "id", "duplicate", f"与第 {first} 行是同一个人。一人一行，请合并后删去其中一行。"
            )


def adds_up(row: Row) -> Iterator[Issue]:
    """实发 = 应发 − 借支 − 代扣, to the fen."""
    if not row.has("gross", "net"):
        return
    line = amounts(row)
    if line.balance != line.net:
        yield row.fault(
            "net",
            "net_mismatch",
            f"应发 {yuan(line.gross)} 减借支 {yuan(line.advance)} 减代扣 {yuan(line.deduction)} "
            f"等于 {yuan(line.balance)}，与实发 {yuan(line.net)} 不符，请核对这几列。",
        )


def gross_is_explained(row: Row) -> Iterator[Issue]:
    """应发 = 天数 × 日工资 + 加班 + 补贴; work paid by the piece need not."""
    if not row.has("days", "rate", "gross") or not row["rate"]:
        return
    expected = fen(row["days"] * row["rate"]) + _sum(row, "overtime", "allowance", "bonus")
    if expected != row["gross"]:
        yield row.fault(
            "gross",
            "gross_unexplained",
            f"天数 × 日工资加加班和补贴是 {yuan(expected)}，与应发 {yuan(row['gross'])} 不同，请核对。",
            severity="warning",
        )


@dataclass(frozen=True)
class _Closed:
    book: Book

    def check(self, rows: Sequence[Row]) -> Iterator[Issue]:
        """Whether the month takes a sheet at all."""
        if self.book.closed:
            yield Issue("", 0, "", "month_closed", self.book.closed)


@dataclass(frozen=True)
class _Register:
    book: Book

    def check(self, rows: Sequence[Row]) -> Iterator[Issue]:
        """Who is paid is on the register, under that name, to that card, and not paid already."""
        for row in rows:
            if not row["id"]:
                continue
            enrolled = self.book.find(row)
            if enrolled is None:
                yield row.fault("id", "not_registered", self._not_registered())
            else:
                yield from self._of(row, enrolled)

    def _not_registered(self) -> str:
        return (
            f"不在本项目实名名册：{label(self.book.month)}名册上没有这个身份证号。"
            "请先在实名制里登记，或核对身份证号。"
        )

    def _of(self, row: Row, enrolled: Enrolled) -> Iterator[Issue]:
        if sheet := self.book.listed.get(enrolled.person):
            yield row.fault(
                "id",
                "already_listed",
                f"这个人本月工资已列入工资表 {sheet}，不能重复发放；补发的差额请列入下月工资表。",
            )
        if row["name"] and not same_name(row["name"], enrolled.name):
            yield row.fault(
                "name", "name_differs", "姓名与实名名册上这个身份证号的姓名不一致，请对照身份证核对。"
            )
        if enrolled.card is None:
            yield row.fault("card", "no_card", "实名名册里还没有登记这个人的工资卡，请先登记。")
        elif row["card"] and blind_index(row["card"], "card") != enrolled.card_index:
            yield row.fault(
                "card",
                "card_differs",
                "与实名名册登记的工资卡不一致，工资只发到名册上的卡。请改正卡号，或先在实名制里变更工资卡。",
            )


def same_name(one: str, other: str) -> bool:
    """Whether two names are one by the name rules: dots, spaces and case make no difference."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(name.replace("·", "").split()).casefold()


@dataclass(frozen=True)
class _Days:
    book: Book

    def check(self, rows: Sequence[Row]) -> Iterator[Issue]:
        """Days fit the month, and are what attendance says."""
        for row in rows:
            if row["days"] is None:
                if not any(fault.column == "days" for fault in row.faults):
                    yield row.fault("days", "blank_days", "没有出勤天数，请补上。", severity="warning")
            elif row["days"] > days_in(self.book.month):
                yield row.fault("days", "range", self._too_many())
            elif enrolled := self.book.find(row):
                yield from self._against_attendance(row, enrolled)

    def _too_many(self) -> str:
        month = self.book.month
        return f"{label(month)}只有 {days_in(month)} 天，请核对出勤天数。"

    def _against_attendance(self, row: Row, enrolled: Enrolled) -> Iterator[Issue]:
        if enrolled.days is None:
            yield row.fault("days", "no_attendance", "本月没有这个人的考勤记录。", severity="warning")
        elif enrolled.days != row["days"]:
            yield row.fault(
                "days",
                "days_differ",
                f"考勤是 {enrolled.days:g} 天，工资表是 {row['days']:g} 天，请核对。",
                severity="warning",
            )


@dataclass(frozen=True)
class _Minimum:
    book: Book

    def check(self, rows: Sequence[Row]) -> Iterator[Issue]:
        """Pay without overtime is not below the county's minimum for the days worked."""
        if self.book.minimum is None:
            return
        for row in rows:
            if row.has("days", "gross"):
                yield from self._of(row, self.book.minimum)

    def _of(self, row: Row, monthly: Decimal) -> Iterator[Issue]:
        floor = min(monthly, fen(monthly * row["days"] / PAY_DAYS))
        if row["gross"] - (row["overtime"] or ZERO) < floor:
            yield row.fault(
                "gross",
                "below_minimum",
                f"低于当地最低工资：{row['days']:g} 天至少 {yuan(floor)} 元（不含加班）。",
                severity="warning",
            )
