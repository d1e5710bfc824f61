"""What a pay sheet must hold.

A cell is judged in the order format, check digit, register, arithmetic. What is on the register
and on earlier sheets is handed in as a :class:`Book`; nothing here reads the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from core.fields import same_name
from core.money import fen, yuan
from core.months import days_in, label
from core.sealed import blind_index
from core.tabular.schema import Check, Issue, Row, Schema, each_row
from payroll.schema.columns import PAY_SHEET
from payroll.schema.lines import ZERO, amounts, total_of

#: 月计薪天数.
PAY_DAYS = Decimal("21.75")


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

    @cached_property
    def has_attendance(self) -> bool:
        """Whether any attendance of the month was entered."""
        return any(worker.days is not None for worker in self.people.values())

    def find(self, row: Row) -> Enrolled | None:
        """The worker that a row's ID number names."""
        return self.people.get(blind_index(row["id"], "id")) if row["id"] else None


def pay_sheet_schema(book: Book) -> Schema:
    """The pay sheet's table, checked against what the platform knows."""
    return PAY_SHEET.with_checks(*_checks(book))


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
    expected = fen(row["days"] * row["rate"]) + total_of(row, "overtime", "allowance", "bonus")
    if expected != row["gross"]:
        yield row.fault(
            "gross",
            "gross_unexplained",
            f"天数 × 日工资加加班和补贴是 {yuan(expected)}，"
            f"与应发 {yuan(row['gross'])} 不同，请核对。",
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
                continue
            # Whom and which card the row means, for whoever writes it.
            row.values |= {"engagement": enrolled.engagement, "wage_card": enrolled.card}
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
                "name",
                "name_differs",
                "姓名与实名名册上这个身份证号的姓名不一致，请对照身份证核对。",
            )
        if enrolled.card is None:
            yield row.fault("card", "no_card", "实名名册里还没有登记这个人的工资卡，请先登记。")
        elif row["card"] and blind_index(row["card"], "card") != enrolled.card_index:
            yield row.fault(
                "card",
                "card_differs",
                "与实名名册登记的工资卡不一致。请改正卡号，或先在实名制里变更工资卡。",
            )


@dataclass(frozen=True)
class _Days:
    book: Book

    def check(self, rows: Sequence[Row]) -> Iterator[Issue]:
        """Days fit the month, and are what attendance says."""
        if not self.book.has_attendance:
            yield Issue("", 0, "", "no_attendance", self._no_attendance(), severity="warning")
        for row in rows:
            if row["days"] is None:
                if not any(fault.column == "days" for fault in row.faults):
                    yield row.fault(
                        "days", "blank_days", "没有出勤天数，请补上。", severity="warning"
                    )
            elif row["days"] > days_in(self.book.month):
                yield row.fault("days", "range", self._too_many())
            elif enrolled := self.book.find(row):
                yield from self._against_attendance(row, enrolled)

    def _no_attendance(self) -> str:
        return f"{label(self.book.month)}还没有登记考勤，天数无从核对；总包审核前请先登记考勤。"

    def _too_many(self) -> str:
        month = self.book.month
        return f"{label(month)}只有 {days_in(month)} 天，请核对出勤天数。"

    def _against_attendance(self, row: Row, enrolled: Enrolled) -> Iterator[Issue]:
        if enrolled.days is None:
            if not self.book.has_attendance:
                return
            yield row.fault(
                "days", "no_attendance", "本月没有这个人的考勤记录。", severity="warning"
            )
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
