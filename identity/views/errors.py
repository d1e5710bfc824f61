"""The page for a form that was open too long: what was typed is kept where it is surely ours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock
from identity import kept_forms


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open for too long, or another page sent it."""
    request.is_stale_form = True  # type: ignore[attr-defined]  # no reach for what is another's
    user = request.user if request.user.is_authenticated else None
    lost = user or kept_forms.person_of_lost_session(request)
    kept = kept_forms.keep_form(request, lost, clock.now()) if lost else None
    if kept and user:
        kept_forms.lead_back(request, kept)
    address = kept_forms.sign_in_address(reverse("identity:sign_in"), kept)
    context = {"kept": kept, "sign_in_url": address, "form_url": kept.page if kept else ""}
    return render(request, "errors/csrf.html", context, status=403)
