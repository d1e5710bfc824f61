"""Rules about wage bonds and guarantees 规程二(三)."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from bonds.selectors.judged import (
    EndingGuarantee,
    ending_guarantees,
    shared_numbers,
    short_bonds,
    undecided_refunds,
    unfilled_bonds,
    unstored_bonds,
)
from core.money import yuan
from identity.limits import AT_ONCE
from monitoring.catalogue import OR_PREPARING, Finding, Look, rule
from monitoring.evidence import Amount, Fact, ForPrograms, Number
from monitoring.models import Level

_RULE_65 = "《工程建设领域农民工工资保证金规定》（人社部发〔2021〕65号）"


@rule(
    code="BND-01",
    title="未存储保证金",
    basis=f"规程二（三），{_RULE_65}，《保障农民工工资支付条例》第五十五条",
    defaults={"reminder": Decimal(15), "orange": Decimal(20), "red": Decimal(10)},
    units={
        "reminder": "蓝色提醒：核发许可证（或签订合同）后工作日",
        "orange": "橙色：核发许可证（或签订合同）后工作日",
        "red": "红色：橙色之后工作日",
    },
    clears="登记保证金账户和存款协议书、提交保函，或经人社部门批准免存。",
    duty="总承包单位企业管理员",
    place="bonds:project",
    opens_for=OR_PREPARING,
    evidence=(
        Fact("event", "起算事项"),
        Fact("event_on", "起算日期"),
        Number("passed", "已过工作日"),
        Fact("due_on", "存储期限"),
        Amount("required", "应存金额"),
    ),
)
def bond_not_stored(look: Look) -> Iterator[Finding]:
    """No agreement, guarantee or 免存 on record, from the start of works or the reminder on."""
    found = unstored_bonds(
        **look.where, within=look.limit("orange"), reminder=look.limit("reminder")
    )
    for one in found:
        project = one.project
        orange = look.threshold("orange", project.pk)
        level = Level.YELLOW if one.has_begun else Level.BLUE
        if one.passed >= orange + look.threshold("red", project.pk):
            level = Level.RED
        elif one.passed >= orange:
            level = Level.ORANGE
        asked = f"应存 {yuan(one.required)} 元，" if one.required is not None else ""
        yield Finding(
            subject=project.subject,
            project=project.pk,
            level=level,
            counted_from=one.event_on,
            summary=(
                f"{one.event_on:%Y-%m-%d} {one.event}，已过 {one.passed} 个工作日，"
                f"{asked}应于 {one.due_on:%Y-%m-%d} 前存储，"
                "还没有存款协议书、保函或免存批准。"
            ),
            evidence={
                "event": one.event,
                "event_on": one.event_on.isoformat(),
                "passed": one.passed,
                "due_on": one.due_on.isoformat(),
                "required": str(one.required) if one.required is not None else None,
            },
        )


@rule(
    code="BND-02",
    title="保证金金额不足",
    basis=f"{_RULE_65}，本地区保证金政策",
    clears="存入差额或提交足额保函，经银行或人社部门核对。",
    duty="总承包单位企业管理员",
    place="bonds:project",
    opens_for=OR_PREPARING,
    evidence=(
        Amount("required", "应存金额"),
        Amount("cash", "现金"),
        Amount("guaranteed", "保函"),
        Amount("missing", "差额"),
        Fact("cause", "原因"),
        Fact("due_on", "补足期限"),
    ),
)
def bond_too_small(look: Look) -> Iterator[Finding]:
    """Stored or guaranteed < required by the policy of its area and date."""
    for one in short_bonds(**look.where):
        yield Finding(
            subject=f"bond:{one.bond}",
            project=one.project.pk,
            level=Level.ORANGE,
            counted_from=one.due_on,
            summary=(
                f"应存 {yuan(one.required)} 元，已存现金 {yuan(one.cash)} 元、"
                f"保函 {yuan(one.guaranteed)} 元，还差 {yuan(one.missing)} 元"
                f"{f'（{one.cause}）' if one.cause else ''}。"
            ),
            evidence={
                "required": str(one.required),
                "cash": str(one.cash),
                "guaranteed": str(one.guaranteed),
                "missing": str(one.missing),
                "cause": one.cause or None,
                "due_on": one.due_on.isoformat() if one.due_on else None,
            },
        )


_GUARANTEE = (
    Fact("number", "保函编号"),
    Fact("guarantor", "担保人"),
    Fact("valid_until", "到期日"),
    Fact("planned_end", "计划竣工"),
    Amount("missing", "到期后差额"),
    ForPrograms("guarantee"),
)


@rule(
    code="BND-03",
    title="保函临期",
    basis=f"{_RULE_65}第十七条",
    defaults={"notice": Decimal(30)},
    units={"notice": "黄色：到期前天数"},
    raised=frozenset({"notice"}),
    clears="续保、延期或更换保函，经人社部门认可；或工程完工。",
    duty="总承包单位企业管理员",
    place="bonds:project",
    evidence=_GUARANTEE,
)
def guarantee_expiring(look: Look) -> Iterator[Finding]:
    """So many days to expiry, works unfinished, and nothing to take its place."""
    soonest: dict[UUID, EndingGuarantee] = {}
    for one in ending_guarantees(**look.where, within=look.limit("notice")):
        left = one.days_left(look.as_of)
        if 0 <= left <= look.threshold("notice", one.project.pk):
            soonest.setdefault(one.bond, one)
    for one in soonest.values():
        yield Finding(
            subject=f"bond:{one.bond}",
            project=one.project.pk,
            level=Level.YELLOW,
            counted_from=one.valid_until,
            summary=(
                f"保函 {one.number} 于 {one.valid_until:%Y-%m-%d} 到期，"
                f"还剩 {one.days_left(look.as_of)} 天，工程计划 "
                f"{one.project.planned_end:%Y-%m-%d} 竣工，还没有续保。"
            ),
            evidence=_guarantee_evidence(one),
        )


@rule(
    code="BND-04",
    title="保函失效",
    basis=f"{_RULE_65}",
    clears="提交足额有效的保函或存入现金，经人社部门或银行核对；或工程完工。",
    duty="总承包单位企业管理员",
    place="bonds:project",
    evidence=_GUARANTEE,
)
def guarantee_lapsed(look: Look) -> Iterator[Finding]:
    """Expired, or shorter than the contract's time as it is planned now; works unfinished."""
    worst: dict[UUID, EndingGuarantee] = {}
    for one in ending_guarantees(**look.where, within=AT_ONCE):
        if one.days_left(look.as_of) < 0 or one.is_short_of_works:
            worst.setdefault(one.bond, one)
    for one in worst.values():
        over = one.days_left(look.as_of) < 0
        what = "已经到期" if over else "早于计划竣工日期"
        yield Finding(
            subject=f"bond:{one.bond}",
            project=one.project.pk,
            level=Level.RED,
            counted_from=one.valid_until,
            summary=(
                f"保函 {one.number} 到期日 {one.valid_until:%Y-%m-%d} {what}"
                f"（计划 {one.project.planned_end:%Y-%m-%d} 竣工），"
                f"{'还差' if over else '到期后将差'} {yuan(one.missing_after)} 元。"
            ),
            evidence=_guarantee_evidence(one),
        )


