"""Pages of the toy."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import SIGNED_IN, open_to
from core.http import found
from projects.permissions import require_tab
from projects.selectors import project_header


@require_safe
@open_to(SIGNED_IN)
def canteen(request):
    """The menu."""
    return render(request, "toy/canteen.html")


@require_safe
@open_to(SIGNED_IN)
def project(request, code):
    """A project's canteen."""
    header = found(lambda: project_header(actor=request.actor, code=code))
    require_tab(request.actor, header.project, "canteen")
    return render(request, "toy/project.html", {"project": header, "tab": "canteen"})
