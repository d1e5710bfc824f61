"""Arms the scope guard while a page is being made."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from core.scope import request_in_progress


class ScopeMiddleware:
    """Inside a request no scoped model is read without an actor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with request_in_progress():
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _guarded(iter(response))
        return response


def _guarded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A generator is drained after the view has returned: keep the guard up for each step."""
    while True:
        with request_in_progress():
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk
