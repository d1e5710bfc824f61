"""What a pay sheet must hold.

A cell is judged in the order format, check digit, register, arithmetic. What is on the register
and on earlier sheets is handed in as a :class:`PaySheetContext`; nothing here reads the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from core.fields import as_text, same_name
from core.money import fen, yuan
from core.months import days_in, month_label
from core.sealed import blind_index
from core.tabular.headings import normalise
from core.tabular.tables import CheckedLine, Issue, Row, Table, each_line
from payroll.tables.columns import BESIDE, COLUMNS, WORK

#: 月计薪天数.
PAY_DAYS = Decimal("21.75")
ZERO = Decimal("0.00")
#: What is taken off a wage.
TAKEN_OFF = (
    *("advance", "living", "deduction", "insurance", "tax", "meals", "fines", "deductions"),
)


@dataclass(frozen=True, slots=True)
class EnrolledWorker:
    """A worker on the register of the project, employer and month; ``days`` from attendance."""

    engagement: int
    person: int
    name: str
    card: int | None
    card_index: bytes | None
    days: Decimal | None


@dataclass(frozen=True)
class PaySheetContext:
    """What a sheet is checked against.

    ``people`` by blind index of their ID number; ``listed`` maps a person to the earlier sheet of
    the month that already pays them; ``minimum`` is the county's monthly minimum wage in 元;
    ``closed`` says why no sheet can be taken at present.
    """

    month: date
    people: Mapping[bytes, EnrolledWorker] = field(default_factory=dict)
    listed: Mapping[int, str] = field(default_factory=dict)
    minimum: Decimal | None = None
    closed: str = ""

    @cached_property
    def has_attendance(self) -> bool:
        """Whether any attendance of the month was entered."""
        return any(worker.days is not None for worker in self.people.values())


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


PayLineRow = CheckedLine[EnrolledWorker]
Issues = Iterator[Issue]


def resolve_worker(row: Row, context: PaySheetContext) -> EnrolledWorker | None:
    """The worker whom a row's ID number names, with the card that the wage goes to."""
    return context.people.get(blind_index(row["id"], "id")) if row["id"] else None


def month_is_open(lines: Sequence[PayLineRow], context: PaySheetContext) -> Issues:
    """Whether the month takes a sheet at all."""
    if context.closed:
        yield Issue("", 0, "", "month_closed", context.closed)


def each_person_once(lines: Sequence[PayLineRow], context: PaySheetContext) -> Issues:
    """The same ID number a second time; the later row is at fault."""
    seen: dict[str, PayLineRow] = {}
    for line in lines:
        if line["id"] and (first := seen.setdefault(line["id"], line)).key != line.key:
            message = f"与{first.where(line)}是同一个人。一人一行，请合并后删去其中一行。"
            yield line.fault("id", "duplicate", message)


def is_on_register(line: PayLineRow, context: PaySheetContext) -> Issues:
    """Who is paid is on the register, under that name, to that card, and not paid already."""
    if not line["id"]:
        return
    worker = line.found
    if worker is None:
        yield line.fault(
            "id",
            "not_registered",
            f"不在本项目实名名册：{month_label(context.month)}名册上没有这个身份证号。"
            "请先在实名制里登记，或核对身份证号。",
        )
        return
    if sheet := context.listed.get(worker.person):
        yield line.fault(
            "id",
            "already_listed",
            f"这个人本月工资已列入工资表 {sheet}，不能重复发放；补发的差额请列入下月工资表。",
        )
    if line["name"] and not same_name(line["name"], worker.name):
        yield line.fault(
            "name",
            "name_differs",
            "姓名与实名名册上这个身份证号的姓名不一致，请对照身份证核对。",
        )
    if worker.card is None:
        yield line.fault("card", "no_card", "实名名册里还没有登记这个人的工资卡，请先登记。")
    elif line["card"] and blind_index(line["card"], "card") != worker.card_index:
        yield line.fault(
            "card",
            "card_differs",
            "与实名名册登记的工资卡不一致。请改正卡号，或先在实名制里变更工资卡。",
        )


def days_agree_with_attendance(lines: Sequence[PayLineRow], context: PaySheetContext) -> Issues:
    """Days fit the month, and are what attendance says."""
    month = context.month
    if not context.has_attendance:
        message = f"{month_label(month)}还没有登记考勤，天数无从核对；总包审核前请先登记考勤。"
        yield Issue("", 0, "", "no_attendance", message, severity="warning")
    for line in lines:
        days, worker = line["days"], line.found
        if days is None:
            if not line.is_faulty("days"):
                yield line.fault("days", "blank_days", "没有出勤天数，请补上。", severity="warning")
        elif days > days_in(month):
            message = f"{month_label(month)}只有 {days_in(month)} 天，请核对出勤天数。"
            yield line.fault("days", "range", message)
        elif worker and worker.days is None and context.has_attendance:
            message = "本月没有这个人的考勤记录。"
            yield line.fault("days", "no_attendance", message, severity="warning")
        elif worker and worker.days is not None and worker.days != days:
            message = f"考勤是 {worker.days:g} 天，工资表是 {days:g} 天，请核对。"
            yield line.fault("days", "days_differ", message, severity="warning")


