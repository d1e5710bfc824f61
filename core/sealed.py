"""Sealed fields: ID numbers, cards and phones as SM4-GCM at rest, with a blind index for look-up.

An envelope is: version (1 byte), length of the key id (1 byte), key id, nonce (12 bytes),
ciphertext and tag. The additional data is the purpose (for a field its model and name), so that a
card number pasted into the phone column does not open.
"""

import json
import os
import zlib
from functools import lru_cache
from typing import Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models, transaction

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 16
INDEX_KEY_BYTES = 16


class SealBroken(ValueError):
    """An envelope that no key of the ring opens: altered, moved, or its key was withdrawn."""


class Secret(str):
    """An opened value: a plain string that does not show itself in a log or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"


def key_ring() -> dict[str, bytes]:
    """The keys by id, the current one first.

    :raises ImproperlyConfigured: ``SEAL_KEYS`` is not "id:hex,id:hex" with 128-bit keys.
    """
    return _parse_ring(settings.SEAL_KEYS)


@lru_cache(maxsize=4)
def _parse_ring(text: str) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, _, key = part.strip().partition(":")
        if not key_id or len(key_id) > 32 or not key_id.isascii() or key_id in ring:
            raise ImproperlyConfigured(
                "环境变量 SEAL_KEYS 的值不对。写法：编号:密钥，几个之间用逗号分隔，编号不重复。"
            )
        ring[key_id] = _hex_key("SEAL_KEYS", key)
        if len(ring[key_id]) != KEY_BYTES:
            raise ImproperlyConfigured("环境变量 SEAL_KEYS 的值不对。每个密钥应是 32 位十六进制。")
    return ring


@lru_cache(maxsize=4)
def _hex_key(setting: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        # The value itself stays out of the message: start-up errors are logged.
        raise ImproperlyConfigured(f"环境变量 {setting} 的值不对。密钥应是十六进制。") from None


def index_key() -> bytes:
    """The key of the blind indexes.

    :raises ImproperlyConfigured: ``INDEX_KEY`` is not hexadecimal, or too short.
    """
    key = _hex_key("INDEX_KEY", settings.INDEX_KEY)
    if len(key) < INDEX_KEY_BYTES:
        raise ImproperlyConfigured("环境变量 INDEX_KEY 的值不对。密钥应是至少 32 位十六进制。")
    return key


def seal(plain: bytes, purpose: str = "") -> bytes:
    """Seal bytes under the current key, for one purpose."""
    key_id, key = next(iter(key_ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealer = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(purpose.encode())
    body = sealer.update(plain) + sealer.finalize() + sealer.tag
    return VERSION + bytes([len(key_id)]) + key_id.encode() + nonce + body


def unseal(envelope: bytes, purpose: str = "") -> bytes:
    """Open what :func:`seal` made for the same purpose.

    :raises SealBroken: altered, made for another purpose, or under an unknown key.
    """
    key_id, rest = _split_envelope(envelope)
    key = key_ring().get(key_id)
    if key is None or len(rest) < NONCE_BYTES + TAG_BYTES:
        raise SealBroken("The envelope names no key of the ring, or is cut short.")
    nonce, body, tag = rest[:NONCE_BYTES], rest[NONCE_BYTES:-TAG_BYTES], rest[-TAG_BYTES:]
    opener = Cipher(SM4(key), modes.GCM(nonce, tag)).decryptor()
    opener.authenticate_additional_data(purpose.encode())
    try:
        return opener.update(body) + opener.finalize()
    except InvalidTag:
        raise SealBroken("The envelope was altered or sealed for another purpose.") from None


def sealed_with(envelope: bytes) -> str:
    """The id of the key that an envelope was sealed under."""
    return _split_envelope(envelope)[0]


def _split_envelope(envelope: bytes) -> tuple[str, bytes]:
    if envelope[:1] != VERSION or len(envelope) < 2:
        raise SealBroken("Not a sealed envelope.")
    end = 2 + envelope[1]
    return envelope[2:end].decode("ascii", "replace"), envelope[end:]


def blind_index(value: str, purpose: str) -> bytes:
    """HMAC-SM3 of a value, for exact look-up and uniqueness without opening anything.

    The purpose ("id", "card", "phone") keeps the indexes of different things from matching.
    Callers normalise the value first (upper-case X, no spaces).
    """
    mac = hmac.HMAC(index_key(), hashes.SM3())
    mac.update(purpose.encode() + b"\x00" + value.encode())
    return mac.finalize()


class SealedBytesField(models.BinaryField):
    """Bytes at rest in an envelope bound to this model and field; cannot be searched or sorted."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if kwargs.get("unique") or kwargs.get("db_index"):
            raise ImproperlyConfigured("A sealed field has a blind index beside it, not its own.")

    @property
    def purpose(self) -> str:
        """What the envelopes of this column are bound to."""
        return f"{self.model._meta.label}.{self.name}"

    def encode(self, value: Any) -> bytes:
        return bytes(value)

    def decode(self, plain: bytes) -> Any:
        return plain

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None:
            value = seal(self.encode(value), self.purpose)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self.decode(unseal(bytes(value), self.purpose))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(f"{self.purpose} is sealed and does not go into a fixture.")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        return self._refuse_lookup()

    def get_transform(self, lookup_name: str) -> NoReturn:
        self._refuse_lookup()

    def _refuse_lookup(self) -> NoReturn:
        raise FieldError(f"{self.name} is sealed: look it up by its blind index.")


class SealedField(SealedBytesField):
    """Text at rest in an envelope: ID number, card number, phone."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment]

    def _check_str_default_value(self) -> list[CheckMessage]:
        # Text by nature: what a BinaryField may not have for its default, it may.
        return []

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, plain: bytes) -> Secret:
        return Secret(plain.decode())


class SealedJSONField(SealedBytesField):
    """A JSON document at rest, packed and sealed: the staged rows of an upload."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def encode(self, value: Any) -> bytes:
        return zlib.compress(json.dumps(value, ensure_ascii=False, default=str).encode(), 1)

    def decode(self, plain: bytes) -> Any:
        return json.loads(zlib.decompress(plain))


def sealed_fields(model: type[models.Model]) -> list[SealedBytesField]:
    """The sealed columns of a model."""
    return [f for f in model._meta.concrete_fields if isinstance(f, SealedBytesField)]


def reseal(model: type[models.Model], batch: int = 500) -> int:
    """Seal every row of a model anew under the current key; how many rows were rewritten.

    Runs in short transactions, batch by batch, and may be broken off and started again. Rows are
    locked while they are rewritten, so that no edit is lost.
    """
    names = [field.attname for field in sealed_fields(model)]
    if not names:
        return 0
    done, last = 0, None
    while rows := _next_batch(model, names, last, batch):
        last = rows[-1].pk
        done += len(rows)
    return done


def _next_batch(
    model: type[models.Model], names: list[str], last: Any, batch: int
) -> list[models.Model]:
    manager = model._base_manager
    with transaction.atomic():
        after = manager.filter(pk__gt=last) if last is not None else manager.all()
        rows = list(after.select_for_update().order_by("pk").only("pk", *names)[:batch])
        if rows:
            manager.bulk_update(rows, names)
    return rows
