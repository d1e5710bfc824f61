"""Participants, officers and colleagues of a project."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import open_to
from core.http import ActorRequest, checked_field, found
from identity import selectors as identity
from projects import permissions, selectors, services
from projects.access import PROJECT_GRANTING, PROJECT_SEEN, project_work
from projects.forms import DayForm, GrantForm, OfficerForm, ParticipantForm
from projects.selectors import ProjectHeader
from projects.views.common import header_of, refusals


@require_safe
@open_to(PROJECT_SEEN)
def people(request: ActorRequest, code: str) -> HttpResponse:
    """Participants and officers with their history, and what can be done about them."""
    return _page(request, header_of(request, code))


def _page(request: ActorRequest, header: ProjectHeader, **bound: Any) -> HttpResponse:
    """The page; ``bound`` holds a form that came back with faults."""
    project, actor = header.project, request.actor
    context = {
        "project": header,
        "participants": selectors.participants(project, actor=actor),
        "officers": selectors.officers(project, actor=actor),
        "transitions": selectors.transitions(project, actor=actor),
        "may_edit": permissions.can(actor, project, "edit"),
        "may_manage": permissions.can(actor, project, "people"),
        "may_grant": permissions.may_grant(actor, project),
        "colleagues": selectors.colleagues_on(project, actor=actor),
    }
    if context["may_manage"] or context["may_grant"]:
        context |= _forms(request, header.code)
    return render(request, "projects/people.html", context | bound)


def _forms(request: ActorRequest, code: str) -> dict[str, Any]:
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
    header = header_of(request, code)
    form = ParticipantForm(request.POST, actor=request.actor)
    form.check_url = reverse("projects:check_participant", args=[code])
    if form.is_valid():
        with refusals(form):
            services.add_participant(
                actor=request.actor, project=header.project, **form.participation
            )
            messages.success(request, "参建单位已增加。")
            return redirect("projects:people", code)
    return _page(request, header, participant_form=form)


@require_POST
@open_to(project_work("people"))
def check_participant(request: ActorRequest, code: str) -> HttpResponse:
    """One field of a new participant, on leaving it."""
    return checked_field(request, ParticipantForm(request.POST, actor=request.actor))


@require_POST
@open_to(project_work("people"))
def end_participation(request: ActorRequest, code: str, uuid: UUID) -> HttpResponse:
    """An organisation has left the site."""
    header, actor = header_of(request, code), request.actor
    leaving = found(lambda: selectors.participant(header.project, uuid, actor=actor))
    form = DayForm(request.POST)
    if form.is_valid():
        with refusals(form):
            services.end_participation(
                actor=actor,
                project=header.project,
                participant=leaving,
                on=form.cleaned_data["on"],
                as_of=clock.today(),
            )
            messages.success(request, f"{leaving.organisation.name}已退场。")
    return _back(request, code, form)


@require_POST
@open_to(project_work("people"))
def appoint(request: ActorRequest, code: str) -> HttpResponse:
    """Put somebody in an office of the project."""
    header, actor = header_of(request, code), request.actor
    form = OfficerForm(request.POST, actor=actor, auto_id="id_officer_%s")
    if form.is_valid():
        chosen = form.cleaned_data["user"]
        with refusals(form):
            services.appoint(
                actor=actor,
                project=header.project,
                appointment=form.appointment,
                since=form.cleaned_data["since"],
                as_of=clock.today(),
                user=identity.colleague(UUID(chosen), actor=actor) if chosen else None,
            )
            messages.success(request, "项目人员已更新。")
            return redirect("projects:people", code)
    return _page(request, header, officer_form=form)


@require_POST
@open_to(PROJECT_GRANTING)
def grant(request: ActorRequest, code: str) -> HttpResponse:
    """Let a colleague act on this project."""
    header, actor = header_of(request, code), request.actor
    form = GrantForm(request.POST, actor=actor)
    if form.is_valid():
        user = identity.colleague(UUID(form.cleaned_data["user"]), actor=actor)
        with refusals(form):
            role = form.cleaned_data["role"]
            services.grant(actor=actor, project=header.project, user=user, role=role)
            messages.success(request, f"{user.name}可以办理本项目了。")
    return _back(request, code, form)


@require_POST
@open_to(PROJECT_GRANTING)
def withdraw(request: ActorRequest, code: str, user: UUID) -> HttpResponse:
    """End a colleague's work on this project."""
    header, actor = header_of(request, code), request.actor
    colleague = found(lambda: identity.colleague(user, actor=actor))
    try:
        services.withdraw(actor=actor, project=header.project, user=colleague)
    except services.ProjectError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已收回{colleague.name}在本项目的岗位。")
    return redirect("projects:people", code)


def _back(request: ActorRequest, code: str, form: Any) -> HttpResponse:
    """To the page, with the faults of a form that is one line of it."""
    for faults in form.errors.values():
        for fault in faults:
            messages.error(request, fault)
    return redirect("projects:people", code)