def _guarantee_evidence(one: EndingGuarantee) -> dict[str, object]:
    return {
        "number": one.number,
        "guarantor": one.guarantor,
        "valid_until": one.valid_until.isoformat(),
        "planned_end": one.project.planned_end.isoformat(),
        "missing": str(one.missing_after),
        "guarantee": str(one.guarantee),
    }


@rule(
    code="BND-05",
    title="动用后未补足",
    basis=f"{_RULE_65}，《保障农民工工资支付条例》第三十二条",
    defaults={"red": Decimal(10)},
    units={"red": "红色：动用后工作日"},
    clears="补足保证金，或提交同等金额的新保函。",
    duty="总承包单位企业管理员",
    place="bonds:project",
    opens_for=None,
    evidence=(
        Fact("used_on", "动用办结日期"),
        Number("passed", "已过工作日"),
        Fact("due_on", "补足期限"),
        Amount("required", "应存金额"),
        Amount("missing", "差额"),
    ),
)
def bond_not_topped_up(look: Look) -> Iterator[Finding]:
    """So many working days after a use, and less there than required."""
    for one in unfilled_bonds(**look.where):
        if one.passed < look.threshold("red", one.project.pk):
            continue
        yield Finding(
            subject=f"bond:{one.bond}",
            period=one.used_on.isoformat(),
            project=one.project.pk,
            level=Level.RED,
            counted_from=one.used_on,
            summary=(
                f"{one.used_on:%Y-%m-%d} 动用保证金后已过 {one.passed} 个工作日，"
                f"还差 {yuan(one.missing)} 元没有补足。"
            ),
            evidence={
                "used_on": one.used_on.isoformat(),
                "passed": one.passed,
                "due_on": one.due_on.isoformat() if one.due_on else None,
                "required": str(one.required),
                "missing": str(one.missing),
            },
        )


