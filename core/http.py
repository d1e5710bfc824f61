"""Small HTTP words that views share: found or 404, sending on, who asks, keyset pages."""

import ipaddress
from collections.abc import Callable
from datetime import date
from itertools import chain
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    ValidationError,
)
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from core.actor import Actor, Forbidden
from core.errors import Overtaken, Refused

Found = TypeVar("Found")
Row = TypeVar("Row")
Other = TypeVar("Other")


class ActorRequest(HttpRequest):
    """A request as views are handed it: sign-in has put the actor on it. For annotations."""

    actor: Actor
    htmx: HtmxDetails


class DayConverter:
    """A day in an address: 2026-10-09."""

    regex = r"\d{4}-\d{2}-\d{2}"
    to_python = staticmethod(date.fromisoformat)

    @staticmethod
    def to_url(value: date | str) -> str:
        return str(value)


def found(call: Callable[[], Found]) -> Found:
    """What a selector finds, or 404: ``found(lambda: selectors.project(code, actor=…))``."""
    try:
        return call()
    except ObjectDoesNotExist as missing:
        # The cause says what was looked for: identity's middleware counts reaching across scope.
        raise Http404 from missing


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser on, from a page or from an htmx call."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


def perform(
    request: HttpRequest,
    form: BaseForm | None,
    act: Callable[[], Found],
    success: str | Callable[[Found], str],
    *,
    to: str | Callable[[Found], str],
    back: str = "",
    page: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Do what a page asks for, and show what came of it.

    ``act`` calls one service with what the form holds, once the form is valid. Then the browser is
    sent to ``to`` with the sentence ``success``; "" says nothing, because that page does. What the
    form has against its content and what the service refuses stands in the form, which ``page``
    draws again; without ``page``, or where somebody else was quicker, it is said on the page
    ``back``, or else ``to``, which then cannot hang on the result. ``page`` alone answers a GET.

    :raises Http404: what was to be changed is out of the actor's scope.
    :raises Forbidden: it is in scope, and another's to change.
    """
    if form is not None and not form.is_valid():
        return page() if page else _sent_back(request, form, back or to)
    try:
        result = found(act)
    except Forbidden:
        # A refusal, too, but one with a page and a status (403) of its own.
        raise
    except (Refused, ValidationError) as refusal:
        # Whoever was overtaken is shown how things stand now, not their form on a stale page.
        elsewhere = back or to
        overtaken = isinstance(refusal, Overtaken) and isinstance(elsewhere, str)
        if form is None or page is None or overtaken:
            return _sent_back(request, refusal, elsewhere)
        add_refusal(form, refusal)
        return page()
    if text := success if isinstance(success, str) else success(result):
        messages.success(request, text)
    return redirect(request, to if isinstance(to, str) else to(result))


def _sent_back(
    request: HttpRequest,
    faults: BaseForm | Refused | ValidationError,
    to: str | Callable[[Any], str],
) -> HttpResponse:
    if not isinstance(to, str):
        raise TypeError("Where nothing was done there is no result to go to: hand in a page.")
    if isinstance(faults, BaseForm):
        sentences: list[Any] = list(chain.from_iterable(faults.errors.values()))
    else:
        sentences = faults.messages if isinstance(faults, ValidationError) else [str(faults)]
    for sentence in sentences:
        messages.error(request, str(sentence))
    return redirect(request, to)


def add_refusal(form: BaseForm, refusal: Refused | ValidationError) -> None:
    """Write a refusal beside the field that it is about, or above the form.

    :raises Forbidden: that is no fault of the form: it has a page and a status (403) of its own.
    """
    if isinstance(refusal, Forbidden):
        raise refusal
    if isinstance(refusal, Refused):
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return
    by_field = getattr(refusal, "error_dict", {NON_FIELD_ERRORS: refusal})
    for name, faults in by_field.items():
        form.add_error(name if name in form.fields else None, faults)


def client_address(request: HttpRequest) -> str | None:
    """The address that a request comes from; None where it comes over a socket without one.

    Behind the proxy that is what the proxy itself put last into X-Forwarded-For: what stands
    before it, the visitor may have written.
    """
    sender = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        sender = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or sender
    try:
        return str(ipaddress.ip_address(sender))
    except ValueError:
        return None


def checked_field(request: ActorRequest, form: BaseForm) -> HttpResponse:
    """One field's group again, with its faults if it has any: a form checked on leaving a field."""
    name = request.GET.get("field", "")
    if name not in form.fields:
        raise Http404
    form.check_url = request.path  # type: ignore[attr-defined]  # read by the field template
    form.full_clean()
    return HttpResponse(form[name].as_field_group())
