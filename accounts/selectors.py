"""What screens, rules and other apps read of wage accounts."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import FundingTerm, SpecialAccount, StatementEntry, StatementImport
from accounts.schema import full_name
from core.actor import Actor, Forbidden
from core.http import Page, keyset_page
from core.masking import mask_card, mask_name
from core.months import first_day, shift
from identity.roles import Role
from projects.models import Project
from projects.scope import OWNER, participations
from projects.selectors import ProjectHeader

Projects = Collection[int] | None
#: How the names of firms and offices end; whoever is not one is a person, whose name is masked.
_FIRM_ENDINGS = (
    *("公司", "厂", "店", "部", "社", "行", "局", "厅", "院", "所", "处", "站", "队", "中心"),
    *("集团", "委员会", "政府", "学校", "银行", "户", "合伙)", "合伙）"),
)
_KEYS = ("-booked_on", "-id")
#: How an account's states are coloured.
TONES: dict[str, str] = {
    SpecialAccount.Status.PENDING: "wait",
    SpecialAccount.Status.ACTIVE: "good",
    SpecialAccount.Status.FROZEN: "bad",
    SpecialAccount.Status.CLOSED: "plain",
}


@dataclass(frozen=True, slots=True)
class Balance:
    """What the bank last said stands on an account, in 元, at the end of a day."""

    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class FundingDue:
    """The owner's next deposit: ``received`` of ``amount`` (元) came for it since the last due day.

    ``overdue`` (元) of the deposit that was due on ``last_due`` is still missing, as far as the
    bank's statements tell; what came late made up for that first.
    """

    project_id: int
    due_on: date
    amount: Decimal
    received: Decimal
    last_due: date
    overdue: Decimal

    @property
    def missing(self) -> Decimal:
        return max(self.amount - self.received, Decimal(0))


@dataclass(frozen=True, slots=True)
class OddDebit:
    """Money that left an account to nobody known as its project's worker ACC-07."""

    entry: UUID
    account: UUID
    project_id: int
    project: str
    project_name: str
    booked_on: date
    amount: Decimal
    payee: str
    summary: str
    is_cash: bool


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement as a page may show it: people by masked name and card tail."""

    booked_on: date
    direction: str
    direction_label: str
    amount: Decimal
    balance: Decimal | None
    kind: str
    kind_label: str
    counterparty: str
    counterparty_account: str
    summary: str
    reference: str
    is_odd: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a filtered list, in 元."""

    credits: Decimal
    debits: Decimal


@dataclass(frozen=True, slots=True)
class Movements:
    """A page of an account's movements with the totals of the whole filtered list."""

    page: Page[MovementRow]
    totals: Totals


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account in a bank's list; ``open_orders`` wait for the bank."""

    uuid: UUID
    name: str
    number: str
    project_name: str
    status: str
    tone: str
    balance: Balance | None
    open_orders: int


@dataclass(frozen=True, slots=True)
class OwnersProject:
    """A project in an owner's list with what is due next; None where nothing was agreed."""

    code: str
    name: str
    has_account: bool
    due: FundingDue | None
    balance: Balance | None


def account_of(seen: Project, *, actor: Actor) -> SpecialAccount | None:
    """The project's account, an open one before a closed one."""
    rows = SpecialAccount.objects.visible_to(actor).filter(project=seen)
    rows = rows.select_related("bank", "agreement", "project")
    closed_last = rows.annotate(closed=Q(status=SpecialAccount.Status.CLOSED)).order_by("closed")
    return closed_last.first()


def account(uuid: UUID, *, actor: Actor) -> SpecialAccount:
    """:raises SpecialAccount.DoesNotExist: out of scope."""
    rows = SpecialAccount.objects.visible_to(actor)
    return rows.select_related("bank", "agreement", "project").get(uuid=uuid)


def keeps(kept: SpecialAccount, *, actor: Actor) -> bool:
    """Whether the actor is a clerk of the bank that keeps the account."""
    return actor.has_role(Role.BANK_CLERK) and actor.organisation == kept.bank_id


def insist_keeps(kept: SpecialAccount, *, actor: Actor) -> None:
    """:raises Forbidden: not a clerk of the bank that keeps the account."""
    if not keeps(kept, actor=actor):
        raise Forbidden("专户状态由开户银行变更。")


def asked_name(header: ProjectHeader, *, actor: Actor) -> str:
    """What the account of this project should be called 53号5."""
    return full_name(header.contractor, header.name)


def last_balance(*, account: SpecialAccount, as_of: date | None = None) -> Balance | None:
    """The closing balance of the latest statement; None where no statement came yet."""
    return last_balances(accounts=[account.pk], as_of=as_of).get(account.pk)


