"""Bond accounts, guarantees, uses and refunds, each with the steps of its bank or officers."""

from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bonds import access
from bonds.forms import (
    BookForm,
    CheckForm,
    CloseForm,
    EntryFilter,
    GuaranteeReviewForm,
    PaymentsForm,
    ReasonForm,
    RefundReviewForm,
    ReportForm,
)
from bonds.selectors import bonds, project_page
from bonds.services import guarantees, papers, refunding, storing, using
from bonds.views.common import bond_page, form_page, header, project_form
from core import attachments, clock
from core.access import SIGNED_IN, HasRole, open_to
from core.http import ActorRequest, found, perform
from identity.roles import Role

# Accounts ---------------------------------------------------------------------------------------


@require_safe
@open_to(HasRole(Role.BANK_CLERK))
def deposits(request: ActorRequest) -> HttpResponse:
    """The bond accounts that the actor's bank keeps."""
    rows = bonds.kept_deposits(actor=request.actor)
    page = bonds.DEPOSIT_LIST.page(rows, params=request.GET)
    return render(request, "bonds/deposits.html", {"page": page})


@require_safe
@open_to(access.DEPOSIT_SEEN)
def deposit(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A bond account with what moved on it."""
    shown = found(lambda: bonds.deposit(uuid, actor=request.actor))
    rows = bonds.entries(shown, actor=request.actor)
    asked = EntryFilter(request.GET, rows, actor=request.actor)
    context = {
        "deposit": shown,
        "filter": asked,
        "page": bonds.ENTRY_LIST.page(asked.qs, params=request.GET),
        "is_bank": storing.is_bank_of(shown, actor=request.actor),
        "may_report": bonds.may_report(shown, actor=request.actor),
        "may_check": bonds.may_check(shown, actor=request.actor),
        "check_form": CheckForm(),
    }
    return render(request, "bonds/deposit.html", context)


@form_page
@open_to(access.DEPOSITS_CONTRACTOR)
def report(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Report what was paid in."""
    shown = found(lambda: bonds.deposit(uuid, actor=request.actor))
    form = ReportForm(
        request.POST or None, request.FILES or None, initial={"booked_on": clock.today()}
    )
    return perform(
        request,
        form,
        lambda: storing.report_deposit(
            actor=request.actor,
            deposit=uuid,
            amount=form.cleaned_data["amount"],
            booked_on=form.cleaned_data["booked_on"],
            slip=form.paper,
            now=clock.now(),
        ),
        "已报送，银行或人社部门核对后计入已存金额。",
        to=_deposit_page(uuid),
        page=lambda: _deposit_form(request, shown, form, "报送存入", "报送"),
    )


@form_page
@open_to(access.DEPOSITS_BANK)
def book(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Book what moved on the account."""
    shown = found(lambda: bonds.deposit(uuid, actor=request.actor))
    form = BookForm(request.POST or None, initial={"booked_on": clock.today()})
    return perform(
        request,
        form,
        lambda: storing.book_entry(
            actor=request.actor, deposit=uuid, now=clock.now(), **form.cleaned_data
        ),
        "已入账。",
        to=_deposit_page(uuid),
        page=lambda: _deposit_form(request, shown, form, "登记入账", "入账"),
    )


@form_page
@open_to(access.DEPOSITS_BANK)
def close(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Pay the principal back and close the account."""
    shown = found(lambda: bonds.deposit(uuid, actor=request.actor))
    form = CloseForm(request.POST or None, initial={"booked_on": clock.today()})
    return perform(
        request,
        form,
        lambda: storing.close_deposit(
            actor=request.actor, deposit=uuid, now=clock.now(), **form.cleaned_data
        ),
        "本金已返还，账户已销户。",
        to=_deposit_page(uuid),
        page=lambda: _deposit_form(request, shown, form, "返还本金并销户", "返还并销户"),
    )


@require_POST
@open_to(access.ENTRYS_CHECKER)
def check(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Book a reported payment, or say that it is not so."""
    entry = found(lambda: bonds.entry(uuid, actor=request.actor))
    form = CheckForm(request.POST)
    return perform(
        request,
        form,
        lambda: storing.check_report(
            actor=request.actor, entry=uuid, now=clock.now(), **form.cleaned_data
        ),
        "核对结果已登记。",
        to=_deposit_page(entry.deposit.uuid),
    )


def _deposit_page(uuid: UUID) -> str:
    return reverse("bonds:deposit", args=[uuid])


def _deposit_form(
    request: ActorRequest, shown: Any, form: Form, title: str, button: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": button,
        "note": f"{shown.name}（{shown.number}）",
        "back": _deposit_page(shown.uuid),
        "back_label": "保证金账户",
    }
    return render(request, "bonds/form.html", context)


# Guarantees -------------------------------------------------------------------------------------


@require_safe
@open_to(access.GUARANTEE_SEEN)
def guarantee(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A guarantee with what its paper says and what the reviewer found."""
    return _guarantee_page(request, uuid, GuaranteeReviewForm())


def _guarantee_page(request: ActorRequest, uuid: UUID, form: GuaranteeReviewForm) -> HttpResponse:
    context = {
        "shown": found(
            lambda: project_page.guarantee_page(uuid, actor=request.actor, as_of=clock.today())
        ),
        "form": form,
    }
    return render(request, "bonds/guarantee.html", context)


@require_POST
@open_to(access.GUARANTEES_OFFICER)
def review_guarantee(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Accept a guarantee, or not."""
    form = GuaranteeReviewForm(request.POST)
    return perform(
        request,
        form,
        lambda: guarantees.review_guarantee(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "审核结论已登记。",
        to=reverse("bonds:guarantee", args=[uuid]),
        page=lambda: _guarantee_page(request, uuid, form),
    )


# Uses -------------------------------------------------------------------------------------------


@require_safe
@open_to(access.USE_SEEN)
def use(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A use with each worker's payment."""
    return _use_page(request, uuid, None)


def _use_page(request: ActorRequest, uuid: UUID, form: PaymentsForm | None) -> HttpResponse:
    shown = found(lambda: project_page.use_page(uuid, actor=request.actor, as_of=clock.today()))
    if form is None and shown.may_pay:
        form = PaymentsForm(None, lines=shown.open_lines, today=clock.today())
    fields = form.rows() if form else {}
    context = {
        "shown": shown,
        "lines": [(line, fields.get(line.line)) for line in shown.lines],
        "form": form,
        "cancel_form": ReasonForm(act="cancel"),
        "close_form": ReasonForm(act="close"),
    }
    return render(request, "bonds/use.html", context)


@require_POST
@open_to(access.USES_OFFICER)
def issue_use(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Sign the notice."""
    return perform(
        request,
        None,
        lambda: using.issue_use(actor=request.actor, uuid=uuid, now=clock.now()),
        "通知已签发，支付期限开始计算。",
        to=_use_address(uuid),
    )


@require_POST
@open_to(access.USES_OFFICER)
def cancel_use(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Take a draft back."""
    form = ReasonForm(request.POST)
    return perform(
        request,
        form,
        lambda: using.cancel_use(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "已撤回。",
        to=_use_address(uuid),
    )


@require_POST
@open_to(access.USES_PAYER)
def payments(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Write down what became of workers' payments."""
    shown = found(lambda: project_page.use_page(uuid, actor=request.actor, as_of=clock.today()))
    form = PaymentsForm(request.POST, lines=shown.open_lines, today=clock.today())
    return perform(
        request,
        form,
        lambda: using.record_payments(
            actor=request.actor, uuid=uuid, payments=form.payments, now=clock.now()
        ),
        lambda count: f"已登记 {count} 名工人的支付结果。",
        to=_use_address(uuid),
        page=lambda: _use_page(request, uuid, form),
    )


@require_POST
@open_to(access.USES_OFFICER)
def retry_line(request: ActorRequest, uuid: UUID, line: UUID) -> HttpResponse:
    """Have a returned payment made again."""
    return perform(
        request,
        None,
        lambda: using.retry_line(actor=request.actor, uuid=uuid, line=line, now=clock.now()),
        "已通知按工人现在的工资卡重新支付。",
        to=_use_address(uuid),
    )


@require_POST
@open_to(access.USES_OFFICER)
def close_use(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """End a use of which not everybody could be paid."""
    form = ReasonForm(request.POST)
    return perform(
        request,
        form,
        lambda: using.close_use(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "已办结，没有付成的工资仍由原责任单位支付。",
        to=_use_address(uuid),
    )


def _use_address(uuid: UUID) -> str:
    return reverse("bonds:use", args=[uuid])


# Refunds ----------------------------------------------------------------------------------------


@require_POST
@open_to(access.REFUNDS_APPLICANT)
def apply_refund(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Apply for the return once the publicity is over."""
    code = _code_of(request, uuid)
    return perform(
        request,
        None,
        lambda: refunding.apply_refund(actor=request.actor, uuid=uuid, now=clock.now()),
        "已申请返还。",
        to=bond_page(code),
    )


@form_page
@open_to(access.REFUNDS_OFFICER)
def review_refund(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Agree to the return, or say what is still owed."""
    head = header(request, _code_of(request, uuid))
    form = RefundReviewForm(request.POST or None)
    return perform(
        request,
        form,
        lambda: refunding.review_refund(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "审核结论已登记。",
        to=bond_page(head.code),
        page=lambda: project_form(request, head, form, title="审核返还申请", button="登记结论"),
    )


@require_POST
@open_to(access.REFUNDS_OFFICER)
def confirm_refund(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Sign the confirmation."""
    code = _code_of(request, uuid)
    return perform(
        request,
        None,
        lambda: refunding.confirm_refund(actor=request.actor, uuid=uuid, now=clock.now()),
        "已确认返还，银行凭确认书返还本金并销户。",
        to=bond_page(code),
    )


@require_POST
@open_to(access.REFUNDS_OFFICER)
def withdraw_refund(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """End a publicity that something has overtaken."""
    code = _code_of(request, uuid)
    form = ReasonForm(request.POST)
    return perform(
        request,
        form,
        lambda: refunding.withdraw_refund(
            actor=request.actor, uuid=uuid, now=clock.now(), **form.cleaned_data
        ),
        "公示已终止。",
        to=bond_page(code),
    )


def _code_of(request: ActorRequest, uuid: UUID) -> str:
    return found(lambda: bonds.refund(uuid, actor=request.actor)).bond.project.code


# Files ------------------------------------------------------------------------------------------


@require_safe
@open_to(SIGNED_IN)
def file(request: ActorRequest, kind: str, uuid: UUID) -> HttpResponse:
    """A paper of a bond, for whoever sees what it belongs to."""
    shown = found(lambda: papers.open_paper(kind, uuid, actor=request.actor, now=clock.now()))
    return attachments.answer_with_file(shown, inline=True)
