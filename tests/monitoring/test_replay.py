"""Days that were lived through, judged again: the same warnings, none lost and none invented."""

import json
import random
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import StatementEntry, StatementImport
from core import calendar
from core.history import written_at
from core.models import CalendarDay
from monitoring import services
from monitoring.catalogue import State
from monitoring.models import EarlyWarning, RuleRun, RuleSetting, WarningEvent
from notices.models import NoticeBoard, Posting
from payroll.models import PayLine, PaySheet
from projects.models import Project
from tests.cast import MONTH, SHANGHAI
from tests.monitoring.conftest import Facts, at
from workers.models import AttendanceMonth, Engagement, Person

FIRST = date(2026, 10, 1)
DAYS = 30
Found = set[tuple[str, str, str, str, str]]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=SHANGHAI)


def found(evaluations) -> Found:
    """What was found: rule, subject, period, state and level."""
    return {
        (e.rule.code, *o.finding.identity, o.state.value, o.finding.level or "")
        for e in evaluations
        for o in e.outcomes
    }


@contextmanager
def on(day: date):
    """Something happens at noon of a day."""
    with written_at(noon(day)):
        yield
    calendar.forget_overrides()


def enter(rows, **values: object) -> None:
    """Give what the helpers just put in the moments of its day; no version of it stays behind."""
    with written_at(at(MONTH)):
        rows.update(**values)


class Story:
    """What may happen to the four workers' September on any day; chance says what does."""

    def __init__(self, facts: Facts, chance: random.Random) -> None:
        self.facts, self.chance = facts, chance

    def live(self, day: date) -> None:
        acts: list[Callable[[date], object]] = [
            *(self.attend, self.hand_in, self.return_sheet, self.pay_line, self.fail_line),
            *(self.tell_balance, self.debit, self.post, self.suspend, self.drop_contract),
            *(self.tighten, self.holiday, self.drop_phone, self.take_board_down, self.nothing),
        ]
        for act in self.chance.sample(acts, 3):
            with on(day):
                act(day)

    def _sheet(self) -> PaySheet | None:
        return PaySheet.everything.order_by("-pk").first()

    def attend(self, day: date) -> None:
        index = self.chance.randrange(4)
        engagement = self.facts.engagements[index]
        rows = AttendanceMonth.everything.filter(engagement=engagement)
        days = self.chance.randint(1, 25)
        if not rows.update(days=days, updated_at=noon(day)):
            self.facts.attend(index, days=days)
            enter(rows, updated_at=noon(day))

    def hand_in(self, day: date) -> None:
        if PaySheet.everything.filter(status__in=["submitted", "draft", "returned"]).exists():
            return
        wage = Decimal(self.chance.choice([900, 5000]))
        sheet = self.facts.sheet(net=wage, gross=wage)
        rows = PaySheet.everything.filter(pk=sheet.pk)
        enter(rows, created_at=noon(day), submitted_at=noon(day))

    def return_sheet(self, day: date) -> None:
        if sheet := self._sheet():
            other = {"submitted": "returned", "returned": "submitted"}.get(sheet.status)
            if other:
                PaySheet.everything.filter(pk=sheet.pk).update(status=other)

    def pay_line(self, day: date) -> None:
        if (sheet := self._sheet()) and sheet.status != "returned":
            self.facts.pay(sheet, self.chance.randint(4, 7), on=day)

    def fail_line(self, day: date) -> None:
        if (sheet := self._sheet()) and sheet.status != "returned":
            row = self.chance.randint(4, 7)
            if not sheet.lines.filter(row=row, status=PayLine.Status.PAID).exists():
                self.facts.fail(sheet, row, on=day)

    def tell_balance(self, day: date) -> None:
        known = self.facts.balance(self.chance.choice([100, 30_000]), day - timedelta(days=2))
        enter(StatementImport.everything.filter(pk=known.pk), received_at=noon(day))

    def debit(self, day: date) -> None:
        booked_on = day - timedelta(days=1)
        statement = StatementImport.everything.create(
            account=self.facts.cast.account,
            message_id=f"DT-{day}",
            from_date=booked_on,
            to_date=booked_on,
            opening=0,
            closing=0,
            received_at=noon(day),
        )
        entry = self.facts.debit(self.chance.randint(1, 900), booked_on)
        enter(StatementEntry.everything.filter(pk=entry.pk), statement=statement)

    def post(self, day: date) -> None:
        code = f"BOARD{day:%m%d}ABC"
        if not NoticeBoard.everything.filter(code=code).exists():
            version = NoticeBoard.everything.count() + 1
            self.facts.post_board(day, code=code, version=version)

    def take_board_down(self, day: date) -> None:
        Posting.everything.all().delete()

    def suspend(self, day: date) -> None:
        statuses = [Project.Status.SUSPENDED, Project.Status.UNDER_CONSTRUCTION]
        Project.everything.filter(pk=self.facts.project.pk).update(
            status=self.chance.choice(statuses), updated_at=noon(day)
        )

    def drop_contract(self, day: date) -> None:
        engagement = self.chance.choice(self.facts.engagements)
        number = self.chance.choice(["", "HT-1"])
        Engagement.everything.filter(pk=engagement.pk).update(contract_number=number)

    def drop_phone(self, day: date) -> None:
        engagement = self.chance.choice(self.facts.engagements)
        person = Person.objects.get(pk=engagement.person_id)
        person.phone = self.chance.choice(["", "13999990000"])
        person.save()

    def tighten(self, day: date) -> None:
        RuleSetting.objects.update_or_create(
            rule="PAY-01",
            name="grace",
            region_id="650000",
            since=day,
            defaults={
                "value": Decimal(self.chance.randint(0, 5)),
                "reason": "试行",
                "set_by": "厅",
                "set_at": noon(day),
            },
        )

    def holiday(self, day: date) -> None:
        off = FIRST + timedelta(days=self.chance.randrange(DAYS))
        CalendarDay.objects.update_or_create(
            day=off, defaults={"working": False, "name": "放假", "source": "通知"}
        )

    def nothing(self, day: date) -> None: ...


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thirty_lived_days_are_replayed_equal(cast, seed):
    with written_at(at(MONTH)):
        facts = Facts(cast)
    Project.everything.update(registered_at=at(MONTH))
    story = Story(facts, random.Random(seed))
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    lived: dict[date, Found] = {}
    for day in days:
        story.live(day)
        with written_at(noon(day) + timedelta(hours=1)):
            swept = services.run_rules(as_of=day, now=noon(day) + timedelta(hours=1))
        assert all(one.status == RuleRun.Status.OK for one in swept)
        lived[day] = found(swept)

    now = noon(days[-1] + timedelta(days=1))
    before = WarningEvent.everything.count()
    for day in days:
        evaluations = services.replay_rules(as_of=day, now=now)
        assert all(one.status == RuleRun.Status.OK for one in evaluations)
        replayed = found(evaluations)
        assert replayed == lived[day], (day, replayed ^ lived[day])
    # The story was worth it, and nothing was written.
    assert len({one[0] for day in days for one in lived[day]}) >= 6
    assert WarningEvent.everything.count() == before


