"""Services start tasks by name; every such name leads to a task."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from wagemon.celery import app

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"[a-z_]+\.tasks\.[a-z_]+")
FOLDERS = [
    "wagemon",
    *(name for name in settings.INSTALLED_APPS if (ROOT / name / "__init__.py").exists()),
]


def names_in(source: str) -> Iterator[str]:
    """Strings in code that look like the name of a task."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and NAME.fullmatch(node.value)
        ):
            yield node.value


def all_names() -> set[str]:
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {name for path in files for name in names_in(path.read_text("utf-8"))}


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    app.autodiscover_tasks(force=True)
    return set(app.tasks)


class TestTaskNames:
    def test_all_lead_to_a_task(self, tasks):
        assert all_names() - tasks == set()

    def test_are_found_at_all(self):
        assert {settings.TOUCH_TASK, "core.tasks.seal_audit_entries"} <= all_names()

    def test_that_lead_nowhere_are_found(self, tasks):
        wrong = set(names_in('jobs.enqueue("core.tasks.nothing", 1)'))
        assert wrong == {"core.tasks.nothing"}
        assert not wrong & tasks
