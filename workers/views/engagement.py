"""A worker's page, and what can be done about the registration."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.forms import PurposeForm
from core.http import ActorRequest, found, perform
from projects import permissions
from projects.selectors import history
from workers import selectors
from workers.access import WORKER_IN_FULL, WORKER_KEPT
from workers.forms import CardForm, CompleteForm, LeaveForm
from workers.services import full_view, register
from workers.views.common import header_of, mark_of


@require_safe
@open_to(SIGNED_IN)
def engagement(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Masked data, cards, attendance by month, and what was done."""
    return _engagement_page(request, uuid)


def _engagement_page(request: ActorRequest, uuid: UUID, **bound: Any) -> HttpResponse:
    """The page; ``bound`` holds a form that came back with faults."""
    actor = request.actor
    found_one = found(lambda: selectors.engagement(actor=actor, uuid=uuid))
    header = header_of(request, found_one.project.code)
    employer = found_one.employer_id
    entries = selectors.happenings(engagement=found_one)[:20]
    context = {
        "project": header,
        "worker": selectors.worker(found_one),
        "months": selectors.months_worked(actor=actor, engagement=found_one),
        "events": [history.happening_of(entry) for entry in entries],
        "can_write": permissions.is_employer_on(actor, header.project, employer),
        "can_see_in_full": selectors.sees_in_full(
            actor=actor, project=header.project, employer=employer
        ),
        "complete_form": CompleteForm(
            initial={
                "trade": found_one.trade_id,
                "team": found_one.team.name if found_one.team else "",
                "contract_number": found_one.contract_number,
            },
            auto_id="complete_%s",
        ),
        "card_form": CardForm(initial={"since": clock.today()}, auto_id="card_%s"),
        "leave_form": LeaveForm(initial={"on": clock.today()}, auto_id="leave_%s"),
        "purpose_form": PurposeForm(auto_id="purpose_%s"),
    }
    return render(request, "workers/engagement.html", context | bound)


@never_cache
@require_POST
@open_to(WORKER_IN_FULL)
def reveal(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The data in full, for a stated purpose, on the record, under a watermark."""
    form = PurposeForm(request.POST, auto_id="purpose_%s")
    if not form.is_valid():
        return _engagement_page(request, uuid, purpose_form=form)
    full = found(
        lambda: full_view.reveal_worker(
            actor=request.actor, now=clock.now(), uuid=uuid, **form.cleaned_data
        )
    )
    return _engagement_page(request, uuid, full=full, mark=mark_of(request))


@require_POST
@open_to(WORKER_KEPT)
def complete(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Fill in or correct trade, team, contract and phone."""
    form = CompleteForm(request.POST, auto_id="complete_%s")
    return perform(
        request,
        form,
        lambda: register.complete_registration(
            actor=request.actor, now=clock.now(), uuid=uuid, **form.cleaned_data
        ),
        "已保存。",
        to=reverse("workers:engagement", args=[uuid]),
        page=lambda: _engagement_page(request, uuid, complete_form=form),
    )


@require_POST
@open_to(WORKER_KEPT)
def change_card(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Give the worker another wage card."""
    form = CardForm(request.POST, auto_id="card_%s")
    return perform(
        request,
        form,
        lambda: register.change_card(
            actor=request.actor, now=clock.now(), uuid=uuid, **form.cleaned_data
        ),
        "工资卡已更换，以后的工资发到新卡。",
        to=reverse("workers:engagement", args=[uuid]),
        page=lambda: _engagement_page(request, uuid, card_form=form),
    )


@require_POST
@open_to(WORKER_KEPT)
def leave(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Record that the worker left."""
    form = LeaveForm(request.POST, auto_id="leave_%s")
    return perform(
        request,
        form,
        lambda: register.record_exit(
            actor=request.actor, now=clock.now(), uuid=uuid, **form.cleaned_data
        ),
        "已登记退场；尚未结清的工资仍可报送和发放。",
        to=reverse("workers:engagement", args=[uuid]),
        page=lambda: _engagement_page(request, uuid, leave_form=form),
    )
