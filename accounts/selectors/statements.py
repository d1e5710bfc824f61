"""What banks told of wage accounts: balances, movements, and debits that are no wages."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.urls import reverse

from accounts.models import SpecialAccount, StatementEntry, StatementImport
from core.actor import Actor
from core.hook_kinds import Subject
from core.listing import ListColumn, ListTable, in_order
from core.masking import mask_card, mask_name
from core.money import yuan

Projects = Collection[int] | None
#: How the names of firms and offices end; whoever is not one is a person, whose name is masked.
_FIRM_ENDINGS = (
    *("公司", "厂", "店", "部", "社", "行", "局", "厅", "院", "所", "处", "站", "队", "中心"),
    *("集团", "委员会", "政府", "学校", "银行", "户", "合伙)", "合伙）"),
)


@dataclass(frozen=True, slots=True)
class Balance:
    """What the bank last said stands on an account, in 元, at the end of a day."""

    amount: Decimal
    on: date


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
    return [_odd_debit(debit) for debit in debits if not returns.mend(debit)]


def entry_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The movements of these UUIDs as records name them."""
    rows = StatementEntry.objects.visible_to(actor).filter(uuid__in=codes)
    return {
        str(row.uuid): Subject(
            f"{row.booked_on:%Y-%m-%d} {row.get_direction_display()} {yuan(row.amount)} 元",
            reverse("accounts:project", args=[row.account.project.code]),
        )
        for row in rows.select_related("account__project")
    }


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
            self.days[self._return_key(row)].append(row.booked_on)

    def mend(self, debit: StatementEntry) -> bool:
        """Whether the debit came back on its day or later; that return is used up."""
        days = self.days[self._return_key(debit)]
        day = next((day for day in days if day >= debit.booked_on), None)
        if day:
            days.remove(day)
        return day is not None

    @staticmethod
    def _return_key(entry: StatementEntry) -> tuple[int, bytes, Decimal]:
        return entry.account_id, bytes(entry.counterparty_index or b""), entry.amount


def _odd_debit(entry: StatementEntry) -> OddDebit:
    of = entry.account.project
    return OddDebit(
        entry=entry.uuid,
        account=entry.account.uuid,
        project_id=of.pk,
        project=of.code,
        project_name=of.name,
        booked_on=entry.booked_on,
        amount=entry.amount,
        payee=_shown_name(entry.counterparty_name),
        summary=entry.summary,
        is_cash=entry.is_cash,
    )


_CREDIT = Q(direction=StatementEntry.Direction.CREDIT)
_DEBIT = Q(direction=StatementEntry.Direction.DEBIT)
MOVEMENT_LIST = ListTable(
    columns=(
        ListColumn("day", "入账日期", sort="booked_on", kind="date", slot="main", falling=True),
        ListColumn("kind", "归类", sort=in_order("kind", StatementEntry.Kind.values), slot="state"),
        ListColumn("counterparty", "对方", slot="aside"),
        ListColumn("summary", "摘要", sort="summary"),
        ListColumn(
            "credit",
            "收入（元）",
            sort=Case(When(_CREDIT, then=F("amount"))),
            kind="money",
            falling=True,
            total=Sum("amount", filter=_CREDIT, default=Decimal(0)),
        ),
        ListColumn(
            "debit",
            "支出（元）",
            sort=Case(When(_DEBIT, then=F("amount"))),
            kind="money",
            falling=True,
            total=Sum("amount", filter=_DEBIT, default=Decimal(0)),
        ),
        ListColumn("balance", "余额（元）", sort="balance", kind="money", falling=True),
    ),
    default=("-booked_on",),
    default_sort="-day",
)


def movement_rows(shown: SpecialAccount, *, actor: Actor) -> QuerySet[StatementEntry]:
    """An account's movements, as rows of :data:`MOVEMENT_LIST`."""
    return StatementEntry.objects.visible_to(actor).filter(account=shown)


def movement_row(entry: StatementEntry) -> MovementRow:
    """A movement of :func:`movement_rows` as listed; persons masked."""
    debit, other = StatementEntry.Direction.DEBIT, StatementEntry.Kind.OTHER
    # A firm's account in full, a person's card by its tail.
    account = str(entry.counterparty_account)
    return MovementRow(
        booked_on=entry.booked_on,
        direction=entry.direction,
        direction_label=entry.get_direction_display(),
        amount=entry.amount,
        balance=entry.balance,
        kind=entry.kind,
        kind_label=entry.get_kind_display(),
        counterparty=_shown_name(entry.counterparty_name),
        counterparty_account=account if _is_firm(entry.counterparty_name) else mask_card(account),
        summary=entry.summary,
        reference=entry.bank_reference,
        is_odd=entry.direction == debit and entry.kind == other,
    )


def _is_firm(name: str) -> bool:
    """Whether a counterparty's name is a firm's or an office's rather than a person's."""
    return len(name) > 4 and "·" not in name and name.endswith(_FIRM_ENDINGS)


def _shown_name(name: str) -> str:
    """A firm in full, a person masked."""
    return name if _is_firm(name) else mask_name(name)
