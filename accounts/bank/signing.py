"""Signed requests: HMAC-SM3 over method, address, time, nonce and body, with a shared key."""

import secrets
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

from core.digest import sm3

#: Clocks of platform and bank may differ by this many seconds.
SKEW_SECONDS = 300
CLIENT, TIMESTAMP, NONCE, SIGNATURE = "X-Client", "X-Timestamp", "X-Nonce", "X-Signature"


class BadSignature(ValueError):
    """A request that was not signed with the shared key, or not now."""


def sign(key: str, client: str, method: str, target: str, body: bytes) -> dict[str, str]:
    """The headers that sign a request; ``target`` is path and query as sent.

    The time is the machine's own, also where the demo's clock is set to another day: it guards
    against replay and says nothing about the business.
    """
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    mac = _mac_of(key, client, method, target, timestamp, nonce, body)
    return {
        CLIENT: client,
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: mac.finalize().hex(),
    }


def verify(key: str, headers: Mapping[str, str], method: str, target: str, body: bytes) -> str:
    """Insist on a right signature made just now; the request's nonce, to be kept.

    :raises BadSignature: anything about it is wrong.
    """
    client, timestamp, nonce = (headers.get(name, "") for name in (CLIENT, TIMESTAMP, NONCE))
    mac = _mac_of(key, client, method, target, timestamp, nonce, body)
    try:
        mac.verify(bytes.fromhex(headers.get(SIGNATURE, "")))
        late = abs(time.time() - int(timestamp)) > SKEW_SECONDS
    except (InvalidSignature, ValueError):
        raise BadSignature("签名不符") from None
    if late or not nonce:
        raise BadSignature("签名已过时")
    return nonce


def _mac_of(key: str, *parts: str | bytes) -> hmac.HMAC:
    if not key:
        raise BadSignature("没有共享密钥")
    mac = hmac.HMAC(key.encode(), hashes.SM3())
    for part in parts:
        # Each part by its hash: no two different requests make the same bytes.
        mac.update(sm3(part.encode() if isinstance(part, str) else part))
    return mac
