"""Papers of bonds, opened by whoever sees what they belong to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from bonds.models import BondDeposit, BondEntry, BondPaper, BondRefund, Guarantee
from core import audit
from core.actor import Actor
from core.models import Attachment

OPEN = audit.action("bond.open_paper", "查看保证金材料", {"file": "文件"})

#: What each kind of address opens: whose row, which file, how its subject is named.
_FILES: dict[str, tuple[Any, str, Callable[[Any], str]]] = {
    "agreement": (BondDeposit, "agreement", lambda row: row.subject),
    "slip": (BondEntry, "slip", lambda row: row.deposit.subject),
    "guarantee": (Guarantee, "original", lambda row: row.subject),
    "paper": (BondPaper, "file", lambda row: row.bond.subject),
    "promise": (BondRefund, "promise", lambda row: row.subject),
    "photo": (BondRefund, "photo", lambda row: row.subject),
}


def open_paper(kind: str, uuid: UUID, *, actor: Actor, now: datetime) -> Attachment:
    """The file of that kind; sealed ones carry people's signatures, so opening is an audit entry.

    :raises ObjectDoesNotExist: no such kind, out of scope, or none uploaded.
    """
    if kind not in _FILES:
        raise Attachment.DoesNotExist
    model, column, subject = _FILES[kind]
    row = model.objects.visible_to(actor).select_related(column).get(uuid=uuid)
    file: Attachment | None = getattr(row, column)
    if file is None:
        raise Attachment.DoesNotExist
    audit.record(actor, OPEN, subject(row), now=now, detail={"file": file.name})
    return file