class TestCommand:
    def run(self, capsys, *arguments: str) -> dict:
        call_command("rules", "run", *arguments, "--json")
        return json.loads(capsys.readouterr().out)

    def test_only_prints_a_day_before_the_last_run(self, facts, capsys):
        facts.attend()
        last = date(2026, 10, 20)
        services.run_rules(as_of=last, now=at(last))
        runs, events = RuleRun.objects.count(), WarningEvent.everything.count()

        report = self.run(capsys, "PAY-01", "--as-of", "2026-10-08")

        assert report["as_of"] == "2026-10-08"
        assert RuleRun.objects.count() == runs
        assert WarningEvent.everything.count() == events
        assert not EarlyWarning.everything.filter(evaluated_on=date(2026, 10, 8)).exists()

    def test_only_prints_a_day_to_come(self, facts, capsys):
        report = self.run(capsys, "NTC-01", "--as-of", "2030-01-01")

        assert report["rules"][0]["found"] >= 1
        assert not RuleRun.objects.exists()
        assert not EarlyWarning.everything.exists()

    def test_says_what_each_finding_came_to(self, facts, capsys):
        facts.sheet()
        report = self.run(capsys, "ACC-06", "--as-of", "2026-10-13")

        [rule] = report["rules"]
        assert (rule["found"], rule["unknown"], rule["inhibited"]) == (0, 1, 0)
        [warning] = report["warnings"]
        assert (warning["condition"], warning["level"]) == (State.UNKNOWN.value, None)
        assert "余额" in warning["because"]