def last_balances(*, accounts: Collection[int], as_of: date | None = None) -> dict[int, Balance]:
    """The last known balance of each of these accounts that has one, up to a day."""
    rows = StatementImport.everything.filter(account__in=accounts)
    if as_of is not None:
        rows = rows.filter(to_date__lte=as_of)
    latest = rows.order_by("account_id", "-to_date", "-id").distinct("account_id")
    return {row.account_id: Balance(row.closing, row.to_date) for row in latest}


def last_received(*, actor: Actor, projects: Projects = None) -> dict[int, date]:
    """The day up to which each account's statements reach, by account id."""
    accounts = SpecialAccount.objects.visible_to(actor)
    accounts = accounts if projects is None else accounts.filter(project__in=projects)
    rows = StatementImport.everything.filter(account__in=accounts.values("pk"))
    latest = rows.order_by("account_id", "-to_date", "-id").distinct("account_id")
    return {row.account_id: row.to_date for row in latest}


def funding_due(*, actor: Actor, as_of: date, projects: Projects = None) -> list[FundingDue]:
    """Each project's next deposit by the term in force, with what came since the last due day."""
    terms = FundingTerm.objects.visible_to(actor).filter(since__lte=as_of)
    terms = terms.exclude(project__status=Project.Status.COMPLETED)
    if projects is not None:
        terms = terms.filter(project__in=projects)
    terms = terms.order_by("project_id", "-since").distinct("project_id")
    cycles = {term.project_id: _Cycle.of(term, as_of) for term in terms}
    deposits = _deposits_after({key: one.begun for key, one in cycles.items()}, as_of)
    told = _told_up_to(cycles, as_of)
    return [one.due(deposits.get(key, {}), told.get(key)) for key, one in cycles.items()]


def funding(seen: Project, *, actor: Actor, as_of: date) -> FundingDue | None:
    """A project's next deposit; None where nothing was agreed."""
    found = funding_due(actor=actor, as_of=as_of, projects=[seen.pk])
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Cycle:
    """A funding cycle that is over, from the due day before to its own, and the day that comes."""

    term: FundingTerm
    begun: date
    last: date
    next: date

    @classmethod
    def of(cls, term: FundingTerm, as_of: date) -> "_Cycle":
        month = first_day(as_of)
        if term.due_in(month) < as_of:
            month = shift(month, 1)
        begun, last, coming = (term.due_in(shift(month, back)) for back in (-2, -1, 0))
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


def _told_up_to(projects: Collection[int], as_of: date) -> dict[int, date]:
    """The day up to which the bank has told of each project's accounts."""
    rows = StatementImport.everything.filter(account__project__in=projects, to_date__lte=as_of)
    return dict(rows.values_list("account__project").annotate(last=Max("to_date")).order_by())


def odd_debits(*, actor: Actor, as_of: date, projects: Projects = None) -> list[OddDebit]:
    """Debits to nobody known as a worker of the project, and cash; charges and interest apart.

    What came back whole from the same counterparty is mended; one return mends one debit.
    """
    rows = StatementEntry.objects.visible_to(actor).filter(
        direction=StatementEntry.Direction.DEBIT,
        kind=StatementEntry.Kind.OTHER,
        booked_on__lte=as_of,
    )
    if projects is not None:
        rows = rows.filter(account__project__in=projects)
    debits = list(rows.select_related("account__project").order_by("booked_on", "pk"))
    returns = _Returns(debits, as_of)
    return [_odd(debit) for debit in debits if not returns.mend(debit)]


class _Returns:
    """Credits by which debits may have come back, each to be used once."""

    def __init__(self, debits: Collection[StatementEntry], as_of: date) -> None:
        rows = StatementEntry.everything.filter(
            account__in={debit.account_id for debit in debits},
            direction=StatementEntry.Direction.CREDIT,
            counterparty_index__in={bytes(d.counterparty_index or b"") for d in debits},
            booked_on__lte=as_of,
        )
        self.days: dict[tuple[int, bytes, Decimal], list[date]] = defaultdict(list)
        for row in rows.order_by("booked_on", "pk") if debits else ():
            self.days[self._key(row)].append(row.booked_on)

    def mend(self, debit: StatementEntry) -> bool:
        """Whether the debit came back on its day or later; that return is used up."""
        days = self.days[self._key(debit)]
        day = next((day for day in days if day >= debit.booked_on), None)
        if day:
            days.remove(day)
        return day is not None

    @staticmethod
    def _key(entry: StatementEntry) -> tuple[int, bytes, Decimal]:
        return entry.account_id, bytes(entry.counterparty_index or b""), entry.amount


def _odd(entry: StatementEntry) -> OddDebit:
    of = entry.account.project
    return OddDebit(
        entry=entry.uuid,
        account=entry.account.uuid,
        project_id=of.pk,
        project=of.code,
        project_name=of.name,
        booked_on=entry.booked_on,
        amount=entry.amount,
        payee=shown_name(entry.counterparty_name),
        summary=entry.summary,
        is_cash=entry.is_cash,
    )


