"""The audit chain: who did what to what, in an order that cannot be rewritten unseen.

Services append an entry inside their own transaction, unchained, so that writers never queue on
the tail. Within seconds one sealing task chains what was committed: each hash is the SM3 of the
hash before it and the entry's canonical JSON. The head is also kept outside the database, so that
a tail cut off (with the trigger disabled) shows as well; nothing is chained to what does not bear
out the head that was kept, or the next entry would cover the cut.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from core import clock
from core.actor import Actor
from core.digest import sm3
from core.locks import Lock, only_one
from core.models import AuditEntry
from core.money import yuan

GENESIS = bytes(32)
#: After this long an unchained entry means that the sealing task stands still.
SEAL_WITHIN = timedelta(minutes=1)
_BATCH = 2000
_TAIL_BYTES = 4096  # of the head file: its last lines
_SUBJECT = re.compile(r"[a-z_]+:.+", re.DOTALL)
_actions: dict[str, "Action"] = {}
logger = logging.getLogger(__name__)


class UnknownAction(LookupError):
    """An action was recorded that nobody declared with :func:`action`."""


class UnknownDetail(LookupError):
    """A detail was recorded that its action does not declare."""


@dataclass(frozen=True, slots=True)
class Amount:
    """The label of a detail that is an amount in 元, stored as a plain decimal."""

    label: str


#: A detail for whoever checks the record: a code, a digest. No page shows it.
CODE: Final = None
#: What a detail is called on screen.
DetailLabel = str | Amount | None


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be recorded, with what its details are called."""

    label: str
    details: Mapping[str, DetailLabel]


def action(code: str, label: str, details: Mapping[str, DetailLabel] | None = None) -> str:
    """Declare something that can be recorded; at import time, beside the service that does it.

    ``details`` names every detail that an entry may carry and what it is called on screen, in
    the order in which it is shown; :class:`Amount` for 元, :data:`CODE` for what no page shows. A
    detail whose key is Chinese is its own label and needs none.

    >>> SUBMIT = audit.action("paysheet.submit", "提交工资表", {"headcount": "人数"})
    """
    declared = Action(label, details or {})
    if _actions.setdefault(code, declared) != declared:
        raise ValueError(f"Audit action {code} is declared twice with different labels.")
    return code


def action_label(code: str) -> str:
    """What an action is called on screen."""
    known = _actions.get(code)
    return known.label if known else code


def detail_in_words(entry: AuditEntry) -> list[tuple[str, str]]:
    """An entry's details as (label, text), declared ones first; empty ones and codes left out."""
    known = _actions.get(entry.action)
    labels = dict(known.details) if known else {}
    labels |= {key: key for key in entry.detail if key not in labels and not key.isascii()}
    shown = []
    for key, label in labels.items():
        if value := entry.detail.get(key):
            if isinstance(label, Amount):
                shown.append((label.label, f"{yuan(Decimal(value))} 元"))
            elif label is not CODE:
                shown.append((label, str(value)))
    return shown


