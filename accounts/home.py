"""What wage accounts lay on the home pages and on a project's overview."""

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import F
from django.urls import reverse

from accounts.models import SpecialAccount
from accounts.selectors import (
    Balance,
    FundingDue,
    account_totals,
    owners_dues,
    project_balances,
    projects_without_account,
    silent_accounts,
)
from core.actor import Actor
from core.home import LINE_LIMIT, ZERO, Figure, WorkLine, WorkSection, by_urgency
from core.money import yuan
from core.scope import once_a_request
from identity.hook_kinds import limit_of
from projects.permissions import contractor_projects


def site_work(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> Iterator[WorkLine]:
    """Projects whose wage account is not registered yet."""
    within = limit_of("ACC-01", "within", as_of=as_of)
    own = contractor_projects(actor, "account")
    asked = sorted(own if projects is None else own & set(projects))
    for missing in projects_without_account(actor=actor, projects=asked, within=within):
        project = missing.project
        yield WorkLine(
            title="工资专用账户还没有登记",
            url=reverse("accounts:project", args=[project.code]),
            project=project.name,
            note=f"合同签订后 {within(project.region_id):.0f} 日内，最迟开工前",
            due=missing.due_on,
            action="登记专户",
            action_url=reverse("accounts:register", args=[project.code]),
        )


def owners_deposits(*, actor: Actor, as_of: date) -> WorkSection:
    """The owner's deposits that are overdue or come next, the longest waiting first."""
    dues = _deposits_due(actor, as_of)
    balances = project_balances(actor=actor, projects=[due.project_id for due in dues])
    lines = by_urgency(
        line for due in dues for line in _deposit_lines(due, balances.get(due.project_id))
    )
    return WorkSection(
        "应拨付的人工费用",
        lines[:LINE_LIMIT],
        len(lines),
        "没有要拨付的人工费用",
        "每期拨付日前会出现在这里，写明金额和日期。",
        reverse("accounts:funding"),
    )


def owners_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """What the owner still has to pay in, and what stands on its projects' accounts."""
    dues = _deposits_due(actor, as_of)
    totals = account_totals(actor=actor)
    missing = sum((due.missing for due in dues), ZERO)
    overdue = sum((due.overdue for due in dues), ZERO)
    return [
        Figure("约定拨付的项目", len(dues), "个", url=reverse("accounts:funding")),
        Figure("逾期未拨付", yuan(overdue), "元", tone="bad" if overdue else ""),
        Figure("下一期应拨付", yuan(missing), "元", "各项目下一个拨付日前"),
        Figure("专户余额合计", yuan(totals.balance), "元", f"{totals.told} 个专户有银行数据"),
    ]


def _deposits_due(actor: Actor, as_of: date) -> list[FundingDue]:
    """The next deposits, asked once for a page's work and figures."""

    def look_up() -> list[FundingDue]:
        grace = limit_of("ACC-04", "grace", as_of=as_of)
        return owners_dues(actor=actor, as_of=as_of, grace=grace)

    return once_a_request(("owner's dues", actor, as_of), look_up)


def _deposit_lines(due: FundingDue, balance: Balance | None) -> Iterator[WorkLine]:
    url = reverse("accounts:project", args=[due.project])
    held = f"专户余额 {yuan(balance.amount)} 元" if balance else "专户余额未知"
    for amount, on, words in (
        (due.overdue, due.last_due, "逾期未拨付人工费用"),
        (due.missing, due.due_on, "应拨付人工费用"),
    ):
        if amount:
            yield WorkLine(
                title=f"{words} {yuan(amount)} 元",
                url=url,
                project=due.project_name,
                note=held,
                due=on,
                action="查看专户",
                action_url=url,
            )


def silent_feeds(*, actor: Actor, as_of: date) -> WorkSection:
    """The accounts of which the bank has sent no statement for long, the longest first."""
    silent = limit_of("FED-01", "silent", as_of=as_of)
    accounts = silent_accounts(actor=actor, as_of=as_of, silent=silent)
    accounts = accounts.select_related("project")
    longest_first = accounts.order_by(F("told_on").asc(nulls_first=True), "number")
    lines = [_silent_line(account) for account in longest_first[:LINE_LIMIT]]
    return WorkSection(
        "待报送的对账单",
        lines,
        accounts.count() if len(lines) == LINE_LIMIT else len(lines),
        f"专户数据都在 {silent():.0f} 天以内",
        f"超过 {silent():.0f} 天没有对账单的专户会出现在这里。",
        f"{reverse('accounts:kept')}?feed=silent",
    )


def _silent_line(account: SpecialAccount) -> WorkLine:
    last: date | None = account.told_on  # type: ignore[attr-defined]  # annotated by the selector
    url = reverse("accounts:kept_account", args=[account.uuid])
    return WorkLine(
        title=f"专户 {account.number} 的对账单没有更新",
        url=url,
        project=account.project.name,
        note=f"最近数据 {last:%Y-%m-%d}" if last else "还没有对账单",
        action="查看专户",
        action_url=url,
    )