def movements(
    shown: SpecialAccount, *, actor: Actor, filters: Mapping[str, Any], params: Mapping[str, Any]
) -> Movements:
    """A page of an account's movements, newest first.

    ``filters`` may hold ``kind``, ``direction``, ``since`` and ``until``; ``params`` the cursor.
    """
    rows = _filtered(StatementEntry.objects.visible_to(actor).filter(account=shown), filters)
    direction = StatementEntry.Direction
    sums = rows.aggregate(
        credits=Sum("amount", filter=Q(direction=direction.CREDIT), default=Decimal(0)),
        debits=Sum("amount", filter=Q(direction=direction.DEBIT), default=Decimal(0)),
    )
    return Movements(keyset_page(rows, keys=_KEYS, params=params).of(_row), Totals(**sums))


def _filtered(rows: QuerySet, filters: Mapping[str, Any]) -> QuerySet:
    lookups = {"kind": "kind", "direction": "direction"}
    lookups |= {"since": "booked_on__gte", "until": "booked_on__lte"}
    return rows.filter(
        **{lookup: filters[name] for name, lookup in lookups.items() if filters.get(name)}
    )


def _row(entry: StatementEntry) -> MovementRow:
    debit, other = StatementEntry.Direction.DEBIT, StatementEntry.Kind.OTHER
    return MovementRow(
        booked_on=entry.booked_on,
        direction=entry.direction,
        direction_label=entry.get_direction_display(),
        amount=entry.amount,
        balance=entry.balance,
        kind=entry.kind,
        kind_label=entry.get_kind_display(),
        counterparty=shown_name(entry.counterparty_name),
        counterparty_account=shown_account(entry.counterparty_name, entry.counterparty_account),
        summary=entry.summary,
        reference=entry.bank_reference,
        is_odd=entry.direction == debit and entry.kind == other,
    )


def is_firm(name: str) -> bool:
    """Whether a counterparty's name is a firm's or an office's rather than a person's."""
    return len(name) > 4 and "·" not in name and name.endswith(_FIRM_ENDINGS)


def shown_name(name: str) -> str:
    """A firm in full, a person masked."""
    return name if is_firm(name) else mask_name(name)


def shown_account(name: str, number: str) -> str:
    """A firm's account in full, a person's card by its tail."""
    return str(number) if is_firm(name) else mask_card(number)


def kept_accounts(*, actor: Actor, params: Mapping[str, Any], size: int = 50) -> Page[KeptAccount]:
    """The accounts that the actor's bank keeps, with what it last told of them.

    :raises Forbidden: not a bank's clerk.
    """
    actor.require_role(Role.BANK_CLERK)
    rows = (
        SpecialAccount.objects.visible_to(actor)
        .select_related("project")
        # payroll hangs its payment orders on the account; one without an end is open.
        .annotate(open_orders=Count("orders", filter=Q(orders__finished_at__isnull=True)))
    )
    page = keyset_page(rows, keys=("number",), params=params, size=size)
    balances = last_balances(accounts=[row.pk for row in page.rows])
    return page.of(lambda row: _kept(row, balances.get(row.pk), row.open_orders))


def _kept(row: SpecialAccount, balance: Balance | None, open_orders: int) -> KeptAccount:
    return KeptAccount(
        uuid=row.uuid,
        name=row.name,
        number=row.number,
        project_name=row.project.name,
        status=row.get_status_display(),
        tone=TONES[row.status],
        balance=balance,
        open_orders=open_orders,
    )


def owners_projects(
    *, actor: Actor, as_of: date, params: Mapping[str, Any], size: int = 50
) -> Page[OwnersProject]:
    """The projects that the actor's organisation pays for, with each next deposit.

    :raises Forbidden: not an owner's clerk.
    """
    actor.require_role(Role.OWNER_CLERK)
    open_account = SpecialAccount.everything.filter(project=OuterRef("pk")).exclude(
        status=SpecialAccount.Status.CLOSED
    )
    rows = (
        Project.objects.visible_to(actor)
        .filter(pk__in=participations(actor, (OWNER,)))
        .annotate(account_id=Subquery(open_account.values("pk")[:1]))
    )
    page = keyset_page(rows, keys=("code",), params=params, size=size)
    dues = funding_due(actor=actor, as_of=as_of, projects=[row.pk for row in page.rows])
    by_project = {due.project_id: due for due in dues}
    balances = last_balances(accounts=[row.account_id for row in page.rows if row.account_id])
    return page.of(
        lambda row: OwnersProject(
            code=row.code,
            name=row.name,
            has_account=row.account_id is not None,
            due=by_project.get(row.pk),
            balance=balances.get(row.account_id),
        )
    )
