"""Jobs: long work with true progress, that a repeated message cannot do twice.

The row holds the state. Progress and the worker's pulse go through the cache, because the work's
own transaction would hide them from the page that waits. A job whose pulse stops is failed with a
sentence, and may be started again; one whose message was lost is sent again.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID

import structlog
from celery import current_app, signals
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import KombuError
from prometheus_client import Counter
from redis.exceptions import RedisError

from core.actor import Actor
from core.errors import Refused
from core.models import Job
from core.transition import try_transition

logger = logging.getLogger(__name__)

PUBLISH_FAILURES = Counter(
    "wagemon_publish_failures_total",
    "Messages that could not be published; their pollers find the work",
    ["task"],
)
PULSE_SECONDS = 5
#: A running job without a pulse for this long has lost its worker.
STALE_AFTER = timedelta(seconds=30)
#: A job that waits for this long may have lost its message (Redis was down or emptied): it is sent
#: again. One message too many does no harm, a job is claimed once.
SENT_AGAIN_AFTER = timedelta(seconds=60)
#: Writes that follow each other within this time wake a task once.
SOON_SECONDS = 1
_THROTTLE_SECONDS = 0.2
_KEPT_SECONDS = 24 * 3600
#: How long a job may show no pulse from the first look that missed it.
_GRACE = timedelta(seconds=2 * PULSE_SECONDS)

LOST = "处理中断了（服务器重启或内存不足），已上传的内容都还在，请再试一次。"
UNEXPECTED = "处理时遇到意外错误，已上传的内容都还在。请再试一次；仍不成功请联系技术运营方。"


def enqueue(name: str, *args: Any) -> None:
    """Start a Celery task by name once the transaction has committed. Arguments are ids only.

    The message is a wake-up, not the work: what was committed is found in the database by a poller
    on the beat as well (docs/decisions/0502 lists which), so a lost message costs time only.
    """
    transaction.on_commit(partial(_send_message, name, args))


def enqueue_soon(name: str) -> None:
    """Start a task without arguments shortly after the commit; once for many writes in a row."""
    transaction.on_commit(partial(_send_soon, name))


def carry_request_id() -> None:
    """Have a task's lines in the log carry the number of the request that started it."""
    signals.before_task_publish.connect(_put_request_id, dispatch_uid="core.jobs.put")
    signals.task_prerun.connect(_take_request_id, dispatch_uid="core.jobs.take")
    signals.task_postrun.connect(_forget_request, dispatch_uid="core.jobs.forget")


def _put_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    number = structlog.contextvars.get_contextvars().get("request_id")
    if headers is not None and number:
        headers["request_id"] = number


def _take_request_id(task: Any = None, **_: Any) -> None:
    number = task.request.get("request_id") if task is not None else None
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name if task is not None else "")
    if number:
        structlog.contextvars.bind_contextvars(request_id=number)


def _forget_request(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()


def route_task(name: str, *_: Any, task: Any = None, **__: Any) -> dict[str, str]:
    """Celery's router: the queue that the task names beside itself."""
    return {"queue": lane_of(task or current_app.tasks.get(name))}


def lane_of(task: Any) -> str:
    """The queue of a task: ``@shared_task(lane="money")``."""
    return getattr(task, "lane", "default")


def _send_message(name: str, args: tuple[Any, ...]) -> None:
    _publish_message(name, args)


def _publish_message(name: str, args: tuple[Any, ...], **options: Any) -> None:
    """Put a message out; a Redis that is down must not fail the request whose work is committed."""
    # The queue is said beside the task ("app.tasks.name"), which a web process has not loaded.
    import_module(name.rpartition(".")[0])
    try:
        current_app.tasks[name].apply_async(args=args, **options)
    except (KombuError, RedisError, OSError):
        PUBLISH_FAILURES.labels(name).inc()
        logger.warning("Task %s was not published; its poller will find the work", name)


def _send_soon(name: str) -> None:
    try:
        # Whoever comes while the key stands commits before the task starts, and is read by it.
        is_first = cache.add(f"soon:{name}", 1, SOON_SECONDS)
    except (RedisError, OSError):
        is_first = True
    if is_first:
        _publish_message(name, (), countdown=SOON_SECONDS)


def start_job(
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    subject: str = "",
    task: str = "",
    args: Sequence[str] = (),
) -> Job:
    """A new job, waiting for its worker: ``task`` is started with the job's uuid and ``args``."""
    job = Job.objects.create(
        kind=kind,
        actor=actor.id,
        subject=subject,
        task=task,
        args=list(args),
        created_at=now,
        sent_at=now,
    )
    _enqueue_job(job)
    return job


def retry_job(job: Job, *, now: datetime) -> bool:
    """Put a failed job back in the queue; False when it is not failed any more."""
    is_queued = try_transition(
        job,
        Job.State.QUEUED,
        from_states=[Job.State.FAILED],
        column="state",
        error="",
        created_at=now,
        sent_at=now,
        started_at=None,
        finished_at=None,
    )
    if is_queued:
        _enqueue_job(job)
    return is_queued


def _enqueue_job(job: Job) -> None:
    if job.task:
        enqueue(job.task, str(job.uuid), *job.args)


def send_waiting(now: datetime) -> int:
    """Send the messages anew of jobs that wait too long for a worker; how many."""
    count = 0
    late = now - SENT_AGAIN_AFTER
    for job in Job.objects.filter(state=Job.State.QUEUED, sent_at__lt=late).exclude(task=""):
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, sent_at=job.sent_at)
        if waiting.update(sent_at=now):
            _send_message(job.task, (str(job.uuid), *job.args))
            count += 1
    return count


