"""What owners pay into wage accounts, and when 53号11."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery, Sum

from accounts.models import FundingTerm, SpecialAccount, StatementEntry, StatementImport
from accounts.selectors.statements import Balance, Projects, last_balances
from core.actor import Actor
from core.listing import ListColumn, ListPage, ListTable
from core.months import first_day, shift_month
from identity.limits import AT_ONCE, Limit
from identity.roles import Role
from projects.models import ParticipantRole, Project, project_ids


@dataclass(frozen=True, slots=True)
class FundingDue:
    """The owner's next deposit: ``received`` of ``amount`` (元) came for it since the last due day.

    ``overdue`` (元) of the deposit that was due on ``last_due`` is still missing, as far as the
    bank's statements tell; what came late made up for that first.
    """

    project_id: int
    project: str
    project_name: str
    due_on: date
    amount: Decimal
    received: Decimal
    last_due: date
    overdue: Decimal

    @property
    def missing(self) -> Decimal:
        return max(self.amount - self.received, Decimal(0))


@dataclass(frozen=True, slots=True)
class OwnersProject:
    """A project in an owner's list with what is due next; None where nothing was agreed."""

    code: str
    name: str
    has_account: bool
    due: FundingDue | None
    balance: Balance | None


def funding_due(
    *, actor: Actor, as_of: date, projects: Projects = None, grace: Limit = AT_ONCE
) -> list[FundingDue]:
    """Each project's next deposit by the term in force, with what came since the last due day.

    What is missing of the last one is overdue from ``grace`` days after its due day on ACC-04.
    """
    terms = FundingTerm.objects.visible_to(actor).filter(since__lte=as_of)
    terms = terms.exclude(project__status=Project.Status.COMPLETED)
    if projects is not None:
        terms = terms.filter(project__in=projects)
    terms = terms.order_by("project_id", "-since").distinct("project_id")
    terms = terms.select_related("project")
    statements = StatementImport.everything.filter(
        account__project=OuterRef("project"), to_date__lte=as_of
    )
    terms = terms.annotate(told=Subquery(statements.order_by("-to_date").values("to_date")[:1]))
    cycles = {term.project_id: _Cycle.of(term, as_of) for term in terms}
    deposits = _deposits_after({key: one.begun for key, one in cycles.items()}, as_of)
    dues = [one.due(deposits.get(key, {}), one.term.told) for key, one in cycles.items()]
    return [
        due
        if grace.after(due.last_due, cycles[due.project_id].term.project.region_id) <= as_of
        else replace(due, overdue=Decimal(0))
        for due in dues
    ]


@dataclass(frozen=True, slots=True)
class NextDeposit:
    """What the owner of a project is to pay in next, in 元, and on which day."""

    amount: Decimal
    due_on: date


def next_deposit(*, actor: Actor, as_of: date, project: Project) -> NextDeposit | None:
    """By the term in force; None where nothing was agreed."""
    terms = FundingTerm.objects.visible_to(actor).filter(project=project, since__lte=as_of)
    term = terms.order_by("-since").first()
    if term is None or project.status == Project.Status.COMPLETED:
        return None
    return NextDeposit(term.amount, _Cycle.of(term, as_of).next)


def owners_dues(*, actor: Actor, as_of: date, grace: Limit) -> list[FundingDue]:
    """The next deposit of every project that the actor's organisation pays for.

    :raises Forbidden: not an owner's clerk.
    """
    actor.require_role(Role.OWNER_CLERK)
    mine = project_ids(actor, ParticipantRole.OWNER)
    return funding_due(actor=actor, as_of=as_of, projects=mine, grace=grace)


