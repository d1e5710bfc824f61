"""Single sign-on by OpenID Connect (统一认证), where a provider is set.

The protocol is mozilla-django-oidc's; what it leaves open is done here: endpoints come from the
provider's discovery document, the token must be meant for us (``iss``, ``aud``), and people are
found by the stable subject that was bound to their user, never by a name or an address.
Docs: docs/decisions/0603.
"""

from datetime import datetime
from functools import cache
from typing import Any

import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from identity import selectors
from identity.models import User

#: What may go wrong on the way to the provider and back.
FAULTS = (SuspiciousOperation, requests.RequestException, KeyError, ValueError)
#: Where the library keeps what it sent along, by state.
STATES = "oidc_states"
_TIMEOUT = 10
#: Session key: POSIX seconds at which one's own user was to be bound, and how long that holds.
_BINDING, _BINDING_LASTS = "sso_binding", 10 * 60


def is_on() -> bool:
    """Whether a provider is set."""
    return bool(settings.OIDC_ISSUER)


def issuer() -> str:
    """The provider, as bindings name it."""
    return str(settings.OIDC_ISSUER).rstrip("/")


@cache
def discovered(issuer: str) -> dict[str, Any]:
    """The provider's own description of itself, asked once for a process."""
    url = f"{issuer}/.well-known/openid-configuration"
    answer = requests.get(url, timeout=_TIMEOUT)
    answer.raise_for_status()
    return dict(answer.json())


def oidc_setting(name: str, *default: Any) -> Any:
    """What mozilla-django-oidc asks for by name; the rest keeps the library's defaults."""
    endpoints = {
        "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
        "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
        "OIDC_OP_USER_ENDPOINT": "userinfo_endpoint",
        "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
    }
    if name in endpoints:
        return discovered(issuer())[endpoints[name]]
    fixed = {
        "OIDC_RP_CLIENT_ID": settings.OIDC_CLIENT_ID,
        "OIDC_RP_CLIENT_SECRET": settings.OIDC_CLIENT_SECRET,
        "OIDC_RP_SIGN_ALGO": "RS256",
        "OIDC_RP_SCOPES": "openid",
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": _TIMEOUT,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "identity:sso_callback",
    }
    return fixed[name] if name in fixed else import_from_settings(name, *default)


class RequestView(OIDCAuthenticationRequestView):
    """Sends the browser to the provider with state, nonce and PKCE."""

    get_settings = staticmethod(oidc_setting)


class Backend(OIDCAuthenticationBackend):
    """Turns the provider's answer into claims that can be relied on."""

    get_settings = staticmethod(oidc_setting)

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        claims = super().verify_token(token, **kwargs)
        meant_for = claims.get("aud", [])
        meant_for = [meant_for] if isinstance(meant_for, str) else meant_for
        if str(claims.get("iss", "")).rstrip("/") != issuer():
            raise SuspiciousOperation("The token is another issuer's.")
        if settings.OIDC_CLIENT_ID not in meant_for:
            raise SuspiciousOperation("The token is meant for another client.")
        return dict(claims)

    def get_or_create_user(
        self, access_token: str, id_token: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """The claims themselves: whose they are is decided by what was bound."""
        return payload


def claims_of(request: HttpRequest) -> dict[str, Any]:
    """What the provider says of whoever came back from it; the state counts once.

    :raises FAULTS: it did not come from a sign-in that this session began, or the provider's
        answer does not hold.
    """
    states = request.session.get(STATES, {})
    sent = states.pop(request.GET.get("state", ""), None)
    request.session[STATES] = states
    if sent is None:
        raise SuspiciousOperation("No sign-in was begun here with this state.")
    claims = Backend().authenticate(
        request, nonce=sent["nonce"], code_verifier=sent["code_verifier"]
    )
    if not claims or not claims.get("sub"):
        raise SuspiciousOperation("The provider names no subject.")
    return dict(claims)


def begin_binding(request: HttpRequest, now: datetime) -> None:
    """Remember that whoever comes back from the provider shall be bound to the signed-in user."""
    request.session[_BINDING] = now.timestamp()


def is_binding(request: HttpRequest, now: datetime) -> bool:
    """Whether the signed-in user has just asked to be bound."""
    begun = request.session.get(_BINDING, 0.0)
    return 0 <= now.timestamp() - begun <= _BINDING_LASTS


def end_binding(request: HttpRequest) -> None:
    """It was bound, or not; another time is asked for anew."""
    request.session.pop(_BINDING, None)


def user_of(claims: dict[str, Any]) -> User | None:
    """The user to whom this subject was bound, who may sign in."""
    return selectors.user_of_subject(issuer(), claims["sub"])


def is_strong(claims: dict[str, Any]) -> bool:
    """Whether the provider vouches for a second factor in a way that the operator has accepted."""
    vouched = {str(claims.get("acr", "")), *map(str, claims.get("amr", []))}
    return bool(vouched & set(settings.OIDC_STRONG))
