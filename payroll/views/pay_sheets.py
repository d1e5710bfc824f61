"""A pay sheet's page, its review, and the steps it takes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import attachments, clock, export
from core.access import open_to
from core.actor import Actor
from core.disclosure import watermark_text
from core.forms import PurposeForm
from core.http import ActorRequest, found, perform
from core.snapshot import one_moment
from identity import selectors as identity
from identity.step_up import asks_code_again
from payroll import documents, exports
from payroll.access import (
    SHEET_IN_FULL,
    SHEET_SEEN,
    SHEET_SENDER,
    SHEET_WITHDRAWING,
    sheet_work,
)
from payroll.forms import ProgressForm, ReasonForm, SeenForm, SignedCopyForm
from payroll.selectors import pay_sheets
from payroll.selectors.payments import payment_plan
from payroll.selectors.review import (
    ABSENT_LIST,
    DIFFERING_LIST,
    NOT_LISTED_LIST,
    compare_with_attendance,
)
from payroll.services import pay_sheets as services
from payroll.services import payments
from projects import permissions
from workers import selectors as workers


@require_safe
@open_to(SHEET_SEEN)
def sheet(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Particulars, totals, lines and what can be done next."""
    return _sheet_page(request, uuid)


def _sheet_page(request: ActorRequest, uuid: UUID, **forms_with_faults: forms.Form) -> HttpResponse:
    actor = request.actor
    # Sheet, lines and orders move together: the page shows them before a step or after it.
    with one_moment():
        shown = found(lambda: pay_sheets.pay_sheet(actor=actor, uuid=uuid))
        lines = pay_sheets.line_rows(actor=actor, sheet=shown)
        context = {
            **_sheet_head(actor, shown),
            "page": pay_sheets.LINE_LIST.page(lines, params=request.GET).of(pay_sheets.line_row),
            "events": pay_sheets.sheet_events(actor=actor, sheet=shown),
            "orders": pay_sheets.sheet_orders(actor=actor, sheet=shown),
            "failed": pay_sheets.FAILED_LIST.page_in_memory(
                pay_sheets.failed_lines(actor=actor, sheet=shown), params=request.GET
            ),
            "can_see_in_full": workers.sees_in_full(
                actor=actor, project=shown.project, employer=shown.employer_id
            ),
            "signed_form": SignedCopyForm(),
            "progress_form": ProgressForm(initial={"progress": shown.progress}),
            "void_form": ReasonForm(auto_id="void_%s"),
            "export_form": PurposeForm(auto_id="export_%s"),
        }
        if context["can"].pay:
            context["plan"] = payment_plan(actor=actor, sheet=shown, as_of=clock.today())
    return render(request, "payroll/sheet.html", context | forms_with_faults)


def _sheet_head(actor: Actor, shown: pay_sheets.PaySheet) -> dict[str, Any]:
    """What stands on the sheet's page and on its review alike."""
    return {
        "sheet": shown,
        "tabs": permissions.tabs_of(actor, shown.project),
        "can": pay_sheets.sheet_abilities(actor=actor, sheet=shown),
        "totals": pay_sheets.sheet_totals(actor=actor, sheet=shown),
    }


