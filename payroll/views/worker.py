"""A worker's pay, beside the register's page of the worker."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import open_to
from core.http import ActorRequest, found
from payroll.access import WORKERS_WAGES
from payroll.selectors.wages import WAGE_LIST, wages_of
from projects import selectors as projects
from workers import selectors as workers


@require_safe
@open_to(WORKERS_WAGES)
def wages(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Month by month: sheet, days, amounts, when it was paid."""
    actor = request.actor
    engagement = found(lambda: workers.engagement(actor=actor, uuid=uuid))
    context = {
        "project": projects.project_header(actor=actor, code=engagement.project.code),
        "worker": workers.register_row(engagement),
        "page": WAGE_LIST.page_in_memory(
            wages_of(actor=actor, engagement=engagement), params=request.GET
        ),
    }
    return render(request, "payroll/worker.html", context)
