"""Private files: as they were received, hashed, looked into, sealed where they hold personal data.

A file lies under ``ATTACHMENTS_DIR`` by its SM3, readable to the platform alone. Who may see it is
decided by what it belongs to; :func:`answer_with_file` only says how it is sent.
"""

import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from core import filekinds
from core import sealed as seals
from core.actor import Actor
from core.digest import sm3
from core.errors import Refused
from core.models import Attachment

Response = TypeVar("Response", bound=HttpResponseBase)

MAX_BYTES = 20 * 1024 * 1024
_PURPOSE = "attachment"

SHEETS = filekinds.SHEETS
PAPERS = filekinds.PAPERS
IMAGES = filekinds.IMAGES


class AttachmentDamaged(RuntimeError):
    """The stored file is gone or was altered: a matter for whoever runs the platform."""


@dataclass(frozen=True, slots=True)
class _Content:
    data: bytes
    kind: str
    hash: str


def store_attachment(
    file: IO[bytes],
    *,
    actor: Actor,
    name: str,
    kinds: Collection[str],
    sealed: bool = False,
    max_bytes: int = MAX_BYTES,
    field: str = "file",
    now: datetime,
) -> Attachment:
    """Keep an uploaded file; the same bytes from the same person are kept once.

    ``kinds`` are file endings ("xlsx", "pdf", "jpg"); what a file is, is found by its content.
    ``field`` is the form's field that a refusal stands beside.

    :raises Refused: empty, too large, or of another kind.
    """
    content = _look_into(file, name, kinds, max_bytes, field)
    known = Attachment.objects.filter(hash=content.hash, owner=actor.id, sealed=sealed).first()
    if known and path_of(known).exists():
        return known
    attachment = _new_attachment(content, name, actor, now)
    attachment.sealed = sealed
    _write_file(path_of(attachment), _at_rest(attachment, content.data))
    attachment.save()
    return attachment


def _new_attachment(content: _Content, name: str, actor: Actor, now: datetime) -> Attachment:
    return Attachment(
        name=_clean_name(name),
        kind=content.kind,
        size=len(content.data),
        hash=content.hash,
        owner=actor.id,
        owner_organisation=actor.organisation,
        created_at=now,
    )


def _look_into(
    file: IO[bytes], name: str, kinds: Collection[str], max_bytes: int, field: str
) -> _Content:
    data = file.read(max_bytes + 1)
    if not data:
        raise Refused("file.empty", field, name=_clean_name(name))
    if len(data) > max_bytes:
        most = max_bytes // 1024 // 1024
        raise Refused("file.too_large", field, name=_clean_name(name), most=most)
    kind = filekinds.sniff_kind(data, name)
    if kind not in kinds:
        wanted = "、".join(filekinds.kind_label(kind) for kind in kinds)
        raise Refused(
            "file.other_kind",
            field,
            name=_clean_name(name),
            found=filekinds.describe_kind(kind),
            wanted=wanted,
        )
    return _Content(data, kind, sm3(data).hex())


def content_of(attachment: Attachment) -> bytes:
    """The file's bytes as they were received.

    :raises AttachmentDamaged: what lies there is not what was received.
    """
    try:
        data = path_of(attachment).read_bytes()
        data = seals.unseal(data, _PURPOSE) if attachment.sealed else data
    except (FileNotFoundError, seals.SealBroken) as fault:
        raise AttachmentDamaged(attachment.uuid) from fault
    if sm3(data).hex() != attachment.hash:
        raise AttachmentDamaged(attachment.uuid)
    return data


def answer_with_file(attachment: Attachment, *, inline: bool = False) -> HttpResponse:
    """The file as an answer that no browser runs, guesses at or keeps."""
    return answer_with_bytes(
        content_of(attachment),
        attachment.name,
        filekinds.media_type(attachment.kind),
        inline=inline,
    )


def answer_with_bytes(
    data: bytes, name: str, media_type: str, *, inline: bool = False
) -> HttpResponse:
    """Bytes as a file with a Chinese name; shown in the page only where that is harmless."""
    inline = inline and media_type in filekinds.SHOWN_INLINE
    return secure_answer(HttpResponse(data, content_type=media_type), name, inline=inline)


def secure_answer(response: Response, name: str, *, inline: bool = False) -> Response:
    """Put on an answer what every private file carries."""
    manner = "inline" if inline else "attachment"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    response["Content-Disposition"] = (
        f'{manner}; filename="{plain.strip("_") or "file"}";'
        f" filename*=UTF-8''{quote(name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cache-Control"] = "private, no-store"
    return response


def reseal_attachments() -> tuple[int, list[UUID]]:
    """Seal the sealed files anew that lie under an older key.

    How many, and which are damaged and can be sealed no more; these keep nobody from the rest.
    """
    count, damaged = 0, []
    for attachment in Attachment.objects.filter(sealed=True).iterator():
        try:
            data, path = content_of(attachment), path_of(attachment)
            if seals.sealed_with(path.read_bytes()) != next(iter(seals.key_ring())):
                _write_file(path, _at_rest(attachment, data))
                count += 1
        except AttachmentDamaged:
            damaged.append(attachment.uuid)
    return count, damaged


def path_of(attachment: Attachment) -> Path:
    """Where the file lies."""
    digest = attachment.hash
    name = digest + (".sealed" if attachment.sealed else "")
    return Path(settings.ATTACHMENTS_DIR) / digest[:2] / digest[2:4] / name


def _at_rest(attachment: Attachment, data: bytes) -> bytes:
    return seals.seal(data, _PURPOSE) if attachment.sealed else data


def _write_file(path: Path, data: bytes) -> None:
    """All of it or nothing: a half-written file never carries the final name."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # created 0600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _clean_name(name: str) -> str:
    """The sender's file name without folders or control characters, at most 255 long."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in base if c.isprintable())[-255:].strip() or "未命名"
