"""Sign-in in two steps, sign-out, one's own password, and the invitation."""

from typing import Any, cast

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access import PUBLIC, SIGNED_IN, open_to
from core.http import found, perform, redirect
from identity import demo, external, guessing, selectors, services, signing_in
from identity.forms import AcceptForm, CodeForm, PasswordForm, SignInForm
from identity.guessing import Outcome
from identity.signing_in import SignedInRequest

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@sensitive_post_parameters("password")
@_form_page
@open_to(PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(request, "/")
    chosen = demo.persona(request.GET.get("as", ""))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (answer := _check_password(request, form)):
        return answer
    context = {
        "form": form,
        "personas": demo.personas(),
        "chosen": chosen,
        "sso": external.is_on(),
        "way_on": urlencode({"next": _way_on(request)}),
    }
    return render(request, "identity/sign_in.html", context)


def _check_password(request: HttpRequest, form: SignInForm) -> HttpResponse | None:
    username = form.cleaned_data["username"]
    attempt = guessing.begin_attempt(request, Outcome.WRONG_PASSWORD, username=username)
    if attempt.is_blocked:
        return guessing.locked_page(request, attempt)
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    if user is None:
        form.add_error(None, "用户名或密码不对，请核对大小写后再试。")
        return None
    attempt.was_right()
    if signing_in.needs_code(user):
        signing_in.await_code(request, user, _way_on(request))
        return redirect(request, reverse("identity:code"))
    signing_in.open_session(request, user)
    return redirect(request, signing_in.way_on(request, user, _way_on(request)))


def _way_on(request: HttpRequest) -> str:
    """Where the visitor wanted to go: an address of ours, or home."""
    url = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return url if safe else "/"


@never_cache
@_form_page
@open_to(PUBLIC)
def code(request: HttpRequest) -> HttpResponse:
    """The one-time code; at the first sign-in the authenticator is enrolled."""
    awaited = signing_in.awaited(request)
    if awaited is None:
        # No message: it would make a session for whoever asks.
        return redirect(request, f"{reverse('identity:sign_in')}?late=1")
    device = signing_in.device_of(awaited.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = signing_in.check_code(request, awaited.user, form.cleaned_data["code"])
        if not refusal:
            signing_in.open_session(request, awaited.user, device)
            return redirect(request, signing_in.way_on(request, awaited.user, awaited.next))
        form.add_error("code", refusal)
    context = {
        "form": form,
        "enrolment": None if device.confirmed else _enrolment_code(device.config_url),
        "persona": demo.persona(awaited.user.username),
    }
    return render(request, "identity/code.html", context)


def _enrolment_code(url: str) -> dict[str, str]:
    return {
        "qr": segno.make(url).svg_inline(scale=5, title="动态口令绑定二维码"),
        "secret": url.split("secret=")[1].split("&")[0],
    }


@require_POST
@open_to(SIGNED_IN)
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session."""
    signing_in.log(request, request.user.username, signing_in.Outcome.SIGNED_OUT, request.user)
    logout(request)
    response = redirect(request, reverse("identity:sign_in"))
    # Drafts of forms lie in the browser's tabs; cookies stay, for the device is still known. No
    # "cache": pages are no-store, and to empty it takes longer the more the browser keeps.
    response.headers["Clear-Site-Data"] = '"storage"'
    messages.success(request, "您已退出登录，没有提交的填写内容已从浏览器清除。")
    return response


@never_cache
@sensitive_post_parameters()
@_form_page
@open_to(SIGNED_IN)
def password(request: SignedInRequest) -> HttpResponse:
    """One's own password; obligatory after a temporary one."""
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST":
        name, user = request.user.username, request.user
        wrong = Outcome.WRONG_OLD_PASSWORD
        attempt = guessing.begin_attempt(request, wrong, username=name, user=user)
        if attempt.is_blocked:
            form = PasswordForm(request.user)
            form.blocked_until = attempt.when
        elif form.is_valid() or "old_password" not in form.errors:
            attempt.was_right()
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["new_password1"]
        services.change_password(user=request.user, password=password, now=clock.now())
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，其他地方的登录已经失效。")
        return redirect(request, "/")
    sign_ins = selectors.SIGN_IN_LIST.page_in_memory(
        selectors.sign_ins(request.user, actor=request.actor), params=request.GET
    )
    return render(request, "identity/password.html", {"form": form, "sign_ins": sign_ins})


@never_cache
@sensitive_post_parameters("password", "again")
@_form_page
@open_to(PUBLIC)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link by which somebody becomes a user."""
    attempt = guessing.begin_attempt(request, Outcome.WRONG_INVITATION)
    if attempt.is_blocked:
        return guessing.locked_page(request, attempt)
    invited = found(lambda: services.open_invitation(token, now=clock.now()))
    attempt.was_right()
    if request.user.is_authenticated:
        return _join_organisation(cast(SignedInRequest, request), token, invited)
    form = AcceptForm(request.POST or None, initial={"name": invited.name})
    here = urlencode({"next": request.path})
    context = {"form": form, "invitation": invited, "sign_in_url": f"/signin/?{here}"}

    def accept() -> Any:
        names = ("username", "name", "password")
        data = {name: form.cleaned_data[name] for name in names}
        return services.accept_invitation(token=token, now=clock.now(), **data)

    return perform(
        request,
        form,
        accept,
        "用户已经建立，请登录。",
        to=reverse("identity:sign_in"),
        page=lambda: render(request, "identity/invitation.html", context),
    )


def _join_organisation(request: SignedInRequest, token: str, invited: Any) -> HttpResponse:
    """Somebody signed in serves another unit too, or signs out to make a new user."""
    context = {"invitation": invited}
    form = forms.Form(request.POST if request.method == "POST" else None)
    return perform(
        request,
        form,
        lambda: services.join_by_invitation(actor=request.actor, token=token, now=clock.now()),
        lambda unit: f"您现在也可以为{unit.name}办理，在右上角的用户菜单里切换单位。",
        to="/",
        page=lambda: render(request, "identity/invitation_join.html", context | {"form": form}),
    )
