"""Compare-and-set on one row."""

import pytest
from django.utils import timezone

from core import errors
from core.errors import Refused
from core.models import Job
from core.transition import transition, try_transition

State = Job.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return Job.objects.create(
        kind="toy", actor="00000000-0000-4000-8000-00000000000a", created_at=timezone.now()
    )


def go(target, to, **changes):
    transition(target, to, column="state", **changes)


class TestTransition:
    def test_moves_the_row_and_what_changes_with_it(self, job):
        go(job, State.FAILED, from_states=[State.QUEUED], error="没有成功")
        assert (job.state, job.error) == (State.FAILED, "没有成功")
        job.refresh_from_db()
        assert (job.state, job.error) == (State.FAILED, "没有成功")

    def test_refuses_from_another_state_and_writes_nothing(self, job):
        with pytest.raises(Refused) as refused:
            go(job, State.DONE, from_states=[State.RUNNING], error="不应写入")
        assert refused.value.code == "state.changed"
        assert (job.state, job.error) == (State.QUEUED, "")
        job.refresh_from_db()
        assert (job.state, job.error) == (State.QUEUED, "")

    def test_believes_the_row_not_the_instance(self, job):
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
        with pytest.raises(Refused):
            go(job, State.FAILED, from_states=[State.QUEUED])

    def test_refuses_in_the_callers_own_words(self, job, monkeypatch):
        monkeypatch.setitem(errors._wordings, "toy.late", "来晚了。")
        with pytest.raises(Refused, match="来晚了"):
            go(job, State.DONE, from_states=[State.RUNNING], refusal=Refused("toy.late"))

    def test_takes_a_condition_beside_the_state(self, job):
        young = Job.objects.filter(pk=job.pk, created_at__gt=timezone.now())
        assert not try_transition(young, State.FAILED, column="state", from_states=[State.QUEUED])

    def test_never_moves_two_rows(self, job):
        Job.objects.create(kind="toy", actor=job.actor, created_at=job.created_at)
        with pytest.raises(RuntimeError):
            try_transition(
                Job.objects.all(), State.FAILED, column="state", from_states=[State.QUEUED]
            )
        assert set(Job.objects.values_list("state", flat=True)) == {State.QUEUED}