def funding(seen: Project, *, actor: Actor, as_of: date) -> FundingDue | None:
    """A project's next deposit; None where nothing was agreed."""
    found = funding_due(actor=actor, as_of=as_of, projects=[seen.pk])
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Cycle:
    """A funding cycle that is over, from the due day before to its own, and the day that comes."""

    #: With the day up to which the bank has told of the project's accounts as ``told``.
    term: Any
    begun: date
    last: date
    next: date

    @classmethod
    def of(cls, term: Any, as_of: date) -> "_Cycle":
        month = first_day(as_of)
        if term.due_in(month) < as_of:
            month = shift_month(month, 1)
        begun, last, coming = (term.due_in(shift_month(month, back)) for back in (-2, -1, 0))
        return cls(term, begun, last, coming)

    def due(self, deposits: Mapping[date, Decimal], told: date | None) -> FundingDue:
        """What the deposits by day leave open; a cycle that no statement covers is not judged."""
        in_time = sum((paid for day, paid in deposits.items() if day <= self.last), Decimal(0))
        late = sum(deposits.values(), Decimal(0)) - in_time
        owed = Decimal(0)
        if self.term.since <= self.last and told and told >= self.last:
            owed = max(self.term.amount - in_time, Decimal(0))
        return FundingDue(
            project_id=self.term.project_id,
            project=self.term.project.code,
            project_name=self.term.project.name,
            due_on=self.next,
            amount=self.term.amount,
            received=max(late - owed, Decimal(0)),
            last_due=self.last,
            overdue=max(owed - late, Decimal(0)),
        )


def _deposits_after(days: Mapping[int, date], as_of: date) -> dict[int, dict[date, Decimal]]:
    """What owners deposited per project and day, after a day of its own; one query."""
    rows = StatementEntry.everything.filter(
        account__project__in=days, kind=StatementEntry.Kind.DEPOSIT, booked_on__lte=as_of
    )
    if days:
        rows = rows.filter(booked_on__gt=min(days.values()))
    sums: dict[int, dict[date, Decimal]] = defaultdict(dict)
    paid = rows.values_list("account__project", "booked_on").annotate(total=Sum("amount"))
    for key, booked_on, total in paid:
        if booked_on > days[key]:
            sums[key][booked_on] = total
    return sums


FUNDING_LIST = ListTable(
    columns=(
        ListColumn("name", "工程项目", sort="name", slot="main"),
        ListColumn("due", "下次拨付日", sort="due__due_on", kind="date", slot="state"),
        ListColumn(
            "amount",
            "约定金额（元）",
            sort="due__amount",
            kind="money",
            falling=True,
            total=Sum("amount"),
        ),
        ListColumn(
            "received",
            "本期已到账（元）",
            sort="due__received",
            kind="money",
            falling=True,
            total=Sum("received"),
        ),
        ListColumn(
            "missing",
            "还差（元）",
            sort="due__missing",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("missing"),
        ),
        ListColumn(
            "balance",
            "专户余额（元）",
            sort="balance__amount",
            kind="money",
            falling=True,
            total=Sum("balance"),
        ),
    ),
    default=(),
)


def owners_projects(
    *, actor: Actor, as_of: date, params: Mapping[str, Any], grace: Limit
) -> ListPage[OwnersProject]:
    """The projects that the actor's organisation pays for, with each next deposit.

    What is overdue comes first, then what is due next; nothing agreed comes last.

    :raises Forbidden: not an owner's clerk.
    """
    actor.require_role(Role.OWNER_CLERK)
    open_account = SpecialAccount.everything.filter(project=OuterRef("pk")).exclude(
        status=SpecialAccount.Status.CLOSED
    )
    rows = list(
        Project.objects.visible_to(actor)
        .filter(pk__in=project_ids(actor, ParticipantRole.OWNER))
        .annotate(account_id=Subquery(open_account.values("pk")[:1]))
        .order_by("code")
    )
    dues = funding_due(actor=actor, as_of=as_of, projects=[row.pk for row in rows], grace=grace)
    by_project = {due.project_id: due for due in dues}
    balances = last_balances(accounts=[row.account_id for row in rows if row.account_id])
    shown = [
        OwnersProject(
            code=row.code,
            name=row.name,
            has_account=row.account_id is not None,
            due=by_project.get(row.pk),
            balance=balances.get(row.account_id),
        )
        for row in rows
    ]
    return FUNDING_LIST.page_in_memory(sorted(shown, key=_urgency_of), params=params)


def _urgency_of(row: OwnersProject) -> tuple[bool, bool, date]:
    due = row.due
    return due is None, due is None or not due.overdue, due.due_on if due else date.max
