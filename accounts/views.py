"""Pages of wage accounts: the project's, the bank's and the owner's."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import exports, selectors, services
from accounts.access import ACCOUNT_SEEN, ACCOUNTS_BANK
from accounts.forms import AccountForm, FundingForm, MovementFilter, PapersForm, StatusForm
from core import attachments, clock
from core.access import HasRole, open_to
from core.export import xlsx_response
from core.http import ActorRequest, checked_field, found, perform
from identity.hook_kinds import limit_of
from identity.roles import Role
from projects import permissions
from projects import selectors as projects
from projects.access import project_tab, project_work
from projects.selectors import ProjectHeader

_form_page = require_http_methods(["GET", "HEAD", "POST"])
#: The 企业管理员 of the general contractor.
_KEEPER = project_work("account")


def _account_header(request: ActorRequest, code: str) -> ProjectHeader:
    return found(lambda: projects.project_header(actor=request.actor, code=code))


@require_safe
@open_to(project_tab("account"))
def project(request: ActorRequest, code: str) -> HttpResponse:
    """A project's wage account with what moved on it."""
    header = _account_header(request, code)
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


def _movements_asked(request: ActorRequest, shown: Any) -> MovementFilter:
    rows = selectors.movement_rows(shown, actor=request.actor)
    return MovementFilter(request.GET, rows, actor=request.actor)


def _account_context(request: ActorRequest, shown: Any) -> dict[str, Any]:
    asked = _movements_asked(request, shown)
    page = selectors.MOVEMENT_LIST.page(asked.qs, params=request.GET)
    return {
        "account": shown,
        "tone": selectors.TONES[shown.status],
        "balance": selectors.last_balance(account=shown),
        "filter": asked,
        "page": page.of(selectors.movement_row),
    }


@_form_page
@open_to(_KEEPER)
def register(request: ActorRequest, code: str) -> HttpResponse:
    """Register the account that was opened for a project."""
    header = _account_header(request, code)
    form = _account_form(request, header)
    form.check_url = reverse("accounts:check", args=[code])  # type: ignore[attr-defined]  # read by the field template
    return perform(
        request,
        form,
        lambda: services.register_account(
            actor=request.actor,
            project_code=code,
            data=form.account,
            agreement=form.paper,
            now=clock.now(),
        ),
        "工资专用账户已登记。下一步：约定人工费用拨付日和金额。",
        to=reverse("accounts:project", args=[code]),
        page=lambda: render(request, "accounts/register.html", {"project": header, "form": form}),
    )


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
@open_to(_KEEPER)
def check(request: ActorRequest, code: str) -> HttpResponse:
    """One field of the registration, on leaving it."""
    return checked_field(request, _account_form(request, _account_header(request, code)))


@_form_page
@open_to(_KEEPER)
def papers(request: ActorRequest, code: str) -> HttpResponse:
    """Branch, filing and agreement, added later."""
    header = _account_header(request, code)
    shown = selectors.account_of(header.project, actor=request.actor)
    if shown is None or not shown.is_open:
        raise Http404
    initial = {"branch": shown.branch, "filed_on": shown.filed_on}
    form = PapersForm(request.POST or None, request.FILES or None, initial=initial)
    context = {"project": header, "form": form, "account": shown}
    return perform(
        request,
        form,
        lambda: services.update_papers(
            actor=request.actor,
            project_code=code,
            branch=form.cleaned_data["branch"],
            filed_on=form.cleaned_data["filed_on"],
            agreement=form.paper,
            now=clock.now(),
        ),
        "专户资料已更新。",
        to=reverse("accounts:project", args=[code]),
        page=lambda: render(request, "accounts/papers.html", context),
    )


@_form_page
@open_to(_KEEPER)
def funding_term(request: ActorRequest, code: str) -> HttpResponse:
    """When and how much the owner pays in."""
    header = _account_header(request, code)
    form = FundingForm(request.POST or None, initial={"since": clock.today()})
    return perform(
        request,
        form,
        lambda: services.agree_funding(
            actor=request.actor, project_code=code, now=clock.now(), **form.cleaned_data
        ),
        "人工费用拨付约定已保存。",
        to=reverse("accounts:project", args=[code]),
        page=lambda: render(
            request, "accounts/funding_term.html", {"project": header, "form": form}
        ),
    )


