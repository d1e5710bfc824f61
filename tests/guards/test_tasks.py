"""Services start tasks by name; every such name leads to a task."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from core import hooks, jobs
from core.hook_kinds import BeatTask
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


@cache
def all_names() -> frozenset[str]:
    """The names of tasks in all code of ours."""
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return frozenset(name for path in files for name in names_in(path.read_text("utf-8")))


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    app.autodiscover_tasks(force=True)
    return set(app.tasks)


class TestQueues:
    def test_are_those_that_workers_serve(self, tasks):
        ours = {name: app.tasks[name] for name in tasks if name in all_names()}
        assert {jobs.lane_of(task) for task in ours.values()} <= set(settings.QUEUES)

    def test_keep_money_apart_from_imports(self, tasks):
        def queue(name: str) -> str:
            return app.amqp.router.route({}, name, task_type=app.tasks[name])["queue"].name

        assert queue("payroll.tasks.send_order") == "money"
        assert queue("payroll.tasks.read_upload") == "imports"
        assert queue("monitoring.tasks.sweep_daily") == "rules"
        assert queue("core.tasks.prune_changes") == "default"


class TestTaskNames:
    def test_all_lead_to_a_task(self, tasks):
        assert all_names() - tasks == set()

    def test_are_found_at_all(self):
        assert {"payroll.tasks.send_order", "core.tasks.seal_audit_entries"} <= all_names()

    def test_of_the_beat_are_its_apps_own(self):
        beat = set(app.conf.beat_schedule)
        assert {one.key for one in hooks.declared(BeatTask)} < beat
        assert {"core.tasks.look_after_jobs", "payroll.tasks.poll_orders"} <= beat

    def test_that_lead_nowhere_are_found(self, tasks):
        wrong = set(names_in('jobs.enqueue("core.tasks.nothing", 1)'))
        assert wrong == {"core.tasks.nothing"}
        assert not wrong & tasks
