"""What waits for people on sites: general contractors and subcontractors."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, Sum
from django.urls import reverse

from accounts.selectors import projects_without_account
from core import months
from core.actor import Actor
from core.calendar import add_working_days
from core.money import yuan
from identity.limits import Limit
from monitoring import selectors as warnings
from monitoring.models import BEFORE_REPORT
from monitoring.selectors import rule_limit
from notices.selectors import projects_without_posting
from payroll.models import PayLine, PaymentOrder, PaySheet
from payroll.selectors.due import sheet_day_of
from payroll.selectors.facts import UnreportedMonth, unreported_months
from projects import selectors as projects
from projects.models import Project
from projects.permissions import EMPLOYER_ROLES, is_government
from supervision.selectors.work import (
    LIMIT,
    ActorProjects,
    Projects,
    WorkLine,
    WorkSection,
    by_urgency,
)
from workers.selectors import incomplete_registrations, register_gaps

Status = PaySheet.Status


@dataclass(frozen=True)
class SiteWork:
    """What makes up the day of somebody on sites, for all projects or some.

    Each fact is read from the selector that the rules read, with the thresholds they have.
    """

    actor: Actor
    as_of: date
    projects: Projects = None

    @cached_property
    def rights(self) -> ActorProjects:
        return ActorProjects(self.actor)

    @property
    def last_month(self) -> date:
        return months.shift(months.first_day(self.as_of), -1)

    @cached_property
    def unreported(self) -> dict[tuple[int, int, date], UnreportedMonth]:
        """Months with attendance and no submitted sheet, also while there is time."""
        found = unreported_months(**self._where, grace=self._limit("PAY-01", "grace"), coming=True)
        return {(row.project_id, row.employer_id, row.month): row for row in found}

    @property
    def _where(self) -> dict[str, Any]:
        return {"actor": self.actor, "as_of": self.as_of, "projects": self.projects}

    def _limit(self, code: str, name: str) -> Limit:
        return rule_limit(code, name, as_of=self.as_of)

    def _among(self, ids: set[int]) -> list[int]:
        """Of these projects those that are asked about."""
        return sorted(ids if self.projects is None else ids & set(self.projects))

    def _note(self, project: str, *parts: str) -> str:
        """Where and how much; on the project's own page its name goes without saying."""
        return " · ".join(parts if self.projects else (project, *parts))

    def lines(self) -> list[WorkLine]:
        """Everything that waits for the actor, the most urgent first; nothing for who looks on."""
        if not self.actor.has_role(*EMPLOYER_ROLES):
            return []
        sheets = list(self._sheets())
        drafts = {
            (row.project_id, row.employer_id, row.month)
            for row in sheets
            if row.status in (Status.DRAFT, Status.RETURNED)
        }
        found = [
            *(line for row in sheets if (line := self._step(row))),
            *self._months_without_sheet(drafts),
            *self._register_gaps(),
            *self._incomplete(),
            *self._without_account(),
            *self._without_board(),
        ]
        return by_urgency(found)

    def _sheets(self) -> Any:
        """Sheets on their way, what the bank returned of them counted."""
        returned = Q(lines__status=PayLine.Status.FAILED)
        in_doubt = PaymentOrder.everything.filter(
            sheet=OuterRef("pk"), status=PaymentOrder.Status.UNKNOWN
        )
        rows = PaySheet.objects.visible_to(self.actor)
        if self.projects is not None:
            rows = rows.filter(project__in=self.projects)
        rows = rows.exclude(status__in=[Status.PAID, Status.VOID])
        rows = rows.exclude(~Exists(in_doubt), status=Status.PAYING)
        return (
            rows.select_related("project", "employer")
            .annotate(
                failed=Count("lines", filter=returned),
                failed_net=Sum("lines__net", filter=returned, default=Decimal(0)),
                failed_since=Min("lines__failed_on", filter=returned),
            )
            .order_by("due_on", "pk")
        )

    def _step(self, sheet: Any) -> WorkLine | None:
        """The sheet's next step, where it is the actor's or its subcontractor's."""
        page = reverse("payroll:sheet", args=[sheet.uuid])
        if sheet.status in (Status.DRAFT, Status.RETURNED):
            return self._unsent(sheet, page)
        if sheet.project_id not in self.rights.contractor("review"):
            return None
        overdue = (("PAY-02", f"sheet:{sheet.number}", months.iso(sheet.month)),)
        if sheet.status == Status.SUBMITTED:
            url = reverse("payroll:review", args=[sheet.uuid])
            return self._sheet_line(sheet, "待审核", "审核工资表", url, facts=overdue)
        if sheet.status == Status.PAYING:
            return self._sheet_line(sheet, "代发结果待核实", "查看银行说明", page, facts=overdue)
        if sheet.status == Status.APPROVED:
            return self._sheet_line(sheet, "待发放", "发放工资", page, facts=overdue)
        line = self._sheet_line(
            sheet,
            f"有 {sheet.failed} 笔被银行退回",
            "重新代发",
            page,
            facts=(*overdue, ("PAY-10", *overdue[0][1:])),
        )
        if sheet.failed_since is None:
            return line
        waits = self._limit("PAY-10", "yellow")(sheet.project.region_id)
        return replace(line, due=add_working_days(sheet.failed_since, int(waits)))

    def _unsent(self, sheet: Any, page: str) -> WorkLine | None:
        if sheet.project_id not in self.rights.site():
            return None
        state = "被退回" if sheet.status == Status.RETURNED else "没有提交"
        action = "修改并提交"
        if sheet.employer_id != self.actor.organisation:
            state, action = f"{state}，等分包单位修改", "查看"
        unreported = self.unreported.get((sheet.project_id, sheet.employer_id, sheet.month))
        if unreported is None:
            return self._sheet_line(sheet, state, action, page)
        line = self._sheet_line(sheet, state, action, page, facts=_facts_of(unreported))
        return replace(line, due=unreported.sheet_on)

    def _sheet_line(self, sheet: Any, state: str, action: str, url: str, **more: Any) -> WorkLine:
        left = sheet.failed_net if sheet.failed else sheet.net
        people = sheet.failed or sheet.headcount
        return WorkLine(
            title=f"{months.label(sheet.month)}工资表{state}",
            url=reverse("payroll:sheet", args=[sheet.uuid]),
            note=self._note(
                sheet.project.name, sheet.employer.name, f"{people} 人", f"{yuan(left)} 元"
            ),
            due=sheet.due_on,
            action=action,
            action_url=url,
            **more,
        )

    def _months_without_sheet(self, begun: set[tuple[int, int, date]]) -> Iterator[WorkLine]:
        """Months with attendance of which no sheet was begun."""
        for key, month in self.unreported.items():
            if key in begun or month.project_id not in self.rights.site():
                continue
            parts = [f"{month.workers} 人有出勤"]
            if self.as_of < month.warned_from:
                parts.append(f"{month.warned_from:%-m月%-d日}起预警")
            is_own = month.employer_id == self.actor.organisation
            yield WorkLine(
                title=f"{months.label(month.month)}工资表还没有报送",
                url=reverse("payroll:project", args=[month.project]),
                note=self._note(month.project_name, month.employer, *parts),
                due=month.sheet_on,
                action="报送工资表" if is_own else "代为报送",
                action_url=reverse("payroll:start", args=[month.project]),
                facts=_facts_of(month),
            )

    def _register_gaps(self) -> Iterator[WorkLine]:
        """Sites with nobody on the register, and people without attendance of last month."""
        month, grace = self.last_month, self._limit("WRK-02", "grace")
        for gap in register_gaps(
            actor=self.actor, month=month, projects=self._among(self.rights.site())
        ):
            project = gap.project
            if gap.nobody_registered:
                yield WorkLine(
                    title="实名制名册还是空的",
                    url=reverse("workers:register", args=[project.code]),
                    note=self._note(project.name, f"{project.start:%Y-%m-%d} 开工"),
                    due=grace.after(project.start, project.region_id),
                    action="导入花名册",
                    action_url=reverse("workers:roster_import", args=[project.code]),
                )
            if gap.no_attendance:
                yield WorkLine(
                    title=f"{months.label(month)}考勤还没有登记",
                    url=reverse("workers:attendance", args=[project.code]),
                    note=self._note(project.name),
                    due=sheet_day_of(month, project.sheet_day, project.pay_month_offset),
                    action="导入考勤表",
                    action_url=reverse("workers:attendance_import", args=[project.code]),
                )

    def _incomplete(self) -> Iterator[WorkLine]:
        """Registrations that lack what 规程二(四) names, by employer."""
        found = defaultdict(list)
        rows = incomplete_registrations(
            **self._where, grace=self._limit("WRK-02", "grace"), coming=True
        )
        for row in rows:
            found[row.project, row.employer, row.employer_uscc].append(row)
        for (code, employer, uscc), people in found.items():
            missing = sorted({label for row in people for label in row.missing})
            url = reverse("workers:register", args=[code])
            yield WorkLine(
                title=f"{len(people)} 名工人缺{'、'.join(missing)}",
                url=url,
                note=f"{employer} · {code}",
                due=min(row.due_on for row in people),
                action="补齐登记",
                action_url=url,
                facts=(("WRK-02", f"employer:{code}/{uscc}", ""),),
            )

    def _without_account(self) -> Iterator[WorkLine]:
        """Projects whose wage account is not registered yet."""
        within = self._limit("ACC-01", "within")
        for missing in projects_without_account(
            actor=self.actor,
            projects=self._among(self.rights.contractor("account")),
            within=within,
        ):
            project = missing.project
            days = f"{within(project.region_id):.0f}"
            yield WorkLine(
                title="工资专用账户还没有登记",
                url=reverse("accounts:project", args=[project.code]),
                note=self._note(project.name, f"合同签订后 {days} 日内，最迟开工前"),
                due=missing.due_on,
                action="登记专户",
                action_url=reverse("accounts:register", args=[project.code]),
            )

    def _without_board(self) -> Iterator[WorkLine]:
        """Sites where no board hangs."""
        mine = self.rights.contractor("notice")
        after = self._limit("NTC-01", "yellow")
        for project in projects_without_posting(**self._where, after=after):
            if project.pk in mine and project.status == Project.Status.UNDER_CONSTRUCTION:
                url = reverse("notices:project", args=[project.code])
                yield WorkLine(
                    title="维权信息告示牌还没有张贴",
                    url=url,
                    note=self._note(project.name),
                    due=after.after(project.start, project.region_id),
                    action="制作告示牌",
                    action_url=url,
                    facts=(("NTC-01", project.subject, ""),),
                )


