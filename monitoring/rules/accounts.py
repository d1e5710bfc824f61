"""Rules about special wage accounts 规程二(二)."""

from collections.abc import Iterator
from decimal import Decimal

from accounts.selectors import odd_debits
from core import months
from core.money import yuan
from monitoring.catalogue import Finding, Inhibition, Look, rule
from monitoring.evidence import Amount, Fact, ForPrograms
from monitoring.models import Level
from monitoring.rules.feeds import SILENT_FEED
from payroll.selectors.amounts import short_accounts


def _wage_month_keys(finding: Finding) -> list[tuple[object, ...]]:
    """The project's wage month that the account must pay."""
    return [(finding.project, finding.evidence["wage_month"])]


def _period_keys(finding: Finding) -> list[tuple[object, ...]]:
    return [(finding.project, finding.period)]


@rule(
    code="ACC-06",
    title="专户余额不足",
    basis="《农民工工资专用账户管理暂行办法》（人社部发〔2021〕53号）第十二条",
    version=2,
    defaults={"notice": Decimal(10), "orange": Decimal(5)},
    units={"notice": "黄色：应付日前天数", "orange": "橙色：应付日前天数"},
    raised=frozenset({"notice", "orange"}),
    clears="专户余额加上应付日前应拨付的人工费用，够付已提交的工资表；逾期以后由“逾期未支付”接续，当月付清解除。",
    duty="总承包单位劳资专管员申请建设单位补足人工费用",
    place="accounts:project",
    # From the day that it fires PAY-02 speaks, until the month is paid.
    inhibited_by=(
        Inhibition(cause="PAY-02", same=_wage_month_keys, cause_same=_period_keys),
        SILENT_FEED,
    ),
    evidence=(
        Fact("due_on", "应付日期"),
        Fact("wage_month", "工资月份"),
        Amount("needed", "应付金额"),
        Amount("arrears", "其中以前月份未付"),
        Amount("balance", "专户余额"),
        Fact("balance_on", "余额日期"),
        Amount("paid_since", "余额日期后已代发"),
        Amount("expected_deposits", "应付日前应拨付"),
        Amount("missing", "差额"),
        ForPrograms("sheets"),
    ),
)
def account_is_short(look: Look) -> Iterator[Finding]:
    """Last known balance + deposits due before the due day < what must be paid by it.

    An account whose balance nobody has told is unknown, not short.
    """
    for short in short_accounts(**look.where, notice=look.limit("notice")):
        need, known = short.need, short.balance
        days = (need.due_on - look.as_of).days
        level = None
        if known is not None:
            near = days <= look.threshold("orange", need.project_id)
            level = Level.ORANGE if near else Level.YELLOW
            level = level if days > 0 else Level.RED
        basis = "按已提交的工资表" if need.basis == "submitted" else "按最近付清的月份"
        if need.arrears:
            basis += f"，含以前月份未付 {yuan(need.arrears)} 元"
        coming = f"应付日前应拨付 {yuan(short.expected)} 元，" if short.expected else ""
        paid = f"其后已代发 {yuan(short.paid_since)} 元，" if short.paid_since else ""
        yield Finding(
            subject=f"account:{need.account_uuid}",
            period=months.month_code(need.due_month),
            project=need.project_id,
            level=level,
            want="" if known else "专户余额",
            counted_from=need.due_on,
            summary=(
                f"{need.due_on:%Y-%m-%d} 应付 {yuan(need.amount)} 元（{basis}），"
                f"专户余额 {yuan(known.amount) if known else '未知'} 元，"
                f"{paid}{coming}差 {yuan(short.missing)} 元。"
            ),
            evidence={
                "wage_month": months.month_code(need.wage_month),
                "due_on": need.due_on.isoformat(),
                "needed": str(need.amount),
                "arrears": str(need.arrears) if need.arrears else None,
                "balance": str(known.amount) if known else None,
                "balance_on": known.on.isoformat() if known else None,
                "paid_since": str(short.paid_since) if short.paid_since else None,
                "expected_deposits": str(short.expected),
                "missing": str(short.missing),
                "sheets": list(need.sheets),
            },
        )


@rule(
    code="ACC-07",
    title="专户违规支出",
    basis="《农民工工资专用账户管理暂行办法》第六条，《保障农民工工资支付条例》第三十三条",
    clears="款项退回专户（同一对方、同一金额），或经核实属于本项目工人工资。",
    duty="总承包单位说明用途并追回款项",
    place="accounts:project",
    opens_for=None,
    evidence=(
        Fact("booked_on", "入账日期"),
        Amount("amount", "金额"),
        Fact("payee", "对方"),
        Fact("summary", "摘要"),
        ForPrograms("account"),
    ),
)
def paid_to_others(look: Look) -> Iterator[Finding]:
    """A debit whose payee is no wage card of this project's workers, or cash."""
    for debit in odd_debits(**look.where):
        what = "提取现金" if debit.is_cash else f"支付给“{debit.payee}”"
        yield Finding(
            subject=f"entry:{debit.entry}",
            project=debit.project_id,
            level=Level.RED,
            counted_from=debit.booked_on,
            summary=(
                f"{debit.booked_on:%Y-%m-%d} 专户{what} {yuan(debit.amount)} 元"
                f"（{debit.summary or '无摘要'}），对方不是本项目工人的工资卡。"
            ),
            evidence={
                "account": str(debit.account),
                "booked_on": debit.booked_on.isoformat(),
                "amount": str(debit.amount),
                "payee": debit.payee,
                "summary": debit.summary,
            },
        )
