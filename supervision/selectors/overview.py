"""What a project's overview shows beside its six systems."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from accounts.models import SpecialAccount
from accounts.selectors import Balance, NextDeposit, account_of, next_deposit, told_balance
from core.actor import Actor
from core.home import LINE_LIMIT, WorkSection
from payroll.selectors.months import MONTH_LIST, MonthLine, month_lines
from projects.models import Project, WageDays
from projects.selectors import history
from supervision.selectors.site import beside_warnings, project_lines
from supervision.selectors.systems import ShownSystem, project_systems, sees_whole
from workers.selectors import people_on_register

#: So many wage months and entries of the time line stand on the overview.
_MONTHS, _HAPPENINGS = 4, 6
#: The wage months of the overview: MONTH_LIST, without what stands on the page of wages alone.
LATEST_MONTHS = replace(
    MONTH_LIST,
    columns=tuple(
        replace(column, total=None)
        for column in MONTH_LIST.columns
        if column.key not in ("headcount", "sheet_on", "act")
    ),
)


@dataclass(frozen=True, slots=True)
class Overview:
    """One project at a glance; ``warnings`` None for those whom they do not concern."""

    systems: Sequence[ShownSystem]
    steps: WorkSection
    warnings: WorkSection | None
    months: Sequence[MonthLine]
    wage_month: date
    due_on: date
    wage_term: WageDays
    account: SpecialAccount | None
    balance: Balance | None
    funding: NextDeposit | None
    people: int
    happenings: Sequence[history.Happening]


def overview(*, actor: Actor, project: Project, as_of: date) -> Overview:
    """Everything of the project's overview; the project is within the actor's sight."""
    lines = project_lines(actor=actor, as_of=as_of, project=project)
    concerned = sees_whole(actor, project) or actor.organisation in project.employer_ids
    warnings = None
    if concerned:
        lines, warnings = beside_warnings(lines, actor=actor, project=project)
    account = account_of(project, actor=actor)
    wage_month = project.next_wage_month(as_of)
    people = people_on_register(actor=actor, as_of=as_of, projects=[project.pk])
    rows = history.project_timeline(project, actor=actor)[:_HAPPENINGS]
    return Overview(
        systems=project_systems(actor=actor, project=project, as_of=as_of),
        steps=WorkSection(
            "下一步", lines[:LINE_LIMIT], len(lines), "没有等您办理的事", "到期前会出现在这里。"
        ),
        warnings=warnings,
        months=month_lines(actor=actor, project=project, size=_MONTHS),
        wage_month=wage_month,
        due_on=project.due_day(wage_month),
        wage_term=project.wage_term(wage_month),
        account=account,
        balance=told_balance(account) if account else None,
        funding=next_deposit(actor=actor, as_of=as_of, project=project),
        people=people.get(project.pk, 0),
        happenings=[history.happening_of(row) for row in rows],
    )