@require_safe
@open_to(SHEET_SEEN)
def review(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The sheet side by side with attendance."""
    return _review_page(request, uuid, ReasonForm(auto_id="return_%s"))


def _review_page(request: ActorRequest, uuid: UUID, form: ReasonForm) -> HttpResponse:
    with one_moment():
        shown = found(lambda: pay_sheets.pay_sheet(actor=request.actor, uuid=uuid))
        comparison = compare_with_attendance(actor=request.actor, sheet=shown)
        context = {
            **_sheet_head(request.actor, shown),
            "comparison": comparison,
            "differing": DIFFERING_LIST.page_in_memory(comparison.differing, params=request.GET),
            "absent": ABSENT_LIST.page_in_memory(comparison.without_attendance, params=request.GET),
            "missing": NOT_LISTED_LIST.page_in_memory(comparison.not_listed, params=request.GET),
            "return_form": form,
        }
    return render(request, "payroll/review.html", context)


@require_POST
@open_to(SHEET_SENDER)
def store_signed_copy(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Take the scan that the workers signed."""
    form = SignedCopyForm(request.POST, request.FILES)
    return perform(
        request,
        form,
        lambda: services.store_signed_copy(
            actor=request.actor,
            sheet_uuid=uuid,
            file=form.cleaned_data["file"],
            name=form.cleaned_data["file"].name,
            now=clock.now(),
        ),
        "签字表已上传。",
        to=_sheet_url(uuid),
        page=lambda: _sheet_page(request, uuid, signed_form=form),
    )


@require_safe
@open_to(SHEET_SEEN)
def signed_copy(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The signed scan itself, on the record."""
    scan = found(
        lambda: services.open_signed_copy(actor=request.actor, sheet_uuid=uuid, now=clock.now())
    )
    return attachments.answer_with_file(scan, inline=True)


@require_POST
@open_to(SHEET_SENDER)
def note_progress(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Keep what is said of the works' progress."""
    form = ProgressForm(request.POST)
    return perform(
        request,
        form,
        lambda: services.note_progress(
            actor=request.actor,
            sheet_uuid=uuid,
            progress=form.cleaned_data["progress"],
            now=clock.now(),
        ),
        "工程进度已保存。",
        to=_sheet_url(uuid),
        page=lambda: _sheet_page(request, uuid, progress_form=form),
    )


@require_POST
@open_to(SHEET_SENDER)
def submit(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Hand the sheet in."""
    return perform(
        request,
        None,
        lambda: services.submit_sheet(actor=request.actor, sheet_uuid=uuid, now=clock.now()),
        "已提交，等待总包单位审核。",
        to=_sheet_url(uuid),
    )


@require_POST
@open_to(sheet_work("review"))
def send_back(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Return the sheet with a reason."""
    form = ReasonForm(request.POST, auto_id="return_%s")
    return perform(
        request,
        form,
        lambda: services.return_sheet(
            actor=request.actor,
            sheet_uuid=uuid,
            seen=_seen_at(request),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        "已退回，对方会看到退回原因。",
        to=_sheet_url(uuid),
        page=lambda: _review_page(request, uuid, form),
    )


@require_POST
@open_to(sheet_work("review"))
def approve(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Approve the sheet for payment."""
    return perform(
        request,
        None,
        lambda: services.approve_sheet(
            actor=request.actor, sheet_uuid=uuid, seen=_seen_at(request), now=clock.now()
        ),
        "审核通过，可以代发。",
        to=_sheet_url(uuid),
    )


def _seen_at(request: ActorRequest) -> datetime | None:
    """Which submission the reviewer had before them; None where the page did not say."""
    form = SeenForm(request.POST)
    return form.cleaned_data["seen"] if form.is_valid() else None


@require_POST
@open_to(SHEET_WITHDRAWING)
def void(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Withdraw the sheet with a reason."""
    form = ReasonForm(request.POST, auto_id="void_%s")
    return perform(
        request,
        form,
        lambda: services.void_sheet(
            actor=request.actor,
            sheet_uuid=uuid,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        "已作废，表中的工资不再发放；这个月可以重新导入工资表。",
        to=_sheet_url(uuid),
        page=lambda: _sheet_page(request, uuid, void_form=form),
    )


@require_POST
@open_to(sheet_work("pay"))
@asks_code_again("代发工资")
def pay(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Order the bank to pay what is unpaid: all lines, or those that came back."""
    return perform(
        request,
        None,
        lambda: payments.order_payment(actor=request.actor, sheet_uuid=uuid, now=clock.now()),
        "代发指令已生成，正在发给银行；结果会显示在本页。",
        to=_sheet_url(uuid),
    )


@require_safe
@open_to(SHEET_SEEN)
def print_out(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The sheet as PDF for signing."""
    shown = found(lambda: pay_sheets.pay_sheet(actor=request.actor, uuid=uuid))
    pdf = documents.sheet_pdf(
        actor=request.actor, now=clock.now(), sheet=shown, watermark=_reader_watermark(request)
    )
    return attachments.answer_with_bytes(
        pdf, f"工资表{shown.number}.pdf", "application/pdf", inline=True
    )


@require_POST
@open_to(SHEET_IN_FULL)
def export_lines(request: ActorRequest, uuid: UUID) -> HttpResponseBase:
    """The lines in full as xlsx, for a stated purpose, on the record."""
    shown = found(lambda: pay_sheets.pay_sheet(actor=request.actor, uuid=uuid))
    form = PurposeForm(request.POST, auto_id="export_%s")
    if not form.is_valid():
        return _sheet_page(request, uuid, export_form=form)
    book = exports.sheet_workbook(
        actor=request.actor,
        now=clock.now(),
        sheet=shown,
        watermark=_reader_watermark(request),
        **form.cleaned_data,
    )
    return export.xlsx_response(book, f"工资表{shown.number}.xlsx")


def _reader_watermark(request: ActorRequest) -> str:
    """Who took the paper or file out, from where, when."""
    organisation = identity.own_organisation(actor=request.actor)
    return watermark_text(request.actor, organisation.name, timezone.localtime(clock.now()))


def _sheet_url(uuid: UUID) -> str:
    return reverse("payroll:sheet", args=[uuid])
