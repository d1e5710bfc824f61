"""Is the platform alive and ready: for the load balancer and whoever keeps it running."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache as cache_once
from typing import Any

from celery import signals
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from core.access import PUBLIC, open_to

WORKER, BEAT = "heartbeat:worker", "heartbeat:beat"
#: Missing for this long, a worker or the beat counts as gone.
_SILENCE_SECONDS = 60
#: Sent by the beat every few seconds and by nobody else: its sending is the beat's pulse.
BEAT_TASK = "core.tasks.seal_audit_entries"


def listen_for_signs() -> None:
    """Have the worker's own heart, and the beat's messages, leave a sign in Redis."""
    signals.heartbeat_sent.connect(_worker_lives, dispatch_uid="core.health.worker")
    signals.worker_ready.connect(_worker_lives, dispatch_uid="core.health.ready")
    signals.before_task_publish.connect(_beat_lives, dispatch_uid="core.health.beat")


def _worker_lives(**_: Any) -> None:
    _leave_sign(WORKER)


def _beat_lives(sender: str = "", **_: Any) -> None:
    if sender == BEAT_TASK:
        _leave_sign(BEAT)


def _leave_sign(name: str) -> None:
    # Where Redis is down there is nobody to ask for it either: readiness says so.
    with suppress(RedisError, OSError):
        cache.set(name, 1, _SILENCE_SECONDS)


@never_cache
@require_safe
@open_to(PUBLIC)
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
@open_to(PUBLIC)
def ready(request: HttpRequest) -> JsonResponse:
    """Everything that a page or a task needs answers; 503 names what does not."""
    found = server_checks()
    status = "ok" if all(found.values()) else "unavailable"
    return JsonResponse({"status": status, "checks": found}, status=200 if status == "ok" else 503)


def server_checks() -> dict[str, bool]:
    """Which of the servers and processes that a page or a task needs answer."""
    return {name: _check_answers(check) for name, check in _CHECKS.items()}


def _check_answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001 - whatever a driver raises, the answer is "not ready"
        return False


def _check_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


@cache_once
def _last_migrations() -> list[tuple[str, str]]:
    """Each app's last migration, as this release's files have them."""
    return MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()


def _check_schema() -> bool:
    """Every migration of this release is applied; an empty database has none."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return applied.issuperset(_last_migrations())


def _check_redis() -> bool:
    cache.set("readyz", 1, 5)
    return cache.get("readyz") == 1


_CHECKS: dict[str, Callable[[], bool]] = {
    "database": _check_database,
    "schema": _check_schema,
    "redis": _check_redis,
    "worker": lambda: cache.get(WORKER) is not None,
    "beat": lambda: cache.get(BEAT) is not None,
}
