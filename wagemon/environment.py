"""The environment, read strictly: what is missing or malformed stops the start.

A message names the variable and how it is written, never what it holds: start-up errors are logged.
"""

import ipaddress
import math
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")

_FLAGS = {"1": True, "true": True, "0": False, "false": False}
#: Django's own measure of a signing key (security.W009).
_SECRET_LENGTH, _SECRET_VARIETY = 50, 5


def read(
    name: str, parse: Callable[[str], Value], form: str, *, default: Value | None = None
) -> Value:
    """A variable's value; an empty one counts as not set.

    ``form`` says in Chinese how the value is written; ``parse`` raises ``ValueError`` otherwise.

    :raises ImproperlyConfigured: malformed, or not set where there is no default.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        if default is None:
            raise ImproperlyConfigured(f"没有设置环境变量 {name}。写法：{form}。")
        return default
    try:
        return parse(text)
    except ValueError:
        raise ImproperlyConfigured(f"环境变量 {name} 的值不对。写法：{form}。") from None


def flag(name: str) -> bool:
    """Whether something is switched on; off where nothing is said."""
    return read(name, _read_flag, "1 或 0", default=False)


def _read_flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[text.lower()]


def seconds(text: str) -> float:
    """How often something is done."""
    number = float(text)
    if not (math.isfinite(number) and number > 0):
        raise ValueError
    return number


def port(text: str) -> int:
    """A port to listen on."""
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError
    return number


def count(text: str) -> int:
    """How many of something there are, from 1 to 64."""
    number = int(text)
    if not 0 < number < 65:
        raise ValueError
    return number


def moment(text: str) -> str:
    """A date-time, kept as it is written."""
    datetime.fromisoformat(text)
    return text


def network(text: str) -> str:
    """A network or a single address."""
    return str(ipaddress.ip_network(text))


def strong_secret(text: str) -> str:
    """A signing key that cannot be guessed."""
    if len(text) < _SECRET_LENGTH or len(set(text)) < _SECRET_VARIETY:
        raise ValueError
    return text


def address(*schemes: str) -> Callable[[str], str]:
    """Reads an address of one of these schemes."""

    def parse(text: str) -> str:
        parts = urlsplit(text)
        host = parts.hostname or (not parts.scheme.startswith("http") and parts.path)
        # Asking for the port raises where it is none.
        if parts.scheme not in schemes or not host or parts.port == 0:
            raise ValueError
        return text

    return parse


def several(parse: Callable[[str], str]) -> Callable[[str], list[str]]:
    """Reads a list divided by commas."""
    return lambda text: [parse(part.strip()) for part in text.split(",") if part.strip()]


def host(text: str) -> str:
    """A name that the platform answers to; never all names."""
    if text == "*" or "/" in text:
        raise ValueError
    return text


def hexadecimal(text: str) -> str:
    """A shared key of at least 128 bits, written in hexadecimal."""
    if len(bytes.fromhex(text)) < 16:
        raise ValueError
    return text


def mail_server(text: str) -> dict[str, Any]:
    """A mail server with how it is reached, as Django's settings call the parts."""
    parts = environ.Env.email_url_config(text)
    if not text.startswith("smtp") or not parts["EMAIL_HOST"]:
        raise ValueError
    return parts
