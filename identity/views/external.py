"""Sign-in by the 统一认证, and binding one's own user to it."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import PUBLIC, SIGNED_IN, open_to
from core.actor import Actor
from core.errors import Refused
from core.http import ActorRequest, perform, redirect
from identity import external, services, signing_in
from identity.signing_in import SignedInRequest
from identity.step_up import asks_code_again

logger = logging.getLogger(__name__)
_UNBOUND = (
    "这个统一认证用户还没有和平台用户绑定。请先用用户名和密码登录，"
    "在“登录与安全”里绑定一次，以后就可以从这里登录。"
)


def _insist_it_is_on() -> None:
    if not external.is_on():
        raise Http404


@never_cache
@require_safe
@open_to(PUBLIC)
def begin(request: HttpRequest) -> HttpResponseBase:
    """To the provider, and back to where one wanted to go."""
    _insist_it_is_on()
    if request.user.is_authenticated and not external.is_binding(request, clock.now()):
        # A link on another site must not bind whoever is signed in there to one's user here.
        return redirect(request, reverse("identity:sessions"))
    try:
        return external.RequestView.as_view()(request)
    except external.FAULTS:
        logger.exception("The provider of single sign-on does not answer.")
        messages.error(request, "统一认证现在没有应答，请用用户名和密码登录，或稍后再试。")
        return redirect(request, reverse("identity:sign_in"))


@never_cache
@require_safe
@open_to(PUBLIC)
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider: sign in, or bind the subject to who has signed in already."""
    _insist_it_is_on()
    try:
        claims = external.claims_of(request)
    except external.FAULTS as fault:
        # The class alone: a message may hold what the provider sent.
        logger.warning("Single sign-on failed: %s", type(fault).__name__)
        messages.error(request, "统一认证没有完成，请重新登录；一再出现时请联系平台技术运营方。")
        return redirect(
            request, "/" if request.user.is_authenticated else reverse("identity:sign_in")
        )
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and external.is_binding(request, clock.now()):
        external.end_binding(request)
        return _bind_account(request, actor, claims["sub"])
    if actor is not None:
        return redirect(request, reverse("identity:sessions"))
    user = external.user_of(claims)
    if user is None:
        messages.error(request, _UNBOUND)
        return redirect(request, reverse("identity:sign_in"))
    next_url = request.session.pop("oidc_login_next", None) or "/"
    device = signing_in.device_of(user) if signing_in.needs_code(user) else None
    if device and not (device.confirmed and external.is_strong(claims)):
        signing_in.await_code(request, user, next_url)
        return redirect(request, reverse("identity:code"))
    signing_in.open_session(request, user, vouched_for=bool(device))
    return redirect(request, signing_in.way_on(request, user, next_url))


def _bind_account(request: HttpRequest, actor: Actor, subject: str) -> HttpResponse:
    try:
        services.bind_subject(
            actor=actor, issuer=external.issuer(), subject=subject, now=clock.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "统一认证已绑定，以后可以从登录页用它登录。")
    return redirect(request, reverse("identity:sessions"))


@require_POST
@open_to(SIGNED_IN)
def bind(request: SignedInRequest) -> HttpResponseBase:
    """Begin to bind one's own user: whoever signs in with a code gives one again."""
    _insist_it_is_on()
    asked = asks_code_again("绑定统一认证")(_begin_binding)
    return (asked if signing_in.needs_code(request.user) else _begin_binding)(request)


def _begin_binding(request: HttpRequest) -> HttpResponse:
    external.begin_binding(request, clock.now())
    return redirect(request, reverse("identity:sso"))


@require_POST
@open_to(SIGNED_IN)
def release(request: ActorRequest) -> HttpResponse:
    """One's own user signs in by the 统一认证 no more."""
    _insist_it_is_on()
    return perform(
        request,
        None,
        lambda: services.release_subject(
            actor=request.actor, issuer=external.issuer(), now=clock.now()
        ),
        "统一认证的绑定已解除。",
        to=reverse("identity:sessions"),
    )
