"""How thin an app's tests may be: under its floor fails, and so does having none."""

import tomllib
from pathlib import Path

import pytest

from wagemon import floors

ROOT = Path(floors.__file__).parents[1]
#: Python at the top that users never run.
NOT_MEASURED = {"tests", "bench"}


def measured(lines, branches, run_lines, run_branches):
    names = ("num_statements", "num_branches", "covered_lines", "covered_branches")
    return {"summary": dict(zip(names, (lines, branches, run_lines, run_branches), strict=True))}


REPORT = {
    "files": {
        "payroll/models.py": measured(60, 20, 60, 10),
        "payroll/views/sheets.py": measured(20, 0, 10, 0),
        "core/money.py": measured(10, 10, 10, 10),
        "core/__init__.py": measured(0, 0, 0, 0),
    }
}


def test_a_folder_s_share_counts_lines_and_branches_of_all_its_files():
    assert floors.shares(REPORT) == {"core": 100.0, "payroll": 80.0}


@pytest.mark.parametrize(
    ("asked", "failed"),
    [
        ({"core": 100, "payroll": 80}, []),
        ({"core": 100, "payroll": 81}, ["payroll"]),
        ({"core": 100}, ["payroll"]),
        ({"core": 99, "payroll": 80, "bonds": 90}, ["bonds"]),
    ],
    ids=["met", "under its floor", "without a floor", "not run at all"],
)
def test_judges_each_folder_by_its_floor(asked, failed):
    lines, bad = floors.judge(floors.shares(REPORT), asked)
    assert [line.split()[0] for line in lines if line.endswith("FAILED")] == failed
    assert bad == bool(failed)


def test_every_folder_of_ours_is_measured_and_has_a_floor():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    folders = {one.parent.name for one in ROOT.glob("*/__init__.py")} - NOT_MEASURED
    assert set(tool["coverage"]["run"]["source"]) == set(tool["wagemon"]["floors"]) == folders
