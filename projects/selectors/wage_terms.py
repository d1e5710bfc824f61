"""On which days a project's wages are handed in and paid, as pages show it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.actor import Actor
from core.listing import ListColumn, ListTable
from core.months import first_day
from projects.models import Project, WageTerm

WAGE_TERM_LIST = ListTable(
    columns=(
        ListColumn("since", "工资月份", sort="since", slot="main"),
        ListColumn("sheet_day", "工资表报送日", sort="sheet_day"),
        ListColumn("pay_day", "工资支付日", sort="pay_day", slot="figure"),
        ListColumn("offset", "支付月份", sort="pay_month_offset"),
        ListColumn("recorded", "登记", sort="recorded_at", kind="date", slot="aside"),
        ListColumn("state", "状态", slot="state"),
    ),
    # The last agreed first.
    default=(),
)


def days_agreed(project: Project, *, as_of: date) -> dict[str, Any]:
    """This month's term, from which a form of other days begins."""
    term = project.wage_term(first_day(as_of))
    days = {name: getattr(term, name) for name in ("sheet_day", "pay_day", "pay_month_offset")}
    return {"since": first_day(as_of), **days}


@dataclass(frozen=True, slots=True)
class AgreedTerm:
    """A project's term as listed; ``offset`` says in which month wages are paid."""

    since: date
    sheet_day: int
    pay_day: int
    pay_month_offset: int
    offset: str
    recorded_at: datetime
    recorded_by: str
    is_current: bool
    is_to_come: bool


def wage_terms(project: Project, *, actor: Actor, as_of: date) -> list[AgreedTerm]:
    """The project's terms, the last agreed first; which of them holds and which are to come."""
    this_month = first_day(as_of)
    rows = list(
        WageTerm.objects.visible_to(actor).filter(project=project).order_by("-recorded_at", "-pk")
    )
    current = project.wage_term(this_month)
    return [
        AgreedTerm(
            since=row.since,
            sheet_day=row.sheet_day,
            pay_day=row.pay_day,
            pay_month_offset=row.pay_month_offset,
            offset=row.get_pay_month_offset_display(),
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            is_current=(row.since, row.recorded_at) == (current.since, current.recorded_at),
            # A later agreement for the same or an earlier month has taken its place.
            is_to_come=row.since > this_month
            and not any(
                one.recorded_at > row.recorded_at and one.since <= row.since for one in rows
            ),
        )
        for row in rows
    ]
