"""Pages of wage accounts: the project's, the bank's and the owner's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors, services
from accounts.forms import AccountForm, FundingForm, MovementFilter, PapersForm, StatusForm
from core import attachments, clock
from core.http import ActorRequest, checked_field, found
from identity.hook_kinds import limit_of
from projects import permissions
from projects import selectors as projects
from projects.selectors import ProjectHeader

_form_page = require_http_methods(["GET", "HEAD", "POST"])


def _header(request: ActorRequest, code: str) -> ProjectHeader:
    """The project's head, for those whose part in it opens the wage account."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    permissions.require_tab(request.actor, header.project, "account")
    return header


def _for_contractor(request: ActorRequest, code: str) -> ProjectHeader:
    """The project's head, where the actor keeps its account; else 403."""
    header = _header(request, code)
    permissions.require(request.actor, header.project, "account")
    return header


@contextmanager
def _refusals(form: Form) -> Iterator[None]:
    """What a service refuses becomes a fault of the form."""
    try:
        yield
    except attachments.AttachmentRefused as refusal:
        form.add_error("agreement", str(refusal))
    except services.AccountRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as fault:
        form.add_error(None, fault)


@require_safe
def project(request: ActorRequest, code: str) -> HttpResponse:
    """A project's wage account with what moved on it."""
    header = _header(request, code)
    shown = selectors.account_of(header.project, actor=request.actor)
    context = {
        "project": header,
        "may_keep": permissions.can(request.actor, header.project, "account"),
        "funding": selectors.funding(header.project, actor=request.actor, as_of=clock.today()),
        "asked_name": selectors.asked_name(header, actor=request.actor),
    }
    if shown is not None:
        context |= _account_context(request, shown)
    return render(request, "accounts/project.html", context)


def _account_context(request: ActorRequest, shown: Any) -> dict[str, Any]:
    form = MovementFilter(request.GET)
    moved = selectors.movements(
        shown, actor=request.actor, filters=form.answers, params=request.GET
    )
    return {
        "account": shown,
        "tone": selectors.TONES[shown.status],
        "balance": selectors.last_balance(account=shown),
        "filter": form,
        "moved": moved,
    }


@_form_page
def register(request: ActorRequest, code: str) -> HttpResponse:
    """Register the account that was opened for a project."""
    header = _for_contractor(request, code)
    form = _account_form(request, header)
    form.check_url = reverse("accounts:check", args=[code])  # type: ignore[attr-defined]  # read by the field template
    if form.is_valid():
        with _refusals(form):
            services.register_account(
                project_code=code, actor=request.actor, data=form.account, agreement=form.paper
            )
            messages.success(request, "工资专用账户已登记。下一步：约定人工费用拨付日和金额。")
            return redirect("accounts:project", code)
    return render(request, "accounts/register.html", {"project": header, "form": form})


def _account_form(request: ActorRequest, header: ProjectHeader) -> AccountForm:
    return AccountForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        contractor=header.contractor,
        project=header.name,
        today=clock.today(),
    )


@require_POST
def check(request: ActorRequest, code: str) -> HttpResponse:
    """One field of the registration, on leaving it."""
    return checked_field(request, _account_form(request, _for_contractor(request, code)))


@_form_page
def papers(request: ActorRequest, code: str) -> HttpResponse:
    """Branch, filing and agreement, added later."""
    header = _for_contractor(request, code)
    shown = selectors.account_of(header.project, actor=request.actor)
    if shown is None or not shown.is_open:
        raise Http404
    initial = {"branch": shown.branch, "filed_on": shown.filed_on}
    form = PapersForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        with _refusals(form):
            services.update_papers(
                project_code=code,
                actor=request.actor,
                branch=form.cleaned_data["branch"],
                filed_on=form.cleaned_data["filed_on"],
                agreement=form.paper,
            )
            messages.success(request, "专户资料已更新。")
            return redirect("accounts:project", code)
    context = {"project": header, "form": form, "account": shown}
    return render(request, "accounts/papers.html", context)


@_form_page
def funding_term(request: ActorRequest, code: str) -> HttpResponse:
    """When and how much the owner pays in."""
    header = _for_contractor(request, code)
    form = FundingForm(request.POST or None, initial={"since": clock.today()})
    if form.is_valid():
        services.agree_funding(project_code=code, actor=request.actor, **form.cleaned_data)
        messages.success(request, "人工费用拨付约定已保存。")
        return redirect("accounts:project", code)
    return render(request, "accounts/funding_term.html", {"project": header, "form": form})


@require_safe
def agreement(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The three-party agreement, for whoever sees the account."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    if shown.agreement is None:
        raise Http404
    return attachments.respond(shown.agreement, inline=True)


@require_safe
def kept(request: ActorRequest) -> HttpResponse:
    """The accounts that the actor's bank keeps."""
    actor, today, only = request.actor, clock.today(), None
    silent = request.GET.get("feed") == "silent"
    if silent:
        days = limit_of("FED-01", "silent", as_of=today)
        only = selectors.silent_accounts(actor=actor, as_of=today, silent=days)
    page = selectors.kept_accounts(actor=actor, params=request.GET, only=only)
    return render(request, "accounts/kept.html", {"page": page, "silent": silent})


@require_safe
def kept_account(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One of them with what moved on it."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    return _kept_page(request, shown, StatusForm(current=shown.status))


def _kept_page(request: ActorRequest, shown: Any, form: Form) -> HttpResponse:
    context = _account_context(request, shown)
    context |= {"status_form": form, "keeps": selectors.keeps(shown, actor=request.actor)}
    return render(request, "accounts/kept_account.html", context)


@require_POST
def status(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The bank reports that the account was frozen, freed or closed."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    selectors.insist_keeps(shown, actor=request.actor)
    form = StatusForm(request.POST, current=shown.status)
    if form.is_valid():
        with _refusals(form):
            services.change_status(account=uuid, actor=request.actor, **form.cleaned_data)
            messages.success(request, "专户状态已变更。")
            return redirect("accounts:kept_account", uuid)
    return _kept_page(request, shown, form)


@require_safe
def funding(request: ActorRequest) -> HttpResponse:
    """The owner's projects with the next deposit of each."""
    today = clock.today()
    grace = limit_of("ACC-04", "grace", as_of=today)
    page = selectors.owners_projects(
        actor=request.actor, as_of=today, params=request.GET, grace=grace
    )
    return render(request, "accounts/funding.html", {"page": page})
