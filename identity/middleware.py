"""Every page asks for sign-in unless it says otherwise, and knows who is acting."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from core import clock
from core.http import redirect
from identity import devices, kept_forms, signing_in
from identity.roles import SECOND_FACTOR
from identity.services.refused_access import is_out_of_scope, note_refused_access
from identity.sessions import ACTING_FOR, SessionStore, user_of
from identity.signing_in import SignedInRequest

#: What no page of ours needs of a browser; photos come by file inputs, which need no camera right.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)
#: Where somebody may go before the password is changed.
_BEFORE_CHANGE = {"identity:password", "identity:sign_out"}


class UserMiddleware(AuthenticationMiddleware):
    """``request.user`` from the session's own query (identity.sessions)."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        session = cast(SessionStore, request.session)
        request.user = SimpleLazyObject(lambda: user_of(session))  # type: ignore[assignment]


class SignInMiddleware(LoginRequiredMiddleware):
    """Sets ``request.actor``; turns away who is idle, unverified or owes a new password."""

    def process_request(self, request: HttpRequest) -> None:
        """Who acts, for pages and for what is answered where there is no page."""
        user = request.user
        if user.is_authenticated:
            acting_for = request.session.get(ACTING_FOR)
            unit = acting_for if acting_for in user.employers else user.organisation_id
            cast(SignedInRequest, request).actor = user.actor_for(unit)

    def process_view(
        self, request: HttpRequest, view_func: Callable, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            request.is_public_page = True  # type: ignore[attr-defined]  # read below
            return None
        if not request.user.is_authenticated:
            if _checks_a_field(request):
                return _leave_page_alone(request)
            return super().process_view(request, view_func, view_args, view_kwargs)
        return self._admit_session(cast(SignedInRequest, request), view_func)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Nothing that a signed-in person saw stays in a shared computer's cache."""
        if hasattr(request, "actor") and not hasattr(request, "is_public_page"):
            response.headers["Cache-Control"] = "no-store, private"
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if hasattr(request, "clears_storage"):
            response.headers["Clear-Site-Data"] = '"storage"'
        devices.set_cookie(request, response)
        kept_forms.set_cookie(request, response)
        self._note_refusal(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember which object was not found, for :meth:`_note_refusal`."""
        if isinstance(exception, Http404):
            request.not_found = exception.__cause__  # type: ignore[attr-defined]  # read below

    def _note_refusal(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Reaching for what is another's is a security event; a mistyped address is none."""
        actor, match = getattr(request, "actor", None), request.resolver_match
        if actor is None or match is None or response.status_code not in (403, 404):
            return
        if hasattr(request, "is_stale_form"):
            return
        missing = getattr(request, "not_found", None)
        if response.status_code == 403 or is_out_of_scope(missing, match.kwargs):
            note_refused_access(
                user=actor.id, route=match.route, status=response.status_code, now=clock.now()
            )

    def _admit_session(
        self, request: SignedInRequest, view_func: Callable
    ) -> HttpResponseBase | None:
        reason = ""
        if request.actor.has_role(*SECOND_FACTOR) and not request.user.has_second_factor:
            reason = "请用动态口令重新登录。"
        elif signing_in.is_idle(request):
            reason = "您已较长时间没有操作，为了安全请重新登录。"
        if reason:
            if _checks_a_field(request):
                return _leave_page_alone(request)
            kept = kept_forms.keep_form(request, request.user, clock.now())
            logout(request)
            messages.warning(request, reason)
            if kept:
                url = resolve_url(self.get_login_url(view_func))
                return redirect(request, kept_forms.sign_in_address(url, kept))
            return self.handle_no_permission(request, view_func)
        view = request.resolver_match.view_name if request.resolver_match else ""
        if not request.user.must_change_password or view in _BEFORE_CHANGE:
            return None
        return redirect(request, resolve_url("identity:password"))

    def handle_no_permission(  # type: ignore[override]  # htmx is sent on by a header
        self, request: HttpRequest, view_func: Callable
    ) -> HttpResponse:
        """To the sign-in page, and back to where one wanted to go if it can be opened again."""
        url = resolve_url(self.get_login_url(view_func))
        lost = kept_forms.person_of_lost_session(request) if request.method == "POST" else None
        if lost and (kept := kept_forms.keep_form(request, lost, clock.now())):
            return redirect(request, kept_forms.sign_in_address(url, kept))
        back = _way_back(request)
        return redirect(request, f"{url}?{urlencode({'next': back})}" if back else url)


def _checks_a_field(request: HttpRequest) -> bool:
    """Whether a form asks, on leaving a field, what is wrong with it (core.http.checked_field)."""
    return bool(getattr(request, "htmx", False)) and "field" in request.GET


def _leave_page_alone(request: HttpRequest) -> HttpResponse:
    """No answer to a check whose session is over: the form stays, and its submission is kept.

    Sent on to the sign-in page, the browser would leave the form with nothing of it kept.
    """
    # The cookie of an expired session would be deleted with this answer (SessionMiddleware does
    # so where it was sent), and the submission after it would no longer know its person.
    request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
    return HttpResponse(status=204)


def _way_back(request: HttpRequest) -> str:
    if htmx := getattr(request, "htmx", None):
        return htmx.current_url_abs_path or ""
    path = request.get_full_path() if request.method == "GET" else ""
    return "" if path == "/" else path
