"""The users of an organisation, as its 企业管理员 keeps them; officers keep government's."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.http import ActorRequest, checked_field, found
from identity import selectors, services
from identity.forms import UserForm
from identity.views.common import announced, refusals


@require_safe
def index(request: ActorRequest) -> HttpResponse:
    """The users of one's own organisation."""
    organisation = selectors.own_organisation(actor=request.actor)
    users = selectors.users(organisation, actor=request.actor)
    page = selectors.USER_LIST.page_in_memory(users, params=request.GET)
    context = {"organisation": organisation, "page": page}
    return render(request, "identity/users.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """A colleague who shall sign in; the temporary password is shown once."""
    actor = request.actor
    organisation = selectors.own_organisation(actor=actor)
    selectors.require_manager(organisation, actor=actor)
    form = UserForm(request.POST or None, organisation=organisation, actor=actor)
    form.check_url = reverse("identity:check_user")
    if request.method == "POST" and form.is_valid():
        user = form.user
        with refusals(form, "username"):
            password = services.create_user(
                actor=actor,
                organisation=organisation,
                user=user,
                role=form.cleaned_data["role"],
                chosen_projects_only=form.cleaned_data.get("reach") == "chosen",
            )
            return _handed_over(request, user.name, user.username, password)
    context = {"organisation": organisation, "form": form}
    return render(request, "identity/user_new.html", context)


@require_POST
def check(request: ActorRequest) -> HttpResponse:
    """One field of a new user, on leaving it."""
    actor = request.actor
    organisation = selectors.own_organisation(actor=actor)
    selectors.require_manager(organisation, actor=actor)
    form = UserForm(request.POST, organisation=organisation, actor=actor)
    return checked_field(request, form)


def _handed_over(request: ActorRequest, name: str, username: str, password: str) -> HttpResponse:
    """The temporary password, shown this once."""
    context = {"name": name, "username": username, "password": password}
    return render(request, "identity/handed_over.html", context)


@require_safe
def detail(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One user: what it may do and when it signed in."""
    user = found(lambda: selectors.user(uuid, actor=request.actor))
    context = {
        "managed": user,
        "line": selectors.user_line(uuid, actor=request.actor),
        "sign_ins": selectors.sign_ins(user, actor=request.actor),
        "is_self": user.uuid == request.actor.id,
    }
    return render(request, "identity/user.html", context)


@require_POST
def disable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The user signs in no more."""
    user = found(lambda: selectors.user(uuid, actor=request.actor))
    with announced(request, f"{user.name}已停用，不能再登录。"):
        services.disable_user(actor=request.actor, user=user)
    return redirect("identity:user", uuid)


@require_POST
def enable(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The user may sign in again."""
    user = found(lambda: selectors.user(uuid, actor=request.actor))
    with announced(request, f"{user.name}已恢复。"):
        services.enable_user(actor=request.actor, user=user)
    return redirect("identity:user", uuid)


@never_cache
@require_POST
def reset_password(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A temporary password, shown once; the second factor is enrolled anew."""
    user = found(lambda: selectors.user(uuid, actor=request.actor))
    password = services.reset_password(actor=request.actor, user=user)
    messages.success(request, "密码已重置，原来的登录全部失效。")
    return _handed_over(request, user.name, user.username, password)
