"""Wage accounts themselves, as their parties see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import SpecialAccount, StatementImport
from accounts.selectors.statements import Balance
from accounts.tables import full_name
from core.actor import Actor, Forbidden
from core.hook_kinds import Subject, standing_bars
from core.listing import ListColumn, ListTable, in_order
from core.prepared import Given, PreparedQuery
from core.scope import once_a_request
from identity.limits import Limit
from identity.models import Organisation
from identity.roles import Role
from projects.hook_kinds import SystemFinding, SystemState
from projects.models import Project
from projects.selectors import ProjectHeader

#: The act of closing an account, which other apps may bar.
CLOSE = "account.close"
#: How an account's states are coloured.
TONES: dict[str, str] = {
    SpecialAccount.Status.PENDING: "wait",
    SpecialAccount.Status.ACTIVE: "good",
    SpecialAccount.Status.FROZEN: "bad",
    SpecialAccount.Status.CLOSED: "plain",
}


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account in a bank's list; ``bars`` say what must be over before it can be closed."""

    uuid: UUID
    name: str
    number: str
    project_name: str
    status: str
    tone: str
    balance: Balance | None
    bars: Sequence[str]


def account_of(seen: Project, *, actor: Actor) -> SpecialAccount | None:
    """The project's account, an open one before a closed one."""
    return next(iter(_accounts_on(actor, (seen.pk,))), None)


def told_balance(account: Any) -> Balance | None:
    """What the bank last told of an account of :func:`account_of`; None where it told nothing."""
    told = account.last_told_on is not None
    return Balance(account.last_closing, account.last_told_on) if told else None


def project_balances(*, actor: Actor, projects: Collection[int]) -> dict[int, Balance]:
    """What the bank last told of the open account of each of these projects, where it did."""
    return {
        row.project_id: balance
        for row in _accounts_on(actor, tuple(projects))
        if row.status != SpecialAccount.Status.CLOSED and (balance := told_balance(row))
    }


def _accounts_on(actor: Actor, projects: tuple[int, ...]) -> list[SpecialAccount]:
    """The accounts of these projects that the actor sees, open ones before closed ones."""

    def look_up() -> list[SpecialAccount]:
        scope = SpecialAccount.scope.rows(actor)
        return _ACCOUNTS.rows(scope, projects=list(projects))

    return once_a_request(("accounts on", actor, projects), look_up)


def _scoped_accounts(scope: Q) -> QuerySet[SpecialAccount]:
    rows = SpecialAccount.everything.filter(scope, project__one_of=Given("projects"))
    last = StatementImport.everything.filter(account=OuterRef("pk")).order_by("-to_date", "-id")
    rows = rows.annotate(
        closed=Q(status=SpecialAccount.Status.CLOSED),
        last_closing=Subquery(last.values("closing")[:1]),
        last_told_on=Subquery(last.values("to_date")[:1]),
    )
    return rows.select_related("bank", "agreement", "project").order_by("closed", "pk")


_ACCOUNTS = PreparedQuery(_scoped_accounts)


@dataclass(frozen=True, slots=True)
class MissingAccount:
    """A project whose wage account is not registered, and the day by which it is to be open ACC-01.

    That is ``within`` days of the construction contract, at the latest the start of works 53号5.
    """

    project: Project
    due_on: date


def projects_without_account(
    *, actor: Actor, projects: Collection[int], within: Limit
) -> list[MissingAccount]:
    """Which of these projects, in preparation or under construction, have no open account."""
    # A project's own page asks for its account anyway: the one answer serves both.
    closed = SpecialAccount.Status.CLOSED
    if len(projects) == 1 and any(
        row.status != closed for row in _accounts_on(actor, tuple(projects))
    ):
        return []
    accounts = SpecialAccount.everything.filter(project=OuterRef("pk"))
    rows = Project.objects.visible_to(actor).filter(
        ~Exists(accounts.exclude(status=SpecialAccount.Status.CLOSED)),
        pk__in=projects,
        status__in=(Project.Status.PREPARING, Project.Status.UNDER_CONSTRUCTION),
    )
    missing = []
    for row in rows.order_by("code"):
        signed = row.contract_signed_on
        due_on = min(within.after(signed, row.region_id), row.start) if signed else row.start
        missing.append(MissingAccount(row, due_on))
    return missing


def account_systems(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, SystemFinding]:
    """专用账户 of the six systems: open and in order."""
    found = dict.fromkeys(
        projects, SystemFinding(SystemState.NOT_CARRIED_OUT, "还没有登记工资专用账户。")
    )
    for row in _accounts_on(actor, tuple(projects)):
        if row.status == SpecialAccount.Status.CLOSED:
            continue
        if row.status == SpecialAccount.Status.ACTIVE:
            reason = f"{row.opened_on:%Y-%m-%d} 在{row.bank.name}开立。"
            found[row.project_id] = SystemFinding(SystemState.CARRIED_OUT, reason)
        else:
            reason = f"专户{row.get_status_display()}。"
            found[row.project_id] = SystemFinding(SystemState.NOT_CARRIED_OUT, reason)
    return found


def account(uuid: UUID, *, actor: Actor) -> SpecialAccount:
    """:raises SpecialAccount.DoesNotExist: out of scope."""
    rows = SpecialAccount.objects.visible_to(actor)
    return rows.select_related("bank", "agreement", "project").get(uuid=uuid)


def is_bank_of(kept: SpecialAccount, *, actor: Actor) -> bool:
    """Whether the actor is a clerk of the bank that keeps the account."""
    return actor.has_role(Role.BANK_CLERK) and actor.organisation == kept.bank_id


