"""What surrounds every request: its number in the log, and the scope guard."""

import re
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from core.scope import request_in_progress

logger = structlog.get_logger("core.requests")
REQUEST_ID = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestMiddleware:
    """Gives the request a number that every line about it carries, in its tasks as well.

    The proxy's number is taken over where there is a trusted one. The line at the end holds the
    route and never the address, which may name somebody that was searched for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(REQUEST_ID, "") if settings.BEHIND_PROXY else ""
        number = given if _ID.fullmatch(given) else uuid4().hex
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = self.get_response(request)
            match = request.resolver_match
            logger.info(
                "request",
                method=request.method,
                route=match.route if match else "",
                status=response.status_code,
                ms=round((time.monotonic() - started) * 1000),
            )
            # The thread serves somebody else next.
            structlog.contextvars.unbind_contextvars("user")
        response[REQUEST_ID] = number
        return response


class ScopeMiddleware:
    """Inside a request no scoped model is read without an actor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Who acts is known from here on: a UUID, which says nothing to whoever reads the log.
        actor = getattr(request, "actor", None)
        if actor is not None:
            structlog.contextvars.bind_contextvars(user=str(actor.id))
        if "\x00" in request.path:
            # PostgreSQL takes no such character, so nothing can have this address.
            raise Http404
        with request_in_progress():
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _guarded_chunks(iter(response))
        return response


def _guarded_chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A generator is drained after the view has returned: keep the guard up for each step."""
    while True:
        with request_in_progress():
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk
