"""Small HTTP words that views share."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

Found = TypeVar("Found")


def found(call: Callable[[], Found]) -> Found:
    """What a selector finds, or 404: ``found(lambda: selectors.project(code, actor=…))``."""
    try:
        return call()
    except ObjectDoesNotExist:
        raise Http404 from None


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser on, from a page or from an htmx call."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)
