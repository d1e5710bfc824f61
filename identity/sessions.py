"""Sessions that know whose they are: a request learns all of its user in one query.

The row of the session is read together with its user, the user's unit, grants and second factor.
What is ended in the database has ended with the next request: nothing is cached.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp import DEVICE_ID_SESSION_KEY

if TYPE_CHECKING:
    from identity.models import User, UserSession

#: Session keys of ours: POSIX seconds of the sign-in and of the last request seen, from where and
#: in which browser, what the owner calls the session by, and the unit that is acted for.
SIGNED_IN_AT, SEEN_AT, ADDRESS, AGENT = "signed_in_at", "seen_at", "address", "agent"
SESSION_ID, ACTING_FOR = "session_id", "acting_for"
#: Whether the 统一认证 vouches for a second factor (identity.external).
VOUCHED_FOR = "vouched_for"


class SessionStore(DatabaseStore):
    """The database store, with whose session it is and since when in columns of their own."""

    #: The row with its user, once it was read.
    row: "UserSession | None" = None

    @classmethod
    def get_model_class(cls) -> "type[UserSession]":
        from identity.models import UserSession

        return UserSession

    def load(self) -> dict[str, Any]:
        from identity.models import SESSION_WITH_USER

        # When a session's row expires is Django's to say, by the real clock.
        rows = SESSION_WITH_USER.rows(key=self.session_key, at=timezone.now())
        self.row = next(iter(rows), None)
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.session_data)

    def create_model_instance(self, data: dict[str, Any]) -> "UserSession":
        if SESSION_KEY in data:
            data.setdefault(SESSION_ID, str(uuid4()))
        session = cast("UserSession", super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        session.uuid = data.get(SESSION_ID)
        session.signed_in_at = _moment_of(data.get(SIGNED_IN_AT))
        session.seen_at = _moment_of(data.get(SEEN_AT))
        session.address, session.agent = data.get(ADDRESS), data.get(AGENT, "")
        return session


def _moment_of(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def user_of(session: SessionStore) -> "User | AnonymousUser":
    """The user of a session that still counts: enabled, and with the password it began with.

    ``has_second_factor`` says whether it was opened with a one-time code of the user's own,
    confirmed authenticator.
    """
    user_id = session.get(SESSION_KEY)
    row = session.row
    if user_id is None or row is None or row.user is None or str(row.user_id) != str(user_id):
        return AnonymousUser()
    user = row.user
    user.__dict__["grants_json"] = row.grants_json  # type: ignore[attr-defined]  # annotated
    user.__dict__["unread_json"] = row.unread_json  # type: ignore[attr-defined]  # annotated
    if (
        session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
        or not user.may_sign_in
        or not _has_password_of(session, user)
    ):
        return AnonymousUser()
    device = f"otp_totp.totpdevice/{row.totp_device}"  # type: ignore[attr-defined]  # annotated
    has_code = session.get(DEVICE_ID_SESSION_KEY) == device
    user.has_second_factor = has_code or bool(row.totp_device and session.get(VOUCHED_FOR))  # type: ignore[attr-defined]  # annotated
    return user


def _has_password_of(session: SessionStore, user: "User") -> bool:
    began_with = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(began_with, one) for one in hashes)
