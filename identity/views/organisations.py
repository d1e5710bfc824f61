"""Organisations, as officers register and confirm them; divisions."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.access import open_to
from core.errors import Refused
from core.export import xlsx_response
from core.filters import FindBox
from core.http import ActorRequest, add_refusal, checked_field, perform
from identity import exports, selectors, services
from identity.access import OFFICERS, ORGANISATION_DECIDED, ORGANISATION_SEEN, REGISTERING
from identity.forms import (
    ConfirmForm,
    CorrectForm,
    InviteForm,
    OrganisationFilter,
    OrganisationForm,
    RegionForm,
)
from identity.roles import Role

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@open_to(OFFICERS)
def index(request: ActorRequest) -> HttpResponse:
    """The organisations within an officer's reach."""
    shown = OrganisationFilter(request.GET, actor=request.actor)
    page = selectors.ORGANISATION_LIST.page(shown.qs, params=request.GET)
    context = {
        "filter": shown,
        "page": page.of(selectors.organisation_line),
        "may_register": request.actor.has_role(Role.BUREAU_OFFICER),
    }
    return render(request, "identity/organisations.html", context)


@require_safe
@open_to(OFFICERS)
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    shown = OrganisationFilter(request.GET, actor=request.actor)
    rows = selectors.ORGANISATION_LIST.ordered(shown.qs, request.GET)
    return xlsx_response(exports.organisation_list(rows), f"单位-{clock.today()}.xlsx")


@never_cache
@_form_page
@open_to(REGISTERING)
def new(request: ActorRequest) -> HttpResponse:
    """Register an organisation and invite its first user."""
    form = OrganisationForm(request.POST or None, actor=request.actor)
    form.check_url = reverse("identity:check_organisation")
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["first_user"]
        try:
            token = services.create_organisation(
                actor=request.actor,
                now=clock.now(),
                organisation=form.organisation,
                first_user=name,
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return _show_invitation(request, name, token)
    return render(request, "identity/organisation_new.html", {"form": form})


@require_POST
@open_to(REGISTERING)
def check(request: ActorRequest) -> HttpResponse:
    """One field of a new organisation, on leaving it."""
    return checked_field(request, OrganisationForm(request.POST, actor=request.actor))


def _show_invitation(request: ActorRequest, name: str, token: str) -> HttpResponse:
    """The link, shown this once: only its hash is kept."""
    link = services.invitation_link(reverse("identity:invitation", args=[token]))
    context = {
        "name": name,
        "link": link,
        "days": services.INVITATION_DAYS,
        "back": reverse("identity:organisations"),
        "back_label": "单位",
    }
    return render(request, "identity/invited.html", context)


@require_safe
@open_to(ORGANISATION_SEEN)
def detail(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One organisation, with what its officer can do."""
    return _organisation_page(request, uuid)


def _organisation_page(
    request: ActorRequest,
    uuid: UUID,
    confirming: ConfirmForm | None = None,
    correcting: CorrectForm | None = None,
    inviting: InviteForm | None = None,
) -> HttpResponse:
    actor = request.actor
    organisation = selectors.organisation(uuid, actor=actor)
    context = {
        "organisation": organisation,
        "line": selectors.organisation_line(organisation),
        "may_decide": selectors.may_decide_on(organisation, actor=actor),
        "confirm_form": confirming or ConfirmForm(initial={"name": organisation.name}),
        "correct_form": correcting
        or CorrectForm(
            initial={"name": organisation.name, "uscc": organisation.uscc},
            auto_id="id_correct_%s",
        ),
        "invite_form": inviting or InviteForm(auto_id="id_invite_%s"),
    }
    if context["may_decide"]:
        invitations = selectors.invitations(organisation, actor=actor)
        context["invitations"] = selectors.INVITATION_LIST.page_in_memory(
            invitations, params=request.GET
        )
        context["now"] = clock.now()
    if selectors.manages_users(organisation, actor=actor):
        users = selectors.users(organisation, actor=actor)
        context["users_title"] = "用户"
        context["page"] = selectors.USER_LIST.page_in_memory(users, params=request.GET)
    elif context["may_decide"]:
        users = selectors.administrators(organisation, actor=actor)
        context["users_title"] = "企业管理员"
        context["page"] = selectors.USER_LIST.page_in_memory(users, params=request.GET)
    return render(request, "identity/organisation.html", context)


@require_POST
@open_to(ORGANISATION_DECIDED)
def confirm(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A 待核实 unit has been checked."""
    form = ConfirmForm(request.POST)
    return perform(
        request,
        form,
        lambda: services.confirm_organisation(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        lambda name: f"{name}已核实。",
        to=reverse("identity:organisation", args=[uuid]),
        page=lambda: _organisation_page(request, uuid, confirming=form),
    )


@require_POST
@open_to(ORGANISATION_DECIDED)
def correct(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A name or code that was entered wrongly, or in place of one not at hand."""
    form = CorrectForm(request.POST, auto_id="id_correct_%s")
    return perform(
        request,
        form,
        lambda: services.correct_organisation(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "单位信息已更正。",
        to=reverse("identity:organisation", args=[uuid]),
        page=lambda: _organisation_page(request, uuid, correcting=form),
    )


@never_cache
@require_POST
@open_to(ORGANISATION_DECIDED)
def invite(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Another link for another leading user."""
    form = InviteForm(request.POST, auto_id="id_invite_%s")
    if not form.is_valid():
        return _organisation_page(request, uuid, inviting=form)
    name = form.cleaned_data["name"]
    try:
        token = services.invite(actor=request.actor, uuid=uuid, name=name, now=clock.now())
    except Refused as refusal:
        add_refusal(form, refusal)
        return _organisation_page(request, uuid, inviting=form)
    return _show_invitation(request, name, token)


@require_POST
@open_to(ORGANISATION_DECIDED)
def disable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Nobody signs in for the organisation any more."""
    return perform(
        request,
        None,
        lambda: services.disable_organisation(actor=request.actor, uuid=uuid, now=clock.now()),
        "已停用，该单位用户的登录已全部结束。",
        to=reverse("identity:organisation", args=[uuid]),
    )


@require_POST
@open_to(ORGANISATION_DECIDED)
def enable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The organisation's people may sign in again."""
    return perform(
        request,
        None,
        lambda: services.enable_organisation(actor=request.actor, uuid=uuid, now=clock.now()),
        "已恢复。",
        to=reverse("identity:organisation", args=[uuid]),
    )


@_form_page
@open_to(OFFICERS)
def regions(request: ActorRequest) -> HttpResponse:
    """The divisions; an officer of the autonomous region adds a county founded since."""
    actor = request.actor
    may_add = selectors.reaches("650000", actor=actor, roles=frozenset({Role.BUREAU_OFFICER}))
    form = RegionForm(request.POST or None, actor=actor)
    if not may_add and form.is_valid():
        actor.require_role()
    find = FindBox(request.GET, label="名称、代码或拼音")
    regions = find.among(selectors.regions(actor=actor), lambda one: (one.name, one.code))
    page = selectors.REGION_LIST.page_in_memory(regions, params=request.GET)
    context = {"page": page, "find": find, "form": form, "may_add": may_add}
    return perform(
        request,
        form,
        lambda: services.add_region(actor=actor, now=clock.now(), **form.cleaned_data),
        lambda region: f"{region.name}已增加。",
        to=reverse("identity:regions"),
        page=lambda: render(request, "identity/regions.html", context),
    )
