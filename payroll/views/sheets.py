"""A pay sheet's page, its review, and the steps it takes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import attachments, clock, export
from core.actor import Actor
from core.attachments import AttachmentRefused
from core.disclosure import watermark
from core.forms import PurposeForm
from core.http import ActorRequest, found, redirect
from core.snapshot import one_moment
from identity import selectors as identity
from payroll import documents, exports
from payroll.forms import ProgressForm, ReasonForm, SeenForm, SignedCopyForm
from payroll.selectors import review as reviews
from payroll.selectors import sheets
from payroll.services import payments
from payroll.services import sheets as steps
from payroll.services.steps import SheetMoved
from projects import permissions
from workers import selectors as workers

REFUSALS = (
    steps.SheetRefused,
    SheetMoved,
    payments.PaymentRefused,
    AttachmentRefused,
)


@require_safe
def sheet(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Particulars, totals, lines and what can be done next."""
    return _page(request, uuid)


def _page(request: ActorRequest, uuid: UUID, **forms_in_use: forms.Form) -> HttpResponse:
    # Sheet, lines and orders move together: the page shows them before a step or after it.
    with one_moment():
        context = _sheet_context(request, uuid)
    return render(request, "payroll/sheet.html", context | forms_in_use)


def _sheet_context(request: ActorRequest, uuid: UUID) -> dict[str, Any]:
    actor = request.actor
    found_sheet = found(lambda: sheets.sheet(actor=actor, uuid=uuid))
    return {
        **_head(actor, found_sheet),
        "page": sheets.lines(actor=actor, sheet=found_sheet, params=request.GET),
        "events": sheets.events(actor=actor, sheet=found_sheet),
        "orders": sheets.orders(actor=actor, sheet=found_sheet),
        "failed": sheets.failed_lines(actor=actor, sheet=found_sheet),
        "can_see_in_full": workers.sees_in_full(
            actor=actor, project=found_sheet.project, employer=found_sheet.employer_id
        ),
        "signed_form": SignedCopyForm(),
        "progress_form": ProgressForm(initial={"progress": found_sheet.progress}),
        "void_form": ReasonForm(auto_id="void_%s"),
        "export_form": PurposeForm(auto_id="export_%s"),
    }


def _head(actor: Actor, found_sheet: sheets.PaySheet) -> dict[str, Any]:
    """What stands on the sheet's page and on its review alike."""
    return {
        "sheet": found_sheet,
        "tabs": permissions.tabs_of(actor, found_sheet.project),
        "can": sheets.abilities(actor=actor, sheet=found_sheet),
        "totals": sheets.totals(actor=actor, sheet=found_sheet),
    }


@require_safe
def review(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The sheet side by side with attendance."""
    return _review_page(request, uuid)


def _review_page(request: ActorRequest, uuid: UUID, form: ReasonForm | None = None) -> HttpResponse:
    with one_moment():
        found_sheet = found(lambda: sheets.sheet(actor=request.actor, uuid=uuid))
        context = {
            **_head(request.actor, found_sheet),
            "comparison": reviews.compare(actor=request.actor, sheet=found_sheet),
            "return_form": form or ReasonForm(auto_id="return_%s"),
        }
    return render(request, "payroll/review.html", context)


@require_POST
def keep_signed_copy(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Take the scan that the workers signed."""
    form = SignedCopyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, uuid, signed_form=form)
    file = form.cleaned_data["file"]
    return _step(
        request,
        uuid,
        lambda: steps.keep_signed_copy(
            actor=request.actor, sheet_uuid=uuid, file=file, name=file.name
        ),
        "签字表已上传。",
    )


@require_safe
def signed_copy(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The signed scan itself, on the record."""
    scan = found(lambda: steps.signed_copy(actor=request.actor, sheet_uuid=uuid))
    return attachments.respond(scan, inline=True)


@require_POST
def note_progress(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Keep what is said of the works' progress."""
    form = ProgressForm(request.POST)
    if not form.is_valid():
        return _page(request, uuid, progress_form=form)
    return _step(
        request,
        uuid,
        lambda: steps.note_progress(
            actor=request.actor, sheet_uuid=uuid, progress=form.cleaned_data["progress"]
        ),
        "工程进度已保存。",
    )


@require_POST
def submit(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Hand the sheet in."""
    return _step(
        request,
        uuid,
        lambda: steps.submit(actor=request.actor, sheet_uuid=uuid, now=clock.now()),
        "已提交，等待总包单位审核。",
    )


@require_POST
def send_back(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Return the sheet with a reason."""
    form = ReasonForm(request.POST, auto_id="return_%s")
    if not form.is_valid():
        return _review_page(request, uuid, form)
    return _step(
        request,
        uuid,
        lambda: steps.send_back(
            actor=request.actor,
            sheet_uuid=uuid,
            seen=_seen(request),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        "已退回，对方会看到退回原因。",
    )


@require_POST
def approve(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Approve the sheet for payment."""
    return _step(
        request,
        uuid,
        lambda: steps.approve(
            actor=request.actor, sheet_uuid=uuid, seen=_seen(request), now=clock.now()
        ),
        "审核通过，可以代发。",
    )


def _seen(request: ActorRequest) -> datetime | None:
    """Which submission the reviewer had before them; None where the page did not say."""
    form = SeenForm(request.POST)
    return form.cleaned_data["seen"] if form.is_valid() else None


@require_POST
def void(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Withdraw the sheet with a reason."""
    form = ReasonForm(request.POST, auto_id="void_%s")
    if not form.is_valid():
        return _page(request, uuid, void_form=form)
    return _step(
        request,
        uuid,
        lambda: steps.void(
            actor=request.actor,
            sheet_uuid=uuid,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        "已作废。",
    )


@require_POST
def pay(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Order the bank to pay what is unpaid: all lines, or those that came back."""
    return _step(
        request,
        uuid,
        lambda: payments.order_payment(actor=request.actor, sheet_uuid=uuid, now=clock.now()),
        "代发指令已生成，正在发给银行；结果会显示在本页。",
    )


@require_safe
def print_out(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The sheet as PDF for signing."""
    found_sheet = found(lambda: sheets.sheet(actor=request.actor, uuid=uuid))
    pdf = documents.sheet_pdf(actor=request.actor, sheet=found_sheet, watermark=_watermark(request))
    return attachments.download(
        pdf, f"工资表{found_sheet.number}.pdf", "application/pdf", inline=True
    )


@require_POST
def export_lines(request: ActorRequest, uuid: UUID) -> HttpResponseBase:
    """The lines in full as xlsx, for a stated purpose, on the record."""
    found_sheet = found(lambda: sheets.sheet(actor=request.actor, uuid=uuid))
    form = PurposeForm(request.POST, auto_id="export_%s")
    if not form.is_valid():
        return _page(request, uuid, export_form=form)
    book = exports.sheet_workbook(
        actor=request.actor,
        sheet=found_sheet,
        watermark=_watermark(request),
        **form.cleaned_data,
    )
    return export.xlsx_response(book, f"工资表{found_sheet.number}.xlsx")


def _watermark(request: ActorRequest) -> str:
    """Who took the paper or file out, from where, when."""
    organisation = identity.own_organisation(actor=request.actor)
    return watermark(request.actor, organisation.name, timezone.localtime(clock.now()))


def _step(request: ActorRequest, uuid: UUID, act: Callable[[], Any], done: str) -> HttpResponse:
    """Take a step, and say on the sheet's page what came of it."""
    try:
        found(act)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(request, reverse("payroll:sheet", args=[uuid]))
