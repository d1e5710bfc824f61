"""Rules about pay sheets and what was paid 规程二(五)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core import months
from core.money import yuan
from identity.limits import Limit
from monitoring.catalogue import RULES, Finding, Look, level_of, rule
from monitoring.evidence import Amount, Fact, ForPrograms, Linked, Number, PageLink, Records
from monitoring.models import Level
from monitoring.thresholds import thresholds
from payroll.selectors.amounts import below_minimum
from payroll.selectors.facts import (
    OwedSheet,
    Place,
    UnpaidMonth,
    UnpaidWorker,
    UnreportedMonth,
    failed_payments,
    is_fresh_return,
    overdue_wages,
    owed_sheets,
    unpaid_workers,
    unreported_due_months,
    unreported_months,
)

#: So many workers or lines are named in a warning's evidence; the count is always whole.
NAMED = 50
#: A worker's name in evidence, with the way to the registration.
WORKER = Linked("name", "姓名", page="workers:engagement", by="engagement")
_SHEET = PageLink("sheet", "查看工资表", page="payroll:sheet")
_ATTENDED = (Number("workers", "出勤人数"), Number("days", "出勤天数"))


def _employer_subject(place: Place) -> str:
    return f"employer:{place.project}/{place.employer_uscc}"


def _evidence_of(place: Place) -> dict[str, Any]:
    """What every finding about an employer's month says alike."""
    return {
        "period": months.month_code(place.month),
        "project": place.project_id,
        "employer": place.employer_id,
    }


def _month_of(place: Place) -> str:
    return f"{place.employer}{months.month_label(place.month)}"


@rule(
    code="PAY-01",
    title="未报送工资表",
    basis="《保障农民工工资支付条例》第三十一条，规程二（五）",
    defaults={"grace": Decimal(3), "orange": Decimal(10)},
    units={"grace": "黄色：报送日后天数", "orange": "橙色：报送日后天数"},
    clears="分包单位报送当月工资表（被退回的不算报送）。",
    duty="分包单位编制、工人签字后提交，总承包单位督促",
    place="payroll:project",
    evidence=_ATTENDED,
)
def sheet_not_handed_in(look: Look) -> Iterator[Finding]:
    """The month had attendance and no sheet was submitted by the agreed day."""
    for month in unreported_months(**look.where, grace=look.limit("grace")):
        late = (look.as_of - month.sheet_on).days
        orange = late >= look.threshold("orange", month.project_id)
        yield Finding(
            **_evidence_of(month),
            subject=_employer_subject(month),
            level=Level.ORANGE if orange else Level.YELLOW,
            counted_from=month.sheet_on,
            summary=(
                f"{_month_of(month)}有 {month.workers} 人出勤 {month.days} 天，"
                f"应于 {month.sheet_on:%Y-%m-%d} 报送工资表，已过 {late} 天。"
            ),
            evidence={"workers": month.workers, "days": str(month.days)},
        )


@rule(
    code="PAY-02",
    title="逾期未支付",
    basis="《保障农民工工资支付条例》第十四条、第三十一条",
    defaults={"yellow": Decimal(1), "orange": Decimal(15), "red": Decimal(30)},
    units={
        "yellow": "黄色：应付日后天数",
        "orange": "橙色：应付日后天数",
        "red": "红色：应付日后天数",
    },
    clears="当月工资全部付清。",
    duty="总承包单位从工资专用账户付清；建设单位未拨付的先行垫付",
    place="payroll:project",
    opens_for=None,
    evidence=(
        *_ATTENDED,
        Number("unpaid", "未发薪人数"),
        Number("lines", "工资表人数"),
        Amount("outstanding", "未付金额"),
        _SHEET,
    ),
)
def wages_overdue(look: Look) -> Iterator[Finding]:
    """A sheet, or a month without one, unpaid or partly paid after its due day.

    Lines that the bank returned are PAY-10's until their working days are over.
    """
    places = overdue_wages(**look.where, after=look.limit("yellow"), retry=_retry_limit(look))
    for place in places:
        late = (look.as_of - place.due_on).days
        steps = ((look.threshold(n.name.lower(), place.project_id), n) for n in _LADDER)
        level = level_of(late, *steps) or Level.YELLOW
        if isinstance(place, OwedSheet):
            yield _owed_finding(place, level, late)
        else:
            yield _unreported_and_due(place, level, late)


