"""What was typed into a form whose session was lost, kept for the same person at the same browser.

On the server, sealed, for two hours: bound to the browser by a cookie of which only the hash is
stored, and to the person whose session it was. Signing in there as that person leads back to the
form with its content; whoever else signs in finds nothing. Passwords and one-time codes are never
kept, and files cannot be.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from identity.models import KeptForm, User, UserSession

KEPT_FOR = timedelta(hours=2)
#: Session key: the kept form that waits for its page.
WAITING = "kept_form"
_MOST = 200_000
_PRIVATE = re.compile(r"password|^again$|^code$|one_time_code|csrfmiddlewaretoken")


def person_of_lost_session(request: HttpRequest) -> User | None:
    """Whose session the browser still names, where it has expired but was not ended."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    lost = UserSession.objects.filter(session_key=key).select_related("user").first()
    return lost.user if lost else None


def keep_form(request: HttpRequest, user: User, now: datetime) -> KeptForm | None:
    """Keep what was sent; None where there is nothing that can be led back to."""
    if request.method != "POST" or getattr(request, "htmx", False) or not _is_own(request):
        return None
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        if not _PRIVATE.search(name)
        for value in values
    ]
    if not fields or sum(len(value) for _, value in fields) > _MOST:
        return None
    browser = request.COOKIES.get(settings.KEPT_COOKIE_NAME) or secrets.token_urlsafe(24)
    request.kept_cookie = browser  # type: ignore[attr-defined]  # handed out by set_cookie
    return KeptForm.objects.create(
        browser=_hash_browser(browser),
        user=user,
        page=_page_of(request),
        action=request.get_full_path()[:500],
        fields=fields,
        has_files=bool(request.FILES),
        kept_at=now,
    )


def _is_own(request: HttpRequest) -> bool:
    """Whether a page of ours sent it: nobody else may choose what is put into a form."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(source).netloc == request.get_host()


def _page_of(request: HttpRequest) -> str:
    """The page that holds the form: where it was sent from."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc == request.get_host():
        query = f"?{referer.query}" if referer.query else ""
        # One slash: browsers take what follows two of them for another host.
        path = "/" + referer.path.lstrip("/\\")
        return f"{path}{query}"[:500]
    return request.path[:500]


def set_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Know the browser again whose form was kept."""
    if browser := getattr(request, "kept_cookie", None):
        response.set_cookie(
            settings.KEPT_COOKIE_NAME,
            browser,
            max_age=int(KEPT_FOR.total_seconds()),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def waiting_form(request: HttpRequest, user: User, now: datetime) -> KeptForm | None:
    """The latest form that was kept at this browser for this person."""
    browser = request.COOKIES.get(settings.KEPT_COOKIE_NAME, "")
    if not browser:
        return None
    rows = KeptForm.objects.filter(
        browser=_hash_browser(browser), user=user, kept_at__gt=now - KEPT_FOR
    )
    return rows.order_by("-kept_at").first()


def drop_old_forms(now: datetime) -> None:
    """Drop what nobody can be led back to any more."""
    KeptForm.objects.filter(kept_at__lt=now - KEPT_FOR).delete()


def lead_back(request: HttpRequest, kept: KeptForm) -> str:
    """Let the form's page find what was kept; the page's address."""
    request.session[WAITING] = str(kept.uuid)
    return kept.page


def form_for_page(request: HttpRequest) -> dict[str, Any] | None:
    """What was kept for the page that is being shown; handed out once, then it is gone."""
    uuid = request.session.get(WAITING)
    if not uuid or request.method != "GET":
        return None
    kept = KeptForm.objects.filter(uuid=UUID(uuid), user=cast(User, request.user)).first()
    if kept is None or urlsplit(kept.page).path != request.path:
        return None
    del request.session[WAITING]
    shown = {"action": kept.action, "fields": kept.fields, "has_files": kept.has_files}
    kept.delete()
    return shown


def sign_in_address(path: str, kept: KeptForm | None) -> str:
    """The sign-in page, which says that something was kept and whether files are missing."""
    if kept is None:
        return path
    word = "files" if kept.has_files else "form"
    return f"{path}?{urlencode({'next': kept.page, 'kept': word})}"


def _hash_browser(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