def run_job(
    uuid: UUID | str,
    work: Callable[["Progress"], dict[str, Any] | None],
    *,
    moment: Callable[[], datetime],
) -> None:
    """Do a job's work, once: a repeated message finds it claimed and does nothing.

    ``moment`` is the task's clock, asked when the work begins and when it ends.
    ``work`` is handed a :class:`Progress` and returns the job's result. ``Refused`` fails the
    job with its own words; anything else fails it with a general sentence and is raised on.
    """
    waiting, running = Job.objects.filter(uuid=uuid), Job.State.RUNNING
    is_claimed = try_transition(
        waiting, running, from_states=[Job.State.QUEUED], column="state", started_at=moment()
    )
    if not is_claimed:
        logger.info("Job %s is not waiting: message ignored", uuid)
        return
    job = Job.objects.get(uuid=uuid)
    try:
        with _keep_beating(job):
            result = work(Progress(job))
    except Refused as refusal:
        _end_job(job, Job.State.FAILED, moment(), error=str(refusal))
    except Exception:
        _end_job(job, Job.State.FAILED, moment(), error=UNEXPECTED)
        raise
    else:
        _end_job(job, Job.State.DONE, moment(), result=result or {})


def _end_job(job: Job, state: str, now: datetime, **changes: Any) -> None:
    seen = _recall_key(_progress_key(job)) or {}
    columns = {"finished_at": now, **seen, **changes}
    try_transition(job, state, from_states=[Job.State.RUNNING], column="state", **columns)


class Progress:
    """How far a running job is, told to whoever waits for it."""

    def __init__(self, job: Job):
        self.job = job
        self._told = 0.0

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """``done`` of ``total`` units; told at most five times a second, and always at the end."""
        moment = time.monotonic()
        if done < total and moment - self._told < _THROTTLE_SECONDS:
            return
        self._told = moment
        told = {"done": done, "total": total, "message": message}
        _remember_key(_progress_key(self.job), told, _KEPT_SECONDS)


@contextmanager
def _keep_beating(job: Job) -> Iterator[None]:
    """Tell every few seconds that this process lives, whatever the work is busy with."""
    stop = threading.Event()
    _beat_once(job)
    thread = threading.Thread(target=_beat_until, args=(job, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat_until(job: Job, stop: threading.Event) -> None:
    while not stop.wait(PULSE_SECONDS):
        _beat_once(job)


def _beat_once(job: Job) -> None:
    # The key expires by itself: no pulse in the cache is no pulse.
    _remember_key(_pulse_key(job), 1, STALE_AFTER.total_seconds())


def _remember_key(key: str, value: Any, seconds: float) -> None:
    """Put a sign into Redis; that it is down must not break the work that is being done."""
    with suppress(RedisError, OSError):
        cache.set(key, value, seconds)


def _recall_key(key: str) -> Any:
    """A sign from Redis; None where it is down, too."""
    with suppress(RedisError, OSError):
        return cache.get(key)
    return None


def with_progress(job: Job) -> Job:
    """The job with the progress of this moment."""
    if job.state == Job.State.RUNNING:
        for name, value in (_recall_key(_progress_key(job)) or {}).items():
            setattr(job, name, value)
    return job


def fail_stale(now: datetime) -> int:
    """Fail the jobs whose worker died; how many.

    A Redis that comes back empty has lost the pulse of those who live as well. So the first look
    that misses a pulse notes it, and a later one, after time for the next pulses, fails the job.
    """
    count = 0
    for job in Job.objects.filter(state=Job.State.RUNNING, started_at__lt=now - STALE_AFTER):
        if cache.get(_pulse_key(job)) is not None:
            cache.delete(_silence_key(job))
            continue
        silent_since: datetime = cache.get_or_set(_silence_key(job), now, _KEPT_SECONDS) or now
        if now - silent_since >= _GRACE:
            count += try_transition(
                job,
                Job.State.FAILED,
                from_states=[Job.State.RUNNING],
                column="state",
                error=LOST,
                finished_at=now,
            )
    return count


def of_actor(uuid: UUID, *, actor: Actor) -> Job:
    """The job as the one who started it sees it now.

    :raises Job.DoesNotExist: unknown, or somebody else's.
    """
    return with_progress(Job.objects.get(uuid=uuid, actor=actor.id))


def _progress_key(job: Job) -> str:
    return f"job:{job.uuid}:progress"


def _pulse_key(job: Job) -> str:
    return f"job:{job.uuid}:pulse"


def _silence_key(job: Job) -> str:
    return f"job:{job.uuid}:silent"
