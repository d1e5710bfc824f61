"""Pages of warnings: the list, one warning, and what people do about it."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import attachments, clock, official
from core.access import SIGNED_IN, HasRole, open_to
from core.export import xlsx_response
from core.hook_kinds import panels_beside
from core.hooks import one
from core.http import ActorRequest, found, perform
from identity.roles import GOVERNMENT, Role
from monitoring import coverage as coverage_pages
from monitoring import exports, selectors, services
from monitoring.access import WARNING_ACT
from monitoring.desk import Desk, open_acts
from monitoring.forms import CoverageFilter, ThresholdForm, WarningFilter
from monitoring.hook_kinds import WarningAct
from projects.access import PROJECT_SEEN
from projects.selectors import project_header
from projects.selectors.rectification import orders_about


@require_safe
@open_to(SIGNED_IN)
def warnings(request: ActorRequest) -> HttpResponse:
    """The warnings that one sees, worst first."""
    shown = WarningFilter(request.GET, actor=request.actor)
    page = selectors.LIST.page(shown.qs, params=request.GET)
    lines = page.of(lambda warning: selectors.line(warning, actor=request.actor))
    context = {"page": lines, "filter": shown, "today": clock.today()}
    return render(request, "monitoring/list.html", context)


@require_safe
@open_to(SIGNED_IN)
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    shown = WarningFilter(request.GET, actor=request.actor)
    rows = selectors.LIST.ordered(shown.qs, request.GET)
    book = exports.warning_list(rows, actor=request.actor)
    return xlsx_response(book, f"预警-{clock.today()}.xlsx")


@require_safe
@open_to(PROJECT_SEEN)
def project(request: ActorRequest, code: str) -> HttpResponse:
    """The warnings of one project, those that are over included."""
    header = found(lambda: project_header(actor=request.actor, code=code))
    page = selectors.project_page(actor=request.actor, project=header.project, params=request.GET)
    context = {"project": header, "tab": "warnings", "page": page, "today": clock.today()}
    return render(request, "monitoring/project.html", context)


@require_safe
@open_to(SIGNED_IN)
def warning(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One warning: what is wrong, since when, under which article, what clears it, who must act."""
    return _warning_page(request, uuid)


def _warning_page(
    request: ActorRequest, uuid: UUID, **forms_with_faults: forms.Form
) -> HttpResponse:
    actor, today = request.actor, clock.today()
    shown = found(lambda: selectors.warning_page(actor=actor, uuid=uuid))
    acts = open_acts(Desk(shown.warning, actor, today), forms_with_faults)
    context = {
        "shown": shown,
        "acts": acts,
        "answers": any(one.act.key == "report" for one in acts),
        "orders": orders_about(f"warning:{uuid}", actor=actor),
        "documents": [official.document_line(one) for one in shown.documents],
        "today": today,
        "panels": panels_beside("warning", shown.warning, actor=actor, as_of=today),
    }
    return render(request, "monitoring/warning.html", context)


@require_POST
@open_to(WARNING_ACT)
def act(request: ActorRequest, uuid: UUID, act: str) -> HttpResponse:
    """One of the acts that apps declare, from its form on the warning's page."""
    actor, chosen = request.actor, one(WarningAct, act)
    desk = Desk(selectors.warning(actor=actor, uuid=uuid), actor, clock.today())
    form = chosen.form(request.POST, request.FILES, desk=desk, prefix=act)
    return perform(
        request,
        form,
        lambda: chosen.perform(
            actor=actor, uuid=uuid, now=clock.now(), **form.given(actor, clock.now())
        ),
        str,
        to=reverse("monitoring:warning", args=[uuid]),
        page=lambda: _warning_page(request, uuid, **{act: form}),
    )


@require_safe
@open_to(SIGNED_IN)
def paper(request: ActorRequest, uuid: UUID, event: int) -> HttpResponse:
    """The paper that came with a step."""
    step = found(lambda: selectors.event(actor=request.actor, warning=uuid, event=event))
    if step.attachment is None:
        raise Http404
    return attachments.answer_with_file(step.attachment, inline=True)


@require_safe
@open_to(SIGNED_IN)
def rules(request: ActorRequest) -> HttpResponse:
    """The catalogue of rules."""
    counts = selectors.counts_by_rule(actor=request.actor)
    lines = [
        selectors.RuleLine(rule, counts.get(rule.code, 0)) for rule in services.rules_in_order()
    ]
    page = selectors.RULE_LIST.page_in_memory(lines, params=request.GET)
    may_see_runs = request.actor.has_role(*coverage_pages.MAY_SEE_RUNS)
    context = {"page": page, "may_see_runs": may_see_runs}
    return render(request, "monitoring/rules.html", context)


@require_safe
@open_to(HasRole(*coverage_pages.MAY_SEE_RUNS))
def runs(request: ActorRequest) -> HttpResponse:
    """How many projects each rule judged, what is held back, and which rules do not run."""
    page = coverage_pages.latest_runs(actor=request.actor, params=request.GET)
    faults = coverage_pages.rule_faults(as_of=clock.today())
    officer = request.actor.has_role(*GOVERNMENT)
    context = {"page": page, "faults": faults, "officer": officer}
    return render(request, "monitoring/runs.html", context)


@require_safe
@open_to(HasRole(*coverage_pages.MAY_SEE_RUNS))
def rule_runs(request: ActorRequest, code: str) -> HttpResponse:
    """The recorded runs of one rule."""
    page = found(
        lambda: coverage_pages.runs_of_rule(actor=request.actor, code=code, params=request.GET)
    )
    context = {"page": page, "code": code, "title": coverage_pages.rule_title(code)}
    return render(request, "monitoring/rule_runs.html", context)


@require_safe
@open_to(HasRole(*GOVERNMENT))
def coverage(request: ActorRequest) -> HttpResponse:
    """What rules looked at and do not warn of, in the officer's region, and why."""
    shown = CoverageFilter(request.GET, actor=request.actor)
    page = coverage_pages.COVERAGE_LIST.page(shown.qs, params=request.GET)
    context = {"page": page.of(coverage_pages.coverage_line), "filter": shown}
    return render(request, "monitoring/coverage.html", context)


@require_safe
@open_to(HasRole(*GOVERNMENT))
def export_coverage(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list of what is held back shows, as a workbook."""
    shown = CoverageFilter(request.GET, actor=request.actor)
    rows = coverage_pages.COVERAGE_LIST.ordered(shown.qs, request.GET)
    book = exports.coverage_list(rows, actor=request.actor)
    return xlsx_response(book, f"未预警情况-{clock.today()}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SIGNED_IN)
def rule(request: ActorRequest, code: str) -> HttpResponse:
    """One rule, and its thresholds to whoever may set them."""
    actor, today = request.actor, clock.today()
    page = found(lambda: selectors.rule_page(actor=actor, code=code))
    form = ThresholdForm(
        request.POST or None, rule=page.rule, actor=actor, initial={"since": today}
    )
    may_set = actor.has_role(Role.BUREAU_OFFICER) and bool(form.regions and page.thresholds)
    context = {"page": page, "form": form, "may_set": may_set}
    return perform(
        request,
        form,
        lambda: services.set_threshold(
            actor=actor, rule=page.rule, now=clock.now(), **form.cleaned_data
        ),
        "参数已设定，到起始日期生效。",
        to=reverse("monitoring:rule", args=[code]),
        page=lambda: render(request, "monitoring/rule.html", context),
    )
