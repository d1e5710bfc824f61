"""The progress of a job, and the pages for what goes wrong."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from core import jobs
from core.http import found


@never_cache
@require_safe
def job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far a job is, as a fragment that asks again until the job is over.

    A finished job whose result names an address sends the browser there.
    """
    job = found(lambda: jobs.of_actor(uuid, actor=request.actor))
    if job.state == job.State.DONE and job.result.get("url"):
        return HttpResponseClientRedirect(job.result["url"])
    return render(request, "core/job.html", {"job": job})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request could not be understood."""
    return render(request, "core/error.html", {"status": 400}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: in scope but not allowed; the exception says why."""
    context = {"status": 403, "reason": str(exception)}
    return render(request, "core/error.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such thing, or not within the viewer's scope."""
    return render(request, "core/error.html", {"status": 404}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither the database nor a signed-in user."""
    return render(request, "core/error.html", {"status": 500}, status=500)