@require_safe
@open_to(ACCOUNT_SEEN)
def agreement(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The three-party agreement, for whoever sees the account."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    if shown.agreement is None:
        raise Http404
    return attachments.answer_with_file(shown.agreement, inline=True)


@require_safe
@open_to(HasRole(Role.BANK_CLERK))
def kept(request: ActorRequest) -> HttpResponse:
    """The accounts that the actor's bank keeps."""
    page = selectors.KEPT_LIST.page(_kept_rows(request), params=request.GET)
    page = replace(page, rows=selectors.kept_lines(page.rows, actor=request.actor))
    context = {"page": page, "silent": _asks_silent(request)}
    return render(request, "accounts/kept.html", context)


@require_safe
@open_to(HasRole(Role.BANK_CLERK))
def export_kept(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    rows = selectors.KEPT_LIST.ordered(_kept_rows(request), request.GET)
    return xlsx_response(exports.kept_list(rows, actor=request.actor), f"专户-{clock.today()}.xlsx")


def _asks_silent(request: ActorRequest) -> bool:
    return request.GET.get("feed") == "silent"


def _kept_rows(request: ActorRequest) -> Any:
    """The bank's accounts; with ``feed=silent`` those of which it told nothing for long."""
    only, today = None, clock.today()
    if _asks_silent(request):
        days = limit_of("FED-01", "silent", as_of=today)
        only = selectors.silent_accounts(actor=request.actor, as_of=today, silent=days)
    return selectors.kept_rows(actor=request.actor, only=only)


@require_safe
@open_to(ACCOUNT_SEEN)
def kept_account(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One of them with what moved on it."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    return _kept_page(request, shown, StatusForm(current=shown.status))


@require_safe
@open_to(ACCOUNT_SEEN)
def export_movements(request: ActorRequest, uuid: UUID) -> HttpResponseBase:
    """An account's movements as its page shows them, as a workbook."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    asked = _movements_asked(request, shown)
    rows = selectors.MOVEMENT_LIST.ordered(asked.qs, request.GET)
    return xlsx_response(
        exports.movement_list(rows), f"账户流水-{shown.project.name}-{clock.today()}.xlsx"
    )


def _kept_page(request: ActorRequest, shown: Any, form: Form) -> HttpResponse:
    context = _account_context(request, shown)
    context |= {
        "status_form": form,
        "keeps": selectors.is_bank_of(shown, actor=request.actor),
    }
    return render(request, "accounts/kept_account.html", context)


@require_POST
@open_to(ACCOUNTS_BANK)
def status(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The bank reports that the account was frozen, freed or closed."""
    shown = found(lambda: selectors.account(uuid, actor=request.actor))
    form = StatusForm(request.POST, current=shown.status)
    return perform(
        request,
        form,
        lambda: services.change_account_status(
            actor=request.actor, account=uuid, now=clock.now(), **form.cleaned_data
        ),
        "专户状态已变更。",
        to=reverse("accounts:kept_account", args=[uuid]),
        page=lambda: _kept_page(request, shown, form),
    )


@require_safe
@open_to(HasRole(Role.OWNER_CLERK))
def funding(request: ActorRequest) -> HttpResponse:
    """The owner's projects with the next deposit of each."""
    return render(request, "accounts/funding.html", {"page": _funding_page(request)})


@require_safe
@open_to(HasRole(Role.OWNER_CLERK))
def export_funding(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    book = exports.funding_list(_funding_page(request))
    return xlsx_response(book, f"人工费用拨付-{clock.today()}.xlsx")


def _funding_page(request: ActorRequest) -> Any:
    today = clock.today()
    grace = limit_of("ACC-04", "grace", as_of=today)
    return selectors.owners_projects(
        actor=request.actor, as_of=today, params=request.GET, grace=grace
    )
