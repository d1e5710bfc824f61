"""The progress of a job, and the pages for what goes wrong."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template import loader
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from core import jobs
from core.access import SIGNED_IN, open_to
from core.forms import SearchForm
from core.http import ActorRequest, found
from core.search import search_everywhere


@never_cache
@require_safe
@open_to(SIGNED_IN)
def job(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """How far a job is, as a fragment that asks again until the job is over.

    A finished job whose result names an address sends the browser there.
    """
    job = found(lambda: jobs.of_actor(uuid, actor=request.actor))
    if job.state == job.State.DONE and job.result.get("url"):
        return HttpResponseClientRedirect(job.result["url"])
    context = {
        "url": request.path,
        "done": job.done,
        "total": job.total,
        "message": job.error or job.message or job.get_state_display(),
        "running": not job.is_over,
    }
    # Without context processors: this is asked every second, and needs none of them.
    return HttpResponse(loader.render_to_string("components/job.html", context))


@require_safe
@open_to(SIGNED_IN)
def search(request: ActorRequest) -> HttpResponse:
    """What is found for a name, a code or a number, kind by kind."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    kinds = search_everywhere(actor=request.actor, text=text) if text else []
    return render(request, "search.html", {"form": form, "text": text, "kinds": kinds})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request could not be understood."""
    # Django refuses a part whose head, the file's name in it, is longer than 1,024 bytes.
    is_upload = isinstance(exception, MultiPartParserError)
    return render(request, "errors/400.html", {"is_upload": is_upload}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: in scope but not allowed; the exception says why."""
    return render(request, "errors/403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such thing, or not within the viewer's scope."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, made without the viewer: what failed may be the database itself."""
    return HttpResponse(loader.render_to_string("errors/500.html"), status=500)
