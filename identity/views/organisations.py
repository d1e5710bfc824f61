"""Organisations, as officers register and confirm them; divisions."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.export import xlsx_response
from core.http import ActorRequest, checked_field, found
from identity import exports, selectors, services
from identity.forms import (
    ConfirmForm,
    InviteForm,
    OrganisationFilter,
    OrganisationForm,
    RegionForm,
)
from identity.roles import GOVERNMENT, Role
from identity.views.common import announced, refusals

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def index(request: ActorRequest) -> HttpResponse:
    """The organisations within an officer's reach."""
    request.actor.require_role(*GOVERNMENT)
    shown = OrganisationFilter(request.GET, actor=request.actor)
    page = selectors.ORGANISATION_LIST.page(shown.qs, params=request.GET)
    context = {
        "filter": shown,
        "page": page.of(selectors.organisation_line),
        "may_register": request.actor.has_role(Role.BUREAU_OFFICER),
    }
    return render(request, "identity/organisations.html", context)


@require_safe
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    request.actor.require_role(*GOVERNMENT)
    shown = OrganisationFilter(request.GET, actor=request.actor)
    rows = selectors.ORGANISATION_LIST.ordered(shown.qs, request.GET)
    return xlsx_response(exports.organisation_list(rows), f"单位-{clock.today()}.xlsx")


@never_cache
@_form_page
def new(request: ActorRequest) -> HttpResponse:
    """Register an organisation and invite its first user."""
    request.actor.require_role(Role.BUREAU_OFFICER)
    form = OrganisationForm(request.POST or None, actor=request.actor)
    form.check_url = reverse("identity:check_organisation")
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["first_user"]
        with refusals(form, "uscc"):
            token = services.create_organisation(
                actor=request.actor,
                now=clock.now(),
                organisation=form.organisation,
                first_user=name,
            )
            return _invited(request, name, token)
    return render(request, "identity/organisation_new.html", {"form": form})


@require_POST
def check(request: ActorRequest) -> HttpResponse:
    """One field of a new organisation, on leaving it."""
    request.actor.require_role(Role.BUREAU_OFFICER)
    return checked_field(request, OrganisationForm(request.POST, actor=request.actor))


def _invited(request: ActorRequest, name: str, token: str) -> HttpResponse:
    """The link, shown this once: only its hash is kept."""
    link = services.invitation_link(reverse("identity:invitation", args=[token]))
    context = {"name": name, "link": link, "days": services.INVITATION_DAYS}
    return render(request, "identity/invited.html", context)


@require_safe
def detail(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One organisation, with what its officer can do."""
    actor = request.actor
    organisation = found(lambda: selectors.organisation(uuid, actor=actor))
    context = {
        "organisation": organisation,
        "line": selectors.organisation_line(organisation),
        "may_decide": selectors.may_decide_on(organisation, actor=actor),
        "confirm_form": ConfirmForm(initial={"name": organisation.name}),
        "invite_form": InviteForm(auto_id="id_invite_%s"),
    }
    if context["may_decide"]:
        context["invitations"] = selectors.invitations(organisation, actor=actor)
    if selectors.manages_users(organisation, actor=actor):
        users = selectors.users(organisation, actor=actor)
        context["page"] = selectors.USER_LIST.page_in_memory(users, params=request.GET)
    return render(request, "identity/organisation.html", context)


@require_POST
def confirm(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A 待核实 unit has been checked."""
    organisation = found(lambda: selectors.organisation(uuid, actor=request.actor))
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
        return redirect("identity:organisation", uuid)
    name = form.cleaned_data["name"]
    with announced(request, f"{name}已核实。"):
        services.confirm_organisation(actor=request.actor, organisation=organisation, name=name)
    return redirect("identity:organisation", uuid)


@never_cache
@require_POST
def invite(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Another link for another leading user."""
    organisation = found(lambda: selectors.organisation(uuid, actor=request.actor))
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
        return redirect("identity:organisation", uuid)
    name = form.cleaned_data["name"]
    with announced(request, f"已邀请{name}。"):
        token = services.invite(
            actor=request.actor, now=clock.now(), organisation=organisation, name=name
        )
        return _invited(request, name, token)
    return redirect("identity:organisation", uuid)


@require_POST
def disable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Nobody signs in for the organisation any more."""
    organisation = found(lambda: selectors.organisation(uuid, actor=request.actor))
    with announced(request, "已停用，该单位的用户不能再登录。"):
        services.disable_organisation(actor=request.actor, organisation=organisation)
    return redirect("identity:organisation", uuid)


@require_POST
def enable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The organisation's people may sign in again."""
    organisation = found(lambda: selectors.organisation(uuid, actor=request.actor))
    with announced(request, "已恢复。"):
        services.enable_organisation(actor=request.actor, organisation=organisation)
    return redirect("identity:organisation", uuid)


@_form_page
def regions(request: ActorRequest) -> HttpResponse:
    """The divisions; an officer of the autonomous region adds a county founded since."""
    actor = request.actor
    actor.require_role(*GOVERNMENT)
    may_add = selectors.reaches("650000", actor=actor, roles=frozenset({Role.BUREAU_OFFICER}))
    form = RegionForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with announced(request, f"{data['name']}已增加。"):
            services.add_region(actor=actor, **data)
        return redirect("identity:regions")
    regions = selectors.regions(actor=actor)
    page = selectors.REGION_LIST.page_in_memory(regions, params=request.GET)
    context = {"page": page, "form": form, "may_add": may_add}
    return render(request, "identity/regions.html", context)
