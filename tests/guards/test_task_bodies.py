"""Every task does its one thing: its body is run, with a spy where the work begins.

A task whose body were emptied would lose its work without a trace: nobody waits for its answer.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from bonds.tasks import follow_marks
from payroll.imports import PAY_SHEETS
from tests.cast import NOW, TODAY
from tests.guards.test_tasks import all_names
from wagemon.celery import app
from workers.imports import ATTENDANCE_IMPORT, ROSTER_IMPORT

FILE = ("job", "upload")
ORDER = "8d0f1d6e-3f5b-4b8e-9d63-0b9c8a6f6c11"


@dataclass(frozen=True)
class Body:
    """What a task calls (dotted, where the task finds it), and with what."""

    calls: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    #: What the task itself is given.
    given: tuple[Any, ...] = ()


def on_the_day() -> datetime:
    """The clock, as tasks hand it on."""
    return NOW


AT: dict[str, datetime] = {"now": NOW}
CLOCK = {"moment": on_the_day}
BODIES: dict[str, list[Body]] = {
    "core.tasks.seal_audit_entries": [Body("core.audit.seal_entries")],
    "core.tasks.look_after_jobs": [
        Body("core.jobs.send_waiting", (NOW,)),
        Body("core.jobs.fail_stale", (NOW,)),
    ],
    "core.tasks.prune_changes": [Body("core.changes.prune_rows")],
    "core.tasks.deliver_messages": [
        Body("core.messages.services.delivery.deliver_waiting", kwargs=CLOCK)
    ],
    "core.tasks.send_digests": [Body("core.messages.services.delivery.send_digests", kwargs=AT)],
    "identity.tasks.clear_expired_sessions": [
        Body("identity.tasks.SessionStore.clear_expired"),
        Body("identity.tasks.drop_old_forms", (NOW,)),
    ],
    "monitoring.tasks.sweep_touched": [
        Body("monitoring.services.sweep_touched", kwargs=AT | {"as_of": TODAY})
    ],
    "monitoring.tasks.sweep_daily": [
        Body("monitoring.services.sweep_daily", kwargs=AT | {"as_of": TODAY}),
        Body("monitoring.tasks.forget_old_runs", (NOW,)),
    ],
    "monitoring.tasks.escalate_overdue": [
        Body("monitoring.escalation.escalate_overdue", kwargs=AT | {"as_of": TODAY})
    ],
    "monitoring.tasks.tell_people": [Body("monitoring.telling.tell_people", kwargs=AT)],
    "payroll.tasks.send_order": [
        Body(
            "payroll.services.payments.send_order",
            kwargs=AT | {"order": UUID(ORDER)},
            given=(ORDER,),
        )
    ],
    "bonds.tasks.follow_projects": [
        Body("core.touch.consume_touches", ("bonds.contracts", follow_marks))
    ],
    "bonds.tasks.pass_days": [
        Body("bonds.tasks.age_guarantees", kwargs=AT),
        Body("bonds.tasks.determine_missing", kwargs=AT),
    ],
    "payroll.tasks.poll_orders": [Body("payroll.services.payments.poll_orders", kwargs=AT)],
    "payroll.tasks.poll_account": [Body("payroll.tasks._read_statements", ([7],), given=(7,))],
    "payroll.tasks.poll_statements": [Body("payroll.tasks._read_statements", ([1, 2],))],
    "payroll.tasks.restate_due_days": [
        Body("core.calendar.forget_overrides"),
        Body("payroll.services.due_days.restate_due_days"),
    ],
    "payroll.tasks.read_upload": [
        Body("payroll.tasks.read_job", (PAY_SHEETS, *FILE), kwargs=CLOCK, given=FILE),
    ],
    "supervision.tasks.judge_daily": [
        Body("supervision.services.judge_daily", kwargs={"as_of": TODAY})
    ],
    "supervision.tasks.judge_touched": [
        Body("supervision.services.judge_touched", kwargs={"as_of": TODAY})
    ],
    "workers.tasks.read_roster": [
        Body("workers.tasks.read_job", (ROSTER_IMPORT, *FILE), kwargs=CLOCK, given=FILE),
    ],
    "workers.tasks.read_attendance": [
        Body("workers.tasks.read_job", (ATTENDANCE_IMPORT, *FILE), kwargs=CLOCK, given=FILE),
    ],
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("core.clock.now", on_the_day)
    monkeypatch.setattr("core.clock.today", lambda: TODAY)


def our_tasks() -> set[str]:
    app.autodiscover_tasks(force=True)
    return set(app.tasks) & {name for name in app.tasks if not name.startswith("celery.")}


class TestTaskBodies:
    def test_are_all_written_down(self):
        assert our_tasks() ^ set(BODIES) == set()
        assert all_names() <= set(BODIES)

    @pytest.mark.parametrize("name", BODIES)
    def test_do_their_work(self, name, monkeypatch):
        our_tasks()
        called = []
        monkeypatch.setattr("accounts.services.watched_accounts", lambda: [1, 2])
        for number, body in enumerate(BODIES[name]):

            def spy(*args, _number=number, **kwargs):
                called.append((_number, args, kwargs))
                return True

            monkeypatch.setattr(body.calls, spy)
        app.tasks[name](*BODIES[name][0].given)
        assert called == [
            (number, body.args, body.kwargs) for number, body in enumerate(BODIES[name])
        ]


class TestDailySweep:
    """One at a time, and the next one after a failure."""

    def test_leaves_a_second_one_alone(self, monkeypatch):
        asked = []

        def sweep(**_):
            asked.append(1)
            if len(asked) == 1:
                app.tasks["monitoring.tasks.sweep_daily"]()
            return []

        monkeypatch.setattr("monitoring.services.sweep_daily", sweep)
        app.tasks["monitoring.tasks.sweep_daily"]()
        assert asked == [1]

    def test_comes_again_after_one_that_broke(self, monkeypatch):
        asked = []

        def broken(**_):
            asked.append(1)
            raise RuntimeError

        monkeypatch.setattr("monitoring.services.sweep_daily", broken)
        for _ in range(2):
            with pytest.raises(RuntimeError):
                app.tasks["monitoring.tasks.sweep_daily"]()
        assert asked == [1, 1]

    def test_forgets_old_runs_only_after_a_sweep(self, monkeypatch):
        monkeypatch.setattr("monitoring.services.sweep_daily", lambda **_: [])
        monkeypatch.setattr("monitoring.tasks.forget_old_runs", lambda now: pytest.fail("asked"))
        app.tasks["monitoring.tasks.sweep_daily"]()
