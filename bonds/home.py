"""What bonds lay on the home pages and on a project's overview."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from bonds.models import Bond, BondDeposit, BondEntry, BondUse, Guarantee
from bonds.selectors.bonds import bonds_on
from bonds.selectors.judged import ending_guarantees
from core.actor import Actor
from core.home import LINE_LIMIT, WorkLine, WorkSection, by_urgency
from core.money import yuan
from identity.hook_kinds import limit_of
from projects.permissions import contractor_projects

Due = Bond.Due


def site_work(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> Iterator[WorkLine]:
    """What the contractor has to store, top up, renew or apply for."""
    own = contractor_projects(actor, "bond")
    asked = sorted(own if projects is None else own & set(projects))
    if not asked:
        return
    rows = [row for row in bonds_on(asked, actor=actor, as_of=as_of) if row.is_live]
    for row in rows:
        yield from _contractors_lines(row, as_of)
    backed = [
        row.project_id for row in rows if row.guaranteed or row.short_cause == Bond.Cause.GUARANTEE
    ]
    if not backed:
        return
    notice = limit_of("BND-03", "notice", as_of=as_of)
    for one in ending_guarantees(actor=actor, as_of=as_of, projects=backed, within=notice):
        url = _page(one.project.code)
        yield WorkLine(
            title=f"保函 {one.number} 需要续保或更换",
            url=url,
            project=one.project.name,
            note=f"{yuan(one.amount)} 元，到期后差 {yuan(one.missing_after)} 元",
            due=one.valid_until,
            action="更换保函",
            action_url=reverse("bonds:new_guarantee", args=[one.project.code]),
            facts=tuple((code, f"bond:{one.bond}", "") for code in ("BND-03", "BND-04")),
        )


def _contractors_lines(row: Any, as_of: date) -> Iterator[WorkLine]:
    url, name = _page(row.project.code), row.project.name
    if row.missing > 0 and row.due_what in (Due.STORE, Due.TOP_UP):
        words = "存储" if row.due_what == Due.STORE else "补足"
        facts = [("BND-01", row.project.subject, ""), ("BND-02", row.subject, "")]
        yield WorkLine(
            title=f"应{words}工资保证金 {yuan(row.missing)} 元",
            url=url,
            project=name,
            note=row.due_why,
            due=row.due_on,
            action=f"{words}保证金",
            action_url=url,
            facts=tuple(facts),
        )
    if row.due_what == Due.PUBLICITY and row.due_on and row.due_on < as_of:
        yield WorkLine(
            title="公示期满，可以申请返还工资保证金",
            url=url,
            project=name,
            note=row.due_why,
            action="申请返还",
            action_url=url,
        )


def officers_queue(*, actor: Actor, as_of: date) -> WorkSection:
    """What waits for officers of 人社, and what others are late with; the next deadline first."""
    lines = by_urgency(_officers_lines(actor, as_of))
    return WorkSection(
        "工资保证金",
        lines[:LINE_LIMIT],
        len(lines),
        "没有要办理的保证金",
        "待审核的保函、待签发的动用、待审核和待确认的返还，以及逾期未存、未补足的会出现在这里。",
        reverse("bonds:list"),
    )


def _officers_lines(actor: Actor, as_of: date) -> Iterator[WorkLine]:
    guarantees = Guarantee.objects.visible_to(actor).filter(status=Guarantee.Status.SUBMITTED)
    for one in _first(guarantees.select_related("bond__project"), "submitted_at"):
        yield _line(
            f"审核{one.get_form_display()} {one.number}",
            one.bond.project,
            f"{one.guarantor} · {yuan(one.amount)} 元",
            reverse("bonds:guarantee", args=[one.uuid]),
            "审核",
        )
    drafts = BondUse.objects.visible_to(actor).filter(status=BondUse.Status.DRAFT)
    for use in _first(drafts.select_related("bond__project"), "drafted_at"):
        yield _line(
            f"签发动用 {use.number}",
            use.bond.project,
            f"{yuan(use.total)} 元，{use.drafted_by_name}拟稿",
            reverse("bonds:use", args=[use.uuid]),
            "签发",
        )
    waiting = Q(due_what__in=(Due.REVIEW, Due.CONFIRM))
    late = Q(due_what__in=(Due.STORE, Due.TOP_UP, Due.PAY), due_on__lt=as_of)
    rows = Bond.objects.visible_to(actor).live().filter(waiting | late)
    for row in _first(rows.select_related("project"), "due_on"):
        is_ours = row.due_what in (Due.REVIEW, Due.CONFIRM)
        yield _line(
            row.get_due_what_display() if is_ours else f"逾期未{row.get_due_what_display()}",
            row.project,
            row.due_why,
            _page(row.project.code),
            "办理" if is_ours else "查看",
            row.due_on,
        )


def banks_work(*, actor: Actor, as_of: date) -> WorkSection:
    """What a bank has to check, to pay and to close."""
    lines = by_urgency(_banks_lines(actor))
    return WorkSection(
        "工资保证金",
        lines[:LINE_LIMIT],
        len(lines),
        "没有要办理的保证金业务",
        "企业报送的存入、人社部门签发的支付通知和返还确认书会出现在这里。",
        reverse("bonds:deposits"),
    )


def _banks_lines(actor: Actor) -> Iterator[WorkLine]:
    reported = BondEntry.objects.visible_to(actor).filter(
        state=BondEntry.State.REPORTED, deposit__bank=actor.organisation
    )
    for one in _first(reported.select_related("deposit__bond__project"), "reported_at"):
        yield _line(
            f"核对存入 {yuan(one.amount)} 元",
            one.deposit.bond.project,
            f"账户 {one.deposit.number}",
            reverse("bonds:deposit", args=[one.deposit.uuid]),
            "核对",
        )
    issued = BondUse.objects.visible_to(actor).filter(status=BondUse.Status.ISSUED)
    for use in _first(issued.select_related("bond__project"), "pay_by"):
        yield _line(
            f"支付工人工资 {yuan(use.total)} 元",
            use.bond.project,
            f"{use.number} · {use.pay_why}",
            reverse("bonds:use", args=[use.uuid]),
            "登记结果",
            use.pay_by.date() if use.pay_by else None,
        )
    returned = BondDeposit.objects.visible_to(actor).filter(
        bank=actor.organisation,
        status=BondDeposit.Status.ACTIVE,
        bond__status=Bond.Status.RETURNED,
    )
    for deposit in _first(returned.select_related("bond__project"), "pk"):
        yield _line(
            f"返还本金 {yuan(deposit.balance)} 元并销户",
            deposit.bond.project,
            f"账户 {deposit.number}",
            reverse("bonds:deposit", args=[deposit.uuid]),
            "办理",
        )


def _line(
    title: str, project: Any, note: str, url: str, action: str, due: date | None = None
) -> WorkLine:
    return WorkLine(
        title=title,
        url=url,
        project=project.name,
        note=note,
        due=due,
        action=action,
        action_url=url,
    )


def _first(rows: QuerySet[Any], order: str) -> QuerySet[Any]:
    return rows.order_by(F(order).asc(nulls_last=True), "pk")[:LINE_LIMIT]


def _page(code: str) -> str:
    return reverse("bonds:project", args=[code])
