"""Agreeing on which days a project's wages are handed in and paid 条例14."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.hooks import declared
from core.months import first_day, month_code
from core.scope import look_up_anew
from projects import permissions, selectors
from projects.hook_kinds import WageTermFollower
from projects.models import Project, WageDays, WageTerm
from projects.services.common import record

AGREE = audit.action("project.wage_term", "约定工资报送日和支付日")


@dataclass(frozen=True, slots=True)
class NewWageTerm:
    """The days of a term: of the month, 1 to 31; offset 1 where both lie in the month after."""

    sheet_day: int = 5
    pay_day: int = 15
    pay_month_offset: int = 1

    def equals(self, term: WageDays) -> bool:
        """Whether the term says the same."""
        return self == NewWageTerm(term.sheet_day, term.pay_day, term.pay_month_offset)


@transaction.atomic
def agree_wage_term(
    *, actor: Actor, now: datetime, code: str, since: date, term: NewWageTerm
) -> WageTerm:
    """Agree on other days from a wage month on; months that are over keep theirs.

    What was agreed before for the same and later months gives way. Unpaid sheets of the months
    that it reaches take their new due day at once.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not of the general contractor.
    :raises Refused: the month is over, or nothing would change.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "edit")
    # One after the other: each is judged beside what stands agreed.
    Project.everything.select_for_update(of=("self",)).get(pk=project.pk)
    since = first_day(since)
    if since < first_day(timezone.localdate(now)):
        raise Refused("wage_term.month_over", "since", month=month_code(since))
    to_come = project.wage_terms.filter(since__gt=since).exists()
    if term.equals(project.wage_term(since)) and not to_come:
        raise Refused("wage_term.unchanged", "sheet_day", month=month_code(since))
    row = write_wage_term(project, term, since=since, actor=actor, now=now)
    for follower in declared(WageTermFollower):
        follower.restate(projects=[project.pk])
    record(actor, AGREE, project, now, detail=_detail(row))
    return row


def write_wage_term(
    project: Project, term: NewWageTerm, *, since: date, actor: Actor, now: datetime
) -> WageTerm:
    """The row, as it was agreed."""
    row = WageTerm.everything.create(
        project=project,
        since=first_day(since),
        **asdict(term),
        recorded_at=now,
        recorded_by=actor.name,
    )
    # The object and the request remember what was agreed.
    project.__dict__.pop("terms", None)
    look_up_anew()
    return row


def _detail(row: WageTerm) -> dict[str, str]:
    return {
        "起始工资月份": month_code(row.since),
        "工资表报送日": f"{row.sheet_day} 日",
        "工资支付日": f"{row.pay_day} 日",
        "支付月份": row.get_pay_month_offset_display(),
    }
