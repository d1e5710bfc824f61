"""Rules about pay sheets and what was paid 规程二(五)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core import months
from core.money import yuan
from monitoring.catalogue import (
    RULES,
    Finding,
    Inhibition,
    Look,
    level_of,
    rule,
    same_month,
)
from monitoring.evidence import Amount, Fact, ForPrograms, Linked, Number, PageLink, Records
from monitoring.models import Level
from monitoring.rules.common import NAMED, WORKER
from monitoring.rules.feeds import SILENT_BANK, SILENT_FEED
from monitoring.thresholds import thresholds
from payroll.selectors.amounts import below_minimum
from payroll.selectors.facts import (
    Place,
    Resend,
    failed_payments,
    overdue_wages,
    unpaid_workers,
    unreported_months,
)
from projects.models import Project

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
    version=2,
    defaults={"grace": Decimal(3), "orange": Decimal(10)},
    units={"grace": "黄色：报送日后天数", "orange": "橙色：报送日后天数"},
    clears="分包单位报送当月工资表（被退回的不算报送）。",
    duty="分包单位编制、工人签字后提交，总承包单位督促",
    place="payroll:project",
    # Every month with days of works is asked for, also after completion.
    opens_for=None,
    evidence=_ATTENDED,
)
def sheet_not_handed_in(look: Look) -> Iterator[Finding]:
    """The month had attendance and no sheet was submitted by the agreed day."""
    for month in unreported_months(**look.where, grace=look.limit("grace")):
        if month.project_status == Project.Status.PREPARING:
            continue
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
    version=2,
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
    inhibited_by=(SILENT_FEED, SILENT_BANK),
    evidence=(
        *_ATTENDED,
        Number("unpaid", "未发薪人数"),
        Number("lines", "工资表人数"),
        Amount("outstanding", "未付金额"),
        Records("sheets", (Linked("number", "工资表", page="payroll:sheet", by="sheet"),)),
        ForPrograms("wholly_unpaid"),
        ForPrograms("under_way"),
    ),
)
def wages_overdue(look: Look) -> Iterator[Finding]:
    """A month with a line that is owed, or with attendance and no sheet, after its due day.

    Where nothing is owed but fresh returns, the finding waits for the repair.
    """
    resend = _resend(look)
    for month in overdue_wages(**look.where, after=look.limit("yellow")):
        late = (look.as_of - month.due_on).days
        steps = ((look.threshold(n.name.lower(), month.project_id), n) for n in _LADDER)
        owed = f"还有 {month.unpaid} 人共 {yuan(month.outstanding)} 元未付"
        if not month.sheets:
            owed = f"有 {month.workers} 人出勤，没有工资表"
        yield Finding(
            **_evidence_of(month),
            subject=_employer_subject(month),
            level=level_of(late, *steps) or Level.YELLOW,
            held=RESENDING if month.is_being_resent(look.as_of, resend) else "",
            counted_from=month.due_on,
            summary=(
                f"{_month_of(month)}工资应于 {month.due_on:%Y-%m-%d} 付清，已过 {late} 天，{owed}。"
            ),
            evidence={
                "workers": month.workers or None,
                "days": str(month.days) if month.workers else None,
                "unpaid": month.unpaid or None,
                "lines": month.lines or None,
                "outstanding": str(month.outstanding) if month.sheets else None,
                "sheets": [{"number": number, "sheet": str(uuid)} for uuid, number in month.sheets],
                "wholly_unpaid": month.is_wholly_unpaid,
                "under_way": month.under_way == month.unpaid > 0,
            },
        )


_LADDER = (Level.YELLOW, Level.ORANGE, Level.RED)
#: What a finding says while nothing but returned wages is owed, each within its working days.
RESENDING = "代发退回处理中"


def _resend(look: Look) -> Resend:
    """A returned line is PAY-10's at first, at the latest until PAY-02 would be orange."""
    return Resend(
        retry=thresholds(RULES["PAY-10"], look.as_of).limit("yellow"),
        at_most=thresholds(RULES["PAY-02"], look.as_of).limit("orange"),
    )


@rule(
    code="PAY-04",
    title="出勤未发薪",
    basis="《保障农民工工资支付条例》第三十一条",
    version=2,
    defaults={"red_share": Decimal("0.10"), "red_people": Decimal(2)},
    units={
        "red_share": "红色：未发薪人数占出勤人数的比例超过",
        "red_people": "红色：未发薪人数至少",
    },
    clears="当月有出勤的工人都已发薪。",
    duty="总承包单位与分包单位核对后补发",
    place="payroll:project",
    opens_for=None,
    inhibited_by=(
        Inhibition(
            cause="PAY-02",
            same=same_month,
            when=lambda cause: bool(cause.evidence["wholly_unpaid"]),
        ),
        SILENT_FEED,
        SILENT_BANK,
    ),
    evidence=(
        Number("present", "出勤人数"),
        Number("unpaid", "未发薪人数"),
        Records("workers", (WORKER, Number("days", "出勤天数"))),
        ForPrograms("under_way"),
    ),
)
def attended_but_unpaid(look: Look) -> Iterator[Finding]:
    """People with attendance and no paid line of the month after its due day.

    Whose wage was returned a short while ago is not counted; where there are no others, the
    finding waits for the repair.
    """
    resend = _resend(look)
    for month in unpaid_workers(**look.where):
        workers = [
            one
            for one in month.workers
            if one.returned_on is None
            or not resend.is_under_way(one.returned_on, look.as_of, month)
        ]
        held = "" if workers else RESENDING
        workers = workers or list(month.workers)
        share = Decimal(len(workers)) / month.present
        red = share > look.threshold("red_share", month.project_id)
        red &= len(workers) >= look.threshold("red_people", month.project_id)
        yield Finding(
            **_evidence_of(month),
            subject=_employer_subject(month),
            level=Level.RED if red else Level.YELLOW,
            held=held,
            counted_from=month.due_on,
            summary=(
                f"{_month_of(month)}出勤 {month.present} 人，"
                f"其中 {len(workers)} 人（{share:.0%}）没有发薪。"
            ),
            evidence={
                "present": month.present,
                "unpaid": len(workers),
                "under_way": all(worker.is_under_way for worker in workers),
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
    version=2,
    clears="核对户名和工资卡后重新代发，发放成功；重新代发和再次退回都从首次退回日起算。",
    duty="总承包单位劳资专管员核对户名卡号并重新代发",
    place="payroll:project",
    opens_for=None,
    evidence=(
        Records(
            "lines",
            (
                Fact("name", "姓名"),
                Amount("net", "实发"),
                Fact("returned_on", "首次退回"),
                Fact("reason", "银行说明"),
                Fact("state", "现状"),
            ),
        ),
        _SHEET,
    ),
)
def returned_and_left(look: Look) -> Iterator[Finding]:
    """Lines that the bank returned and that are not paid, counted from their first return."""
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
                f"被银行退回，已过 {waited} 个工作日仍未付清。"
            ),
            evidence={
                "sheet": str(sheet.sheet_uuid),
                "lines": [
                    {
                        "name": line.name,
                        "net": str(line.net),
                        "returned_on": line.returned_on.isoformat(),
                        "reason": line.reason,
                        "state": "重新发放中" if line.is_retried else "未重新代发",
                    }
                    for line in sheet.failed[:NAMED]
                ],
            },
        )
