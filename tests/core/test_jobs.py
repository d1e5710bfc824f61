"""Jobs: once, with true progress, and an end in every case."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Task
from django.core.cache import cache
from django.db import transaction
from django.http import Http404
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core import clock, jobs, views
from core.actor import Actor
from core.errors import Refused
from core.models import Job
from tests.cast import NOW

CLERK, OTHER = Actor(uuid4(), "张经办"), Actor(uuid4(), "李经办")


@pytest.fixture
def job(db) -> Job:
    return jobs.start_job("payroll.read", actor=CLERK, subject="paper:1", now=NOW)


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    messages: list[tuple] = []
    monkeypatch.setattr(jobs, "_send_message", lambda name, args: messages.append((name, args)))
    return messages


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def page(rf, job: Job, actor: Actor = CLERK):
    request = rf.get(f"/jobs/{job.uuid}/")
    request.actor = actor
    return views.job(request, job.uuid)


class TestEnqueue:
    def test_waits_for_the_commit(self, db, sent, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            jobs.enqueue("app.tasks.name", 1)
            assert sent == []
        assert sent == [("app.tasks.name", (1,))]

    def test_sends_nothing_for_work_that_failed(self, transactional_db, sent):
        with pytest.raises(RuntimeError), transaction.atomic():
            jobs.enqueue("app.tasks.name")
            raise RuntimeError
        assert sent == []


class TestLostMessage:
    TASK = "core.tasks.look_after_jobs"

    @pytest.fixture
    def job(self, db) -> Job:
        return jobs.start_job("payroll.read", actor=CLERK, task=self.TASK, args=["7"], now=NOW)

    def test_is_sent_again_until_a_worker_takes_the_job(self, job, sent):
        message = (self.TASK, (str(job.uuid), "7"))
        assert jobs.send_waiting(job.created_at + timedelta(seconds=59)) == 0
        late = job.created_at + timedelta(seconds=61)
        assert jobs.send_waiting(late) == 1
        assert jobs.send_waiting(late) == 0
        assert jobs.send_waiting(late + timedelta(seconds=61)) == 1
        assert sent == [message, message]
        jobs.run_job(job.uuid, lambda progress: None, moment=clock.now)
        assert jobs.send_waiting(late + timedelta(hours=1)) == 0

    def test_of_a_job_that_is_tried_again_goes_out_at_once(
        self, job, sent, django_capture_on_commit_callbacks
    ):
        Job.objects.update(state=Job.State.FAILED)
        with django_capture_on_commit_callbacks(execute=True):
            assert jobs.retry_job(job, now=NOW)
        assert sent == [(self.TASK, (str(job.uuid), "7"))]
        assert jobs.send_waiting(NOW + timedelta(seconds=59)) == 0


class TestPublishing:
    """Redis is down: what was committed stays, the page is answered, and somebody is told."""

    @pytest.fixture
    def broken(self, monkeypatch) -> None:
        def fail(*args, **options):
            raise OperationalError("no broker")

        monkeypatch.setattr(Task, "apply_async", fail)
        monkeypatch.setattr(jobs.cache, "add", lambda *args: (_ for _ in ()).throw(RedisError()))

    def test_that_fails_is_counted_and_logged(
        self, db, broken, caplog, django_capture_on_commit_callbacks
    ):
        counter = jobs.PUBLISH_FAILURES.labels("core.tasks.prune_changes")
        before = counter._value.get()
        with django_capture_on_commit_callbacks(execute=True):
            jobs.enqueue("core.tasks.prune_changes")
            jobs.enqueue_soon("core.tasks.prune_changes")
        assert counter._value.get() == before + 2
        assert "core.tasks.prune_changes" in caplog.text

    def test_of_a_task_that_nobody_wrote_is_a_fault(self, db, django_capture_on_commit_callbacks):
        with pytest.raises(KeyError), django_capture_on_commit_callbacks(execute=True):
            jobs.enqueue("core.tasks.nothing")


class TestRun:
    def test_ends_with_its_result(self, job):
        jobs.run_job(str(job.uuid), lambda progress: {"url": "/x/"}, moment=clock.now)
        ended = again(job)
        assert (ended.state, ended.result) == (Job.State.DONE, {"url": "/x/"})
        assert ended.is_over

    def test_does_nothing_a_second_time(self, job):
        done: list[int] = []
        for _ in range(2):
            jobs.run_job(job.uuid, lambda progress: done.append(1), moment=clock.now)
        assert done == [1]

    def test_does_nothing_while_another_worker_is_at_it(self, job):
        jobs.run_job(
            job.uuid,
            lambda progress: jobs.run_job(job.uuid, pytest.fail, moment=clock.now),
            moment=clock.now,
        )
        assert again(job).state == Job.State.DONE

    def test_ignores_an_unknown_job(self, db):
        jobs.run_job(uuid4(), pytest.fail, moment=clock.now)

    def test_gives_the_reason_of_a_refusal(self, job):
        def refuse(progress):
            raise Refused("file.empty", name="九月.xlsx")

        jobs.run_job(job.uuid, refuse, moment=clock.now)
        assert (again(job).state, again(job).error) == (
            Job.State.FAILED,
            "“九月.xlsx”是空文件，请检查后重新上传。",
        )

    def test_keeps_an_unexpected_fault_to_itself(self, job):
        with pytest.raises(ZeroDivisionError):
            jobs.run_job(job.uuid, lambda progress: 1 / 0, moment=clock.now)
        assert again(job).error == jobs.UNEXPECTED

    def test_can_be_tried_again_after_a_failure(self, job):
        assert not jobs.retry_job(job, now=NOW)
        with pytest.raises(ZeroDivisionError):
            jobs.run_job(job.uuid, lambda progress: 1 / 0, moment=clock.now)
        assert jobs.retry_job(job, now=NOW)
        jobs.run_job(job.uuid, lambda progress: None, moment=clock.now)
        assert again(job).state == Job.State.DONE


class TestRedisDown:
    def test_does_not_break_the_work(self, job, monkeypatch):
        def gone(*args, **options):
            raise RedisError

        def work(progress):
            with monkeypatch.context() as down:
                down.setattr(cache, "set", gone)
                down.setattr(cache, "get", gone)
                progress(1, 2, "正在核对")
                assert jobs.of_actor(job.uuid, actor=CLERK).state == Job.State.RUNNING
            return {"url": "/x/"}

        jobs.run_job(job.uuid, work, moment=clock.now)
        assert again(job).state == Job.State.DONE


class TestProgress:
    def test_shows_while_the_work_is_in_a_transaction(self, job):
        def work(progress):
            with transaction.atomic():
                progress(40, 100, "正在核对")
                seen = jobs.of_actor(job.uuid, actor=CLERK)
                assert (seen.done, seen.total, seen.percent) == (40, 100, 40)
                assert seen.message == "正在核对"

        jobs.run_job(job.uuid, work, moment=clock.now)

    def test_is_told_sparingly_but_always_at_the_end(self, job):
        def work(progress):
            for n in range(1, 1001):
                progress(n, 1000)

        jobs.run_job(job.uuid, work, moment=clock.now)
        assert (again(job).done, again(job).total) == (1000, 1000)


class TestFailStale:
    #: Between two looks of the beat.
    LATER = timedelta(seconds=15)

    def test_fails_a_job_whose_worker_died(self, job):
        now = clock.now()
        Job.objects.update(state=Job.State.RUNNING, started_at=now - timedelta(minutes=1))
        jobs.fail_stale(now)
        assert jobs.fail_stale(now + self.LATER) == 1
        assert (again(job).state, again(job).error) == (Job.State.FAILED, jobs.LOST)

    def test_lets_one_live_that_works_in_silence(self, job):
        def work(progress):
            later = clock.now() + timedelta(hours=1)
            assert jobs.fail_stale(later) == jobs.fail_stale(later + self.LATER) == 0

        jobs.run_job(job.uuid, work, moment=clock.now)
        assert again(job).state == Job.State.DONE

    def test_gives_a_new_job_time_for_its_first_pulse(self, job):
        now = clock.now()
        Job.objects.update(state=Job.State.RUNNING, started_at=now)
        assert jobs.fail_stale(now) == jobs.fail_stale(now + self.LATER) == 0

    def test_lets_one_live_whose_pulse_went_with_redis(self, job, monkeypatch):
        """Redis came back empty: the pulse is missing until the worker beats again."""
        monkeypatch.setattr(jobs, "PULSE_SECONDS", 0.1)

        def work(progress):
            later = clock.now() + timedelta(hours=1)
            for minute in range(3):
                cache.delete(f"job:{job.uuid}:pulse")
                assert jobs.fail_stale(later + timedelta(minutes=minute)) == 0
                wait_for_pulse(job)
                assert jobs.fail_stale(later + timedelta(minutes=minute) + self.LATER) == 0

        jobs.run_job(job.uuid, work, moment=clock.now)
        assert again(job).state == Job.State.DONE

    def test_is_not_overruled_by_a_worker_that_comes_back(self, job):
        def work(progress):
            cache.delete(f"job:{job.uuid}:pulse")
            later = clock.now() + timedelta(minutes=1)
            jobs.fail_stale(later)
            assert jobs.fail_stale(later + self.LATER) == 1

        jobs.run_job(job.uuid, work, moment=clock.now)
        assert again(job).state == Job.State.FAILED


def wait_for_pulse(job: Job) -> None:
    deadline = time.monotonic() + 10
    while cache.get(f"job:{job.uuid}:pulse") is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TestJobPage:
    def test_asks_again_until_it_is_over(self, rf, job):
        assert b"hx-trigger" in page(rf, job).content
        jobs.run_job(job.uuid, lambda progress: None, moment=clock.now)
        answer = page(rf, job)
        assert b"hx-trigger" not in answer.content
        assert "已完成" in answer.content.decode()

    def test_goes_where_the_result_is(self, rf, job):
        jobs.run_job(job.uuid, lambda progress: {"url": "/payroll/"}, moment=clock.now)
        assert page(rf, job)["HX-Redirect"] == "/payroll/"

    def test_says_why_it_failed(self, rf, job):
        Job.objects.update(state=Job.State.FAILED, error=jobs.LOST)
        assert jobs.LOST in page(rf, job).content.decode()

    def test_is_not_there_for_anybody_else(self, rf, job):
        with pytest.raises(Http404):
            page(rf, job, OTHER)

    def test_refuses_to_be_posted_to(self, rf, job):
        assert views.job(rf.post("/"), job.uuid).status_code == 405
