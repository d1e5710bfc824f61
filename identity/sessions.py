"""Sessions that know whose they are, so that a user's oldest can be ended."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

if TYPE_CHECKING:
    from identity.models import UserSession

#: Session keys of ours: POSIX seconds of the sign-in and of the last request seen.
SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"


class SessionStore(DatabaseStore):
    """The database store, with the user and the moment of sign-in in columns of their own."""

    @classmethod
    def get_model_class(cls) -> "type[UserSession]":
        from identity.models import UserSession

        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> "UserSession":
        session = cast("UserSession", super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        if since := data.get(SIGNED_IN_AT):
            session.signed_in_at = datetime.fromtimestamp(since, UTC)
        return session
