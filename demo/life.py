"""How a project of the demo district lives: registered, manned, worked on, paid or not."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts import services as accounts
from core.actor import Actor
from core.months import first_day, shift
from demo.books import Books
from demo.cast import Cast
from demo.diary import Diary
from demo.district import Days, Site, days_of
from demo.papers import board_photo
from demo.people import Crowd
from demo.wages import TOO_LOW, Hand, attendance, hire
from identity.models import Organisation, User
from notices import services as notices
from projects import services as projects
from projects.models import Participant, Project, ProjectOfficer
from projects.services import NewOfficer
from workers.models import Engagement, WageCard
from workers.services.attendance import record_month
from workers.services.register import RosterEntry, enrol_workers

Office = ProjectOfficer.Role
#: A supplier who has no business with a wage account ACC-07.
_SUPPLIER = ("某某建材经销部", "65050161500000001234", Decimal("8600.00"), "材料款")


@dataclass(frozen=True, slots=True)
class World:
    """What all projects share."""

    cast: Cast
    crowd: Crowd
    diary: Diary
    random: Random


@dataclass
class Life:
    """One project, from its registration to today."""

    site: Site
    world: World
    today: date
    project: Project = field(init=False)
    books: Books = field(init=False)
    hands: list[Hand] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.days: Days = days_of(self.site, self.today)
        cast = self.world.cast
        self.contractor = self._unit(self.site.contractor)
        self.employer = self._unit(self.site.employer)
        self.admin = self._leader(self.site.contractor)
        self.reviewer = cast.actors["zongbao.laozi"] if self.site.contractor == "c1" else self.admin
        self.sender = (
            cast.actors["fenbao.tianshan"]
            if self.site.employer == "s1"
            else self._leader(self.site.employer)
        )

    def _unit(self, key: str) -> Organisation:
        return self.world.cast.units[key]

    def _leader(self, key: str) -> Actor:
        return self.world.cast.leader(key)

    # Beginning

    def plan(self) -> None:
        """Write the whole life into the diary."""
        diary, begun = self.world.diary, self.days.begun
        diary.on(begun - timedelta(days=20), "10:20", self.register)
        diary.on(begun - timedelta(days=16), "11:05", self.open_account)
        if self.site.status == "prepare":
            return
        diary.on(begun, "09:00", self.begin)
        diary.on(begun + timedelta(days=2), "15:30", self.enrol)
        if self.site.posted:
            diary.on(begun + timedelta(days=3), "16:10", self.post_board)
        if self.site.workers:
            self._plan_work()
        else:
            diary.on(begun + timedelta(days=20), "10:10", self.fund)
            diary.on(begun + timedelta(days=50), "10:10", self.fund)
        diary.on(self.today - timedelta(days=1), "20:30", self.hear_of_bank)
        if self.site.status != "start":
            diary.on(self.today - timedelta(days=3), "17:00", self.end)

    def register(self, now: datetime) -> None:
        owner = self._unit(self.site.owner)
        leader = NewOfficer(Office.LEADER, "赵国庆", "19900009003")
        self.project = projects.register_project(
            actor=self.admin,
            now=now,
            particulars=self._particulars(),
            owner=projects.UnitByCode(owner.uscc, owner.name),
            officers=[leader],
        )
        self._appoint(Office.MANAGER, "zongbao.jingli", "王立新", "19900009001", now)
        self._appoint(Office.LABOUR, "zongbao.laozi", "李海燕", "19900009002", now)
        projects.add_participant(
            actor=self.admin,
            code=self.project.code,
            unit=projects.UnitByCode(self.employer.uscc, self.employer.name),
            role=Participant.Role.LABOUR,
            entered_on=now.date(),
            now=now,
        )
        # Read anew: who takes part is remembered by the object.
        self.project = Project.everything.get(pk=self.project.pk)

    def _particulars(self) -> dict[str, Any]:
        site, days = self.site, self.days
        return dict(  # noqa: C408 - reads as the columns do
            name=site.name,
            category=site.category,
            region_id=site.region,
            industry_id=site.industry,
            address=site.address,
            contract_amount=Decimal(site.amount) * 10000,
            contract_signed_on=days.begun - timedelta(days=25),
            permit_number=f"{site.region}{days.begun:%Y%m%d}0101",
            planned_start=days.begun,
            planned_end=shift(first_day(days.begun), 19) - timedelta(days=1),
            sheet_day=days.sheet_day,
            pay_day=days.pay_day,
            pay_month_offset=1,
        )

    def _appoint(self, role: str, username: str, name: str, phone: str, now: datetime) -> None:
        user = None
        if self.site.contractor == "c1":
            user = User.objects.with_grants().get(username=username)
        projects.appoint_officer(
            actor=self.admin,
            code=self.project.code,
            officer=NewOfficer(role, user.name if user else name, phone),
            since=now.date(),
            user=user.uuid if user else None,
            now=now,
        )

    def open_account(self, now: datetime) -> None:
        if not self.site.account:
            return
        account = accounts.register_account(
            project_code=self.project.code,
            actor=self.admin,
            data=accounts.NewAccount(
                bank=self._unit(self.site.bank).uuid,
                number=self.site.account,
                name=f"{self.contractor.name}{self.site.name}农民工工资专用账户",
                branch="某某支行营业部",
                opened_on=now.date(),
                filed_on=now.date(),
            ),
            now=now,
        )
        self.books = Books(account, self._unit(self.site.owner).name)

    def begin(self, now: datetime) -> None:
        projects.change_status(
            actor=self.admin, now=now, code=self.project.code, action="start", on=now.date()
        )

    def end(self, now: datetime) -> None:
        """停工 or 完工."""
        projects.change_status(
            actor=self.admin,
            now=now,
            code=self.project.code,
            action=self.site.status,
            on=now.date(),
            reason="施工图变更，待设计单位复核" if self.site.status == "suspend" else "",
        )

    def post_board(self, now: datetime) -> None:
        """Print the board and prove with a photo that it hangs."""
        board = notices.make_board(actor=self.admin, code=self.project.code, now=now)
        notices.record_posting(
            actor=self.admin,
            board_code=board.code,
            photo=board_photo(self.world.random),
            name="告示牌现场照片.jpg",
            place="工地大门右侧围挡",
            posted_on=now.date(),
            now=now,
        )

    # Workers

    def enrol(self, now: datetime) -> None:
        people = [self.world.crowd.person() for _ in range(self.site.workers)]
        self.hands = hire(people, self.world.random) if people else []
        for hand in self.hands[: self.site.underpaid]:
            hand.rate = TOO_LOW
        self._enrol([self._entry(n, hand, now.date()) for n, hand in enumerate(self.hands)], now)
        self._find_rows()
        self._agree_funding(now)

    def _enrol(self, entries: list[RosterEntry], now: datetime) -> None:
        if entries:
            enrol_workers(
                actor=self.sender,
                now=now,
                code=self.project.code,
                employer=self.employer.uuid,
                entries=entries,
            )

    def _entry(self, number: int, hand: Hand, day: date) -> RosterEntry:
        """A line of the roster; some lack what 规程二(四) names WRK-02."""
        lacks = number >= len(self.hands) - self.site.incomplete
        person = hand.person
        return RosterEntry(
            id_number=person.id_number,
            name=person.name,
            entered_on=day,
            trade=hand.trade,
            team=hand.team,
            nation=person.nation,
            phone="" if lacks else person.phone,
            card=person.card,
            bank=person.bank,
            contract_number="" if lacks else f"LD{day:%Y}-{self.project.pk:03d}-{number + 1:03d}",
        )

    def _find_rows(self) -> None:
        """Which rows of the register the workers became."""
        ids = [hand.person.id_number for hand in self.hands]
        rows = Engagement.everything.filter(project=self.project).select_related("person")
        by_id = {row.person.id_number: row for row in rows}
        cards = WageCard.objects.filter(person__in=[row.person_id for row in by_id.values()])
        card_of = {card.person_id: card.pk for card in cards}
        for hand, number in zip(self.hands, ids, strict=True):
            hand.engagement = by_id[number].pk
            hand.card = card_of[by_id[number].person_id]

    def _agree_funding(self, now: datetime) -> None:
        monthly = Decimal(sum(hand.rate for hand in self.hands) * 27 or 200_000)
        self.funding = (monthly / 10_000).to_integral_value("ROUND_CEILING") * 10_000
        accounts.agree_funding(
            project_code=self.project.code,
            actor=self.admin,
            day=self.days.funding_day,
            amount=self.funding,
            since=now.date(),
            now=now,
        )

    # Months

    def _plan_work(self) -> None:
        yesterday = self.today - timedelta(days=1)
        if self.site.status == "start" and first_day(yesterday) == first_day(self.today):
            self.world.diary.on(yesterday, "19:40", self.work)
        if self.site.odd_debit:
            self.world.diary.on(self.today - timedelta(days=4), "14:20", self.buy_material)

    def work(self, now: datetime) -> None:
        """Attendance of the month under way."""
        self.record(first_day(now.date()), now)

    def record(self, month: date, now: datetime) -> dict[int, str]:
        marks = {
            hand.engagement: attendance(month, now.date(), self.world.random) for hand in self.hands
        }
        record_month(
            actor=self.sender,
            now=now,
            code=self.project.code,
            employer=self.employer.uuid,
            month=month,
            marks=marks,
        )
        return marks

    def fund(self, now: datetime) -> None:
        if self.site.account:
            self.books.deposit(self.funding, now)

    def buy_material(self, now: datetime) -> None:
        payee, number, amount, summary = _SUPPLIER
        if self.site.account:
            self.books.spend(amount, payee, number, summary, now)

    def hear_of_bank(self, now: datetime) -> None:
        if self.site.account:
            self.books.nothing_new(now)
