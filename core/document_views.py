"""Official documents: the register, one document with its service, and the public check."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import attachments, clock, official
from core.access import PUBLIC, SIGNED_IN, InScope, open_to
from core.export import Column, workbook, xlsx_response
from core.filters import DayFilter, FindFilter, ListFilter, OneOf
from core.forms import CheckForm, RevokeForm, ServiceForm
from core.hook_kinds import DocumentKind, subject_of
from core.hooks import declared
from core.http import ActorRequest, found, perform, redirect
from core.models import OfficialDocument

#: Of the authority that issued the document.
ISSUED_BY_OWN = InScope(official.issued_document, official.require_issuer)

_COLUMNS = (
    Column("文号", lambda row: row.number, 24),
    Column("种类", lambda row: row.kind, 20),
    Column("标题", lambda row: row.title, 40),
    Column("主送单位", lambda row: row.addressee, 36),
    Column("签发日期", lambda row: row.issued_on),
    Column("签发人", lambda row: row.issued_by, 12),
    Column("送达", lambda row: row.state, 10),
)


class DocumentFilter(ListFilter):
    """The register's filters."""

    q = FindFilter(
        label="标题、主送单位或核验码", contains=("title", "addressee"), exactly=("code",)
    )
    kind = OneOf(label="种类")
    state = OneOf(
        label="送达",
        method="in_state",
        choices=[("waiting", "未送达"), ("served", "已送达"), ("revoked", "已撤销")],
    )
    since = DayFilter(label="签发日期起", field_name="issued_on", lookup_expr="gte")
    until = DayFilter(label="签发日期止", field_name="issued_on", lookup_expr="lte")

    def __init__(self, params, *, actor):  # type: ignore[no-untyped-def]
        super().__init__(params, official.listed_documents(actor=actor), actor=actor)
        self.offer("kind", lambda: [(one.key, one.label) for one in declared(DocumentKind)])

    def in_state(self, rows, name: str, state: str):  # type: ignore[no-untyped-def]
        if state == "revoked":
            return rows.exclude(revoked_at=None)
        return rows.filter(revoked_at=None, served=state == "served")


@require_safe
@open_to(SIGNED_IN)
def register(request: ActorRequest) -> HttpResponse:
    """文书台账: what the actor's authority has issued."""
    shown = DocumentFilter(request.GET, actor=request.actor)
    page = official.DOCUMENT_LIST.page(shown.qs, params=request.GET).of(official.document_line)
    return render(request, "documents/register.html", {"page": page, "filter": shown})


@require_safe
@open_to(SIGNED_IN)
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the register shows, as a workbook."""
    shown = DocumentFilter(request.GET, actor=request.actor)
    rows = official.DOCUMENT_LIST.ordered(shown.qs, request.GET).iterator(chunk_size=500)
    book = workbook(map(official.document_line, rows), _COLUMNS, sheet="文书")
    return xlsx_response(book, f"文书台账-{clock.today()}.xlsx")


@require_safe
@open_to(SIGNED_IN)
def document(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One document with its service."""
    return _document_page(request, uuid)


def _document_page(
    request: ActorRequest, uuid: UUID, **forms_with_faults: forms.Form
) -> HttpResponse:
    shown = found(lambda: official.issued_document(actor=request.actor, uuid=uuid))
    context = {
        "document": shown,
        "line": official.document_line(shown),
        "about": subject_of(shown.subject, actor=request.actor),
        "proofs": list(shown.proofs.select_related("paper")),
        "own": request.actor.organisation == shown.issuer,
        "serve_form": ServiceForm(prefix="serve", initial={"served_on": clock.today()}),
        "revoke_form": RevokeForm(prefix="revoke"),
        **forms_with_faults,
    }
    return render(request, "documents/document.html", context)


@require_safe
@open_to(SIGNED_IN)
def pdf(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The document itself."""
    shown = found(lambda: official.issued_document(actor=request.actor, uuid=uuid))
    return attachments.answer_with_file(shown.pdf, inline=True)


@require_safe
@open_to(SIGNED_IN)
def proof(request: ActorRequest, uuid: UUID, proof: int) -> HttpResponse:
    """The paper that proves service."""
    shown = found(lambda: official.issued_document(actor=request.actor, uuid=uuid))
    row = shown.proofs.select_related("paper").filter(pk=proof).first()
    if row is None or row.paper is None:
        raise Http404
    return attachments.answer_with_file(row.paper, inline=True)


@require_POST
@open_to(ISSUED_BY_OWN)
def serve(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """送达回证."""
    form = ServiceForm(request.POST, request.FILES, prefix="serve")

    def act() -> None:
        given = dict(form.cleaned_data)
        if paper := given.pop("paper"):
            given["paper"] = attachments.store_attachment(
                paper,
                actor=request.actor,
                name=paper.name,
                kinds=attachments.PAPERS,
                sealed=True,
                field="paper",
                now=clock.now(),
            )
        official.record_service(actor=request.actor, uuid=uuid, now=clock.now(), **given)

    return perform(
        request,
        form,
        act,
        "已记录。",
        to=reverse("core:document", args=[uuid]),
        page=lambda: _document_page(request, uuid, serve_form=form),
    )


@require_POST
@open_to(ISSUED_BY_OWN)
def revoke(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """撤销文书."""
    form = RevokeForm(request.POST, prefix="revoke")
    return perform(
        request,
        form,
        lambda: official.revoke_document(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "已撤销，核验时会显示。",
        to=reverse("core:document", args=[uuid]),
        page=lambda: _document_page(request, uuid, revoke_form=form),
    )


@never_cache
@require_safe
@open_to(PUBLIC)
def check_code(request: ActorRequest) -> HttpResponse:
    """Where a code is typed."""
    form = CheckForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect(request, reverse("core:check", args=[form.cleaned_data["code"]]))
    return render(request, "documents/check.html", {"form": form})


@never_cache
@require_safe
@open_to(PUBLIC)
def check(request: ActorRequest, code: str) -> HttpResponse:
    """Whether a document is genuine: number, kind, issuer, date and digest, nothing personal."""
    try:
        shown = official.document_by_code(code)
    except OfficialDocument.DoesNotExist:
        form = CheckForm(initial={"code": code[:24]})
        context = {"form": form, "unknown": True}
        return render(request, "documents/check.html", context, status=404)
    context = {"document": shown, "kind": official.kind_label(shown.kind), "form": CheckForm()}
    return render(request, "documents/check.html", context)
