"""Facts as known at the end of a past day."""

from datetime import date, datetime

import pytest
from django.apps import apps
from django.db import connection

from core import calendar, history
from core.models import CalendarDay, PastRow
from core.sealed import SealedField
from projects.models import Participant, Project
from tests.cast import SHANGHAI
from workers.models import AttendanceMonth, Engagement, Person

pytestmark = pytest.mark.django_db


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=SHANGHAI)


def known_on(day: int):
    return history.as_known(history.end_of_day(date(2026, 10, day)), now=at(30))


def rename(project: Project, day: int, name: str) -> None:
    with history.written_at(at(day)):
        Project.everything.filter(pk=project.pk).update(name=name)


class TestAsKnown:
    def test_tells_each_version_on_its_days(self, cast):
        before = cast.project.name
        rename(cast.project, 5, "二")
        rename(cast.project, 9, "三")

        names = []
        for day in (4, 5, 8, 9, 20):
            with known_on(day):
                names.append(Project.everything.get(pk=cast.project.pk).name)

        assert names == [before, "二", "二", "三", "三"]
        assert Project.everything.get(pk=cast.project.pk).name == "三"

    def test_tells_the_last_of_several_on_one_day(self, cast):
        rename(cast.project, 5, "早")
        rename(cast.project, 5, "晚")

        with known_on(5):
            assert Project.everything.get(pk=cast.project.pk).name == "晚"

    def test_leaves_out_what_was_entered_later(self, cast):
        with history.written_at(at(1)):
            Project.everything.filter(pk=cast.elsewhere.pk).update(registered_at=at(7))

        with known_on(6):
            assert not Project.everything.filter(pk=cast.elsewhere.pk).exists()
        with known_on(7):
            assert Project.everything.filter(pk=cast.elsewhere.pk).exists()

    def test_lets_the_database_note_when_a_row_was_entered(self, cast):
        with history.written_at(at(7)):
            part = Participant.everything.create(
                project=cast.project,
                organisation=cast.contractor,
                role=Participant.Role.SUPERVISION,
                entered_on=date(2026, 9, 1),
            )

        with known_on(6):
            assert not Participant.everything.filter(pk=part.pk).exists()
        with known_on(7):
            assert Participant.everything.filter(pk=part.pk).exists()

    def test_brings_back_what_was_deleted(self, cast):
        part = Participant.everything.filter(project=cast.project).first()
        with history.written_at(at(7)):
            Participant.everything.filter(pk=part.pk).delete()

        with known_on(6):
            assert Participant.everything.filter(pk=part.pk).exists()
        with known_on(7):
            assert not Participant.everything.filter(pk=part.pk).exists()

    def test_writes_nothing_for_a_change_of_nothing(self, cast):
        Project.everything.filter(pk=cast.project.pk).update(name=cast.project.name)

        assert not PastRow.objects.exists()

    def test_leaves_nothing_behind(self, cast):
        with known_on(7):
            Project.everything.filter(pk=cast.project.pk).values_list("pk").count()
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            assert "pg_temp" not in cursor.fetchone()[0]
        Project.everything.filter(pk=cast.project.pk).update(name="可写")

    def test_asks_prepared_statements_anew(self, cast):
        """psycopg prepares what comes again: its plan must not read today's table."""
        rename(cast.project, 5, "今")

        def name() -> str:
            return Project.everything.get(pk=cast.project.pk).name

        assert {name() for _ in range(6)} == {"今"}
        with known_on(4):
            assert name() != "今"
        assert name() == "今"

    def test_tells_the_calendar_of_then(self, db):
        day = date(2026, 10, 14)
        assert calendar.is_working_day(day)
        with history.written_at(at(9)):
            CalendarDay.objects.create(day=day, working=False, name="放假", source="通知")
        calendar.forget_overrides()

        with known_on(8):
            assert calendar.is_working_day(day)
        with known_on(9):
            assert not calendar.is_working_day(day)
        assert not calendar.is_working_day(day)


class TestAnotherClock:
    def test_tells_nothing(self, cast):
        """The story plays in October, the database notes by its own clock in another month."""
        Project.everything.filter(pk=cast.project.pk).update(name="今")

        with known_on(4):
            assert Project.everything.get(pk=cast.project.pk).name == "今"
            assert Participant.everything.filter(project=cast.project).exists()


class TestSealed:
    def test_values_are_not_copied_and_their_index_is(self, cast, facts):
        person = facts.engagements[0].person
        Person.objects.filter(pk=person.pk).update(phone="13999990000", name="新名")

        row = PastRow.objects.get(of_table="workers_person", row_id=person.pk).row
        assert "name" in row
        sealed = {f.column for f in Person._meta.fields if isinstance(f, SealedField)}
        assert sealed
        assert not sealed & row.keys()

    def test_of_every_tracked_table_are_left_out(self, cast):
        for tracked in history.tracked_tables():
            model = apps.get_model(tracked.key)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT encode(tgargs, 'escape') FROM pg_trigger"
                    " WHERE tgname = 'keep_past_row' AND tgrelid = %s::regclass",
                    [model._meta.db_table],
                )
                (kept_out,) = cursor.fetchone()
            for field in model._meta.concrete_fields:
                if isinstance(field, SealedField):
                    assert field.column in kept_out, (tracked.key, field.column)


class TestPurge:
    def test_takes_the_past_with_it(self, cast):
        rename(cast.project, 5, "二")

        assert history.forget_rows(Project, [cast.project.pk]) == 1
        assert not PastRow.objects.exists()


class TestFacts:
    def test_of_attendance_are_those_of_the_day(self, facts):
        facts.attend(0, days=20)
        with history.written_at(at(1)):
            AttendanceMonth.everything.update(updated_at=at(2))
        with history.written_at(at(6)):
            AttendanceMonth.everything.update(days=25, updated_at=at(6))

        with known_on(1):
            assert not AttendanceMonth.everything.exists()
        with known_on(5):
            assert AttendanceMonth.everything.get().days == 20
        with known_on(6):
            assert AttendanceMonth.everything.get().days == 25
        assert Engagement.everything.count() == 4
