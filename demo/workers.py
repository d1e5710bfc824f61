"""The workers of each site: enrolled when works begin, with attendance month by month."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from core.months import first_day
from demo import projects, scenario
from demo.projects import SiteProject
from demo.wages import TOO_LOW, SiteWorker, hire, month_marks
from workers.models import Engagement, WageCard
from workers.services.attendance import record_month
from workers.services.register import RosterEntry, enrol_workers


class Scenario(scenario.Scenario):
    """A crew for each project that is worked on."""

    def __init__(self, story: scenario.Story) -> None:
        super().__init__(story)
        #: By the project's name.
        self.crews: dict[str, list[SiteWorker]] = {}

    def plan(self) -> None:
        diary, yesterday = self.story.diary, self.story.today - timedelta(days=1)
        for one in self.story.part(projects.Scenario).projects:
            if one.site.status == "prepare":
                continue
            diary.on(one.days.begun + timedelta(days=2), "15:30", partial(self.enrol, one))
            is_under_way = first_day(yesterday) == first_day(self.story.today)
            if one.site.workers and one.site.status == "start" and is_under_way:
                diary.on(yesterday, "19:40", partial(self.record_this_month, one))

    def enrol(self, one: SiteProject, now: datetime) -> None:
        people = [self.story.people.next_person() for _ in range(one.site.workers)]
        crew = hire(people, self.story.random) if people else []
        self.crews[one.site.name] = crew
        for worker in crew[: one.site.underpaid]:
            worker.rate = TOO_LOW
        if crew:
            enrol_workers(
                actor=one.sender,
                now=now,
                code=one.project.code,
                employer=one.employer.uuid,
                entries=_roster_entries(one, crew, now.date()),
            )
            _find_rows(one, crew)

    def record_this_month(self, one: SiteProject, now: datetime) -> None:
        self.record(one, first_day(now.date()), now)

    def record(self, one: SiteProject, month: date, now: datetime) -> dict[int, str]:
        """Attendance of a month up to this day; the marks by engagement."""
        crew = self.crews[one.site.name]
        marks = {
            worker.engagement: month_marks(month, now.date(), self.story.random) for worker in crew
        }
        record_month(
            actor=one.sender,
            now=now,
            code=one.project.code,
            employer=one.employer.uuid,
            month=month,
            marks=marks,
        )
        return marks


def _roster_entries(one: SiteProject, crew: Sequence[SiteWorker], day: date) -> list[RosterEntry]:
    """The lines of the roster; some lack what 规程二(四) names WRK-02."""
    entries = []
    for number, worker in enumerate(crew, start=1):
        lacks = number > len(crew) - one.site.incomplete
        person = worker.person
        entries.append(
            RosterEntry(
                id_number=person.id_number,
                name=person.name,
                entered_on=day,
                trade=worker.trade,
                team=worker.team,
                nation=person.nation,
                phone="" if lacks else person.phone,
                card=person.card,
                bank=person.bank,
                contract_number="" if lacks else f"LD{day:%Y}-{one.project.pk:03d}-{number:03d}",
            )
        )
    return entries


def _find_rows(one: SiteProject, crew: Sequence[SiteWorker]) -> None:
    """Which rows of the register the workers became."""
    rows = Engagement.everything.filter(project=one.project).select_related("person")
    by_id = {row.person.id_number: row for row in rows}
    cards = WageCard.objects.filter(person__in=[row.person_id for row in by_id.values()])
    card_of = {card.person_id: card.pk for card in cards}
    for worker in crew:
        row = by_id[worker.person.id_number]
        worker.engagement, worker.card = row.pk, card_of[row.person_id]
