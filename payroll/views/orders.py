"""The payment orders of a bank, or of a site."""

from dataclasses import replace

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.access import HasRole, open_to
from core.export import xlsx_response
from core.http import ActorRequest
from identity.roles import Role
from payroll.exports import order_workbook
from payroll.forms import OrderFilter
from payroll.selectors.order_list import ORDER_LIST, order_lines
from projects.permissions import EMPLOYER_ROLES


@require_safe
@open_to(HasRole(Role.BANK_CLERK, *EMPLOYER_ROLES))
def orders(request: ActorRequest) -> HttpResponse:
    """All that the actor sees; ``status=open`` is what the bank still has to do."""
    shown = OrderFilter(request.GET, actor=request.actor)
    page = ORDER_LIST.page(shown.qs, params=request.GET)
    page = replace(page, rows=order_lines(page.rows, actor=request.actor))
    context = {
        "filter": shown,
        "page": page,
        "is_bank": request.actor.has_role(Role.BANK_CLERK),
        "today": clock.today(),
    }
    return render(request, "payroll/orders.html", context)


@require_safe
@open_to(HasRole(Role.BANK_CLERK, *EMPLOYER_ROLES))
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    shown = OrderFilter(request.GET, actor=request.actor)
    book = order_workbook(ORDER_LIST.ordered(shown.qs, request.GET), actor=request.actor)
    return xlsx_response(book, f"代发指令-{clock.today()}.xlsx")
