"""The command that takes a pay sheet, whatever workbook it stands in."""

import json
import os
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command

from core.tabular.process import LIMITS
from payroll.models import PayLine, PaySheetUpload
from tests.cast import SAMPLES


def run(cast, path, *options: str, month: str = "2026-09") -> tuple[dict, int]:
    """The command's document and its exit status."""
    out, place = StringIO(), ["--project", cast.project.code]
    place += ["--organisation", cast.subcontractor.uscc, "--month", month]
    try:
        call_command("paysheet_import", str(path), *place, "--json", *options, stdout=out)
    except SystemExit as ended:
        return json.loads(out.getvalue()), ended.code
    return json.loads(out.getvalue()), 0


def errors(document: dict) -> list[tuple[str, int, str]]:
    return [
        (issue["sheet"], issue["row"], issue["code"])
        for issue in document["issues"]
        if issue["severity"] == "error"
    ]


@pytest.fixture
def book():
    return openpyxl.load_workbook(SAMPLES / "usual.xlsx")


@pytest.fixture
def team_sheets(book, tmp_path):
    """The usual sheet's first ten, next ten and last ten, each on a worksheet of their own."""
    sheet = book.active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    workers = [row for row in rows if isinstance(row[2], str) and row[2][:6].isdigit()]
    teams = openpyxl.Workbook()
    teams.remove(teams.active)
    for number, name in enumerate(("钢筋班", "木工班", "泥工班")):
        page = teams.create_sheet(name)
        page.append(["昆仑大道安置房二期2026年9月工资表"])
        for row in (rows[0], *workers[number * 10 : number * 10 + 10]):
            page.append(row)
    path = tmp_path / "三个班组.xlsx"
    teams.save(path)
    return path


class TestTeamSheets:
    def test_are_all_read_and_accounted_for(self, cast, team_sheets):
        assert cast.roster
        document, status = run(cast, team_sheets)
        assert (status, document["rows"], document["accepted"]) == (0, 30, 30)
        assert (document["sheet"], document["header_row"]) == ("钢筋班", 2)
        account = document["account"]
        assert [(s["name"], s["use"]) for s in account["sheets"]] == [
            ("钢筋班", "read"),
            ("木工班", "read"),
            ("泥工班", "read"),
        ]
        assert [s["rows"]["worker"] for s in account["sheets"]] == [10, 10, 10]
        assert account["ids_in_file"] == account["ids_accounted"] == 30

    def test_become_one_sheet_with_a_line_for_each(self, cast, team_sheets):
        assert cast.roster
        document, status = run(cast, team_sheets, "--commit")
        assert (status, document["committed"]) == (0, True)
        assert list(PayLine.everything.values_list("row", flat=True)) == list(range(1, 31))
        upload = PaySheetUpload.everything.get()
        assert upload.account["ids_in_file"] == 30

    def test_name_the_sheet_of_a_fault(self, cast, team_sheets):
        assert cast.roster
        book = openpyxl.load_workbook(team_sheets)
        book["木工班"]["C4"] = book["钢筋班"]["C3"].value
        book.save(team_sheets)
        document, status = run(cast, team_sheets)
        assert status == 1
        assert ("木工班", 4, "duplicate") in errors(document)
        (said,) = [i["message"] for i in document["issues"] if i["code"] == "duplicate"]
        assert "「钢筋班」第 3 行" in said


class TestMonth:
    def test_another_one_is_an_error_that_names_it(self, cast):
        assert cast.roster
        document, status = run(cast, SAMPLES / "usual.xlsx", month="2026-08")
        assert (status, document["accepted"]) == (1, 0)
        (issue,) = [i for i in document["issues"] if i["code"] == "other_month"]
        assert (issue["value"], issue["severity"]) == ("2026-09", "error")


class TestHidden:
    @pytest.fixture
    def path(self, book, tmp_path):
        book.active.row_dimensions[5].hidden = True
        book.save(tmp_path / "隐藏.xlsx")
        return tmp_path / "隐藏.xlsx"

    def test_rows_are_an_error_until_it_is_said(self, cast, path):
        assert cast.roster
        document, status = run(cast, path)
        assert (status, errors(document)) == (1, [("工资表", 3, "hidden_rows")])

    def test_rows_are_read(self, cast, path):
        assert cast.roster
        document, status = run(cast, path, "--hidden", "read")
        assert (status, document["accepted"]) == (0, 30)

    def test_rows_are_skipped_and_the_total_says_so(self, cast, path):
        assert cast.roster
        document, status = run(cast, path, "--hidden", "skip")
        assert (status, document["rows"]) == (1, 29)
        assert {code for _, _, code in errors(document)} == {"total_differs"}

    def test_what_was_said_counts_at_the_commit_of_a_file_that_waits(self, cast, path):
        assert cast.roster
        assert run(cast, path, "--commit")[1] == 1
        document, status = run(cast, path, "--commit", "--hidden", "read")
        assert (status, document["committed"]) == (0, True)


class TestFile:
    def test_has_a_name_of_any_bytes(self, cast, tmp_path):
        assert cast.roster
        name = os.fsdecode("九月工资表.xlsx".encode("gb18030"))
        path = tmp_path / name
        path.write_bytes((SAMPLES / "usual.xlsx").read_bytes())
        for options in ([], ["--commit"]):
            document, status = run(cast, path, *options)
            assert (status, document["file"]) == (0, "九月工资表.xlsx")

    def test_too_large_is_refused_before_a_byte_of_it_is_read(self, cast, tmp_path):
        path = tmp_path / "大.xlsx"
        with path.open("wb") as file:
            file.truncate(LIMITS.max_bytes + 1)
        path.chmod(0)
        for options in ([], ["--commit"]):
            document, status = run(cast, path, *options)
            assert (status, document["issues"][0]["code"]) == (1, "too_large")