@rule(
    code="BND-06",
    title="应返未返",
    basis=f"{_RULE_65}第二十二条",
    defaults={"review": Decimal(5), "confirm": Decimal(3)},
    units={"review": "审核工作日", "confirm": "出具确认书工作日"},
    clears="人社部门作出返还决定，同意的出具返还（销户）确认书。",
    duty="项目所在地人社部门",
    place="bonds:project",
    opens_for=None,
    evidence=(
        Fact("status", "办理状态"),
        Fact("publicity_until", "公示截止"),
        Fact("since", "起算日期"),
        Number("passed", "已过工作日"),
        ForPrograms("refund"),
    ),
)
def bond_not_returned(look: Look) -> Iterator[Finding]:
    """Completed, publicity over, and no decision in the time to review and to confirm."""
    for one in undecided_refunds(**look.where):
        pk = one.project.pk
        if one.passed < look.threshold("review", pk) + look.threshold("confirm", pk):
            continue
        yield Finding(
            subject=f"bond:{one.bond}",
            project=pk,
            level=Level.YELLOW,
            counted_from=one.since,
            summary=(
                f"公示于 {one.publicity_until:%Y-%m-%d} 截止，"
                f"自 {one.since:%Y-%m-%d} 起已过 {one.passed} 个工作日，"
                f"返还{one.status}，还没有作出决定。"
            ),
            evidence={
                "status": one.status,
                "publicity_until": one.publicity_until.isoformat(),
                "since": one.since.isoformat(),
                "passed": one.passed,
                "refund": str(one.refund),
            },
        )


@rule(
    code="BND-07",
    title="保函重复使用",
    basis=f"{_RULE_65}",
    clears="更换其中一份保函，或经核实为不同的保函。",
    duty="总承包单位企业管理员，项目所在地人社部门核实",
    place="bonds:project",
    opens_for=None,
    evidence=(
        Fact("number", "保函编号"),
        Fact("guarantor", "担保人"),
        Fact("other_project", "另一个项目"),
        Fact("other_guarantor", "另一份的担保人"),
        ForPrograms("other_code"),
    ),
)
def guarantee_used_twice(look: Look) -> Iterator[Finding]:
    """One guarantee number on two live projects."""
    for one in shared_numbers(**look.where):
        yield Finding(
            subject=f"bond_pair:{one.project.code}+{one.other.code}",
            project=one.project.pk,
            others=frozenset({one.other.pk}),
            level=Level.RED,
            counted_from=one.since,
            summary=f"保函编号 {one.number} 同时用在“{one.other.name}”的保证金上。",
            evidence={
                "number": one.number,
                "guarantor": one.guarantor,
                "other_project": one.other.name,
                "other_guarantor": one.other_guarantor,
                "other_code": one.other.code,
            },
        )
