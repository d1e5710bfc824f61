"""Small HTTP words that views share: found or 404, sending on, who asks, keyset pages."""

import ipaddress
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    FieldDoesNotExist,
    ObjectDoesNotExist,
    ValidationError,
)
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from core.actor import Actor
from core.errors import Refused

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
    except ObjectDoesNotExist:
        raise Http404 from None


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
    page: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Do what a page asks for, and show what came of it.

    ``act`` calls one service with what the form holds, once the form is valid. Then the browser is
    sent to ``to`` with the sentence ``success``; "" says nothing, because that page does. What the
    form has against its content and what the service refuses stands in the form, which ``page``
    draws again; without ``page`` it is said on the page ``to``, which then cannot hang on the
    result. ``page`` alone answers a GET.

    :raises Http404: what was to be changed is out of the actor's scope.
    """
    if form is not None and not form.is_valid():
        return page() if page else _sent_back(request, form, to)
    try:
        result = found(act)
    except (Refused, ValidationError) as refusal:
        if form is None or page is None:
            return _sent_back(request, refusal, to)
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
    """Write a refusal beside the field that it is about, or above the form."""
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


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of an ordered list, with the cursors of its neighbours ("" at either end).

    ``total`` counts the whole list, exactly.
    """

    rows: list[Row]
    next: str
    previous: str
    total: int

    def of(self, change: Callable[[Row], Other]) -> "Page[Other]":
        """The same page of something made from each row."""
        return Page([change(row) for row in self.rows], self.next, self.previous, self.total)


def keyset_page(
    rows: QuerySet[Any], *, keys: Sequence[str], params: Mapping[str, Any], size: int = 50
) -> Page[Any]:
    """One page of ``rows`` in the order of ``keys`` ("-due", "id"), which together are unique.

    ``params`` is the address's query: ``after`` or ``before`` hold a cursor. Every key is a column
    without nulls, of the model itself or annotated.

    :raises Http404: the cursor is none of ours.
    """
    backwards = bool(params.get("before"))
    cursor = params.get("before") or params.get("after")
    order = [_flip(key) for key in keys] if backwards else list(keys)
    part = rows.order_by(*order)
    if cursor:
        part = part.filter(_beyond(order, _read_cursor(rows.model, keys, cursor)))
    taken = list(part[: size + 1])
    more, taken = len(taken) > size, taken[:size]
    if backwards:
        taken.reverse()
    first, last = (_cursor(taken[0], keys), _cursor(taken[-1], keys)) if taken else ("", "")
    return Page(
        rows=taken,
        next=last if more or backwards else "",
        previous=first if (more if backwards else cursor) else "",
        total=rows.count(),
    )


def _flip(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after a row with these values."""
    condition, equal = Q(), Q()
    for key, value in zip(order, values, strict=True):
        name = key.lstrip("-")
        comparison = "lt" if key.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    return condition


def _cursor(row: Any, keys: Sequence[str]) -> str:
    names = [key.lstrip("-") for key in keys]
    values = [row[name] if isinstance(row, Mapping) else getattr(row, name) for name in names]
    return urlsafe_b64encode(json.dumps(values, cls=DjangoJSONEncoder).encode()).decode()


def _read_cursor(model: type[Model], keys: Sequence[str], cursor: str) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(cursor.encode()))
        pairs = zip(keys, values, strict=True)
        return [_typed(model, key.lstrip("-"), value) for key, value in pairs]
    except (ValueError, TypeError, ValidationError):
        raise Http404 from None


def _typed(model: type[Model], name: str, value: Any) -> Any:
    if not isinstance(value, str | int | float | bool):
        raise TypeError("A cursor holds plain values.")
    if "\x00" in str(value):
        raise ValueError("PostgreSQL takes no such character.")
    try:
        return model._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return value
