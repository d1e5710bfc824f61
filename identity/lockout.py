"""The page for whoever tried too many wrong passwords."""

from datetime import datetime
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.http import client_address
from identity import signing
from identity.models import SignIn


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429, saying when to try again."""
    username = (credentials or {}).get("username") or ""
    signing.log(request, username, SignIn.Outcome.LOCKED)
    context = {"until": _until(request, username)}
    return render(request, "identity/locked.html", context, status=429)


def _until(request: HttpRequest, username: str) -> datetime | None:
    attempt = (
        AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
        .order_by("-attempt_time")
        .first()
    )
    wait = get_cool_off(request)
    return timezone.localtime(attempt.attempt_time + wait) if attempt and wait else None
