"""What the platform writes about itself: one JSON object a line, in the demo one readable line.

Never personal data, query strings or bodies. What others log is cut down to what is known to be
harmless: of an exception its type and where it was raised, never its message, which may quote a
row; of a request its method and route, never its address; of a failed task its name.
"""

import logging
import sys
import traceback
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from structlog.typing import EventDict, WrappedLogger

ZONE = ZoneInfo("Asia/Shanghai")
#: Frames of a traceback that are kept, the innermost last.
_FRAMES = 12


def configuration(apps: Iterable[str], *, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: our own apps from INFO on, everybody else from WARNING on."""
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False)
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _PROCESSORS,
                "pass_foreign_args": True,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            **{name: {"level": "INFO"} for name in (*apps, "wagemon")},
            # A terminal is for what went wrong; every request belongs into a file.
            "core.requests": {"level": "INFO" if as_json else "WARNING"},
            # Django's own handlers would write every line a second time.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # What it says of 404 and 403 holds addresses; core.requests counts them.
            "django.request": {"level": "ERROR"},
        },
    }


def configure_structlog() -> None:
    """Let ``structlog.get_logger()`` go the way of every other line."""
    structlog.configure(
        processors=[*_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _add_time(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["time"] = datetime.now(ZONE).isoformat(timespec="milliseconds")
    return event


def _leave_out_addresses(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """In place of a message that quotes an address or an exception, what is harmless of it."""
    record: logging.LogRecord | None = event.get("_record")
    args = event.pop("positional_args", None)
    if record is None:
        return event
    request = getattr(record, "request", None)
    if request is not None and record.name.startswith("django"):
        event["event"] = "request failed"
        match = getattr(request, "resolver_match", None)
        event["route"] = match.route if match else ""
        event["status"] = getattr(record, "status_code", None)
    elif record.name == "celery.app.trace" and isinstance(args, dict):
        event["event"] = "task failed"
        event["task"] = args.get("name")
    elif record.name == "celery.beat" and record.exc_info:
        # Once for each task that is due while Redis is down: nothing is lost, the next one finds
        # the work. Celery quotes the whole stack of the beat beside the traceback.
        fault = type(event.pop("exc_info")[1])
        event["event"] = "beat could not send"
        event["fault"] = f"{fault.__module__}.{fault.__qualname__}"
    return event


def _cut_exceptions(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Types and places of an exception and of its causes."""
    info = event.pop("exc_info", None)
    if info is True or (info and not isinstance(info, tuple | BaseException)):
        info = sys.exc_info()
    fault = info[1] if isinstance(info, tuple) else info
    if isinstance(fault, BaseException):
        event["fault"] = list(_causes_of(fault))
    return event


def _causes_of(fault: BaseException) -> Iterable[dict[str, Any]]:
    seen: set[int] = set()
    current: BaseException | None = fault
    last: dict[str, Any] = {}
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-_FRAMES:]
        known: dict[str, Any] = {
            "type": f"{type(current).__module__}.{type(current).__qualname__}",
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        # A database's fault is known by its state and constraint; its message quotes the row.
        if state := getattr(current, "sqlstate", None):
            known["sqlstate"] = state
            known["constraint"] = getattr(current.diag, "constraint_name", None) or ""  # type: ignore[attr-defined]
        # Templates raise the same fault anew at each level: once is enough.
        if known != last:
            yield known
        last = known
        current = current.__cause__ or current.__context__


_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    _add_time,
    _leave_out_addresses,
    _cut_exceptions,
]
