"""A project's register and its exports."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.choices import options_response
from core.export import xlsx_response
from core.forms import PurposeForm
from core.http import ActorRequest, redirect
from projects import permissions
from projects.access import project_tab
from projects.selectors import ProjectHeader
from workers import exports, selectors
from workers.access import SEES_IN_FULL
from workers.choices import trade_source
from workers.forms import FindForm, RegisterFilter
from workers.imports import ROSTER_IMPORT
from workers.views.common import header_of, mark_of


@require_safe
@open_to(project_tab("workers"))
def register(request: ActorRequest, code: str) -> HttpResponse:
    """Who is on the project, with what is missing of each."""
    return _register_page(request, header_of(request, code))


@require_POST
@open_to(project_tab("workers"))
def find(request: ActorRequest, code: str) -> HttpResponse:
    """Open the page of the worker with this ID number."""
    header = header_of(request, code)
    form = FindForm(request.POST)
    if form.is_valid():
        try:
            worker = selectors.find_registration(
                actor=request.actor,
                project=header.project,
                id_number=form.cleaned_data["number"],
            )
        except ObjectDoesNotExist:
            form.add_error("number", "本项目名册上没有这个身份证号，请核对，或先办理实名登记。")
        else:
            return redirect(request, reverse("workers:engagement", args=[worker]))
    return _register_page(request, header, find_form=form)


def _register_page(
    request: ActorRequest,
    header: ProjectHeader,
    *,
    find_form: FindForm | None = None,
    export_form: PurposeForm | None = None,
) -> HttpResponse:
    actor, project, shown = request.actor, header.project, _register_filter(request, header)
    page = selectors.REGISTER_LIST.page(shown.qs, params=request.GET)
    context = {
        "project": header,
        "filter": shown,
        "find_form": find_form or FindForm(),
        "page": page.of(selectors.register_row),
        "waiting": selectors.waiting(actor=actor, project=project, kind=ROSTER_IMPORT.kind),
        "can_write": permissions.is_employer_on(actor, project),
        "can_see_in_full": selectors.sees_in_full(actor=actor, project=project),
        "export_form": export_form or PurposeForm(auto_id="export_%s"),
    }
    return render(request, "workers/register.html", context)


@require_safe
@open_to(project_tab("workers"))
def export(request: ActorRequest, code: str) -> HttpResponseBase:
    """What the page shows, masked as it shows it."""
    header = header_of(request, code)
    rows = selectors.REGISTER_LIST.ordered(_register_filter(request, header).qs, request.GET)
    book = exports.register_workbook(rows)
    return xlsx_response(book, f"实名制名册-{header.name}-{clock.today()}.xlsx")


@require_POST
@open_to(SEES_IN_FULL)
def export_in_full(request: ActorRequest, code: str) -> HttpResponseBase:
    """The same rows in full, for a stated purpose, on the record."""
    header = header_of(request, code)
    form = PurposeForm(request.POST, auto_id="export_%s")
    if not form.is_valid():
        return _register_page(request, header, export_form=form)
    book = exports.full_workbook(
        selectors.REGISTER_LIST.ordered(_register_filter(request, header).qs, request.GET),
        actor=request.actor,
        now=clock.now(),
        project=header.project,
        watermark=mark_of(request),
        **form.cleaned_data,
    )
    return xlsx_response(book, f"实名制名册（完整）-{header.name}-{clock.today()}.xlsx")


@require_safe
@open_to(SIGNED_IN)
def template(request: ActorRequest) -> HttpResponseBase:
    """An empty roster that says how to fill it."""
    return xlsx_response(exports.roster_template(), "实名制花名册模板.xlsx")


def _register_filter(request: ActorRequest, header: ProjectHeader) -> RegisterFilter:
    return RegisterFilter(
        request.GET, actor=request.actor, project=header.project, as_of=clock.today()
    )


@require_safe
@open_to(SIGNED_IN)
def trade_options(request: ActorRequest) -> HttpResponse:
    """What the combobox asks: trades by name, code or pinyin."""
    return options_response(request, trade_source())
