"""What waits for people on sites: general contractors and subcontractors."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse

from accounts.models import SpecialAccount
from core import months
from core.actor import Actor
from core.money import yuan
from monitoring import selectors as warnings
from monitoring.models import BEFORE_REPORT
from notices.selectors import projects_without_posting
from payroll.models import PayLine, PaymentOrder, PaySheet
from payroll.selectors.due import sheet_day_of
from projects import selectors as projects
from projects.models import Project
from projects.permissions import is_government
from supervision.selectors.work import LIMIT, Projects, Reach, Section, Work, section
from workers.models import AttendanceMonth, Engagement
from workers.selectors import incomplete_registrations

Status = PaySheet.Status
#: What 规程二(四) names is filled in so many days after entry WRK-02.
_FILLED_WITHIN = 3
#: A wage account is open so many days after the construction contract 53号5.
_ACCOUNT_WITHIN = 30


@dataclass(frozen=True)
class Site:
    """The questions that make up the day of somebody on sites, for all projects or some."""

    actor: Actor
    as_of: date
    reach: Reach
    projects: Projects = None

    @property
    def last_month(self) -> date:
        return months.shift(months.first_day(self.as_of), -1)

    def work(self) -> list[Work]:
        """Everything that waits for the actor."""
        return [
            *self.sheets(),
            *self.months_without_sheet(),
            *self.months_without_attendance(),
            *self.incomplete(),
            *self.without_workers(),
            *self.without_account(),
            *self.without_board(),
        ]

    def _of(self, rows: Any, path: str = "project") -> Any:
        return rows if self.projects is None else rows.filter(**{f"{path}__in": self.projects})

    # Pay sheets

    def sheets(self) -> Iterator[Work]:
        """Sheets on their way, each with the step that is the actor's."""
        returned = Q(lines__status=PayLine.Status.FAILED)
        in_doubt = PaymentOrder.everything.filter(
            sheet=OuterRef("pk"), status=PaymentOrder.Status.UNKNOWN
        )
        rows = self._of(PaySheet.objects.visible_to(self.actor))
        rows = rows.exclude(status__in=[Status.PAID, Status.VOID])
        rows = rows.exclude(~Exists(in_doubt), status=Status.PAYING)
        rows = rows.select_related("project", "employer").annotate(
            failed=Count("lines", filter=returned),
            failed_net=Sum("lines__net", filter=returned, default=Decimal(0)),
        )
        for sheet in rows.order_by("due_on", "pk"):
            if step := self._step(sheet):
                yield step

    def _step(self, sheet: Any) -> Work | None:
        """The sheet's next step, where it is the actor's or its subcontractor's."""
        page = reverse("payroll:sheet", args=[sheet.uuid])
        if sheet.status in (Status.DRAFT, Status.RETURNED):
            return self._unsent(sheet, page)
        if sheet.project_id not in self.reach.contractor("review"):
            return None
        if sheet.status == Status.SUBMITTED:
            url = reverse("payroll:review", args=[sheet.uuid])
            return self._sheet_work(sheet, "待审核", "审核工资表", url)
        if sheet.status == Status.PAYING:
            return self._sheet_work(sheet, "代发结果待核实", "查看银行说明", page)
        if sheet.status == Status.APPROVED:
            return self._sheet_work(sheet, "待发放", "发放工资", page)
        return self._sheet_work(sheet, f"有 {sheet.failed} 笔被银行退回", "重新代发", page)

    def _unsent(self, sheet: Any, page: str) -> Work | None:
        if sheet.project_id not in self.reach.site():
            return None
        state = "被退回" if sheet.status == Status.RETURNED else "没有提交"
        if sheet.employer_id != self.actor.organisation:
            return self._sheet_work(sheet, f"{state}，等分包单位修改", "查看", page)
        return self._sheet_work(sheet, state, "修改并提交", page)

    def _sheet_work(self, sheet: Any, state: str, action: str, url: str) -> Work:
        left = sheet.failed_net if sheet.failed else sheet.net
        people = sheet.failed or sheet.headcount
        return Work(
            title=f"{months.label(sheet.month)}工资表{state}",
            url=reverse("payroll:sheet", args=[sheet.uuid]),
            note=self._note(
                sheet.project.name, sheet.employer.name, f"{people} 人", f"{yuan(left)} 元"
            ),
            due=sheet.due_on,
            action=action,
            action_url=url,
        )

    def _note(self, project: str, *parts: str) -> str:
        """Where and how much; on the project's own page its name goes without saying."""
        return " · ".join(parts if self.projects else (project, *parts))

    def months_without_sheet(self) -> Iterator[Work]:
        """Months with attendance of which no sheet is on its way."""
        begun = PaySheet.everything.exclude(status=Status.VOID).filter(
            project=OuterRef("project_id"),
            employer=OuterRef("employer_id"),
            month=OuterRef("month"),
        )
        rows = self._of(AttendanceMonth.objects.visible_to(self.actor)).filter(
            ~Exists(begun), days__gt=0, month__lte=self.last_month
        )
        shown = (
            *("month", "project_id", "project__code", "project__name"),
            *("employer_id", "employer__name"),
        )
        days = ("project__sheet_day", "project__pay_month_offset")
        for row in rows.values(*shown, *days).annotate(workers=Count("engagement")):
            if row["project_id"] not in self.reach.site():
                continue
            url = reverse("payroll:project", args=[row["project__code"]])
            is_own = row["employer_id"] == self.actor.organisation
            yield Work(
                title=f"{months.label(row['month'])}工资表还没有报送",
                url=url,
                note=self._note(
                    row["project__name"], row["employer__name"], f"{row['workers']} 人有出勤"
                ),
                due=sheet_day_of(row["month"], *(row[name] for name in days)),
                action="报送工资表" if is_own else "代为报送",
                action_url=reverse("payroll:start", args=[row["project__code"]]),
            )

    # Register

    def months_without_attendance(self) -> Iterator[Work]:
        """Projects with people on the register and nothing recorded for last month."""
        month, last = self.last_month, months.clamp_day(self.last_month, 31)
        recorded = AttendanceMonth.everything.filter(project=OuterRef("pk"), month=month)
        there = Engagement.objects.visible_to(self.actor).during(month, last)
        rows = self._under_construction().filter(
            ~Exists(recorded), Exists(there.filter(project=OuterRef("pk")))
        )
        for project in rows:
            yield Work(
                title=f"{months.label(month)}考勤还没有登记",
                url=reverse("workers:attendance", args=[project.code]),
                note=self._note(project.name),
                due=sheet_day_of(month, project.sheet_day, project.pay_month_offset),
                action="导入考勤表",
                action_url=reverse("workers:attendance_import", args=[project.code]),
            )

    def incomplete(self) -> Iterator[Work]:
        """Registrations that lack what 规程二(四) names, by employer."""
        found = defaultdict(list)
        rows = incomplete_registrations(
            actor=self.actor, entered_by=self.as_of, as_of=self.as_of, projects=self.projects
        )
        for row in rows:
            found[row.project, row.employer].append(row)
        for (code, employer), people in found.items():
            missing = sorted({label for row in people for label in row.missing})
            url = reverse("workers:register", args=[code])
            yield Work(
                title=f"{len(people)} 名工人缺{'、'.join(missing)}",
                url=url,
                note=f"{employer} · {code}",
                due=min(row.entered_on for row in people) + timedelta(days=_FILLED_WITHIN),
                action="补齐登记",
                action_url=url,
            )

    def without_workers(self) -> Iterator[Work]:
        """Sites under construction with nobody on the register."""
        anybody = Engagement.everything.filter(project=OuterRef("pk"))
        for project in self._under_construction().filter(~Exists(anybody)):
            yield Work(
                title="实名制名册还是空的",
                url=reverse("workers:register", args=[project.code]),
                note=self._note(project.name, f"{project.start:%Y-%m-%d} 开工"),
                due=project.start + timedelta(days=_FILLED_WITHIN),
                action="导入花名册",
                action_url=reverse("workers:roster_import", args=[project.code]),
            )

    def _under_construction(self) -> QuerySet[Project]:
        rows = self._of(Project.objects.visible_to(self.actor), "pk").judged()
        return rows.filter(pk__in=self.reach.site()).order_by("code")

    # Account and board

    def without_account(self) -> Iterator[Work]:
        """Projects whose wage account is not registered yet."""
        live = (Project.Status.PREPARING, Project.Status.UNDER_CONSTRUCTION)
        accounts = SpecialAccount.everything.filter(project=OuterRef("pk"))
        rows = self._of(Project.objects.visible_to(self.actor), "pk").filter(
            ~Exists(accounts.exclude(status=SpecialAccount.Status.CLOSED)),
            pk__in=self.reach.contractor("account"),
            status__in=live,
        )
        for project in rows.order_by("code"):
            signed = project.contract_signed_on
            by_contract = signed + timedelta(days=_ACCOUNT_WITHIN) if signed else project.start
            yield Work(
                title="工资专用账户还没有登记",
                url=reverse("accounts:project", args=[project.code]),
                note=self._note(project.name, "合同签订后 30 日内，最迟开工前"),
                due=min(by_contract, project.start),
                action="登记专户",
                action_url=reverse("accounts:register", args=[project.code]),
            )

    def without_board(self) -> Iterator[Work]:
        """Sites where no board hangs."""
        mine = self.reach.contractor("notice")
        for project in projects_without_posting(
            actor=self.actor, as_of=self.as_of, projects=self.projects
        ):
            if project.pk in mine and project.status == Project.Status.UNDER_CONSTRUCTION:
                url = reverse("notices:project", args=[project.code])
                yield Work(
                    title="维权信息告示牌还没有张贴",
                    url=url,
                    note=self._note(project.name),
                    due=project.start,
                    action="制作告示牌",
                    action_url=url,
                )


