"""What the sign-in page of the demo shows: who can be tried, and the codes of the moment."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.conf import settings
from django_otp.oath import totp


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody of the demo district whom one can sign in as."""

    role: str
    user: str
    password: str
    code: str


def personas() -> list[Persona]:
    """The personas of ``demo.json`` with their one-time codes; none outside the demo."""
    file = settings.VAR_DIR / "demo.json"
    if not settings.DEMO or not file.exists():
        return []
    return [
        Persona(
            one["role"], one["user"], one["password"], _current_code(one.get("totp_secret") or "")
        )
        for one in json.loads(file.read_text(encoding="utf-8"))
    ]


def persona(username: str) -> Persona | None:
    """The persona of this user name."""
    return next((one for one in personas() if one.user == username), None)


def _current_code(secret: str) -> str:
    try:
        key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    except binascii.Error:
        return ""
    return f"{totp(key):06d}" if key else ""
