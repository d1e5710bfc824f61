"""How a wage month of the demo district goes: handed in, reviewed, paid, or stuck on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from core import attachments, filekinds
from core.calendar import next_working_day, previous_working_day
from core.months import label, shift
from demo.district import Stage
from demo.life import Life
from demo.papers import SheetRow, signed_scan, table
from demo.wages import pay
from payroll.services import pay_sheets, payments

_REASON = "第 3、8 行加班工资与班组记录不一致，请核对后重新报送。"
#: A stage, the day and time of its step, and the step.
Step = tuple[Stage, date, str, Callable[[datetime], None]]


def plan(life: Life) -> None:
    """Write all wage months of a project into the diary."""
    if life.site.workers:
        for month in life.days.months:
            WageMonth(life, month).plan()


@dataclass
class WageMonth:
    """One wage month of one project, as far as its story goes."""

    life: Life
    month: date
    marks: dict[int, str] = field(default_factory=dict)
    sheet: UUID = field(init=False)

    def __post_init__(self) -> None:
        site, days = self.life.site, self.life.days
        self.is_at_stake = self.month == days.at_stake
        self.stage = site.stage if self.is_at_stake else Stage.PAID
        if self.month > days.at_stake and not site.funded:
            self.stage = min(site.stage, Stage.SUBMITTED)
        self.is_funded = site.funded or self.month < days.at_stake

    def plan(self) -> None:
        """Write the month into the diary, up to the stage that it reaches."""
        days, diary = self.life.days, self.life.world.diary
        handed_in = days.sheet(self.month)
        approved = next_working_day(handed_in)
        if self.is_funded:
            diary.on(days.funding(self.month), "10:10", self.life.fund)
        diary.on(handed_in, "09:10", self.record)
        for stage, day, at, step in self._steps(handed_in, approved, self._pay_day(approved)):
            if self.stage >= stage:
                diary.on(day, at, step)
        if self.stage == Stage.RETURNED:
            diary.on(approved, "11:15", self.send_back)

    def _pay_day(self, approved: date) -> date:
        """Two working days before the wages are due; once, some days late."""
        due = self.life.days.due(self.month)
        if shift(self.month, 1) == self.life.days.at_stake and self.life.site.late:
            return due + timedelta(days=self.life.site.late)
        return max(approved, previous_working_day(previous_working_day(due)))

    def _steps(self, handed_in: date, approved: date, paid: date) -> Iterator[Step]:
        yield Stage.RETURNED, handed_in, "11:30", self.enter
        yield Stage.RETURNED, handed_in, "15:20", self.submit
        yield Stage.APPROVED, approved, "10:40", self.approve
        yield Stage.PAID, paid, "11:20", self.pay

    def record(self, now: datetime) -> None:
        self.marks = self.life.record(self.month, now)

    def enter(self, now: datetime) -> None:
        rows = list(self._rows())
        original = attachments.keep(
            table(rows),
            actor=self.life.sender,
            name=f"{self.life.site.name}{label(self.month)}工资支付表.xlsx",
            kinds=filekinds.SHEETS,
            sealed=True,
            now=now,
        )
        made = pay_sheets.enter_lines(
            project_code=self.life.project.code,
            employer=self.life.employer.uuid,
            month=self.month,
            lines=list(self._lines(rows)),
            original=original,
            actor=self.life.sender,
            now=now,
        )
        self.sheet = made.uuid

    def _rows(self) -> Iterator[SheetRow]:
        """The sender's table; at stake it may leave workers out or differ from attendance."""
        site = self.life.site
        listed = self.life.hands[: len(self.life.hands) - site.left_out * self.is_at_stake]
        for number, hand in enumerate(listed, start=1):
            marks = self.marks[hand.engagement]
            rate = hand.rate
            if number <= site.underpaid and not self.is_at_stake:
                rate = 240
            if self.is_at_stake and number <= site.differing:
                marks = marks.replace("-", "1", 1)
            amounts = pay(replace(hand, rate=rate), marks, self.life.world.random)
            person = hand.person
            yield SheetRow(
                number, person.name, person.id_number, hand.team, hand.trade, person.card, amounts
            )

    def _lines(self, rows: list[SheetRow]) -> Iterator[pay_sheets.NewPayLine]:
        """The same as the platform keeps it; the table's first worker stands in row 2."""
        for row in rows:
            hand = self.life.hands[row.number - 1]
            yield pay_sheets.NewPayLine(row.number + 1, hand.engagement, hand.card, row.amounts)

    def submit(self, now: datetime) -> None:
        scan = signed_scan(len(self.life.hands), self.life.world.random)
        pay_sheets.store_signed_copy(
            actor=self.life.sender,
            sheet_uuid=self.sheet,
            file=scan,
            name="工人签字表.jpg",
            now=now,
        )
        sheet = pay_sheets.submit_sheet(actor=self.life.sender, sheet_uuid=self.sheet, now=now)
        self.submitted_at = sheet.submitted_at

    def send_back(self, now: datetime) -> None:
        pay_sheets.return_sheet(
            actor=self.life.reviewer,
            sheet_uuid=self.sheet,
            seen=self.submitted_at,
            reason=_REASON,
            now=now,
        )

    def approve(self, now: datetime) -> None:
        pay_sheets.approve_sheet(
            actor=self.life.reviewer, sheet_uuid=self.sheet, seen=self.submitted_at, now=now
        )

    def pay(self, now: datetime) -> None:
        order = payments.order_payment(actor=self.life.reviewer, sheet_uuid=self.sheet, now=now)
        wrong = self.life.site.returned if self.is_at_stake else 0
        self.life.books.pay(order, wrong, now)
