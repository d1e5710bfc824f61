"""The projects of the demo district, and what befalls each of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from core.calendar import (
    is_working_day,
    next_working_day,
    previous_working_day,
    sheet_day_of,
    wage_due_day,
)
from core.months import clamp_day, first_day, shift_month

#: So many days before the pay day the sheet is due, and the owner's deposit.
SHEET_BEFORE, FUNDING_BEFORE = 8, 8
#: How many whole wage months of history there are.
MONTHS = 3


class Stage(IntEnum):
    """How far the wages came of the month that a project's story is about."""

    NO_SHEET = 0
    RETURNED = 1
    SUBMITTED = 2
    APPROVED = 3
    PAID = 4


@dataclass(frozen=True, slots=True)
class Site:
    """A project of the district.

    ``due_in`` says how many days from today its pay day falls (behind us where negative), unless
    ``pay_day`` fixes it; with ``sheet_in`` it is the day of the sheet that falls then. ``stage``
    is how far that month's wages came; every month before was paid, the last of them ``late``
    days after its pay day. ``returned`` to ``differing`` count workers, ``amount`` is in 万元.
    ``unanswered``: the bank was sent that month's order and says nothing; ``silent``: it sends no
    statements any more. ``ends_in`` says how many days from today the works are planned to end,
    ``ended`` how many days ago they were stopped or completed.
    """

    name: str
    region: str
    address: str
    industry: str
    category: str
    contractor: str
    employer: str
    owner: str
    bank: str
    account: str
    amount: int
    workers: int
    due_in: int = 6
    pay_day: int = 0
    sheet_in: int | None = None
    stage: Stage = Stage.PAID
    funded: bool = True
    posted: bool = True
    returned: int = 0
    left_out: int = 0
    underpaid: int = 0
    incomplete: int = 0
    differing: int = 0
    late: int = 0
    odd_debit: bool = False
    unanswered: bool = False
    silent: bool = False
    ends_in: int | None = None
    ended: int = 3
    status: str = "start"


KUNLUN = Site(
    "昆仑大道安置房二期", "650102", "昆仑大道 1 号", "housing", "01",
    "c1", "s1", "o1", "b1", "65050161625000000123", 8600, 0, posted=False, pay_day=15,
)  # fmt: skip

