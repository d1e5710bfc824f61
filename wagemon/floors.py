"""``make coverage``: how much of each app the suite runs, lines and branches, against its floor.

The floors stand in ``pyproject.toml``, one for each folder of ours. What has none fails, so that a
new app says at once how thin it may be.
"""

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any


def shares(report: dict[str, Any]) -> dict[str, float]:
    """Percent of each folder's lines and branches that were run, from coverage's JSON."""
    there, run = Counter[str](), Counter[str]()
    for file, measured in report["files"].items():
        folder, summary = Path(file).parts[0], measured["summary"]
        there[folder] += summary["num_statements"] + summary["num_branches"]
        run[folder] += summary["covered_lines"] + summary["covered_branches"]
    return {folder: 100 * run[folder] / there[folder] for folder in sorted(there) if there[folder]}


def judge(shares: dict[str, float], floors: dict[str, float]) -> tuple[list[str], bool]:
    """One line for each folder, and whether one is under its floor, without one, or not run."""
    lines, bad = [], False
    for folder in sorted(shares.keys() | floors.keys()):
        share, floor = shares.get(folder, 0.0), floors.get(folder)
        wrong = floor is None or share < floor
        bad = bad or wrong
        asked = "no floor in pyproject.toml" if floor is None else f"floor {floor}"
        lines.append(f"{folder:<14}{share:6.1f} %  {asked}{'  FAILED' if wrong else ''}")
    return lines, bad


def main(report: str) -> int:
    """Print the folders of coverage's JSON report. 1 where one is thinner than it may be."""
    root = Path(__file__).resolve().parent.parent
    floors = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["wagemon"]
    lines, bad = judge(shares(json.loads(Path(report).read_text("utf-8"))), floors["floors"])
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
