"""A project's attendance, month by month."""

from datetime import date

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock, months
from core.access import open_to
from core.export import xlsx_response
from core.http import ActorRequest
from projects import permissions
from projects.access import project_tab
from workers import exports, selectors
from workers.imports import ATTENDANCE_IMPORT
from workers.views.common import header_of


@require_safe
@open_to(project_tab("attendance"))
def attendance(request: ActorRequest, code: str) -> HttpResponse:
    """The month's grid: a row for a worker, a mark for a day."""
    header = header_of(request, code)
    actor, month = request.actor, _asked_month(request)
    context = {
        "project": header,
        "month": month,
        "earlier": months.month_code(months.shift_month(month, -1)),
        "later": months.month_code(months.shift_month(month, 1)),
        "is_latest": month >= months.first_day(clock.today()),
        "iso": months.month_code(month),
        "sheet": selectors.attendance_sheet(
            actor=actor, project=header.project, month=month, params=request.GET
        ),
        "marks": selectors.MARKS,
        "waiting": selectors.waiting(
            actor=actor, project=header.project, kind=ATTENDANCE_IMPORT.kind
        ),
        "can_write": permissions.is_employer_on(actor, header.project),
    }
    return render(request, "workers/attendance.html", context)


@require_safe
@open_to(project_tab("attendance"))
def export(request: ActorRequest, code: str) -> HttpResponseBase:
    """The month's grid as the page shows it, masked, as a workbook."""
    header, month = header_of(request, code), _asked_month(request)
    rows = selectors.attendance_rows(actor=request.actor, project=header.project, month=month)
    book = exports.attendance_workbook(
        selectors.attendance_list(month).ordered(rows, request.GET), month=month
    )
    return xlsx_response(book, f"考勤-{header.name}-{months.month_code(month)}.xlsx")


def _asked_month(request: ActorRequest) -> date:
    """The month of the address, or the last full one."""
    text = request.GET.get("month")
    if not text:
        return months.shift_month(clock.today(), -1)
    try:
        return months.typed_month(text)
    except ValueError:
        raise Http404 from None
