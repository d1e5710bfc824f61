"""Signing in: password, then for government and operator a one-time code; the sign-in log.

What is here speaks of sessions and requests, so it stands beside the middleware rather than among
the services.
"""

from typing import NamedTuple

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import clock
from core.http import ActorRequest, client_address
from identity import kept_forms
from identity.backends import UserBackend
from identity.devices import is_last_person, remember_device
from identity.guessing import Outcome, begin_attempt
from identity.models import SignIn, User, UserSession
from identity.roles import GOVERNMENT, SECOND_FACTOR
from identity.sessions import ADDRESS, AGENT, SEEN_AT, SIGNED_IN_AT, VOUCHED_FOR

#: Live sessions that one user may have; the oldest ends.
SESSIONS = 3
#: Seconds without a request after which a session ends.
IDLE_GOVERNMENT, IDLE_OTHERS = 30 * 60, 8 * 60 * 60
#: Seconds between password and code.
CODE_WITHIN = 5 * 60
#: How often, in seconds, a session notes that it is in use.
_NOTE_EVERY = 60
_AWAITING = "awaiting_code"
#: Session key: POSIX seconds of the last one-time code that was right (identity.step_up).
CODE_GIVEN_AT = "code_given_at"
_BACKEND = "identity.backends.UserBackend"


class SignedInRequest(ActorRequest):
    """A request of somebody who has signed in. For annotations."""

    user: User


class Awaited(NamedTuple):
    """Somebody whose password was right and whose code is still to come."""

    user: User
    next: str


def needs_code(user: User) -> bool:
    """Whether this user signs in with a second step: for any unit that it may switch to."""
    return any(grant.role in SECOND_FACTOR for grant in user.held_grants)


def await_code(request: HttpRequest, user: User, next_url: str) -> None:
    """Remember that the password was right; nothing is open yet."""
    request.session.cycle_key()
    request.session[_AWAITING] = {"user": user.pk, "at": _seconds_now(), "next": next_url}


def awaited(request: HttpRequest) -> Awaited | None:
    """Whose code is awaited, while it may still come."""
    waiting = request.session.get(_AWAITING)
    if not waiting or _seconds_now() - waiting["at"] > CODE_WITHIN:
        return None
    user = UserBackend().get_user(waiting["user"])
    return Awaited(user, waiting["next"]) if user else None


def device_of(user: User) -> TOTPDevice:
    """The user's authenticator; one that is yet to be confirmed at the first sign-in."""
    devices = TOTPDevice.objects.filter(user=user).order_by("-confirmed")
    return devices.first() or TOTPDevice.objects.create(
        user=user, name=user.username, confirmed=False
    )


def check_code(request: HttpRequest, user: User, code: str) -> str:
    """Take a one-time code; "" when it is right, else what the user reads.

    A code counts once: the device's row is locked, so that two requests with the same code in the
    same moment are one right and one wrong. The first right code confirms the device.
    """
    attempt = begin_attempt(request, Outcome.WRONG_CODE, username=user.username, user=user)
    if attempt.is_blocked:
        wait = f"请在 {attempt.when} 之后再试"
        return f"动态口令输错次数太多，{wait}。手机丢失的，请联系本单位管理员更换。"
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=device_of(user).pk)
        if not device.verify_token(code):
            return "动态口令不对或已经用过，请等下一个口令再试。手机时间不准也会这样。"
        if not device.confirmed:
            TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    attempt.was_right()
    return ""


def note_code(request: HttpRequest) -> None:
    """Remember that a right code was just given in this session."""
    request.session[CODE_GIVEN_AT] = _seconds_now()


def open_session(
    request: HttpRequest,
    user: User,
    device: TOTPDevice | None = None,
    *,
    vouched_for: bool = False,
) -> None:
    """Sign in for good, log it, and end the user's sessions beyond the limit.

    ``vouched_for``: the 统一认证 has asked for a second factor itself.
    """
    request.session.pop(_AWAITING, None)
    user.otp_device = device  # type: ignore[attr-defined]  # read by django_otp on login
    login(request, user, backend=_BACKEND)
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = _seconds_now()
    request.session[ADDRESS] = client_address(request)
    request.session[AGENT] = request.headers.get("User-Agent", "")[:200]
    request.session[VOUCHED_FOR] = vouched_for
    if device:
        note_code(request)
    request.session.save()
    others = UserSession.objects.live(at=timezone.now()).filter(user=user)
    others = others.exclude(pk=request.session.session_key or "").order_by("-signed_in_at")
    oldest = list(others.values_list("pk", flat=True)[SESSIONS - 1 :])
    UserSession.objects.filter(pk__in=oldest).delete()
    User.objects.filter(pk=user.pk).update(signed_in_at=clock.now())
    if not is_last_person(request, user.username):
        # Somebody else's drafts lie in this browser; cookies stay.
        request.clears_storage = True  # type: ignore[attr-defined]  # read by the middleware
    remember_device(request, user.username)
    log(request, user.username, SignIn.Outcome.SUCCEEDED, user)


def _seconds_now() -> float:
    return clock.now().timestamp()


def is_idle(request: ActorRequest) -> bool:
    """Whether the session was left alone too long; otherwise notes that it is in use."""
    now = _seconds_now()
    seen = request.session.get(SEEN_AT, now)
    limit = IDLE_GOVERNMENT if request.actor.has_role(*GOVERNMENT) else IDLE_OTHERS
    if now - seen > limit:
        return True
    # The demo's clock can be set back.
    if abs(now - seen) > _NOTE_EVERY or SEEN_AT not in request.session:
        request.session[SEEN_AT] = now
    return False


def way_on(request: HttpRequest, user: User, wanted: str) -> str:
    """Where to go after signing in: the form that was lost, or where one wanted to go."""
    kept = kept_forms.waiting_form(request, user, clock.now())
    return kept_forms.lead_back(request, kept) if kept else wanted


def log(
    request: HttpRequest, username: str, outcome: SignIn.Outcome, user: User | None = None
) -> None:
    """Put an attempt on record 网络安全法21."""
    SignIn.objects.create(
        at=clock.now(),
        username=username[:40],
        user=user,
        outcome=outcome,
        address=client_address(request),
        agent=request.headers.get("User-Agent", "")[:200],
    )
