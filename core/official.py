"""The register of official documents (文书台账): numbering, issuing, service, public check.

Numbers run without a gap within an issuer, a word and a year (劳监令〔2026〕第0041号): the next is
taken under a lock inside the transaction that issues the document, so that what is rolled back
takes no number. A document is never changed: one that was wrong is revoked, with the reason, and
keeps its number.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from core import attachments, audit
from core.actor import Actor, Forbidden
from core.documents.official import OfficialText, official_pdf
from core.errors import Refused
from core.hook_kinds import DocumentKind, subject_of
from core.hooks import declared, one
from core.listing import ListColumn, ListTable
from core.locks import Lock, take_turns
from core.models import Attachment, OfficialDocument, ProofOfService

_STEP = {"number": "文号", "title": "标题", "addressee": "主送单位", "issuer": audit.CODE}
ISSUED = audit.action("document.issue", "签发文书", _STEP | {"digest": audit.CODE})
SERVED = audit.action(
    "document.serve", "记录文书送达", {"number": "文号", "manner": "送达方式", "day": "送达日期"}
)
NOT_TAKEN = audit.action(
    "document.refused", "记录文书拒收", {"number": "文号", "manner": "送达方式", "day": "送达日期"}
)
REVOKED = audit.action("document.revoke", "撤销文书", {"number": "文号", "reason": "理由"})

#: Letters and digits that nobody mistakes for one another, on paper or on the telephone.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Issuer:
    """The authority in whose name a document is issued."""

    organisation: int
    name: str


@transaction.atomic
def issue_document(
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    issuer: Issuer,
    addressee: str,
    title: str,
    paragraphs: Sequence[str],
    facts: Sequence[tuple[str, str]] = (),
    subject: str,
    within: str = "",
) -> OfficialDocument:
    """Issue a document of a declared kind: number, PDF with code and seal space, audit entry.

    The caller has made sure that the actor may act for the issuer.
    """
    word, day = one(DocumentKind, kind).word, timezone.localdate(now)
    take_turns(Lock.DOCUMENT_NUMBERS, issuer.organisation, word, day.year)
    numbered = OfficialDocument.everything.filter(
        issuer=issuer.organisation, word=word, year=day.year
    )
    document = OfficialDocument(
        kind=kind,
        word=word,
        year=day.year,
        serial=(numbered.aggregate(last=Max("serial"))["last"] or 0) + 1,
        issuer=issuer.organisation,
        issuer_name=issuer.name,
        addressee=addressee,
        title=title,
        subject=subject,
        within=within,
        issued_by=actor.id,
        issued_by_name=actor.name,
        issued_at=now,
        issued_on=day,
        code="".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)),
    )
    pdf = official_pdf(
        OfficialText(
            issuer=issuer.name,
            number=document.number,
            title=title,
            addressee=addressee,
            paragraphs=paragraphs,
            facts=facts,
            issued_on=day,
            check_url=settings.SITE_URL.rstrip("/") + reverse("core:check", args=[document.code]),
            code=document.code,
        )
    )
    document.pdf = attachments.store_attachment(
        BytesIO(pdf),
        actor=actor,
        name=f"{title} {document.number}.pdf",
        kinds=("pdf",),
        sealed=True,
        now=now,
    )
    document.save()
    detail = {
        "number": document.number,
        "title": title,
        "addressee": addressee,
        "issuer": issuer.organisation,
        "digest": document.pdf.hash,
    }
    _record(actor, ISSUED, document, now, detail)
    return document


@transaction.atomic
def record_service(
    *,
    actor: Actor,
    uuid: UUID,
    now: datetime,
    manner: str,
    served_on: date,
    recipient: str,
    refused: bool = False,
    note: str = "",
    paper: Attachment | None = None,
) -> ProofOfService:
    """送达回证: how the document reached its addressee, or that it was refused.

    :raises OfficialDocument.DoesNotExist: another authority's.
    :raises Refused: served already, revoked, before it was issued or on a day to come, or refused
        without saying how.
    """
    document = OfficialDocument.objects.visible_to(actor).select_for_update().get(uuid=uuid)
    if document.revoked_at:
        raise Refused("document.revoked", number=document.number)
    if document.proofs.filter(refused=False).exists():
        raise Refused("document.served", number=document.number)
    if not document.issued_on <= served_on <= timezone.localdate(now):
        raise Refused("document.served_on_another_day", "served_on", day=document.issued_on)
    if refused and not note:
        raise Refused("document.refused_without_note", "note")
    proof = ProofOfService.objects.create(
        document=document,
        manner=manner,
        served_on=served_on,
        recipient=recipient,
        refused=refused,
        note=note,
        paper=paper,
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        recorded_at=now,
    )
    detail = {
        "number": document.number,
        "manner": proof.get_manner_display(),
        "day": f"{served_on}",
    }
    _record(actor, NOT_TAKEN if refused else SERVED, document, now, detail)
    return proof


@transaction.atomic
def revoke_document(*, actor: Actor, uuid: UUID, now: datetime, reason: str) -> None:
    """撤销: the document no longer holds; it keeps its number, and whoever checks it is told.

    :raises OfficialDocument.DoesNotExist: another authority's.
    :raises Refused: revoked already.
    """
    rows = OfficialDocument.objects.visible_to(actor).select_for_update()
    document = rows.get(uuid=uuid)
    if document.revoked_at:
        raise Refused("document.revoked", number=document.number)
    document.revoked_at, document.revoked_reason = now, reason
    document.save(update_fields=["revoked_at", "revoked_reason"])
    _record(actor, REVOKED, document, now, {"number": document.number, "reason": reason})


def issued_document(*, actor: Actor, uuid: UUID) -> OfficialDocument:
    """One document: the issuer's people see it, and whoever sees what it is about.

    :raises OfficialDocument.DoesNotExist: none, or out of scope.
    """
    document = _with_service(OfficialDocument.everything).get(uuid=uuid)
    own = OfficialDocument.objects.visible_to(actor).filter(pk=document.pk).exists()
    if not own and not actor.is_system:
        named = subject_of(document.subject, actor=actor)
        if not named or not named.subject.page:
            raise OfficialDocument.DoesNotExist
    return document


def documents_about(subject: str) -> list[OfficialDocument]:
    """The documents about a subject, newest first; whoever asks has seen the subject."""
    return list(_with_service(OfficialDocument.everything).filter(subject=subject))


def document_by_code(code: str) -> OfficialDocument:
    """What the public check shows.

    :raises OfficialDocument.DoesNotExist: no such code.
    """
    typed = "".join(code.split()).replace("-", "").upper()
    return OfficialDocument.everything.select_related("pdf").get(code=typed)


def require_issuer(actor: Actor, document: OfficialDocument) -> None:
    """:raises Forbidden: another authority's document."""
    if not actor.is_system and actor.organisation != document.issuer:
        raise Forbidden("document.of_another")


