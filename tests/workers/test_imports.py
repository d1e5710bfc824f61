"""Rosters and attendance sheets as site offices send them."""

import json

import openpyxl
import pytest
from django.core.management import call_command

from core.actor import SYSTEM
from core.tabular.tables import CheckedLine, Row
from core.workbook_text import put_text
from projects.models import Project
from tests.cast import MONTH, SAMPLES
from workers import selectors
from workers.models import AttendanceMonth, Engagement, Person, Team, WageCard
from workers.tables.roster import RosterContext, agrees_with_register, resolve_person

ANSWERS = json.loads((SAMPLES / "answers.json").read_text(encoding="utf-8"))


def run(capsys, command: str, file: str, project: Project, *arguments: str) -> tuple[int, dict]:
    """Exit status and report of an import command."""
    status = 0
    try:
        call_command(command, str(SAMPLES / file), "--project", project.code, "--json", *arguments)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    return status, json.loads(capsys.readouterr().out)


class TestRosterImport:
    def test_previews_the_sample_without_writing(self, cast, capsys):
        status, report = run(capsys, "roster_import", "roster.xlsx", cast.project)

        assert (status, report["committed"], report["result"]) == (0, False, None)
        assert report["header_row"] == ANSWERS["roster.xlsx"]["header_row"]
        assert report["rows"] == report["accepted"] == 30
        assert [i for i in report["issues"] if i["severity"] == "error"] == []
        assert not Engagement.everything.exists()

    def test_enters_thirty_workers(self, cast, capsys):
        status, report = run(capsys, "roster_import", "roster.xlsx", cast.project, "--commit")

        assert status == 0
        assert report["committed"] is True
        rows = Engagement.everything.filter(project=cast.project, employer=cast.subcontractor)
        assert rows.count() == Person.objects.count() == WageCard.objects.count() == 30
        assert not rows.filter(trade__isnull=True).exists()

    def test_changes_nothing_the_second_time(self, cast, capsys):
        for _ in range(2):
            status, report = run(capsys, "roster_import", "roster.xlsx", cast.project, "--commit")

        assert (status, report["committed"]) == (0, True)
        assert Engagement.everything.count() == 30

    def test_takes_no_team_that_is_a_formula(self, cast, capsys, tmp_path):
        book = openpyxl.load_workbook(SAMPLES / "roster.xlsx")
        page = book.worksheets[0]
        heading = next(c for row in page.iter_rows() for c in row if c.value == "班组")
        put_text(page.cell(heading.row + 1, heading.column), "=1+1")
        book.save(tmp_path / "roster.xlsx")
        file = str(tmp_path / "roster.xlsx")
        _, report = run(capsys, "roster_import", file, cast.project, "--commit")
        faults = [(i["column"], i["code"]) for i in report["issues"] if i["severity"] == "error"]
        assert faults == [("team", "formula_like")]
        assert report["accepted"] == 29
        assert not Team.everything.filter(name="=1+1").exists()

    def test_shows_no_number_in_full(self, cast, capsys):
        assert cast.roster
        _, report = run(capsys, "roster_import", "roster.xlsx", cast.project)

        text = json.dumps(report, ensure_ascii=False)
        assert not any(e.id_number in text or e.card in text for e in cast.roster)


class TestAttendanceImport:
    def test_records_the_month(self, cast, capsys):
        assert cast.roster
        status, report = run(
            capsys,
            "attendance_import",
            "attendance.xlsx",
            cast.project,
            "--month",
            "2026-09",
            "--commit",
        )

        assert status == 0
        assert report["totals"]["days"] == ANSWERS["attendance.xlsx"]["days"]
        assert AttendanceMonth.everything.filter(month=MONTH).count() == 30

    def test_asks_for_registration_first(self, cast, capsys):
        status, report = run(
            capsys, "attendance_import", "attendance.xlsx", cast.project, "--month", "2026-09"
        )

        assert (status, report["accepted"]) == (1, 0)
        assert {i["code"] for i in report["issues"]} == {"not_on_register"}

    def test_counts_the_days_itself_where_the_sum_differs(self, cast, capsys, tmp_path):
        assert cast.roster
        book = openpyxl.load_workbook(SAMPLES / "attendance.xlsx")
        # The first worker has 17 days by the marks.
        assert book.active["AJ3"].value == 17
        book.active["AJ3"] = 18
        book.save(tmp_path / "attendance.xlsx")
        file = str(tmp_path / "attendance.xlsx")
        _, report = run(
            *(capsys, "attendance_import", file, cast.project, "--month", "2026-09", "--commit")
        )
        assert (3, "sum_differs", "warning") in {
            (i["row"], i["code"], i["severity"]) for i in report["issues"]
        }
        assert AttendanceMonth.everything.order_by("engagement_id").first().days == 17

    def test_refuses_a_mark_on_the_31st_of_september(self, cast, capsys):
        assert cast.roster
        _, report = run(
            capsys, "attendance_import", "attendance.xlsx", cast.project, "--month", "2026-02"
        )

        assert "no_such_day" in {i["code"] for i in report["issues"]}


class TestRoll:
    @pytest.mark.usefixtures("db")
    def test_costs_the_same_for_thirty_as_for_one(self, cast, django_assert_num_queries):
        numbers = [entry.id_number for entry in cast.roster]
        for some in (numbers[:1], numbers):
            with django_assert_num_queries(2):
                found = selectors.workers_in_month(
                    actor=SYSTEM,
                    project=cast.project,
                    employer=cast.subcontractor,
                    id_numbers=some,
                    month=MONTH,
                )
            assert len(found) == len(some)


class TestAgreement:
    def test_takes_a_name_by_the_name_rules_and_leaves_the_phone_alone(self, cast):
        known = next(entry for entry in cast.roster if "·" in entry.name)
        said = {"id": known.id_number, "name": known.name.replace("·", ""), "phone": "13900000001"}
        row = Row(3, {}, said)
        people = selectors.known_people(id_numbers=[known.id_number])
        context = RosterContext(people)
        (fault,) = agrees_with_register(CheckedLine(row, resolve_person(row, context)), context)
        assert (fault.code, fault.severity) == ("phone_differs", "warning")
        assert known.phone not in fault.message