def require_bank_of(kept: SpecialAccount, *, actor: Actor) -> None:
    """:raises Forbidden: not a clerk of the bank that keeps the account."""
    if not is_bank_of(kept, actor=actor):
        raise Forbidden("account.banks_work")


def account_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The accounts of these UUIDs as records name them."""
    rows = SpecialAccount.objects.visible_to(actor).filter(uuid__in=codes)
    return {
        str(row.uuid): Subject(row.name, reverse("accounts:project", args=[row.project.code]))
        for row in rows.select_related("project")
    }


def asked_name(header: ProjectHeader, *, actor: Actor) -> str:
    """What the account of this project should be called 53号5."""
    return full_name(header.contractor, header.name)


def _last_statement(column: str) -> Subquery:
    told = StatementImport.everything.filter(account=OuterRef("pk"))
    return Subquery(told.order_by("-to_date", "-id").values(column)[:1])


KEPT_LIST = ListTable(
    columns=(
        ListColumn("name", "账户", sort="number", slot="main"),
        ListColumn("project", "工程项目", sort="project__name"),
        ListColumn(
            "status", "状态", sort=in_order("status", SpecialAccount.Status.values), slot="state"
        ),
        ListColumn(
            "balance",
            "余额（元）",
            sort="closing",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("closing"),
        ),
        ListColumn("told", "数据日期", sort="told_on", kind="date", slot="aside"),
        ListColumn("bars", "销户前须办结"),
    ),
    default=("number",),
    default_sort="name",
)


def kept_rows(
    *, actor: Actor, only: QuerySet[SpecialAccount] | None = None
) -> QuerySet[SpecialAccount]:
    """The accounts that the actor's bank keeps, as rows of :data:`KEPT_LIST`; ``only`` these.

    :raises Forbidden: not a bank's clerk.
    """
    actor.require_role(Role.BANK_CLERK)
    rows = SpecialAccount.objects.visible_to(actor).select_related("project")
    rows = rows.annotate(closing=_last_statement("closing"), told_on=_last_statement("to_date"))
    return rows if only is None else rows.filter(pk__in=only.values("pk"))


def kept_lines(rows: Sequence[Any], *, actor: Actor) -> list[KeptAccount]:
    """Some of :func:`kept_rows` as listed, with what was last told and what bars their closing.

    :raises Forbidden: not a bank's clerk.
    """
    actor.require_role(Role.BANK_CLERK)
    bars = standing_bars(CLOSE, [row.pk for row in rows])
    balances = [None if row.told_on is None else Balance(row.closing, row.told_on) for row in rows]
    return [
        _kept_account(row, balance, bars.get(row.pk, ()))
        for row, balance in zip(rows, balances, strict=True)
    ]


def silent_accounts(*, actor: Actor, as_of: date, silent: Limit) -> QuerySet[Any]:
    """Accounts, not closed, of which the bank has told nothing for over ``silent`` days FED-01.

    The day it last told of stands in ``told_on``; None where it never did, of which its opening
    is the day to count from.
    """
    last = StatementImport.everything.filter(account=OuterRef("pk"), to_date__lte=as_of)
    rows = SpecialAccount.objects.visible_to(actor).exclude(status=SpecialAccount.Status.CLOSED)
    rows = rows.annotate(told_on=Subquery(last.order_by("-to_date").values("to_date")[:1]))
    rows = rows.annotate(silent_since=Coalesce("told_on", "opened_on"))
    return rows.filter(silent.is_past(as_of, day="silent_since", region="project__region__code"))


def accounts_by_bank(*, actor: Actor, as_of: date) -> dict[int, int]:
    """How many accounts each bank keeps, those that are closed apart; by the bank's id."""
    rows = SpecialAccount.objects.visible_to(actor).exclude(status=SpecialAccount.Status.CLOSED)
    rows = rows.filter(opened_on__lte=as_of).order_by()
    return dict(rows.values_list("bank").annotate(count=Count("pk")))


def bank_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The banks of these 统一社会信用代码, as the actor sees them."""
    rows = Organisation.objects.visible_to(actor).filter(
        kind=Organisation.Kind.BANK, uscc__in=codes
    )
    page = f"{reverse('accounts:kept')}?feed=silent" if actor.has_role(Role.BANK_CLERK) else ""
    return {row.uscc: Subject(row.name, page) for row in rows}


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """Accounts, not closed: how many, of how many the balance is known, and its sum in 元."""

    accounts: int
    told: int
    balance: Decimal


def account_totals(*, actor: Actor) -> AccountTotals:
    """The accounts that the actor sees and what stands on them, by the last statement of each."""
    last = StatementImport.everything.filter(account=OuterRef("pk")).order_by("-to_date", "-id")
    rows = SpecialAccount.objects.visible_to(actor).exclude(status=SpecialAccount.Status.CLOSED)
    return AccountTotals(
        **rows.annotate(closing=Subquery(last.values("closing")[:1])).aggregate(
            accounts=Count("pk"),
            told=Count("closing"),
            balance=Sum("closing", default=Decimal(0)),
        )
    )


def _kept_account(row: SpecialAccount, balance: Balance | None, bars: Sequence[str]) -> KeptAccount:
    return KeptAccount(
        uuid=row.uuid,
        name=row.name,
        number=row.number,
        project_name=row.project.name,
        status=row.get_status_display(),
        tone=TONES[row.status],
        balance=balance,
        bars=bars,
    )
