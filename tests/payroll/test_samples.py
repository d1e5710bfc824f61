"""Every sample pay sheet is read as its answers say."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
ANSWERS = json.loads((SAMPLES / "answers.json").read_text())
SHEETS = ["usual.xlsx", "twolevel.xlsx", "xls.xls", "gbcsv.csv", "textnumbers.xlsx", "faults.xlsx"]


def read(cast, name: str, *options: str) -> tuple[dict, int]:
    """The command's document and its exit status."""
    out = StringIO()
    place = ["--project", cast.project.code, "--organisation", cast.subcontractor.uscc]
    try:
        call_command(
            "paysheet_import",
            *(str(SAMPLES / name), *place, "--month", "2026-09", "--json", *options),
            stdout=out,
        )
        status = 0
    except SystemExit as ended:
        status = ended.code
    return json.loads(out.getvalue()), status


@pytest.mark.parametrize("name", SHEETS)
class TestSample:
    def test_is_read_as_its_answers_say(self, cast, name):
        assert cast.roster
        document, status = read(cast, name)
        answer = ANSWERS[name]
        errors = [issue for issue in document["issues"] if issue["severity"] == "error"]
        assert document["header_row"] == answer["header_row"]
        assert document["rows"] == answer["rows"]
        assert sorted([i["row"], i["column"]] for i in errors) == answer["issues"]
        for total in ("gross", "net", "days"):
            if total in answer:
                assert document["totals"][total] == answer[total]
        assert document["accepted"] == (0 if answer["issues"] else 30)
        assert status == (1 if answer["issues"] else 0)
        assert not document["committed"]