def _facts_of(month: UnreportedMonth) -> tuple[tuple[str, str, str], ...]:
    """The warnings of a month without a sheet: not handed in, and unpaid after its due day."""
    subject, period = f"employer:{month.project}/{month.employer_uscc}", months.iso(month.month)
    return (("PAY-01", subject, period), ("PAY-02", subject, period))


def sections(*, actor: Actor, as_of: date) -> list[WorkSection]:
    """The day of somebody on sites: what waits, and the warnings to answer beside it."""
    lines = SiteWork(actor, as_of).lines() or _first_project(actor)
    shown, others = beside_warnings(lines[:LIMIT], actor=actor)
    work = WorkSection(
        "待办",
        shown,
        len(lines),
        "没有等您办理的事",
        "工资表报送、审核和发放到期前会出现在这里。",
    )
    return [work, others]


def beside_warnings(
    lines: list[WorkLine], *, actor: Actor, project: Project | None = None
) -> tuple[list[WorkLine], WorkSection]:
    """The lines with the live warnings that speak of the same facts, and the other warnings.

    The worst come first; the sites' own people answer them.
    """
    facts = {fact for line in lines for fact in line.facts}
    worst, total = warnings.live_beside(actor=actor, facts=facts, limit=LIMIT, project=project)
    told = {warning.fact: warning for warning in worst if warning.fact in facts}
    shown = []
    for line in lines:
        speaking = [told[fact] for fact in line.facts if fact in told]
        if speaking:
            first = max(speaking, key=lambda warning: warning.severity)
            url = reverse("monitoring:warning", args=[first.uuid])
            line = replace(line, badge=first.badge, warning_url=url)
        shown.append(line)
    items = []
    for warning in [warning for warning in worst if warning.fact not in facts][:LIMIT]:
        url = reverse("monitoring:warning", args=[warning.uuid])
        answers = not is_government(actor) and warning.handling in BEFORE_REPORT
        items.append(
            WorkLine(
                title=warning.title,
                url=url,
                note=warning.summary if project else f"{warning.project} · {warning.summary}",
                due=warning.due_on,
                action="反馈" if answers else "查看",
                action_url=url,
                badge=warning.badge,
            )
        )
    page = reverse("monitoring:project", args=[project.code]) if project else ""
    return shown, WorkSection(
        "其他预警" if told else "预警",
        items,
        total - len(told),
        "没有其他预警" if told else "没有预警",
        "发现问题时会出现在这里，并写明怎样解除。",
        page or reverse("monitoring:list"),
    )


def _first_project(actor: Actor) -> list[WorkLine]:
    """Where a general contractor that has just joined begins 规程二(一)."""
    if not projects.may_register(actor=actor) or Project.objects.visible_to(actor).exists():
        return []
    url = reverse("projects:new")
    note = "项目应在开工前登记，之后才能登记专户、名册和工资表"
    return [WorkLine("还没有登记项目", url, note, None, "登记项目", url)]
