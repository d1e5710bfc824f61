"""What supervision does day by day: the nightly sweep, and the officers' mornings."""

from datetime import datetime, timedelta

from django.db import connection

from core.calendar import is_working_day
from demo import identity, scenario
from monitoring import services as monitoring
from monitoring.models import EarlyWarning

#: The nights whose sweep is told, in days before today: seldom first, then each.
_NIGHTS = (45, 40, 35, 31, 27, 23, 19, 15, 12, 9, 7, 5, 4, 3, 2, 1)

Handling = EarlyWarning.Handling


class Scenario(scenario.Scenario):
    """Warnings that come, are handled and go."""

    def plan(self) -> None:
        today, diary = self.story.today, self.story.diary
        for back in _NIGHTS:
            day = today - timedelta(days=back)
            diary.on(day, "02:00", self.sweep)
            if is_working_day(day):
                diary.on(day, "10:30", self.sign)
                diary.on(day, "16:30", self.review)
        diary.on(today - timedelta(days=1), "17:10", self.report)

    def finish(self, now: datetime) -> None:
        self.sweep(now)

    def sweep(self, now: datetime) -> None:
        # Have the planner know what has been written so far. The whole story is one transaction,
        # which no autovacuum looks into: with the figures of tables that were empty before it, a
        # sweep that takes milliseconds took minutes.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        monitoring.run_rules(as_of=now.date(), now=now)

    def sign(self, now: datetime) -> None:
        """The county's officer signs for every other warning that has stood for two days."""
        officer = self.story.part(identity.Scenario).actors["renshe.tianshan"]
        rows = EarlyWarning.objects.visible_to(officer).filter(
            handling=Handling.DISPATCHED, since__lte=now.date() - timedelta(days=2)
        )
        for warning in rows.exclude(rule="NTC-01").order_by("pk")[::2]:
            monitoring.sign(actor=officer, uuid=warning.uuid, now=now, note="已电话督促总包单位。")

    def review(self, now: datetime) -> None:
        """The second officer closes what was signed for and is mended."""
        reviewer = self.story.part(identity.Scenario).actors["renshe.tianshan2"]
        mended = EarlyWarning.objects.visible_to(reviewer).filter(
            condition=EarlyWarning.Condition.CLEARED, handling=Handling.SIGNED
        )
        for warning in mended:
            note = "核对银行流水和工资表，事实已消除。"
            monitoring.close(actor=reviewer, uuid=warning.uuid, now=now, note=note)

    def report(self, now: datetime) -> None:
        """The contractor tells what it does about workers who were not paid."""
        contractor = self.story.part(identity.Scenario).actors["zongbao.laozi"]
        unpaid = EarlyWarning.objects.visible_to(contractor).live().filter(rule="PAY-04")
        for warning in unpaid:
            note = "2 人户名与银行预留不符，已通知本人携身份证到开户网点更正。"
            monitoring.report(actor=contractor, uuid=warning.uuid, now=now, note=note)
