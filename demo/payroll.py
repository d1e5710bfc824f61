"""How a wage month of the demo district goes: handed in, reviewed, paid, or stuck on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from core import attachments, filekinds
from core.calendar import next_working_day, previous_working_day
from core.months import month_label, shift_month
from demo import accounts, projects, scenario, workers
from demo.district import Stage
from demo.papers import SheetRow, signed_scan, table
from demo.projects import SiteProject
from demo.wages import line_amounts
from payroll.services import pay_sheets, payments

_REASON = "第 3、8 行加班工资与班组记录不一致，请核对后重新报送。"
#: A stage, the day and time of its step, and the step.
Step = tuple[Stage, date, str, Callable[[datetime], None]]


class Scenario(scenario.Scenario):
    """The wage months of every project that has workers."""

    def plan(self) -> None:
        for one in self.story.part(projects.Scenario).projects:
            if one.site.workers:
                for month in one.days.months:
                    WageMonth(self.story, one, month).plan()


@dataclass
class WageMonth:
    """One wage month of one project, as far as its story goes."""

    story: scenario.Story
    one: SiteProject
    month: date
    marks: dict[int, str] = field(default_factory=dict)
    sheet: UUID = field(init=False)

    def __post_init__(self) -> None:
        site, days = self.one.site, self.one.days
        self.accounts = self.story.part(accounts.Scenario)
        self.workers = self.story.part(workers.Scenario)
        self.is_at_stake = self.month == days.at_stake
        self.stage = site.stage if self.is_at_stake else Stage.PAID
        if self.month > days.at_stake and not site.funded:
            self.stage = min(site.stage, Stage.SUBMITTED)
        self.is_funded = site.funded or self.month < days.at_stake

    def plan(self) -> None:
        """Write the month into the diary, up to the stage that it reaches."""
        days, diary = self.one.days, self.story.diary
        handed_in = days.sheet(self.month)
        approved = next_working_day(handed_in)
        if self.is_funded:
            diary.on(days.funding(self.month), "10:10", partial(self.accounts.fund, self.one))
        diary.on(handed_in, "09:10", self.record)
        for stage, day, at, step in self._steps_of_month(
            handed_in, approved, self._pay_day(approved)
        ):
            if self.stage >= stage:
                diary.on(day, at, step)
        if self.stage == Stage.RETURNED:
            diary.on(approved, "11:15", self.send_back)

    def _pay_day(self, approved: date) -> date:
        """Two working days before the wages are due; once, some days late."""
        due = self.one.days.due(self.month)
        if shift_month(self.month, 1) == self.one.days.at_stake and self.one.site.late:
            return due + timedelta(days=self.one.site.late)
        return max(approved, previous_working_day(previous_working_day(due)))

    def _steps_of_month(self, handed_in: date, approved: date, paid: date) -> Iterator[Step]:
        yield Stage.RETURNED, handed_in, "11:30", self.enter
        yield Stage.RETURNED, handed_in, "15:20", self.submit
        yield Stage.APPROVED, approved, "10:40", self.approve
        yield Stage.PAID, paid, "11:20", self.pay

    def record(self, now: datetime) -> None:
        self.marks = self.workers.record(self.one, self.month, now)

    def enter(self, now: datetime) -> None:
        rows = list(self._sheet_rows())
        with table(rows) as book:
            original = attachments.store_attachment(
                book,
                actor=self.one.sender,
                name=f"{self.one.site.name}{month_label(self.month)}工资支付表.xlsx",
                kinds=filekinds.SHEETS,
                sealed=True,
                now=now,
            )
        made = pay_sheets.enter_lines(
            project_code=self.one.project.code,
            employer=self.one.employer.uuid,
            month=self.month,
            lines=list(self._pay_lines(rows)),
            original=original,
            actor=self.one.sender,
            now=now,
        )
        self.sheet = made.uuid

    def _sheet_rows(self) -> Iterator[SheetRow]:
        """The sender's table; at stake it may leave workers out or differ from attendance."""
        site = self.one.site
        crew = self.workers.crews[site.name]
        listed = crew[: len(crew) - site.left_out * self.is_at_stake]
        for number, worker in enumerate(listed, start=1):
            marks = self.marks[worker.engagement]
            rate = worker.rate
            if number <= site.underpaid and not self.is_at_stake:
                rate = 240
            if self.is_at_stake and number <= site.differing:
                marks = marks.replace("-", "1", 1)
            amounts = line_amounts(replace(worker, rate=rate), marks, self.story.random)
            person = worker.person
            yield SheetRow(
                number,
                person.name,
                person.id_number,
                worker.team,
                worker.trade,
                person.card,
                amounts,
            )

    def _pay_lines(self, rows: list[SheetRow]) -> Iterator[pay_sheets.NewPayLine]:
        """The same as the platform keeps it; the table's first worker stands in row 2."""
        for row in rows:
            worker = self.workers.crews[self.one.site.name][row.number - 1]
            yield pay_sheets.NewPayLine(row.number + 1, worker.engagement, worker.card, row.amounts)

    def submit(self, now: datetime) -> None:
        scan = signed_scan(len(self.workers.crews[self.one.site.name]), self.story.random)
        pay_sheets.store_signed_copy(
            actor=self.one.sender,
            sheet_uuid=self.sheet,
            file=scan,
            name="工人签字表.jpg",
            now=now,
        )
        sheet = pay_sheets.submit_sheet(actor=self.one.sender, sheet_uuid=self.sheet, now=now)
        self.submitted_at = sheet.submitted_at

    def send_back(self, now: datetime) -> None:
        pay_sheets.return_sheet(
            actor=self.one.reviewer,
            sheet_uuid=self.sheet,
            seen=self.submitted_at,
            reason=_REASON,
            now=now,
        )

    def approve(self, now: datetime) -> None:
        pay_sheets.approve_sheet(
            actor=self.one.reviewer, sheet_uuid=self.sheet, seen=self.submitted_at, now=now
        )

    def pay(self, now: datetime) -> None:
        order = payments.order_payment(actor=self.one.reviewer, sheet_uuid=self.sheet, now=now)
        books = self.accounts.books[self.one.site.name]
        if self.is_at_stake and self.one.site.unanswered:
            books.leave_unanswered(order, now)
            return
        wrong = self.one.site.returned if self.is_at_stake else 0
        books.pay(order, wrong, now)