def kind_label(kind: str) -> str:
    """What a kind of document is called; the key itself where no app declares it any more."""
    return next((one.label for one in declared(DocumentKind) if one.key == kind), kind)


DOCUMENT_LIST = ListTable(
    columns=(
        ListColumn("number", "文号", sort="serial", slot="main"),
        ListColumn("kind", "种类", sort="kind"),
        ListColumn("addressee", "主送单位", sort="addressee"),
        ListColumn("issued", "签发日期", sort="issued_on", kind="date", slot="aside", falling=True),
        ListColumn("by", "签发人", sort="issued_by_name"),
        ListColumn("state", "送达", sort="served", slot="state"),
    ),
    default=("-issued_at",),
)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in the register."""

    uuid: UUID
    number: str
    kind: str
    title: str
    addressee: str
    issued_on: date
    issued_by: str
    state: str
    tone: str


def listed_documents(*, actor: Actor) -> QuerySet[OfficialDocument]:
    """The register of the actor's own authority, as rows of :data:`DOCUMENT_LIST`."""
    return _with_service(OfficialDocument.objects.visible_to(actor))


def document_line(document: Any) -> DocumentLine:
    """The document as the register and the panels show it."""
    if document.revoked_at:
        state, tone = "已撤销", "bad"
    else:
        state, tone = ("已送达", "good") if document.served else ("未送达", "wait")
    return DocumentLine(
        document.uuid,
        document.number,
        kind_label(document.kind),
        document.title,
        document.addressee,
        document.issued_on,
        document.issued_by_name,
        state,
        tone,
    )


def _with_service(rows: Any) -> QuerySet[Any]:
    served = ProofOfService.objects.filter(document=OuterRef("pk"), refused=False)
    return rows.select_related("pdf").annotate(served=Exists(served))


def _record(
    actor: Actor, action: str, document: OfficialDocument, now: datetime, detail: dict[str, Any]
) -> None:
    subject = f"document:{document.uuid}"
    audit.record(actor, action, subject, now=now, within=document.within, detail=detail)
