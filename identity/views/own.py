"""What somebody does about oneself: one's own sessions, and for which unit one acts."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.http import perform, redirect
from identity import external, selectors, services
from identity.sessions import ACTING_FOR, SESSION_ID
from identity.signing_in import SignedInRequest


@require_safe
@open_to(SIGNED_IN)
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where one is signed in: browser, address, since when, last used."""
    # Sessions expire by the real clock.
    live = selectors.own_sessions(
        actor=request.actor, current=request.session.session_key or "", now=timezone.now()
    )
    context = {
        "sessions": selectors.SESSION_LIST.page_in_memory(live, params=request.GET),
        "sign_ins": selectors.SIGN_IN_LIST.page_in_memory(
            selectors.sign_ins(request.user, actor=request.actor), params=request.GET
        ),
        "sso": external.is_on(),
    }
    if external.is_on():
        context["is_bound"] = selectors.is_bound(external.issuer(), actor=request.actor)
    return render(request, "identity/sessions.html", context)


@require_POST
@open_to(SIGNED_IN)
def end_session(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End one of one's own sessions."""
    if str(uuid) == request.session.get(SESSION_ID):
        # This very one: nothing may be written into it any more.
        services.end_session(actor=request.actor, uuid=uuid, now=clock.now())
        request.session.flush()
        return redirect(request, reverse("identity:sign_in"))
    return perform(
        request,
        None,
        lambda: services.end_session(actor=request.actor, uuid=uuid, now=clock.now()),
        "那里的登录已结束。",
        to=reverse("identity:sessions"),
    )


@require_POST
@open_to(SIGNED_IN)
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """End all sessions of one's own but this one."""
    return perform(
        request,
        None,
        lambda: services.end_other_sessions(
            actor=request.actor, current=request.session.session_key or "", now=clock.now()
        ),
        lambda count: f"其他 {count} 处登录已结束。",
        to=reverse("identity:sessions"),
    )


@require_POST
@open_to(SIGNED_IN)
def act_for(request: SignedInRequest) -> HttpResponse:
    """Act for another of the units that one works for; an unknown one changes nothing."""
    for pk, unit in request.user.employers.items():
        if str(unit.uuid) == request.POST.get("unit"):
            request.session[ACTING_FOR] = pk
    # Home: the page one stands on may be nothing to the other unit.
    return redirect(request, "/")
