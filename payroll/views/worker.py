"""A worker's pay, beside the register's page of the worker."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import ActorRequest, found
from payroll.selectors.wages import wages_of
from payroll.views.project import project_header
from workers import selectors as workers


@require_safe
def wages(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Month by month: sheet, days, amounts, when it was paid."""
    engagement = found(lambda: workers.engagement(actor=request.actor, uuid=uuid))
    context = {
        "project": project_header(request.actor, engagement.project.code),
        "worker": workers.register_row(engagement),
        "months": wages_of(actor=request.actor, engagement=engagement),
    }
    return render(request, "payroll/worker.html", context)
