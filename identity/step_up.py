"""The second factor asked again before something that cannot be taken back, such as a payment.

A view says so at its head, below who may do it::

    @require_POST
    @asks_code_again("代发工资")
    def pay(request: ActorRequest, uuid: UUID) -> HttpResponse: ...

Whoever gave a one-time code in this session less than five minutes ago (at sign-in, or here) goes
straight on. Everybody else gets a page that asks for one and sends the same fields again together
with it; a form that already holds a field ``one_time_code`` (``identity/_code_field.html``, shown
while :func:`has_fresh_code` is false) needs no such page. Files are not carried along, and an htmx
call is answered with a whole page: the decorator is for plain forms without files.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from core import clock
from identity import demo, services, signing_in
from identity.forms import StepUpForm
from identity.signing_in import SignedInRequest

#: How long a code counts after it was given.
CODE_LASTS = timedelta(minutes=5)
#: The form's field; no other form may have one of this name.
FIELD = "one_time_code"


def has_fresh_code(request: HttpRequest) -> bool:
    """Whether a one-time code was given in this session within the last five minutes."""
    given_at = request.session.get(signing_in.CODE_GIVEN_AT)
    if given_at is None:
        return False
    # The demo's clock can be set back: what lies ahead is not fresh.
    return 0 <= clock.now().timestamp() - given_at <= CODE_LASTS.total_seconds()


def asks_code_again(
    purpose: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Enter a view that takes POST only with a fresh code; ``purpose`` is what the record says."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if has_fresh_code(request):
                return view(request, *args, **kwargs)
            form = StepUpForm(request.POST if FIELD in request.POST else None)
            if form.is_valid() and _accepts_code(request, form, purpose):
                return view(request, *args, **kwargs)
            return _code_page(request, form, purpose)

        return guarded

    return decorate


def _accepts_code(request: SignedInRequest, form: StepUpForm, purpose: str) -> bool:
    """Whether the code is right: then the session is fresh, and the record has it."""
    user = cast(Any, request.user)
    refusal = signing_in.check_code(request, user, form.cleaned_data[FIELD])
    if refusal:
        form.add_error(FIELD, refusal)
        return False
    signing_in.note_code(request)
    services.record_step_up(actor=request.actor, purpose=purpose, now=clock.now())
    return True


def _code_page(request: SignedInRequest, form: StepUpForm, purpose: str) -> HttpResponse:
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in (FIELD, "csrfmiddlewaretoken")
        for value in values
    ]
    context = {
        "form": form,
        "purpose": purpose,
        "carried": carried,
        "persona": demo.persona(request.user.username),
    }
    return render(request, "identity/step_up.html", context)
