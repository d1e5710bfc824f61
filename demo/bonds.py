"""The wage bond of each site, in every state that one can be in."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from bonds.models import Bond, BondRefund
from bonds.policy import Form
from bonds.selectors.refunds import REFUND
from bonds.services import determining, exemptions, guarantees, refunding, storing, using
from bonds.services.common import Paper
from core.actor import SYSTEM, Actor
from core.hook_kinds import standing_bars
from core.months import shift_month
from demo import identity, projects, scenario
from demo.papers import board_photo, signed_scan
from demo.projects import SiteProject
from payroll.selectors.owed import payable_lines

#: Who supervises the bonds of a county; where the county's bureau has nobody, the prefecture.
_OFFICERS = {
    "650102": "renshe.tianshan",
    "650104": "renshe.xinshi",
    "652301": "renshe.changji",
    "652323": "renshe.hutubi",
}
_INSURER = ("某某财产保险股份有限公司新疆分公司", "91650100MADM900018")
_COMPANY = ("新疆某某融资担保有限公司", "91650100MADM90002B")
#: The same number on two papers, of which one cannot be right BND-07.
_TWICE = "XJBH2026-0317"
#: Of so many workers the wages are paid from a bond.
_PAID_FROM_BOND = 8


class Scenario(scenario.Scenario):
    """What must be stored is determined for each; the rest is each site's own story."""

    def plan(self) -> None:
        self.accounts = 0
        stories: dict[str, Callable[[SiteProject], None]] = {
            "昆仑大道安置房二期": self.plan_guarantee,
            "棚户区改造三期": self.plan_cash,
            "红光山片区道路及管网工程": self.plan_guarantee,
            "第八小学教学综合楼": self.plan_too_little,
            "幸福路保障性租赁住房": partial(self.plan_ending, left=20),
            "大湾北路停车楼": self.plan_cash,
            "延南立交改造工程": self.plan_use,
            "体育中心训练馆": self.plan_guarantee,
            "北郊产业园标准厂房": partial(self.plan_ending, left=-4),
            "头屯河生态治理工程": self.plan_guarantee,
            "三屯河灌区续建配套工程": self.plan_exemption,
            "S101 线公路改扩建（呼图壁段）": partial(self.plan_number, by=_INSURER),
            "客运枢纽站前广场": partial(self.plan_number, by=_COMPANY),
            "文化馆修缮工程": partial(self.plan_refund, begun=2),
            "老旧小区外墙保温改造": partial(self.plan_refund, begun=56, applied=25),
            "街心公园改造": partial(self.plan_refund, begun=70, applied=38, decided=35),
        }
        for one in self.story.part(projects.Scenario).projects:
            self._before(one, 19, "09:40", self.determine)
            if one.site.name in stories:
                stories[one.site.name](one)
        for back in (3, 2, 1):
            self._back(back, "01:30", lambda now: guarantees.age_guarantees(now=now))

    # What a site's story plans -----------------------------------------------------------------

    def plan_cash(self, one: SiteProject) -> None:
        self._before(one, 10, "10:30", self.store)

    def plan_guarantee(self, one: SiteProject) -> None:
        self._before(one, 10, "10:30", self.guarantee)

    def plan_number(self, one: SiteProject, by: tuple[str, str]) -> None:
        self._before(one, 10, "10:30", partial(self.guarantee, by=by, number=_TWICE))

    def plan_exemption(self, one: SiteProject) -> None:
        self._before(one, 8, "15:00", self.exempt)

    def plan_too_little(self, one: SiteProject) -> None:
        """Three fifths are stored; what the contractor says of the rest waits for the bank."""
        self._before(one, 10, "10:30", partial(self.store, share=Decimal("0.6")))
        self._back(1, "11:20", partial(self.report_rest, one))

    def plan_ending(self, one: SiteProject, left: int) -> None:
        """A guarantee of one year, written when the works were awarded, ends about now."""
        until = self.story.today + timedelta(days=left)
        self._before(one, 10, "10:30", partial(self.guarantee, until=until))

    def plan_use(self, one: SiteProject) -> None:
        """An order was not obeyed: some of the workers are paid from the bond, not topped up."""
        self.plan_cash(one)
        self._back(28, "10:00", partial(self.use, one))

    def plan_refund(self, one: SiteProject, begun: int, applied: int = 0, decided: int = 0) -> None:
        self.plan_cash(one)
        self._back(begun, "10:00", partial(self.publicise, one))
        if applied:
            self._back(applied, "10:00", partial(self.apply, one))
        if decided:
            self._back(decided, "10:00", partial(self.agree, one))
            self._back(decided - 1, "10:00", partial(self.confirm, one))

    def _before(
        self, one: SiteProject, days: int, at: str, step: Callable[[SiteProject, datetime], None]
    ) -> None:
        """So many days before the works begin."""
        self.story.diary.on(one.days.begun - timedelta(days=days), at, partial(step, one))

    def _back(self, days: int, at: str, step: Callable[[datetime], object]) -> None:
        """So many days before today."""
        self.story.diary.on(self.story.today - timedelta(days=days), at, step)

    # What happens -------------------------------------------------------------------------------

    def determine(self, one: SiteProject, now: datetime) -> None:
        determining.determine_bond(actor=SYSTEM, code=one.project.code, now=now)

    def store(self, one: SiteProject, now: datetime, share: Decimal = Decimal(1)) -> None:
        """In cash: the account is opened, and the bank books what was paid in."""
        self.accounts += 1
        deposit = storing.register_deposit(
            actor=one.admin,
            code=one.project.code,
            data=storing.NewDeposit(
                bank=self._cast.units[one.site.bank].uuid,
                number=f"650501617000{self.accounts:08}",
                name=f"{one.contractor.name}农民工工资保证金",
                opened_on=now.date(),
            ),
            agreement=self._scan("存款协议书.jpg"),
            now=now,
        )
        storing.book_entry(
            actor=self._bank,
            deposit=deposit.uuid,
            kind="deposit",
            amount=_bond(one).required * share,
            booked_on=now.date(),
            reference=f"BZJ{now:%Y%m%d}{self.accounts:04}",
            now=now,
        )

    def report_rest(self, one: SiteProject, now: datetime) -> None:
        bond = _bond(one)
        deposit = bond.deposits.get()
        storing.report_deposit(
            actor=one.admin,
            deposit=deposit.uuid,
            amount=bond.required - deposit.balance,
            booked_on=now.date(),
            slip=self._scan("进账单.jpg"),
            now=now,
        )

    def guarantee(
        self,
        one: SiteProject,
        now: datetime,
        by: tuple[str, str] = _INSURER,
        number: str = "",
        until: date | None = None,
    ) -> None:
        """A guarantee in place of cash, which 人社 accepts."""
        bond, officer = _bond(one), self._officer(one)
        begins = shift_month(until, -12) + timedelta(days=1) if until else now.date()
        made = guarantees.submit_guarantee(
            actor=one.admin,
            code=one.project.code,
            data=guarantees.NewGuarantee(
                form=Form.INSURANCE if by is _INSURER else Form.COMPANY,
                number=number or f"BX{begins:%Y}-{bond.pk:05}",
                guarantor=by[0],
                guarantor_uscc=by[1],
                beneficiary=officer.name,
                amount=bond.required,
                kind="on_demand",
                issued_on=begins,
                valid_from=begins,
                valid_until=until or one.project.planned_end + timedelta(days=90),
            ),
            original=self._scan("保函.jpg"),
            now=now,
        )
        guarantees.review_guarantee(
            actor=officer, uuid=made.uuid, accept=True, exclusions=(), note="", now=now
        )

    def exempt(self, one: SiteProject, now: datetime) -> None:
        exemptions.approve_exemption(
            actor=self._officer(one),
            code=one.project.code,
            ground="财政全额投资的灌区续建项目，按本地规定经批准免存。",
            now=now,
        )

    def use(self, one: SiteProject, now: datetime) -> None:
        """Drawn up by one officer, issued by another, and paid by the bank the day after."""
        today = now.date()
        owed = payable_lines(actor=self._officer(one), project=one.project.pk, as_of=today)
        lines = [line.line for line in owed[:_PAID_FROM_BOND]]
        if not lines:
            return
        use = using.draft_use(
            actor=self._officer(one),
            code=one.project.code,
            order=using.DisobeyedOrder(
                f"天人社监令〔{today:%Y}〕12 号",
                today - timedelta(days=4),
                today - timedelta(days=1),
            ),
            reason="责令支付拖欠的工资，期满没有支付。",
            lines=lines,
            now=now,
        )
        using.issue_use(actor=self._cast.actors["renshe.tianshan2"], uuid=use.uuid, now=now)

        def pay(later: datetime) -> None:
            payments = [
                using.WorkerPayment(line, True, later.date(), reference=f"DY{number:03}")
                for number, line in enumerate(lines, 1)
            ]
            using.record_payments(actor=self._bank, uuid=use.uuid, payments=payments, now=later)

        self.story.diary.write(now + timedelta(days=1), pay)

    def publicise(self, one: SiteProject, now: datetime) -> None:
        """The promise that nothing is owed is posted, unless by then something is."""
        if standing_bars(REFUND, [one.project.pk]):
            return
        refunding.begin_publicity(
            actor=one.admin,
            code=one.project.code,
            promise=self._scan("无拖欠承诺书.jpg"),
            photo=Paper(board_photo(self.story.random), "承诺书张贴照片.jpg"),
            now=now,
        )

    def apply(self, one: SiteProject, now: datetime) -> None:
        refunding.apply_refund(actor=one.admin, uuid=_refund(one).uuid, now=now)

    def agree(self, one: SiteProject, now: datetime) -> None:
        refunding.review_refund(
            actor=self._officer(one), uuid=_refund(one).uuid, agree=True, opinion="", now=now
        )

    def confirm(self, one: SiteProject, now: datetime) -> None:
        reviewer = self._cast.actors["renshe.tianshan2"]
        refunding.confirm_refund(actor=reviewer, uuid=_refund(one).uuid, now=now)

    # Who acts, and with which papers ------------------------------------------------------------

    @property
    def _cast(self) -> identity.Scenario:
        return self.story.part(identity.Scenario)

    @property
    def _bank(self) -> Actor:
        return self._cast.actors["yinhang.jianhang"]

    def _officer(self, one: SiteProject) -> Actor:
        return self._cast.actors[_OFFICERS[one.site.region]]

    def _scan(self, name: str) -> Paper:
        return Paper(signed_scan(3, self.story.random), name)


def _bond(one: SiteProject) -> Bond:
    return Bond.everything.get(project=one.project)


def _refund(one: SiteProject) -> BondRefund:
    return BondRefund.everything.get(bond=_bond(one))
