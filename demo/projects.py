"""How a project of the demo district comes to be, begins and ends."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.actor import Actor
from core.months import first_day, shift_month
from demo import identity, scenario
from demo.district import Days, Site
from identity.models import Organisation, User
from projects import services as projects
from projects.models import Participant, Project, ProjectOfficer
from projects.services import NewOfficer

Office = ProjectOfficer.Role


@dataclass
class SiteProject:
    """A site's project, and who acts for whom on it."""

    site: Site
    days: Days
    cast: identity.Scenario
    today: date
    project: Project = field(init=False)

    # Looked up when asked for: units and users are registered by the story itself.

    @cached_property
    def contractor(self) -> Organisation:
        return self._registered_unit(self.site.contractor)

    @cached_property
    def employer(self) -> Organisation:
        return self._registered_unit(self.site.employer)

    @cached_property
    def admin(self) -> Actor:
        return self.cast.leader(self.site.contractor)

    @cached_property
    def reviewer(self) -> Actor:
        return self.cast.actors["zongbao.laozi"] if self.site.contractor == "c1" else self.admin

    @cached_property
    def sender(self) -> Actor:
        if self.site.employer == "s1":
            return self.cast.actors["fenbao.tianshan"]
        return self.cast.leader(self.site.employer)

    def _registered_unit(self, key: str) -> Organisation:
        return self.cast.units[key]

    def register(self, now: datetime) -> None:
        owner = self._registered_unit(self.site.owner)
        leader = NewOfficer(Office.LEADER, "赵国庆", "19900009003")
        self.project = projects.register_project(
            actor=self.admin,
            now=now,
            particulars=self._project_particulars(),
            owner=projects.UnitByCode(owner.uscc, owner.name),
            officers=[leader],
            wage_term=projects.NewWageTerm(self.days.sheet_day, self.days.pay_day),
        )
        self._appoint_officer(Office.MANAGER, "zongbao.jingli", "王立新", "19900009001", now)
        self._appoint_officer(Office.LABOUR, "zongbao.laozi", "李海燕", "19900009002", now)
        projects.add_participant(
            actor=self.admin,
            code=self.project.code,
            unit=projects.UnitByCode(self.employer.uscc, self.employer.name),
            role=Participant.Role.LABOUR,
            entered_on=now.date(),
            now=now,
        )
        # Read anew: who takes part is remembered by the object.
        self.project = Project.everything.get(pk=self.project.pk)

    def _project_particulars(self) -> dict[str, Any]:
        site, days = self.site, self.days
        return dict(  # noqa: C408 - reads as the columns do
            name=site.name,
            category=site.category,
            region_id=site.region,
            industry_id=site.industry,
            address=site.address,
            contract_amount=Decimal(site.amount) * 10000,
            contract_signed_on=days.begun - timedelta(days=25),
            permit_number=f"{site.region}{days.begun:%Y%m%d}0101",
            permit_issued_on=days.begun - timedelta(days=22),
            planned_start=days.begun,
            planned_end=self._planned_end,
        )

    @property
    def _planned_end(self) -> date:
        if self.site.ends_in is not None:
            return self.today + timedelta(days=self.site.ends_in)
        return shift_month(first_day(self.days.begun), 19) - timedelta(days=1)

    def _appoint_officer(
        self, role: str, username: str, name: str, phone: str, now: datetime
    ) -> None:
        user = None
        if self.site.contractor == "c1":
            user = User.objects.with_grants().get(username=username)
        projects.appoint_officer(
            actor=self.admin,
            code=self.project.code,
            officer=NewOfficer(role, user.name if user else name, phone),
            since=now.date(),
            user=user.uuid if user else None,
            now=now,
        )

    def begin(self, now: datetime) -> None:
        projects.change_status(
            actor=self.admin, now=now, code=self.project.code, action="start", on=now.date()
        )

    def end(self, now: datetime) -> None:
        """停工 or 完工."""
        projects.change_status(
            actor=self.admin,
            now=now,
            code=self.project.code,
            action=self.site.status,
            on=now.date(),
            reason="施工图变更，待设计单位复核" if self.site.status == "suspend" else "",
        )


class Scenario(scenario.Scenario):
    """Every site's project, registered before its works begin."""

    def __init__(self, story: scenario.Story) -> None:
        super().__init__(story)
        self.projects: list[SiteProject] = []

    def plan(self) -> None:
        diary, cast = self.story.diary, self.story.part(identity.Scenario)
        for dated in self.story.sites:
            one = SiteProject(dated.site, dated.days, cast, self.story.today)
            self.projects.append(one)
            diary.on(one.days.begun - timedelta(days=20), "10:20", one.register)
            if one.site.status != "prepare":
                diary.on(one.days.begun, "09:00", one.begin)
            if one.site.status not in ("prepare", "start"):
                day = self.story.today - timedelta(days=dated.site.ended)
                diary.on(day, "17:00", one.end)