_LADDER = (Level.YELLOW, Level.ORANGE, Level.RED)


def _retry_limit(look: Look) -> Limit:
    """代发失败 is PAY-10's at first: so long its lines do not count as overdue or unpaid."""
    return thresholds(RULES["PAY-10"], look.as_of).limit("yellow")


def _owed_finding(sheet: OwedSheet, level: Level, late: int) -> Finding:
    return Finding(
        **_evidence_of(sheet),
        subject=f"sheet:{sheet.sheet}",
        level=level,
        counted_from=sheet.due_on,
        summary=(
            f"{_month_of(sheet)}工资应于 {sheet.due_on:%Y-%m-%d} 付清，已过 {late} 天，"
            f"还有 {sheet.unpaid} 人共 {yuan(sheet.outstanding)} 元未付。"
        ),
        evidence={
            "sheet": str(sheet.sheet_uuid),
            "unpaid": sheet.unpaid,
            "lines": sheet.lines,
            "outstanding": str(sheet.outstanding),
        },
    )


def _unreported_and_due(month: UnreportedMonth, level: Level, late: int) -> Finding:
    return Finding(
        **_evidence_of(month),
        subject=_employer_subject(month),
        level=level,
        counted_from=month.due_on,
        summary=(
            f"{_month_of(month)}有 {month.workers} 人出勤，没有工资表，"
            f"工资应于 {month.due_on:%Y-%m-%d} 付清，已过 {late} 天。"
        ),
        evidence={"workers": month.workers, "days": str(month.days)},
    )


@rule(
    code="PAY-04",
    title="出勤未发薪",
    basis="《保障农民工工资支付条例》第三十一条",
    defaults={"red_share": Decimal("0.10")},
    units={"red_share": "红色：未发薪人数占出勤人数的比例超过"},
    clears="当月有出勤的工人都已发薪。",
    duty="总承包单位与分包单位核对后补发",
    place="payroll:project",
    opens_for=None,
    evidence=(
        Number("present", "出勤人数"),
        Number("unpaid", "未发薪人数"),
        Records("workers", (WORKER, Number("days", "出勤天数"))),
    ),
)
def attended_but_unpaid(look: Look) -> Iterator[Finding]:
    """Workers with attendance and no paid line of the month after its due day.

    Silent where PAY-02 speaks of the whole month, and for fresh returns, which are PAY-10's.
    """
    wholly = [sheet for sheet in owed_sheets(**look.where) if sheet.is_wholly_unpaid]
    months = (*wholly, *unreported_due_months(**look.where))
    owed = _Owed({sheet.sheet for sheet in wholly}, {_place_key(place) for place in months})
    retry = _retry_limit(look)
    for month in unpaid_workers(**look.where):
        workers = [
            worker
            for worker in owed.beside(month)
            if worker.failed_on is None
            or not is_fresh_return(worker.failed_on, look.as_of, retry, month.region)
        ]
        if workers:
            yield _unpaid_finding(look, month, workers)


def _place_key(place: Place) -> tuple[int, int, date]:
    return place.project_id, place.employer_id, place.month


@dataclass(frozen=True)
class _Owed:
    """What PAY-02 speaks of: sheets of which nothing was paid, and the months they belong to."""

    sheets: Collection[str]
    months: Collection[tuple[int, int, date]]

    def beside(self, month: UnpaidMonth) -> list[UnpaidWorker]:
        """The workers of whom PAY-02 does not speak; where nobody was paid it speaks of all."""
        if _place_key(month) in self.months and len(month.workers) == month.present:
            return []
        return [worker for worker in month.workers if worker.sheet not in self.sheets]


def _unpaid_finding(look: Look, month: UnpaidMonth, workers: list[UnpaidWorker]) -> Finding:
    share = Decimal(len(workers)) / month.present
    red = share > look.threshold("red_share", month.project_id)
    return Finding(
        **_evidence_of(month),
        subject=_employer_subject(month),
        level=Level.RED if red else Level.YELLOW,
        counted_from=month.due_on,
        summary=(
            f"{_month_of(month)}出勤 {month.present} 人，"
            f"其中 {len(workers)} 人（{share:.0%}）没有发薪。"
        ),
        evidence={
            "present": month.present,
            "unpaid": len(workers),
            "workers": [
                {"engagement": str(w.engagement), "name": w.name, "days": str(w.days)}
                for w in workers[:NAMED]
            ],
        },
    )


