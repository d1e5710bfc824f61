"""Facts about amounts, for the rules: too little pay, and what an account will need.

The conventions are those of :mod:`payroll.selectors.facts`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DecimalField,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least, Round

from accounts.models import SpecialAccount
from accounts.selectors import Balance, funding_due, last_balances
from core.actor import Actor
from core.calendar import previous_working_day
from core.masking import mask_name
from core.months import shift_month
from identity.limits import Limit
from payroll.models import MinimumWage, PayLine, PaymentItem, PaySheet
from payroll.selectors.facts import (
    Place,
    Projects,
    of_projects,
    place_of,
    unpaid_at,
    visible_submitted,
)
from payroll.tables import PAY_DAYS
from projects.models import Pause, WageTerms
from workers.models import AttendanceMonth, Engagement

_AMOUNT = DecimalField(max_digits=14, decimal_places=2)
ZERO = Decimal(0)
#: Wage month → (sheet number, unpaid 元) of the sheets of one project.
Owed = dict[date, list[tuple[str, Decimal]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LowLine:
    """A worker paid less than the minimum: ``earned`` against ``minimum`` for ``days``, in 元."""

    line: UUID
    name: str
    sheet: str
    days: Decimal
    earned: Decimal
    minimum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LowPay(Place):
    """Lines of a month below the county's minimum wage PAY-06.

    ``monthly`` is the county's standard on the month's last day, 元 a month; ``confirmed`` says
    whether an officer has confirmed it.
    """

    monthly: Decimal
    confirmed: bool
    lines: tuple[LowLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNeed:
    """What a wage account must hold on a due day, in 元 ACC-06.

    ``arrears`` is what of ``amount`` earlier months are still owed. ``basis`` is "submitted" where
    sheets of the month were handed in, "last_paid" where the last month that was paid stands in
    for them. ``due_month`` is the month of the agreed day: a holiday may move the due day before
    it.
    """

    account_id: int
    account_uuid: UUID
    project_id: int
    project: str
    project_name: str
    region: str
    wage_month: date
    due_month: date
    due_on: date
    amount: Decimal
    arrears: Decimal
    basis: Literal["submitted", "last_paid"]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAccount:
    """A wage account that does not hold what falls due within days, in 元 ACC-06.

    ``balance`` None: the bank has told nothing, and whether it is short is not known.
    ``paid_since`` is what wages took from it since its day; ``expected`` is what the owner is to
    deposit before the due day; ``missing`` is what is needed beyond both.
    """

    need: AccountNeed
    balance: Balance | None
    paid_since: Decimal
    expected: Decimal

    @property
    def missing(self) -> Decimal:
        held = self.balance.amount - self.paid_since if self.balance else ZERO
        return self.need.amount - self.expected - held


def short_accounts(
    *, actor: Actor, as_of: date, projects: Projects = None, notice: Limit
) -> list[ShortAccount]:
    """Accounts whose last known balance and the deposits to come do not cover what is to be paid.

    Looked at are due days up to ``notice`` days ahead, and past ones of which sheets are owed
    still. From the balance goes what was paid since its day; to it come deposits that are not
    overdue and due at the latest on the working day before.
    """
    needs = [
        need
        for need in account_needs(actor=actor, as_of=as_of, projects=projects)
        if (need.due_on - as_of).days <= notice(need.region)
        and (need.due_on >= as_of or need.basis == "submitted")
    ]
    if not needs:
        return []
    accounts = {need.account_id for need in needs}
    balances = last_balances(accounts=accounts, as_of=as_of)
    paid_since = _wages_paid_since({key: one.on for key, one in balances.items()}, as_of)
    concerned = {need.project_id for need in needs}
    dues = {
        due.project_id: due for due in funding_due(actor=actor, as_of=as_of, projects=concerned)
    }
    found = []
    for need in needs:
        due = dues.get(need.project_id)
        comes_in_time = due and as_of <= due.due_on <= previous_working_day(need.due_on)
        short = ShortAccount(
            need=need,
            balance=balances.get(need.account_id),
            paid_since=paid_since.get(need.account_id, ZERO),
            expected=due.missing if due and comes_in_time else ZERO,
        )
        if short.balance is None or short.missing > 0:
            found.append(short)
    return found


def _wages_paid_since(days: Mapping[int, date], as_of: date) -> dict[int, Decimal]:
    """What was paid from each account after the day of its last balance; one query."""
    if not days:
        return {}
    items = PaymentItem.everything.filter(
        order__account__in=days,
        status=PaymentItem.Status.PAID,
        settled_on__gt=min(days.values()),
        settled_on__lte=as_of,
    )
    sums: dict[int, Decimal] = defaultdict(Decimal)
    rows = items.values_list("order__account", "settled_on").annotate(total=Sum("amount"))
    for account, settled_on, total in rows:
        if settled_on > days[account]:
            sums[account] += total
    return sums


def below_minimum(
    *,
    actor: Actor,
    as_of: date,
    projects: Projects = None,
    contributions_apart: Collection[int] = (),
) -> list[LowPay]:
    """Submitted lines below the minimum wage of the project's county.

    Compared is gross less overtime (借支 counts as paid), less 代扣 too on the projects where
    personal contributions do not count towards the minimum; the minimum is the standard in force
    on the month's last day × days / 21.75, at most one month's; days are the larger of the sheet's
    and the attendance's. Counties without a standard are not judged.
    """
    sheets = of_projects(visible_submitted(actor, as_of), projects)
    months: dict[tuple[int, int, date], list[Any]] = defaultdict(list)
    for line in _low_lines(sheets, contributions_apart):
        months[line.sheet.project_id, line.sheet.employer_id, line.sheet.month].append(line)
    return [_low_pay(lines) for lines in months.values()]


def _low_lines(sheets: QuerySet, contributions_apart: Collection[int]) -> QuerySet:
    # In force on the month's last day.
    next_month = Func(
        OuterRef("sheet__month"),
        template="(%(expressions)s + interval '1 month')",
        output_field=DateTimeField(),
    )
    standard = MinimumWage.objects.filter(
        region=OuterRef("sheet__project__region_id"), since__lt=next_month
    ).order_by("-since")
    apart = When(sheet__project__in=contributions_apart, then=F("deduction"))
    earned = F("gross") - F("overtime") - Case(apart, default=Value(Decimal(0)))
    # The larger of the sheet's days and the attendance's, of all engagements with the employer.
    attended = (
        AttendanceMonth.everything.filter(
            engagement__person=OuterRef("engagement__person_id"),
            project=OuterRef("sheet__project_id"),
            employer=OuterRef("sheet__employer_id"),
            month=OuterRef("sheet__month"),
        )
        .order_by()
        .values("month")
        .annotate(total=Sum("days"))
    )
    worked = Greatest(F("days"), Coalesce(Subquery(attended.values("total")), Value(Decimal(0))))
    share = Round(F("monthly") * F("worked") / Value(PAY_DAYS), precision=2, output_field=_AMOUNT)
    # Who earns the highest standard of all is low nowhere: it spares most lines the rest.
    highest = MinimumWage.objects.aggregate(highest=Max("monthly"))["highest"]
    if highest is None:
        return PayLine.everything.none()
    return (
        PayLine.everything.filter(sheet__in=sheets)
        .annotate(earned=earned)
        .filter(earned__lt=highest)
        .annotate(
            worked=worked,
            monthly=Subquery(standard.values("monthly")[:1], output_field=_AMOUNT),
            confirmed_at=Subquery(standard.values("confirmed_at")[:1]),
        )
        .annotate(minimum=Least(F("monthly"), share))
        .filter(earned__lt=F("minimum"))
        .select_related("sheet__project", "sheet__employer", "engagement__person")
        .order_by("sheet__month", "sheet_id", "row")
    )


def _low_pay(lines: list[Any]) -> LowPay:
    return LowPay(
        **place_of(lines[0].sheet),
        monthly=lines[0].monthly,
        confirmed=lines[0].confirmed_at is not None,
        lines=tuple(
            LowLine(
                line=line.uuid,
                name=mask_name(line.engagement.person.name),
                sheet=line.sheet.number,
                days=line.worked,
                earned=line.earned,
                minimum=line.minimum,
            )
            for line in lines
        ),
    )


def account_needs(*, actor: Actor, as_of: date, projects: Projects = None) -> list[AccountNeed]:
    """What each open account must hold on the due days to come, and on past ones still owed."""
    accounts = list(
        of_projects(SpecialAccount.objects.visible_to(actor), projects)
        .exclude(status=SpecialAccount.Status.CLOSED)
        .select_related("project")
        .order_by("pk")
    )
    ids = [account.project_id for account in accounts]
    owed = _owed_by_month(actor, as_of, ids)
    handed_in, paid = _totals_by_month(actor, as_of, ids)
    terms = WageTerms.of_projects(projects)

    @cache
    def manned(month: date) -> frozenset[int]:
        return _manned_projects(ids, month, as_of)

    needs: list[AccountNeed] = []
    for account in accounts:
        project = account.project_id
        month = terms.next_wage_month(project, as_of)
        expected = ZERO
        if (project, month) not in handed_in and account.project_id in manned(month):
            expected = paid.get(project, ZERO)
        needs += _needs_of_account(account, terms, owed.get(project, {}), month, expected)
    return needs


def _manned_projects(projects: list[int], month: date, as_of: date) -> frozenset[int]:
    """The projects with attendance in a month, or people on the register and no pause over it."""
    end = shift_month(month, 1)
    present = AttendanceMonth.everything.filter(project__in=projects, month=month, days__gt=0)
    on_register = Engagement.everything.filter(
        Q(left_on=None) | Q(left_on__gte=month),
        project__in=projects,
        entered_on__lt=end,
        entered_on__lte=as_of,
    )
    paused = Pause.everything.covering(month, end)
    return frozenset(present.values_list("project", flat=True)) | (
        frozenset(on_register.values_list("project", flat=True).distinct())
        - frozenset(paused.values_list("project", flat=True))
    )


def _needs_of_account(
    account: SpecialAccount, terms: WageTerms, owed: Owed, next_month: date, expected: Decimal
) -> Iterator[AccountNeed]:
    """Month by month, each with what the months before it still take from the account."""
    arrears, numbers = ZERO, tuple[str, ...]()
    for month in sorted({*owed, next_month}):
        sheets = owed.get(month, [])
        amount = sum((unpaid for _, unpaid in sheets), ZERO)
        if not sheets:
            amount = expected
        if not amount:
            continue
        numbers += tuple(number for number, _ in sheets)
        yield AccountNeed(
            account_id=account.pk,
            account_uuid=account.uuid,
            project_id=account.project_id,
            project=account.project.code,
            project_name=account.project.name,
            region=account.project.region_id,
            wage_month=month,
            due_month=shift_month(month, terms.term(account.project_id, month).pay_month_offset),
            due_on=terms.due_day(account.project_id, month),
            amount=amount + arrears,
            arrears=arrears,
            basis="submitted" if sheets else "last_paid",
            sheets=numbers,
        )
        arrears += amount


def _owed_by_month(actor: Actor, as_of: date, projects: list[int]) -> dict[int, Owed]:
    """Each project's sheets that are not paid in full."""
    rows = (
        visible_submitted(actor, as_of)
        .filter(project_id__in=projects)
        .filter(Q(status__in=PaySheet.UNPAID) | Q(paid_on__gt=as_of))
        .annotate(outstanding=Sum("lines__net", filter=unpaid_at(as_of, "lines__")))
        .filter(outstanding__gt=0)
        .order_by("month", "number")
    )
    owed: dict[int, Owed] = defaultdict(dict)
    for sheet in rows:
        owed[sheet.project_id].setdefault(sheet.month, []).append((sheet.number, sheet.outstanding))
    return owed


def _totals_by_month(
    actor: Actor, as_of: date, projects: list[int]
) -> tuple[set[tuple[int, date]], dict[int, Decimal]]:
    """The months of which sheets were handed in, and the net total of each project's last month of
    which everything was paid."""
    paid = Q(status=PaySheet.Status.PAID, paid_on__lte=as_of)
    rows = (
        visible_submitted(actor, as_of)
        .filter(project_id__in=projects)
        .values_list("project_id", "month")
        .annotate(total=Sum("net"), open=Count("pk", filter=~paid))
        .order_by("month")
    )
    handed_in, last_paid = set(), {}
    for project, month, total, unpaid in rows:
        handed_in.add((project, month))
        if not unpaid:
            last_paid[project] = total
    return handed_in, last_paid