def record(
    actor: Actor,
    action: str,
    subject: str,
    *,
    now: datetime,
    within: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry inside the caller's transaction.

    ``now`` is the moment that the service was handed. ``subject`` and ``within`` are "kind:code";
    ``within`` is the project that the entry belongs to. ``detail`` holds codes, amounts and masked
    values, never a sealed one.

    :raises UnknownAction: the action was not declared.
    :raises UnknownDetail: the action was declared without one of these details.
    """
    if action not in _actions:
        raise UnknownAction(f'Declare it: audit.action("{action}", "中文名称").')
    for key in detail or {}:
        if key.isascii() and key not in _actions[action].details:
            raise UnknownDetail(f'Declare what "{key}" of {action} is called: audit.action(…).')
    if not _SUBJECT.fullmatch(subject) or (within and not _SUBJECT.fullmatch(within)):
        raise ValueError("An audit subject is written kind:code.")
    return AuditEntry.objects.create(
        at=now,
        actor=actor.id,
        actor_name=actor.name,
        organisation=actor.organisation,
        action=action,
        subject=subject,
        within=within,
        detail=detail or {},
    )


def audit_entries(*, within: str = "", subject: str = "") -> QuerySet[AuditEntry]:
    """The time line of a project or the history of one object, newest first.

    The caller has made sure that its actor may see the project or object named.
    """
    if not (within or subject):
        raise ValueError("A time line is asked for by project or by subject.")
    rows = AuditEntry.objects.order_by("-id")
    rows = rows.filter(within=within) if within else rows
    return rows.filter(subject=subject) if subject else rows


def seal_entries() -> int:
    """Chain what was committed since; how many entries.

    Nothing when another sealer is at it, or when the chain is not the one that was kept.
    """
    sealed = 0
    # Held by the session, not the transaction: the head file is written after the commit and
    # must be written in order.
    with only_one(Lock.AUDIT_SEALER) as alone:
        kept = _kept_head()
        rows = AuditEntry.objects.filter(position=kept[0], hash=kept[1]) if kept else None
        if alone and rows is not None and not rows.exists():
            logger.error("审计链与库外留存的链头不符，已停止上链：请运行 audit_verify 查明。")
            return 0
        while alone and (count := _seal_batch()):
            sealed += count
    return sealed


def _seal_batch() -> int:
    with transaction.atomic():
        position, head = 0, GENESIS
        last = AuditEntry.objects.exclude(position=None).order_by("-position").first()
        if last and last.position is not None and last.hash is not None:
            position, head = last.position, bytes(last.hash)
        rows = list(AuditEntry.objects.filter(hash=None).order_by("id")[:_BATCH])
        links = []
        for row in rows:
            position += 1
            head = chain_hash(head, position, row)
            links.append((row.pk, position, head))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_auditentry SET position = link.position, hash = link.hash"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS link(id, position, hash)"
                " WHERE core_auditentry.id = link.id",
                [[link[n] for link in links] for n in range(3)],
            )
    if links:
        _remember_head(position, head)
    return len(links)


def chain_hash(previous: bytes, position: int, entry: AuditEntry) -> bytes:
    """The SM3 that ties an entry to the one before it."""
    return sm3(previous, _canonical_form(position, entry))


def _canonical_form(position: int, entry: AuditEntry) -> bytes:
    content = {
        "position": position,
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(entry.actor),
        "actor_name": entry.actor_name,
        "organisation": entry.organisation,
        "action": entry.action,
        "subject": entry.subject,
        "within": entry.within,
        "detail": entry.detail,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _remember_head(position: int, head: bytes) -> None:
    line = f"{position} {head.hex()} {clock.now().isoformat(timespec='seconds')}\n"
    settings.AUDIT_HEAD.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.AUDIT_HEAD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found. ``fault`` is "" when it holds."""

    checked: int
    fault: str = ""
    position: int | None = None
    entry: int | None = None

    @property
    def holds(self) -> bool:
        return not self.fault


def verify_chain() -> Verdict:
    """Walk the whole chain from its beginning; stop at the first broken entry."""
    kept = _kept_head()
    checked, head = 0, GENESIS
    rows = AuditEntry.objects.exclude(position=None).order_by("position")
    for row in rows.iterator(chunk_size=_BATCH):
        if row.position != checked + 1:
            return Verdict(checked, "链上有记录被删除", checked + 1)
        head = chain_hash(head, row.position, row)
        if row.hash is None or bytes(row.hash) != head:
            return Verdict(checked, "记录内容与链值不符", row.position, row.pk)
        checked += 1
        if kept and kept[0] == checked and kept[1] != head:
            return Verdict(checked, "链值与库外留存的不符", row.position, row.pk)
    if checked and kept is None:
        return Verdict(checked, "库外留存的链头不见了")
    if kept and kept[0] > checked:
        return Verdict(checked, "链尾有记录被删除", checked + 1)
    late = AuditEntry.objects.filter(hash=None, at__lt=clock.now() - SEAL_WITHIN).order_by("id")
    if first := late.first():
        return Verdict(checked, "有记录超过一分钟未上链", entry=first.pk)
    return Verdict(checked)


def _kept_head() -> tuple[int, bytes] | None:
    """The last head written outside the database."""
    try:
        with settings.AUDIT_HEAD.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read().decode("ascii", "replace").splitlines()
    except FileNotFoundError:
        return None
    # A line cut by a power failure is not the last word: the one before it is.
    for line in reversed(lines):
        parts = line.split()
        if len(parts) == 3 and len(parts[1]) == 64:
            return int(parts[0]), bytes.fromhex(parts[1])
    return None
