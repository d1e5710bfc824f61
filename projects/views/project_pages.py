"""The list of projects, registration, particulars, status and time line."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.export import xlsx_response
from core.http import ActorRequest, checked_field, found, perform
from projects import exports, permissions, selectors, services
from projects.access import PROJECT_REGISTERING, PROJECT_SEEN, project_work
from projects.forms import (
    DayForm,
    ProjectFilter,
    ProjectForm,
    RegistrationForm,
    WageTermForm,
)
from projects.selectors import ProjectHeader, history
from projects.selectors import wage_terms as terms
from projects.transitions import TRANSITIONS
from projects.views.common import header_of

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@open_to(SIGNED_IN)
def index(request: ActorRequest) -> HttpResponse:
    """The actor's projects."""
    actor = request.actor
    shown = ProjectFilter(request.GET, actor=actor)
    page = selectors.list_table(actor=actor).page(shown.qs, params=request.GET)
    lines = selectors.lines(page.rows, actor=actor, as_of=clock.today())
    added = [page.cell[column.key] for column in selectors.columns_of(actor=actor)]
    context = {
        "filter": shown,
        "page": page,
        "lines": [(line, list(zip(added, line.cells, strict=True))) for line in lines],
        "counts": selectors.status_counts(actor=request.actor),
        "may_register": selectors.may_register(actor=request.actor),
    }
    return render(request, "projects/list.html", context)


@require_safe
@open_to(SIGNED_IN)
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    shown = ProjectFilter(request.GET, actor=request.actor)
    today = clock.today()
    rows = selectors.list_table(actor=request.actor).ordered(shown.qs, request.GET)
    book = exports.project_list(rows, actor=request.actor, as_of=today)
    return xlsx_response(book, f"工程项目-{today}.xlsx")


@_form_page
@open_to(PROJECT_REGISTERING)
def new(request: ActorRequest) -> HttpResponse:
    """Register a project; the wage account is the next step."""
    own = selectors.registering_contractor(actor=request.actor)
    form = RegistrationForm(request.POST or None, actor=request.actor)
    form.check_url = reverse("projects:check")
    return perform(
        request,
        form,
        lambda: services.register_project(
            actor=request.actor,
            now=clock.now(),
            particulars=form.particulars,
            owner=form.owner,
            officers=form.officers,
            wage_term=form.wage_term,
        ),
        lambda project: f"项目已登记，编号 {project.code}。下一步：登记农民工工资专用账户。",
        to=lambda project: reverse("accounts:project", args=[project.code]),
        page=lambda: render(request, "projects/new.html", {"form": form, "own": own}),
    )


@require_POST
@open_to(PROJECT_REGISTERING)
def check(request: ActorRequest) -> HttpResponse:
    """One field of the registration, on leaving it."""
    return checked_field(request, RegistrationForm(request.POST, actor=request.actor))


@_form_page
@open_to(project_work("edit"))
def edit(request: ActorRequest, code: str) -> HttpResponse:
    """Keep the particulars current."""
    header = header_of(request, code)
    # Before the form: checking it writes what was typed into the object.
    current = header.project.updated_at.isoformat()
    form = ProjectForm(request.POST or None, instance=header.project, actor=request.actor)
    form.check_url = reverse("projects:check_edit", args=[code])
    context = {"form": form, "project": header, "version": current}
    return perform(
        request,
        form,
        lambda: services.update_project(
            actor=request.actor,
            now=clock.now(),
            code=code,
            version=request.POST.get("version", ""),
            particulars=form.particulars,
        ),
        "项目信息已更新。",
        to=reverse("supervision:project", args=[code]),
        page=lambda: render(request, "projects/edit.html", context),
    )


@require_POST
@open_to(project_work("edit"))
def check_edit(request: ActorRequest, code: str) -> HttpResponse:
    """One field of the particulars, on leaving it."""
    project = found(lambda: selectors.by_code(actor=request.actor, code=code))
    return checked_field(request, ProjectForm(request.POST, instance=project, actor=request.actor))


@_form_page
@open_to(project_work("status"))
def change_status(request: ActorRequest, code: str, action: str) -> HttpResponse:
    """开工, 停工, 复工 or 完工."""
    if action not in TRANSITIONS:
        raise Http404
    header, transition = header_of(request, code), TRANSITIONS[action]
    form = DayForm(
        request.POST or None,
        initial={"on": clock.today()},
        needs_reason=transition.needs_reason,
    )
    context = {"form": form, "project": header, "transition": transition}
    return perform(
        request,
        form,
        lambda: services.change_status(
            actor=request.actor, now=clock.now(), code=code, action=action, **form.cleaned_data
        ),
        f"已办理{transition.label}。",
        to=reverse("projects:people", args=[code]),
        page=lambda: render(request, "projects/status.html", context),
    )


@require_safe
@open_to(PROJECT_SEEN)
def wage_terms(request: ActorRequest, code: str) -> HttpResponse:
    """On which days wages are handed in and paid, as it was agreed from month to month."""
    header, form = header_of(request, code), None
    if permissions.can(request.actor, header.project, "edit"):
        agreed = terms.days_agreed(header.project, as_of=clock.today())
        form = WageTermForm(initial=agreed)
    return _wage_term_page(request, header, form)


@require_POST
@open_to(project_work("edit"))
def agree_wage_term(request: ActorRequest, code: str) -> HttpResponse:
    """Agree on other days from a wage month on."""
    header, form = header_of(request, code), WageTermForm(request.POST)
    return perform(
        request,
        form,
        lambda: services.agree_wage_term(
            actor=request.actor,
            now=clock.now(),
            code=code,
            since=form.cleaned_data["since"],
            term=form.wage_term,
        ),
        "约定已登记。",
        to=reverse("projects:wage_terms", args=[code]),
        page=lambda: _wage_term_page(request, header, form),
    )


def _wage_term_page(
    request: ActorRequest, header: ProjectHeader, form: WageTermForm | None
) -> HttpResponse:
    rows = terms.wage_terms(header.project, actor=request.actor, as_of=clock.today())
    page = terms.WAGE_TERM_LIST.page_in_memory(rows, params=request.GET)
    context = {"project": header, "page": page, "form": form}
    return render(request, "projects/wage_terms.html", context)


@require_safe
@open_to(PROJECT_SEEN)
def timeline(request: ActorRequest, code: str) -> HttpResponse:
    """What was done on the project, newest first."""
    header = header_of(request, code)
    rows = history.project_timeline(header.project, actor=request.actor)
    page = history.TIMELINE.page(rows, params=request.GET)
    context = {"project": header, "page": page.of(history.happening_of)}
    return render(request, "projects/timeline.html", context)