def sections(*, actor: Actor, as_of: date) -> list[Section]:
    """The day of somebody on sites: what waits, and the warnings to answer."""
    work = Site(actor, as_of, Reach(actor)).work() or _first_project(actor)
    return [
        section("待办", work, "没有等您办理的事", "工资表报送、审核和发放到期前会出现在这里。"),
        own_warnings(actor=actor),
    ]


def _first_project(actor: Actor) -> list[Work]:
    """Where a general contractor that has just joined begins 规程二(一)."""
    if not projects.may_register(actor=actor) or Project.objects.visible_to(actor).exists():
        return []
    url = reverse("projects:new")
    note = "项目应在开工前登记，之后才能登记专户、名册和工资表"
    return [Work("还没有登记项目", url, note, None, "登记项目", url)]


def own_warnings(*, actor: Actor, project: Project | None = None) -> Section:
    """Live warnings that the actor sees, worst first; the sites' own people answer them."""
    lines = warnings.worst(actor=actor, limit=LIMIT, project=project)
    counts = warnings.counts_by_level(actor=actor, project=project)
    show = _look_at if is_government(actor) else _answer
    items = [show(line, "" if project else f"{line.project} · ") for line in lines]
    page = reverse("monitoring:project", args=[project.code]) if project else ""
    return Section(
        "预警",
        items,
        sum(counts.values()),
        "没有预警",
        "发现问题时会出现在这里，并写明怎样解除。",
        page or reverse("monitoring:list"),
    )


def _look_at(line: warnings.WarningLine, where: str) -> Work:
    url = reverse("monitoring:warning", args=[line.uuid])
    return Work(line.title, url, where + line.summary, line.due_on, "查看", url, line.badge)


def _answer(line: warnings.WarningLine, where: str) -> Work:
    """What is to be reported on by the settling day."""
    shown = _look_at(line, where)
    return replace(shown, action="反馈") if line.handling in BEFORE_REPORT else shown
