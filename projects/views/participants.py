"""Participants, officers and colleagues of a project."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.choices import options_response
from core.http import ActorRequest, checked_field, perform
from projects import permissions, selectors, services
from projects.access import PROJECT_GRANTING, PROJECT_SEEN, project_work
from projects.choices import partner_source
from projects.forms import DayForm, GrantForm, OfficerForm, ParticipantForm
from projects.selectors import ProjectHeader
from projects.views.common import header_of


@require_safe
@open_to(PROJECT_SEEN)
def people(request: ActorRequest, code: str) -> HttpResponse:
    """Participants and officers with their history, and what can be done about them."""
    return _people_page(request, header_of(request, code))


def _people_page(request: ActorRequest, header: ProjectHeader, **bound: Any) -> HttpResponse:
    """The page; ``bound`` holds a form that came back with faults."""
    project, actor = header.project, request.actor
    may_manage = permissions.can(actor, project, "people")
    parts = selectors.PARTICIPANT_LIST
    context = {
        "project": header,
        "participants": (parts if may_manage else parts.without("act")).page_in_memory(
            selectors.participants(project, actor=actor), params=request.GET
        ),
        "officers": selectors.OFFICER_LIST.page_in_memory(
            selectors.officers(project, actor=actor), params=request.GET
        ),
        "transitions": selectors.transitions(project, actor=actor),
        "may_edit": permissions.can(actor, project, "edit"),
        "may_manage": may_manage,
        "may_grant": permissions.may_grant(actor, project),
        "colleagues": selectors.COLLEAGUE_LIST.page_in_memory(
            selectors.colleagues_on(project, actor=actor), params=request.GET
        ),
    }
    if context["may_manage"] or context["may_grant"]:
        context |= _people_forms(request, header.code)
    return render(request, "projects/people.html", context | bound)


def _people_forms(request: ActorRequest, code: str) -> dict[str, Any]:
    actor, today = request.actor, clock.today()
    participant = ParticipantForm(actor=actor, initial={"entered_on": today})
    participant.check_url = reverse("projects:check_participant", args=[code])
    return {
        "participant_form": participant,
        "officer_form": OfficerForm(actor=actor, initial={"since": today}, auto_id="id_officer_%s"),
        "grant_form": GrantForm(actor=actor, auto_id="id_grant_%s"),
        "leave_form": DayForm(initial={"on": today}, auto_id="id_leave_%s"),
    }


@require_POST
@open_to(project_work("people"))
def add_participant(request: ActorRequest, code: str) -> HttpResponse:
    """Add an organisation to the project."""
    form = ParticipantForm(request.POST, actor=request.actor)
    form.check_url = reverse("projects:check_participant", args=[code])
    return perform(
        request,
        form,
        lambda: services.add_participant(
            actor=request.actor, now=clock.now(), code=code, **form.participation
        ),
        "参建单位已增加。",
        to=reverse("projects:people", args=[code]),
        page=lambda: _people_page(request, header_of(request, code), participant_form=form),
    )


@require_POST
@open_to(project_work("people"))
def check_participant(request: ActorRequest, code: str) -> HttpResponse:
    """One field of a new participant, on leaving it."""
    return checked_field(request, ParticipantForm(request.POST, actor=request.actor))


@require_safe
@open_to(SIGNED_IN)
def partner_options(request: ActorRequest) -> JsonResponse:
    """Units on the actor's projects by name, code or pinyin."""
    return options_response(request, partner_source(actor=request.actor))


@require_POST
@open_to(project_work("people"))
def end_participation(request: ActorRequest, code: str, uuid: UUID) -> HttpResponse:
    """An organisation has left the site."""
    form = DayForm(request.POST)
    return perform(
        request,
        form,
        lambda: services.end_participation(
            actor=request.actor,
            now=clock.now(),
            code=code,
            uuid=uuid,
            on=form.cleaned_data["on"],
        ),
        lambda name: f"{name}已退场。",
        to=reverse("projects:people", args=[code]),
    )


@require_POST
@open_to(project_work("people"))
def appoint(request: ActorRequest, code: str) -> HttpResponse:
    """Put somebody in an office of the project."""
    form = OfficerForm(request.POST, actor=request.actor, auto_id="id_officer_%s")
    return perform(
        request,
        form,
        lambda: services.appoint_officer(
            actor=request.actor,
            now=clock.now(),
            code=code,
            officer=form.officer,
            since=form.cleaned_data["since"],
            user=form.colleague,
        ),
        "项目人员已更新。",
        to=reverse("projects:people", args=[code]),
        page=lambda: _people_page(request, header_of(request, code), officer_form=form),
    )


@require_POST
@open_to(PROJECT_GRANTING)
def grant(request: ActorRequest, code: str) -> HttpResponse:
    """Let a colleague act on this project."""
    form = GrantForm(request.POST, actor=request.actor)
    return perform(
        request,
        form,
        lambda: services.grant_on_project(
            actor=request.actor,
            now=clock.now(),
            code=code,
            user=UUID(form.cleaned_data["user"]),
            role=form.cleaned_data["role"],
        ),
        lambda name: f"{name}可以办理本项目了。",
        to=reverse("projects:people", args=[code]),
    )


@require_POST
@open_to(PROJECT_GRANTING)
def withdraw(request: ActorRequest, code: str, user: UUID) -> HttpResponse:
    """End a colleague's work on this project."""
    return perform(
        request,
        None,
        lambda: services.withdraw_from_project(
            actor=request.actor, now=clock.now(), code=code, user=user
        ),
        lambda name: f"已收回{name}在本项目的岗位。",
        to=reverse("projects:people", args=[code]),
    )
