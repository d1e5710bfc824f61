"""What the pages of bonds share."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.http import ActorRequest, found
from projects import selectors as projects
from projects.selectors import ProjectHeader

form_page = require_http_methods(["GET", "HEAD", "POST"])


def header(request: ActorRequest, code: str) -> ProjectHeader:
    """The head of the project's pages."""
    return found(lambda: projects.project_header(actor=request.actor, code=code))


def bond_page(code: str) -> str:
    """The bond's page of a project."""
    return reverse("bonds:project", args=[code])


def project_form(
    request: ActorRequest,
    head: ProjectHeader,
    form: BaseForm,
    *,
    title: str,
    button: str,
    note: str = "",
    **context: Any,
) -> HttpResponse:
    """A page with one form, under the head of the project's pages."""
    shown = {
        "project": head,
        "form": form,
        "title": title,
        "button": button,
        "note": note,
        "back": bond_page(head.code),
    }
    return render(request, "bonds/form.html", shown | context)