@rule(
    code="PAY-06",
    title="低于最低工资",
    basis="《保障农民工工资支付条例》，《最低工资规定》",
    defaults={"contributions_count": Decimal(1)},
    units={"contributions_count": "个人缴费计入最低工资（1 是，0 否）"},
    clears="补足差额后重新报送，或核实工资表有误并更正。",
    duty="分包单位补足，总承包单位审核",
    place="payroll:project",
    evidence=(
        Amount("monthly", "月最低工资标准"),
        Records(
            "workers",
            (
                Fact("name", "姓名"),
                Fact("sheet", "工资表"),
                Number("days", "出勤天数"),
                Amount("earned", "计算工资"),
                Amount("minimum", "最低标准"),
            ),
        ),
        # The summary says it in words.
        ForPrograms("confirmed"),
    ),
)
def below_minimum_wage(look: Look) -> Iterator[Finding]:
    """Pay for a month, or its share by days, below the county's minimum wage on that date."""
    apart = [p for p in look.regions if not look.threshold("contributions_count", p)]
    for low in below_minimum(**look.where, contributions_apart=apart):
        worst = max(low.lines, key=lambda line: line.minimum - line.earned)
        standard = f"{yuan(low.monthly)} 元/月{'' if low.confirmed else '，标准待核实'}"
        yield Finding(
            **_evidence_of(low),
            subject=_employer_subject(low),
            level=Level.ORANGE,
            counted_from=low.due_on,
            summary=(
                f"{_month_of(low)}有 {len(low.lines)} 人低于最低工资（{standard}），"
                f"最多低 {yuan(worst.minimum - worst.earned)} 元。"
            ),
            evidence={
                "monthly": str(low.monthly),
                "confirmed": low.confirmed,
                "workers": [
                    {
                        "name": line.name,
                        "sheet": line.sheet,
                        "days": str(line.days),
                        "earned": str(line.earned),
                        "minimum": str(line.minimum),
                    }
                    for line in low.lines[:NAMED]
                ],
            },
        )


@rule(
    code="PAY-10",
    title="代发失败未处理",
    basis="《保障农民工工资支付条例》第三十一条",
    defaults={"yellow": Decimal(3), "orange": Decimal(7)},
    units={"yellow": "黄色：退回后工作日", "orange": "橙色：退回后工作日"},
    clears="核对户名和工资卡后重新代发；再被退回的，从新的退回日起算。",
    duty="总承包单位劳资专管员核对户名卡号并重新代发",
    place="payroll:project",
    opens_for=None,
    evidence=(
        Records(
            "lines",
            (
                Fact("name", "姓名"),
                Amount("net", "实发"),
                Fact("failed_on", "退回日期"),
                Fact("reason", "银行说明"),
            ),
        ),
        _SHEET,
    ),
)
def returned_and_left(look: Look) -> Iterator[Finding]:
    """Lines that the bank returned and nobody has sent again."""
    for sheet in failed_payments(**look.where, waits=look.limit("yellow")):
        waited = sheet.waited(look.as_of)
        orange = waited >= look.threshold("orange", sheet.project_id)
        total = sum((line.net for line in sheet.failed), Decimal(0))
        yield Finding(
            **_evidence_of(sheet),
            subject=f"sheet:{sheet.sheet}",
            level=Level.ORANGE if orange else Level.YELLOW,
            counted_from=sheet.since,
            summary=(
                f"{_month_of(sheet)}工资有 {len(sheet.failed)} 笔共 {yuan(total)} 元"
                f"被银行退回，已过 {waited} 个工作日没有重新代发。"
            ),
            evidence={
                "sheet": str(sheet.sheet_uuid),
                "lines": [
                    {
                        "name": line.name,
                        "net": str(line.net),
                        "failed_on": line.failed_on.isoformat(),
                        "reason": line.reason,
                    }
                    for line in sheet.failed[:NAMED]
                ],
            },
        )
