"""The users of an organisation, as its 企业管理员 keeps them; officers keep government's."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.access import open_to
from core.errors import Refused
from core.http import ActorRequest, add_refusal, checked_field, perform
from identity import external, selectors, services
from identity.access import (
    LOOKING_AFTER_USERS,
    MANAGING_OWN_USERS,
    RENEWAL_IN_CHARGE,
    USER_IN_CHARGE,
    USER_MANAGED,
    USER_SHOWN,
)
from identity.forms import (
    ColleagueForm,
    LeavingForm,
    RenewalForm,
    SubjectForm,
    UserEditForm,
    UserForm,
)
from identity.step_up import asks_code_again

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@open_to(MANAGING_OWN_USERS)
def index(request: ActorRequest) -> HttpResponse:
    """The users of one's own organisation."""
    return _users_page(request)


def _users_page(request: ActorRequest, inviting: ColleagueForm | None = None) -> HttpResponse:
    actor = request.actor
    organisation = selectors.own_organisation(actor=actor)
    users = selectors.users(organisation, actor=actor)
    context = {
        "organisation": organisation,
        "page": selectors.USER_LIST.page_in_memory(users, params=request.GET),
        "colleague_form": inviting or ColleagueForm(organisation=organisation, actor=actor),
    }
    return render(request, "identity/users.html", context)


