"""What supervision does day by day: the nightly sweep, and the officers' mornings."""

from datetime import datetime, timedelta

from django.db import connection

from core.calendar import is_working_day
from core.messages.models import MessagePreference
from core.messages.services import delivery
from demo import identity, scenario
from identity.models import User
from monitoring import acts, escalation, telling
from monitoring import services as monitoring
from monitoring.models import OPEN_STAGES, EarlyWarning

#: The nights whose sweep is told, in days before today: seldom first, then each.
_NIGHTS = (45, 40, 35, 31, 27, 23, 19, 15, 12, 9, 7, 5, 4, 3, 2, 1)

#: On the last of them people are told.
_DAYS_OF_MESSAGES = 5

Handling = EarlyWarning.Handling


class Scenario(scenario.Scenario):
    """Warnings that come, are handled and go."""

    def plan(self) -> None:
        today, diary = self.story.today, self.story.diary
        for back in _NIGHTS:
            day = today - timedelta(days=back)
            diary.on(day, "02:00", self.sweep)
            if is_working_day(day):
                diary.on(day, "08:00", self.escalate)
                diary.on(day, "10:30", self.sign)
                diary.on(day, "16:30", self.review)
                if back <= _DAYS_OF_MESSAGES:
                    diary.on(day, "10:45", self.tell)
        diary.on(today - timedelta(days=1), "17:10", self.report)
        diary.on(today - timedelta(days=_DAYS_OF_MESSAGES), "01:00", self.reach)

    def finish(self, now: datetime) -> None:
        self.sweep(now)
        self.tell(now)

    def reach(self, now: datetime) -> None:
        """Who is reached how: most by telephone, one by mail too, one not by text message, and
        the officer of one county left no number."""
        for number, user in enumerate(User.objects.order_by("pk")):
            if user.username != "renshe.hutubi":
                user.phone = f"139{number:08}"
                user.save(update_fields=["phone"])
        people = self.story.part(identity.Scenario).actors
        MessagePreference.everything.create(
            person=people["renshe.tianshan"].id,
            email="tianshan@renshe.example",
            email_confirmed_at=now,
        )
        MessagePreference.everything.create(person=people["renshe.wulumuqi"].id, sms=False)

    def escalate(self, now: datetime) -> None:
        """What was left lying goes up."""
        escalation.escalate_overdue(as_of=now.date(), now=now)

    def tell(self, now: datetime) -> None:
        """People are told, and the day's digests made and sent."""
        telling.tell_people(now=now)
        delivery.send_digests(now=now)
        delivery.deliver_waiting(moment=lambda: now)

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
        rows = (
            EarlyWarning.objects.visible_to(officer)
            .live()
            .filter(handling=Handling.DISPATCHED, since__lte=now.date() - timedelta(days=2))
        )
        for warning in rows.exclude(rule="NTC-01").order_by("pk")[::2]:
            acts.sign(actor=officer, uuid=warning.uuid, now=now, note="已电话督促总包单位。")

    def review(self, now: datetime) -> None:
        """The second officer closes what is mended, signed for or mended before anybody signed."""
        reviewer = self.story.part(identity.Scenario).actors["renshe.tianshan2"]
        mended = EarlyWarning.objects.visible_to(reviewer).filter(
            condition=EarlyWarning.Condition.CLEARED, handling__in=OPEN_STAGES
        )
        for warning in mended:
            note = "核对银行流水和工资表，事实已消除。"
            acts.close(actor=reviewer, uuid=warning.uuid, now=now, note=note)

    def report(self, now: datetime) -> None:
        """The contractor tells what it does about workers who were not paid."""
        contractor = self.story.part(identity.Scenario).actors["zongbao.laozi"]
        unpaid = EarlyWarning.objects.visible_to(contractor).live().filter(rule="PAY-04")
        for warning in unpaid:
            note = "2 人户名与银行预留不符，已通知本人携身份证到开户网点更正。"
            acts.report(actor=contractor, uuid=warning.uuid, now=now, note=note)
