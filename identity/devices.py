"""Devices that somebody has signed in on before: a signed cookie, one for a browser.

A known device has an allowance of wrong guesses of its own, so that nobody else's guessing locks
its owner out (identity.guessing). The cookie opens nothing. It names people by a keyed hash: who
uses the computer next cannot read from it who was there before.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

_SALT = "identity.devices"
#: How long a device stays known after the last sign-in there, in seconds.
_MAX_AGE = 180 * 24 * 3600
#: People whom a shared computer knows at most; the one who signed in first is forgotten.
_PEOPLE = 5


def known_device(request: HttpRequest, username: str) -> str:
    """The id by which this browser is known for this user name; "" where it is not."""
    return _read_cookie(request).get(_person_key(username), "")


def is_last_person(request: HttpRequest, username: str) -> bool:
    """Whether this user name was the last to sign in at this browser, or the first ever."""
    people = list(_read_cookie(request))
    return not people or people[-1] == _person_key(username)


def remember_device(request: HttpRequest, username: str) -> None:
    """Know this browser for this user; the cookie goes out with the response."""
    people = _read_cookie(request)
    device = people.pop(_person_key(username), "") or secrets.token_hex(16)
    people[_person_key(username)] = device
    request.device_cookie = dict(list(people.items())[-_PEOPLE:])  # type: ignore[attr-defined]


def set_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Hand out the cookie of whoever has just signed in."""
    people = getattr(request, "device_cookie", None)
    if people is not None:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            signing.dumps(people, salt=_SALT),
            max_age=_MAX_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _read_cookie(request: HttpRequest) -> dict[str, str]:
    try:
        cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
        return dict(signing.loads(cookie, salt=_SALT, max_age=_MAX_AGE))
    except signing.BadSignature:
        return {}


def _person_key(username: str) -> str:
    return salted_hmac(_SALT, username, algorithm="sha256").hexdigest()[:24]