@never_cache
@_form_page
@open_to(MANAGING_OWN_USERS)
def new(request: ActorRequest) -> HttpResponse:
    """A colleague who shall sign in; the temporary password is shown once."""
    actor = request.actor
    organisation = selectors.own_organisation(actor=actor)
    form = UserForm(request.POST or None, organisation=organisation, actor=actor)
    form.check_url = reverse("identity:check_user")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            password = services.create_user(
                actor=actor,
                organisation=organisation.uuid,
                name=data["name"],
                username=data["username"],
                phone=data["phone"],
                role=data["role"],
                chosen_projects_only=data.get("reach") == "chosen",
                now=clock.now(),
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            # The temporary password, shown this once.
            context = {"name": data["name"], "username": data["username"], "password": password}
            return render(request, "identity/handed_over.html", context)
    context = {"organisation": organisation, "form": form}
    return render(request, "identity/user_new.html", context)


@require_POST
@open_to(MANAGING_OWN_USERS)
def check(request: ActorRequest) -> HttpResponse:
    """One field of a new user, on leaving it."""
    actor = request.actor
    organisation = selectors.own_organisation(actor=actor)
    return checked_field(request, UserForm(request.POST, organisation=organisation, actor=actor))


@never_cache
@require_POST
@open_to(MANAGING_OWN_USERS)
def invite_colleague(request: ActorRequest) -> HttpResponse:
    """A link for somebody who has a user name with another unit, or will choose one."""
    actor = request.actor
    organisation = selectors.own_organisation(actor=actor)
    form = ColleagueForm(request.POST, organisation=organisation, actor=actor)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            token = services.invite_colleague(actor=actor, now=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            link = services.invitation_link(reverse("identity:invitation", args=[token]))
            context = {
                "name": name,
                "link": link,
                "days": services.INVITATION_DAYS,
                "back": reverse("identity:users"),
                "back_label": "本单位用户",
            }
            return render(request, "identity/invited.html", context)
    return _users_page(request, inviting=form)


@require_safe
@open_to(USER_SHOWN)
def detail(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One user: what it may do, when it signed in, and what its manager can do."""
    return _user_page(request, uuid)


def _user_page(
    request: ActorRequest,
    uuid: UUID,
    leaving: LeavingForm | None = None,
    renewing: RenewalForm | None = None,
) -> HttpResponse:
    actor = request.actor
    user = selectors.user_shown(uuid, actor=actor)
    organisation = selectors.managed_organisation(user, actor=actor)
    manages = selectors.manages_users(organisation, actor=actor)
    context = {
        "managed": user,
        "line": selectors.user_line(uuid, actor=actor),
        "is_self": user.uuid == actor.id,
        "manages": manages,
        "takes_two": selectors.renewal_takes_two(user),
        "renewal_form": renewing or RenewalForm(),
    }
    if selectors.is_in_charge(user.organisation, actor=actor):
        context["sign_ins"] = selectors.SIGN_IN_LIST.page_in_memory(
            selectors.sign_ins(user, actor=actor), params=request.GET
        )
        # Password and authenticator are renewed by the home unit alone (docs/decisions/0604).
        context["renews"] = user.uuid != actor.id
    if leaving or (manages and user.is_active and user.uuid != actor.id):
        context["tasks"] = selectors.open_tasks(uuid, actor=actor)
        context["leaving_form"] = leaving or LeavingForm(uuid=uuid, actor=actor)
    if external.is_on() and selectors.may_bind(user, actor=actor):
        context["may_bind"] = True
        context["is_bound"] = selectors.is_bound(external.issuer(), actor=actor, uuid=uuid)
        context["subject_form"] = SubjectForm()
    return render(request, "identity/user.html", context)


@_form_page
@open_to(USER_MANAGED)
def edit(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Role, reach and telephone of a user."""
    actor = request.actor
    user = selectors.user(uuid, actor=actor)
    organisation = selectors.managed_organisation(user, actor=actor)
    form = UserEditForm(request.POST or None, user=user, organisation=organisation, actor=actor)
    context = {"managed": user, "form": form}
    return perform(
        request,
        form,
        lambda: services.edit_user(actor=actor, uuid=uuid, now=clock.now(), **form.changes),
        lambda name: f"{name}的资料已修改，立即生效。",
        to=reverse("identity:user", args=[uuid]),
        page=lambda: render(request, "identity/user_edit.html", context),
    )


@require_POST
@open_to(USER_MANAGED)
def disable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Somebody leaves: at once, with open tasks handed on."""
    form = LeavingForm(request.POST, uuid=uuid, actor=request.actor)
    return perform(
        request,
        form,
        lambda: services.disable_user(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        lambda name: f"{name}已停用，所有登录已结束。",
        to=reverse("identity:users"),
        page=lambda: _user_page(request, uuid, leaving=form),
    )


@require_POST
@open_to(USER_MANAGED)
def enable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The user may sign in again."""
    return perform(
        request,
        None,
        lambda: services.enable_user(actor=request.actor, uuid=uuid, now=clock.now()),
        lambda name: f"{name}已恢复。",
        to=reverse("identity:user", args=[uuid]),
    )


@never_cache
@require_POST
@open_to(USER_IN_CHARGE)
@asks_code_again("更换他人的登录凭据")
def renew(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A lost password or authenticator: done at once, or proposed to a second person."""
    form = RenewalForm(request.POST)
    if not form.is_valid():
        return _user_page(request, uuid, renewing=form)
    try:
        renewal, password = services.propose_renewal(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return _user_page(request, uuid, renewing=form)
    return render(request, "identity/renewed.html", {"renewal": renewal, "password": password})


@require_safe
@open_to(LOOKING_AFTER_USERS)
def renewals(request: ActorRequest) -> HttpResponse:
    """What waits for a second person, and what was decided."""
    renewals = selectors.renewals(actor=request.actor)
    page = selectors.RENEWAL_LIST.page_in_memory(renewals, params=request.GET)
    context = {"page": page, "me": request.actor.id}
    return render(request, "identity/renewals.html", context)


@never_cache
@require_POST
@open_to(RENEWAL_IN_CHARGE)
@asks_code_again("确认更换他人的登录凭据")
def confirm_renewal(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The second person confirms; the temporary password is shown once."""
    done: list[HttpResponse] = []

    def confirm() -> None:
        renewal, password = services.confirm_renewal(
            actor=request.actor, uuid=uuid, now=clock.now()
        )
        context = {"renewal": renewal, "password": password}
        done.append(render(request, "identity/renewed.html", context))

    answer = perform(request, None, confirm, "", to=reverse("identity:renewals"))
    return done[0] if done else answer


@require_POST
@open_to(RENEWAL_IN_CHARGE)
def refuse_renewal(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """It is not done."""
    return perform(
        request,
        None,
        lambda: services.refuse_renewal(actor=request.actor, uuid=uuid, now=clock.now()),
        lambda name: f"{name}的登录凭据没有更换。",
        to=reverse("identity:renewals"),
    )


@require_POST
@open_to(USER_MANAGED)
def bind_subject(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Bind a user to its subject at the 统一认证."""
    form = SubjectForm(request.POST)
    return perform(
        request,
        form,
        lambda: services.bind_subject(
            actor=request.actor,
            uuid=uuid,
            issuer=external.issuer(),
            subject=form.cleaned_data["subject"],
            now=clock.now(),
        ),
        "统一认证已绑定。",
        to=reverse("identity:user", args=[uuid]),
    )


@require_POST
@open_to(USER_MANAGED)
def release_subject(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The user signs in by the 统一认证 no more."""
    return perform(
        request,
        None,
        lambda: services.release_subject(
            actor=request.actor, uuid=uuid, issuer=external.issuer(), now=clock.now()
        ),
        "统一认证的绑定已解除。",
        to=reverse("identity:user", args=[uuid]),
    )