def adds_up(line: PayLineRow, context: PaySheetContext) -> Issues:
    """实发 = 应发 − 借支 − 代扣, to the fen. Where it is not and amounts stand in a column that
    nobody knows, that is said first."""
    if not line.has("gross", "net"):
        return
    sums = line_amounts(line)
    if sums.balance == sums.net:
        yield from negative_is_meant(line)
        return
    if line.row.spare:
        unknown = "、".join(f"{label} {as_text(cell)}" for label, cell in line.row.spare.items())
        yield line.fault(
            "net",
            "net_mismatch",
            f"{unknown}，不知道是哪一项；不算它，应发减借支和代扣等于 {yuan(sums.balance)}，"
            f"与实发 {yuan(sums.net)} 不符。请先在列对应里选定这一列，再核对。",
        )
    else:
        yield line.fault(
            "net",
            "net_mismatch",
            f"应发 {yuan(sums.gross)} 减借支 {yuan(sums.advance)} 减代扣 {yuan(sums.deduction)} "
            f"等于 {yuan(sums.balance)}，与实发 {yuan(sums.net)} 不符，请核对这几列。",
        )


def negative_is_meant(line: PayLineRow) -> Issues:
    """What is taken off with a minus sign is taken off."""
    for column in TAKEN_OFF:
        if (amount := line[column]) is not None and amount < 0:
            message = "写的是负数，已当作扣除读取。"
            yield line.fault(column, "negative", message, severity="warning")


def gross_is_explained(line: PayLineRow, context: PaySheetContext) -> Issues:
    """应发 = 天数 × 日工资 + 加班 + 补贴; work paid by the piece need not."""
    if not line.has("days", "rate", "gross") or not line["rate"]:
        return
    expected = fen(line["days"] * line["rate"]) + total_of(line, "overtime", "allowance", "bonus")
    if expected != line["gross"]:
        yield line.fault(
            "gross",
            "gross_unexplained",
            f"天数 × 日工资加加班和补贴是 {yuan(expected)}，"
            f"与应发 {yuan(line['gross'])} 不同，请核对。",
            severity="warning",
        )


def reaches_minimum_wage(line: PayLineRow, context: PaySheetContext) -> Issues:
    """Pay without overtime is not below the county's minimum for the days worked."""
    monthly = context.minimum
    if monthly is None or not line.has("days", "gross"):
        return
    floor = min(monthly, fen(monthly * line["days"] / PAY_DAYS))
    if line["gross"] - (line["overtime"] or ZERO) < floor:
        yield line.fault(
            "gross",
            "below_minimum",
            f"低于当地最低工资：{line['days']:g} 天至少 {yuan(floor)} 元（不含加班）。",
            severity="warning",
        )


def line_amounts(row: CheckedLine) -> Amounts:
    """A clean line's amounts.

    借支 and 生活费 are one; so are 代扣 and its parts. Whether a column of deductions stands beside
    the others or is their sum is told by which reading makes the row add up. A minus sign never
    adds to a wage: it is how an office writes what it takes off.
    """
    gross, net = row["gross"] or ZERO, row["net"] or ZERO
    taken = {name: abs(amount) for name in TAKEN_OFF if (amount := row[name]) is not None}
    advance = taken.get("advance", ZERO) + taken.get("living", ZERO)
    readings = _deduction_readings(taken, advance)
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


def _deduction_readings(taken: Mapping[str, Decimal], advance: Decimal) -> list[Decimal]:
    """What may be deducted besides the advance, the likeliest first."""
    stated = taken.get("deduction", ZERO)
    parts = sum((taken.get(name, ZERO) for name in ("insurance", "tax", "meals", "fines")), ZERO)
    total = taken.get("deductions")
    beside = [stated + parts, stated]
    if total is None:
        return beside
    within = [total - advance] if total >= advance else []
    return [*beside, *within, total] if stated or parts else [*within, total]


def closes(row: CheckedLine) -> bool:
    """Whether 应发 less what is taken off is 实发, to the fen."""
    if not row.has("gross", "net"):
        return False
    sums = line_amounts(row)
    return sums.balance == sums.net


def total_of(row: CheckedLine, *columns: str) -> Decimal:
    return sum((row[column] or ZERO for column in columns), ZERO)


PAY_SHEET = Table(
    COLUMNS,
    totals=("days", "gross", "net"),
    beside=BESIDE,
    work=tuple(map(normalise, WORK)),
    closes=closes,
    resolve=resolve_worker,
    checks=(
        month_is_open,
        each_person_once,
        each_line(is_on_register),
        days_agree_with_attendance,
        each_line(adds_up),
        each_line(gross_is_explained),
        each_line(reaches_minimum_wage),
    ),
)