SITES = (
    KUNLUN,
    Site(
        "棚户区改造三期", "650102", "延安路 218 号", "housing", "01",
        "c1", "s1", "o1", "b1", "65050161625000000201", 12800, 46,
        due_in=5, stage=Stage.SUBMITTED, differing=3,
    ),
    Site(
        "红光山片区道路及管网工程", "650104", "红光山路", "housing", "02",
        "c1", "s2", "o1", "b1", "65050161625000000202", 5400, 34,
        due_in=3, stage=Stage.APPROVED,
    ),
    Site(
        "第八小学教学综合楼", "650102", "碱泉街 66 号", "housing", "01",
        "c1", "s1", "o1", "b1", "65050161625000000203", 3150, 30,
        due_in=7, stage=Stage.RETURNED, late=6,
    ),
    Site(
        "幸福路保障性租赁住房", "650102", "幸福路 809 号", "housing", "01",
        "c1", "s2", "o1", "b1", "65050161625000000204", 9700, 40,
        due_in=4, stage=Stage.APPROVED, funded=False, ends_in=15,
    ),
    Site(
        "大湾北路停车楼", "650102", "大湾北路 35 号", "housing", "02",
        "c1", "s1", "o1", "b1", "65050161625000000205", 2680, 28,
        due_in=-5, returned=2,
    ),
    Site(
        "延南立交改造工程", "650102", "延安路南延段", "transport", "05",
        "c3", "s2", "o3", "b1", "65050161625000000206", 7600, 38,
        due_in=-33, stage=Stage.APPROVED, funded=False,
    ),
    Site(
        "体育中心训练馆", "650104", "北京北路 1147 号", "housing", "01",
        "c3", "s2", "o3", "b1", "65050161625000000207", 6100, 26,
        due_in=-12, status="suspend",
    ),
    Site(
        "北郊产业园标准厂房", "652301", "北郊产业园纬三路", "housing", "01",
        "c2", "s3", "o2", "b2", "65230100520000000301", 4300, 36,
        due_in=-18, stage=Stage.SUBMITTED, funded=False, ends_in=-10,
    ),
    Site(
        "头屯河生态治理工程", "652301", "三工镇二工村", "water", "07",
        "c2", "s3", "o2", "b2", "65230100520000000302", 3900, 32,
        due_in=6, stage=Stage.APPROVED, odd_debit=True,
    ),
    Site(
        "三屯河灌区续建配套工程", "652323", "大丰镇", "water", "07",
        "c2", "s4", "o2", "b2", "65230100520000000303", 5200, 34,
        sheet_in=-5, stage=Stage.NO_SHEET, posted=False,
    ),
    Site(
        "S101 线公路改扩建（呼图壁段）", "652323", "S101 线 K86 至 K112", "transport", "05",
        "c3", "s4", "o3", "b2", "65230100520000000304", 15600, 40,
        due_in=8, stage=Stage.SUBMITTED, incomplete=4,
    ),
    Site(
        "客运枢纽站前广场", "652301", "乌伊公路 2 号", "transport", "02",
        "c3", "s4", "o3", "b2", "65230100520000000305", 2900, 30,
        due_in=-10, left_out=4, underpaid=1,
    ),
    Site(
        "文化馆修缮工程", "650102", "解放南路 12 号", "housing", "01",
        "c1", "s1", "o1", "b1", "65050161625000000208", 980, 18,
        due_in=-6, status="complete",
    ),
    Site(
        "社区卫生服务中心", "650102", "翠泉路 5 号", "housing", "01",
        "c1", "s1", "o1", "b1", "", 1860, 0, posted=False, status="prepare",
    ),
    Site(
        "第三幼儿园扩建工程", "650102", "和平南路 88 号", "housing", "01",
        "c1", "s1", "o1", "b1", "65050161625000000209", 1420, 0, posted=False, status="prepare",
    ),
    Site(
        "二道桥片区电力管廊", "650104", "南湖东路北三巷", "housing", "02",
        "c3", "s2", "o3", "b1", "65050161625000000210", 1150, 8,
        due_in=-7, unanswered=True,
    ),
    Site(
        "三工镇排水泵站", "652301", "三工镇东街", "water", "07",
        "c2", "s3", "o2", "b2", "65230100520000000306", 860, 0, silent=True,
    ),
    Site(
        "老旧小区外墙保温改造", "650102", "建国路 96 号", "housing", "01",
        "c1", "s1", "o1", "b1", "65050161625000000211", 740, 0, status="complete", ended=60,
    ),
    Site(
        "街心公园改造", "650102", "团结路 31 号", "housing", "02",
        "c1", "s1", "o1", "b1", "65050161625000000212", 620, 0, status="complete", ended=75,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """When a site's months are handed in, funded and due; the months that have wages."""

    sheet_day: int
    pay_day: int
    funding_day: int
    at_stake: date
    months: tuple[date, ...]
    begun: date

    def sheet(self, month: date) -> date:
        return sheet_day_of(month, self.sheet_day, 1)

    def due(self, month: date) -> date:
        return wage_due_day(month, self.pay_day, 1)

    def funding(self, month: date) -> date:
        """The owner's last deposit day before the month's wages are due."""
        due = self.due(month)
        day = clamp_day(due, self.funding_day)
        return day if day < due else clamp_day(shift_month(due, -1), self.funding_day)


def days_of(site: Site, today: date) -> Days:
    """A site's days, so that its story stands where it should on the day of the demo."""
    months = tuple(shift_month(first_day(today), -n) for n in range(MONTHS, 0, -1))
    sheet, due = _anchor_days(site, today)
    return Days(
        sheet_day=sheet.day,
        pay_day=due.day,
        funding_day=(due - timedelta(days=FUNDING_BEFORE)).day,
        at_stake=shift_month(first_day(due), -1),
        months=months,
        begun=_begun_on(site, today, months[0]),
    )


def _begun_on(site: Site, today: date, first: date) -> date:
    """Works began a month before the first wage month; 昆仑大道 by March 2026 at the latest."""
    if site.status == "prepare":
        return today + timedelta(days=12)
    begun = shift_month(first, -1) + timedelta(days=9 + site.workers % 7)
    return min(begun, date(2026, 3, 1)) if site is KUNLUN else begun


def _anchor_days(site: Site, today: date) -> tuple[date, date]:
    """The sheet day and the pay day of the month that the story is about."""
    if site.pay_day:
        return first_day(today).replace(day=site.pay_day - 10), today.replace(day=site.pay_day)
    if site.sheet_in is not None:
        sheet = today + timedelta(days=site.sheet_in)
        return sheet, _within_month(sheet, sheet + timedelta(days=SHEET_BEFORE))
    due = _pay_day(site, today)
    sheet = due - timedelta(days=SHEET_BEFORE)
    return max(sheet, first_day(due)), due


def _pay_day(site: Site, today: date) -> date:
    """A working day; one that lies ahead within this month, that its wage month be whole."""
    if site.due_in < 0:
        due = today + timedelta(days=site.due_in)
        return due if is_working_day(due) else previous_working_day(due)
    due = next_working_day(today + timedelta(days=site.due_in - 1))
    if site.funded:
        due = _within_month(today, due)
    return due if is_working_day(due) else previous_working_day(due)


def _within_month(of: date, day: date) -> date:
    return min(day, clamp_day(of, 31))
