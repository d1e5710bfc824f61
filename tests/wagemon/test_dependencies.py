"""The audit of dependencies: a finding fails, silence is never taken for a clean bill."""

from pathlib import Path

import pytest

from wagemon import dependencies

CLEAN = {"name": "django", "version": "5.2.1", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI and could not be audited"}
BAD = {
    "name": "pillow",
    "version": "9.0",
    "vulns": [{"id": "PYSEC-2022-8", "fix_versions": ["9.0.1"], "aliases": []}],
}


def answering(monkeypatch, **reports):
    asked = lambda lock, service: {"dependencies": reports[service]} if service in reports else {}  # noqa: E731
    monkeypatch.setattr(dependencies, "asked", asked)
    return dependencies.audit(Path("base.txt"))


def test_fails_on_a_finding_and_names_it(monkeypatch):
    line, found = answering(monkeypatch, pypi=[CLEAN, BAD])
    assert found
    assert "pillow 9.0: PYSEC-2022-8 (fixed in 9.0.1)" in line


def test_passes_where_packages_were_looked_at(monkeypatch):
    line, found = answering(monkeypatch, pypi=[CLEAN, UNKNOWN])
    assert (line, found) == ("base.txt: 1 packages, no finding (pypi, 1 unknown to it)", False)


@pytest.mark.parametrize("reports", [{}, {"pypi": [UNKNOWN, UNKNOWN]}, {"pypi": [], "osv": []}])
def test_says_that_nothing_was_reached(monkeypatch, reports):
    line, found = answering(monkeypatch, **reports)
    assert (line, found) == ("base.txt: NOT AUDITED, no vulnerability service was reached", False)


def test_asks_the_second_service_where_the_first_knows_nothing(monkeypatch):
    assert answering(monkeypatch, pypi=[UNKNOWN], osv=[BAD])[1]


def test_takes_no_answer_for_none(monkeypatch, tmp_path):
    monkeypatch.setattr(dependencies.sys, "executable", "/bin/echo")
    assert dependencies.asked(tmp_path / "base.txt", "pypi") == {}
