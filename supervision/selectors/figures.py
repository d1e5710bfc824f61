"""The figures and series of the home pages, cut to what the actor sees."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import dropwhile

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left
from django.urls import reverse

from accounts.selectors import account_totals
from core.actor import Actor
from core.home import ZERO, Figure
from core.money import yuan
from core.months import first_day, month_label, shift_month
from core.scope import once_a_request
from identity.models import Region
from monitoring import selectors as warnings
from monitoring.models import EarlyWarning, Level
from payroll.models import PayLine, PaySheet
from payroll.selectors.orders import paid_since
from projects.models import Project
from projects.permissions import is_government
from supervision.selectors.systems import rates, rates_on
from workers.models import Engagement

#: So many wage months are drawn.
MONTHS = 6
#: Rates are compared with those of so many days before.
_A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class WageMonth:
    """What was due and what was paid for a wage month, in 元."""

    month: date
    due: Decimal
    paid: Decimal


def wage_months(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None
) -> list[WageMonth]:
    """Due and paid of the latest wage months by submitted sheets, oldest first."""
    months = [shift_month(first_day(as_of), -back) for back in range(MONTHS, 0, -1)]
    sheets = PaySheet.objects.visible_to(actor).submitted().filter(month__in=months)
    if projects is not None:
        sheets = sheets.filter(project__in=projects)
    half_way = Q(status__in=[PaySheet.Status.PAYING, PaySheet.Status.PARTLY_PAID])
    paid_lines = PayLine.everything.filter(sheet=OuterRef("pk"), status=PayLine.Status.PAID)
    paid_of_sheet = paid_lines.order_by().values("sheet").annotate(total=Sum("net"))
    # Only of the few sheets that are half-way the lines are asked.
    paid = Case(
        When(status=PaySheet.Status.PAID, then="net"),
        When(half_way, then=Subquery(paid_of_sheet.values("total"))),
        default=ZERO,
        output_field=DecimalField(),
    )
    rows = sheets.order_by().annotate(paid_of_sheet=paid).values_list("month")
    sums = {
        month: WageMonth(month, due, paid or ZERO)
        for month, due, paid in rows.annotate(due=Sum("net"), paid=Sum("paid_of_sheet"))
    }
    known = [sums.get(month, WageMonth(month, ZERO, ZERO)) for month in months]
    # The months before the first sheet say nothing; the last one always stands.
    return [*dropwhile(lambda one: not one.due, known[:-1]), known[-1]]


def wage_months_of_reader(*, actor: Actor, as_of: date) -> list[WageMonth]:
    """:func:`wage_months` of all that the actor sees, asked once for a page's figures and chart."""
    key = ("wage months", actor, as_of)
    return once_a_request(key, lambda: wage_months(actor=actor, as_of=as_of))


def home_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """Projects, people and last month's wages; for government the live warnings as well."""
    months = wage_months_of_reader(actor=actor, as_of=as_of)
    shown = [*_projects_and_people(actor, as_of), *_wage_figures(months)]
    return [*shown, _live_warnings(actor)] if is_government(actor) else shown


def banks_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """The accounts that the bank keeps, what stands on them and what it paid this month."""
    totals = account_totals(actor=actor)
    paid = paid_since(actor=actor, since=first_day(as_of))
    return [
        Figure("工资专用账户", totals.accounts, "个", url=reverse("accounts:kept")),
        Figure("专户余额合计", yuan(totals.balance), "元", f"{totals.told} 个专户有对账单"),
        Figure(
            "本月已代发",
            yuan(paid.total),
            "元",
            f"{paid.count} 笔",
            url=reverse("payroll:orders"),
        ),
    ]


def _live_warnings(actor: Actor) -> Figure:
    levels = warnings.counts_by_level(actor=actor)
    red = levels[Level.RED]
    return Figure(
        "未解除预警",
        sum(levels.values()),
        "条",
        f"其中红色 {red} 条",
        reverse("monitoring:list"),
        "bad" if red else "",
    )


def system_figures(*, actor: Actor, as_of: date) -> list[Figure]:
    """The six systems' rates over the projects under construction, as last judged, and what they
    were a month ago."""
    before = rates_on(actor=actor, day=as_of - _A_MONTH)
    shown = []
    for rate, earlier in zip(rates(actor=actor), before, strict=True):
        note = f"{rate.kept} / {rate.known} 个项目" if rate.known else "暂时没有数据"
        if rate.share is not None and earlier.share is not None:
            note += f" · 30 天前 {earlier.share * 100:.1f}%"
        value = "—" if rate.share is None else f"{rate.share * 100:.1f}"
        shown.append(Figure(rate.name, value, "" if rate.share is None else "%", note))
    return shown


def _projects_and_people(actor: Actor, as_of: date) -> list[Figure]:
    there = Engagement.objects.visible_to(actor).on(as_of).order_by()
    people = there.annotate(one=Value(1)).values("one").annotate(n=Count("person", distinct=True))
    rows = Project.objects.visible_to(actor).aggregate(
        all=Count("pk"),
        judged=Count("pk", filter=Q(status=Project.Status.UNDER_CONSTRUCTION)),
        people=Coalesce(Max(Subquery(people.values("n"))), 0),
    )
    listed = reverse("projects:list")
    return [
        Figure("在建项目", rows["judged"], "个", f"共 {rows['all']} 个项目", listed),
        Figure("在册工人", f"{rows['people']:,}", "人"),
    ]


def _wage_figures(months: Sequence[WageMonth]) -> list[Figure]:
    last = months[-1]
    left = last.due - last.paid
    return [
        Figure(f"{month_label(last.month)}应付", yuan(last.due), "元", "按已报送的工资表"),
        Figure(
            f"{month_label(last.month)}已付",
            yuan(last.paid),
            "元",
            f"还有 {yuan(left)} 元" if left else "已付清" if last.due else "",
        ),
    ]


def live_levels(*, actor: Actor) -> list[int]:
    """Live warnings by level, the worst first."""
    return list(warnings.counts_by_level(actor=actor).values())


def warnings_by_place(*, actor: Actor) -> list[tuple[str, int]]:
    """Live warnings by the divisions below the actor's own, 地州市 or 县市区, most first."""
    width = 4 if any(grant.region.endswith("0000") for grant in actor.grants) else 6
    rows = EarlyWarning.objects.visible_to(actor).live().order_by()
    places = rows.annotate(place=Left("project__region_id", width)).values_list("place")
    counted = [(code.ljust(6, "0"), count) for code, count in places.annotate(count=Count("pk"))]
    names = dict(Region.objects.filter(code__in=dict(counted)).values_list("code", "name"))
    return [(names[code], count) for code, count in sorted(counted, key=lambda one: -one[1])]
