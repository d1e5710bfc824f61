"""A project's wage months."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.access import open_to
from core.export import xlsx_response
from core.http import ActorRequest, found
from payroll.exports import month_workbook
from payroll.selectors import months, uploads
from projects import permissions
from projects import selectors as projects
from projects.access import project_tab


@require_safe
@open_to(project_tab("payroll"))
def project(request: ActorRequest, code: str) -> HttpResponse:
    """Month by month and employer by employer: handed in, due, paid."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    lines = months.month_lines(actor=request.actor, project=header.project)
    context = {
        "header": header,
        "page": months.MONTH_LIST.page_in_memory(lines, params=request.GET),
        "waiting": uploads.waiting(actor=request.actor, project=header.project.pk),
        "can_send": permissions.is_employer_on(request.actor, header.project),
        "today": clock.today(),
    }
    return render(request, "payroll/project.html", context)


@require_safe
@open_to(project_tab("payroll"))
def export(request: ActorRequest, code: str) -> HttpResponseBase:
    """The months as the page shows them, as a workbook."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    lines = months.month_lines(actor=request.actor, project=header.project)
    page = months.MONTH_LIST.page_in_memory(lines, params=request.GET)
    return xlsx_response(month_workbook(page), f"工资月份-{header.name}-{clock.today()}.xlsx")
