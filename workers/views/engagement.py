"""A worker's page, and what can be done about the registration."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.forms import PurposeForm
from core.http import ActorRequest, found, redirect
from projects import permissions
from projects import selectors as projects
from workers import selectors
from workers.access import WORKER_IN_FULL, WORKER_KEPT
from workers.forms import CardForm, CompleteForm, LeaveForm
from workers.services import particulars, register
from workers.views.common import header_of, mark_of


@require_safe
@open_to(SIGNED_IN)
def engagement(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Masked particulars, cards, attendance by month, and what was done."""
    return _page(request, uuid)


def _page(request: ActorRequest, uuid: UUID, **bound: Any) -> HttpResponse:
    """The page; ``bound`` holds a form that came back with faults."""
    actor = request.actor
    found_one = found(lambda: selectors.engagement(actor=actor, uuid=uuid))
    header = header_of(request, found_one.project.code)
    employer = found_one.employer_id
    entries = selectors.happenings(actor=actor, engagement=found_one)[:20]
    context = {
        "project": header,
        "worker": selectors.worker(found_one),
        "months": selectors.months_worked(actor=actor, engagement=found_one),
        "events": [projects.happening(entry) for entry in entries],
        "can_write": permissions.is_employer_on(actor, header.project, employer),
        "can_see_in_full": selectors.sees_in_full(
            actor=actor, project=header.project, employer=employer
        ),
        "complete_form": _complete_form(request, found_one),
        "card_form": CardForm(initial={"since": clock.today()}, auto_id="card_%s"),
        "leave_form": LeaveForm(initial={"on": clock.today()}, auto_id="leave_%s"),
        "purpose_form": PurposeForm(auto_id="purpose_%s"),
    }
    return render(request, "workers/engagement.html", context | bound)


def _complete_form(request: ActorRequest, engagement: Any) -> CompleteForm:
    initial = {
        "trade": engagement.trade_id,
        "team": engagement.team.name if engagement.team else "",
        "contract_number": engagement.contract_number,
    }
    return CompleteForm(actor=request.actor, initial=initial, auto_id="complete_%s")


@never_cache
@require_POST
@open_to(WORKER_IN_FULL)
def reveal(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The particulars in full, for a stated purpose, on the record, under a watermark."""
    form = PurposeForm(request.POST, auto_id="purpose_%s")
    if not form.is_valid():
        return _page(request, uuid, purpose_form=form)
    full = found(lambda: particulars.in_full(actor=request.actor, uuid=uuid, **form.cleaned_data))
    return _page(request, uuid, full=full, mark=mark_of(request))


@require_POST
@open_to(WORKER_KEPT)
def complete(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Fill in or correct trade, team, contract and phone."""
    form = CompleteForm(request.POST, actor=request.actor, auto_id="complete_%s")
    return _step(
        request,
        uuid,
        "complete_form",
        form,
        lambda data: register.complete(actor=request.actor, uuid=uuid, **data),
        "已保存。",
    )


@require_POST
@open_to(WORKER_KEPT)
def change_card(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Give the worker another wage card."""
    form = CardForm(request.POST, auto_id="card_%s")
    return _step(
        request,
        uuid,
        "card_form",
        form,
        lambda data: register.change_card(
            actor=request.actor, uuid=uuid, as_of=clock.today(), **data
        ),
        "工资卡已更换，以后的工资发到新卡。",
    )


@require_POST
@open_to(WORKER_KEPT)
def leave(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Record that the worker left."""
    form = LeaveForm(request.POST, auto_id="leave_%s")
    return _step(
        request,
        uuid,
        "leave_form",
        form,
        lambda data: register.leave(actor=request.actor, uuid=uuid, as_of=clock.today(), **data),
        "已登记退场；尚未结清的工资仍可报送和发放。",
    )


def _step(
    request: ActorRequest,
    uuid: UUID,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    """Do what a form asks for; its faults, and what the service refuses, show in its dialog."""
    if form.is_valid():
        try:
            found(lambda: act(form.cleaned_data))
        except register.RegisterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(request, reverse("workers:engagement", args=[uuid]))
    return _page(request, uuid, **{name: form})
