"""One worker's pay on a project, month by month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from core.actor import Actor
from core.listing import ListColumn, ListTable
from payroll.models import PayLine, PaySheet
from payroll.selectors.pay_sheets import LINE_TONES, TONES
from workers import selectors as workers
from workers.models import Engagement


@dataclass(frozen=True, slots=True)
class SheetOfWorker:
    """The sheet on which a worker's month stands."""

    uuid: UUID
    number: str
    status: str
    tone: str


WAGE_LIST = ListTable(
    columns=(
        ListColumn("month", "月份", sort="month", slot="main", falling=True),
        ListColumn("sheet", "工资表", sort="sheet_number"),
        ListColumn("attended", "考勤（天）", sort="attended", kind="number", falling=True),
        ListColumn("days", "工资表（天）", sort="days", kind="number", falling=True),
        ListColumn("gross", "应发（元）", sort="gross", kind="money", falling=True),
        ListColumn(
            "net",
            "实发（元）",
            sort="net",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("net"),
        ),
        ListColumn("status", "发放", sort="status", slot="state"),
        ListColumn("paid", "发放日期", sort="paid_on", kind="date", slot="aside", falling=True),
    ),
    default=(),
    default_sort="-month",
)


@dataclass(frozen=True, slots=True)
class WageMonth:
    """A worker's month: days by attendance, and what the sheet says; amounts in 元.

    ``sheet`` is None for a month that was worked and stands on no sheet: all after it are None.
    """

    month: date
    attended: Decimal | None
    sheet: SheetOfWorker | None = None
    days: Decimal | None = None
    gross: Decimal | None = None
    net: Decimal | None = None
    status: str = ""
    tone: str = ""
    paid_on: date | None = None
    failure: str = ""

    @property
    def sheet_number(self) -> str | None:
        """The sheet's number, None for a month that stands on none."""
        return self.sheet.number if self.sheet else None


def wages_of(*, actor: Actor, engagement: Engagement) -> list[WageMonth]:
    """The months that a registration's worker worked or is paid for there, newest first."""
    worked = workers.months_worked(actor=actor, engagement=engagement)
    attended = {one.month: one.days for one in worked if one.days}
    listed = [_wage_month(line, attended) for line in _lines_of_worker(actor, engagement)]
    known = {one.month for one in listed}
    missing = [WageMonth(month, days) for month, days in attended.items() if month not in known]
    return sorted([*listed, *missing], key=lambda one: one.month, reverse=True)


def _lines_of_worker(actor: Actor, engagement: Engagement) -> Iterable[PayLine]:
    """By person, for who left and came back stands on sheets with either registration."""
    return (
        PayLine.objects.visible_to(actor)
        .filter(
            engagement__person=engagement.person_id,
            sheet__project=engagement.project_id,
            sheet__employer=engagement.employer_id,
        )
        .exclude(sheet__status=PaySheet.Status.VOID)
        .select_related("sheet")
        .order_by("-sheet__month", "-sheet__sequence")
    )


def _wage_month(line: PayLine, attended: dict[date, Decimal]) -> WageMonth:
    sheet = line.sheet
    return WageMonth(
        month=sheet.month,
        attended=attended.get(sheet.month),
        sheet=SheetOfWorker(
            sheet.uuid,
            sheet.number,
            sheet.get_status_display(),
            TONES[PaySheet.Status(sheet.status)],
        ),
        days=line.days,
        gross=line.gross,
        net=line.net,
        status=line.get_status_display(),
        tone=LINE_TONES[PayLine.Status(line.status)],
        paid_on=line.paid_on,
        failure=line.failure,
    )
