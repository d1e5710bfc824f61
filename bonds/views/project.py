"""A project's bond: what is asked and why, what is stored, and every step that can be taken."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bonds.access import PROJECT_BOND, PROJECT_OFFICER
from bonds.forms import (
    DepositForm,
    GroundForm,
    GuaranteeForm,
    PaperForm,
    ReasonForm,
    RefundForm,
    UseForm,
)
from bonds.selectors import bonds, project_page
from bonds.services import determining, exemptions, guarantees, refunding, storing, using
from bonds.views.common import bond_page, form_page, header, project_form
from core import clock
from core.access import open_to
from core.http import ActorRequest, perform
from projects.access import project_tab, project_work

_KEEPER = project_work("bond")


@require_safe
@open_to(project_tab("bond"))
def project(request: ActorRequest, code: str) -> HttpResponse:
    """Everything about a project's bond."""
    head = header(request, code)
    shown = project_page.project_page(head, actor=request.actor, as_of=clock.today())
    context = {
        "project": head,
        "shown": shown,
        "revoke_form": ReasonForm(act="revoke"),
        "redetermine_form": ReasonForm(act="redetermine"),
        "withdraw_form": ReasonForm(act="withdraw"),
        "ground_form": GroundForm(),
    }
    return render(request, "bonds/project.html", context)


@require_POST
@open_to(PROJECT_BOND)
def determine(request: ActorRequest, code: str) -> HttpResponse:
    """Determine what must be stored."""
    return perform(
        request,
        None,
        lambda: determining.determine_bond(actor=request.actor, code=code, now=clock.now()),
        "应存金额已核定。",
        to=bond_page(code),
    )


@require_POST
@open_to(PROJECT_OFFICER)
def redetermine(request: ActorRequest, code: str) -> HttpResponse:
    """Determine anew, for a reason."""
    form = ReasonForm(request.POST)
    return perform(
        request,
        form,
        lambda: determining.redetermine_bond(
            actor=request.actor, code=code, now=clock.now(), **form.cleaned_data
        ),
        "应存金额已重新核定。",
        to=bond_page(code),
    )


@require_POST
@open_to(PROJECT_OFFICER)
def exempt(request: ActorRequest, code: str) -> HttpResponse:
    """Approve that nothing need be stored."""
    form = GroundForm(request.POST)
    return perform(
        request,
        form,
        lambda: exemptions.approve_exemption(
            actor=request.actor, code=code, now=clock.now(), **form.cleaned_data
        ),
        "已批准免存。",
        to=bond_page(code),
    )


@require_POST
@open_to(PROJECT_OFFICER)
def revoke(request: ActorRequest, code: str) -> HttpResponse:
    """Take a 免存 back."""
    form = ReasonForm(request.POST)
    return perform(
        request,
        form,
        lambda: exemptions.revoke_exemption(
            actor=request.actor, code=code, now=clock.now(), **form.cleaned_data
        ),
        "已取消免存，存储期限重新起算。",
        to=bond_page(code),
    )


@form_page
@open_to(_KEEPER)
def account(request: ActorRequest, code: str) -> HttpResponse:
    """Register the bond account with its agreement."""
    head = header(request, code)
    form = DepositForm(request.POST or None, request.FILES or None, actor=request.actor)
    return perform(
        request,
        form,
        lambda: storing.register_deposit(
            actor=request.actor,
            code=code,
            data=form.deposit,
            agreement=form.paper,
            now=clock.now(),
        ),
        "保证金账户已登记。存入后请上传银行回单，或由开户银行直接入账。",
        to=bond_page(code),
        page=lambda: project_form(
            request,
            head,
            form,
            title="登记保证金账户",
            button="登记账户",
            note="按存款协议书填写",
        ),
    )


@form_page
@open_to(_KEEPER)
def new_guarantee(request: ActorRequest, code: str) -> HttpResponse:
    """Hand in a guarantee, or one that takes another's place."""
    head = header(request, code)
    choices = bonds.replaceable_guarantees(head.project, actor=request.actor)
    initial = {"replaces": request.GET.get("replaces", "")}
    form = GuaranteeForm(
        request.POST or None, request.FILES or None, replaceable=choices, initial=initial
    )
    return perform(
        request,
        form,
        lambda: guarantees.submit_guarantee(
            actor=request.actor,
            code=code,
            data=form.guarantee,
            original=form.paper,
            replaces=form.replaced,
            now=clock.now(),
        ),
        "保函已提交，人社部门认可后计入已存金额。",
        to=bond_page(code),
        page=lambda: project_form(
            request, head, form, title="提交保函", button="提交审核", note="按保函原件填写"
        ),
    )


@require_POST
@open_to(_KEEPER)
def paper(request: ActorRequest, code: str) -> HttpResponse:
    """Upload a paper that an act asks for."""
    form = PaperForm(request.POST, request.FILES)
    return perform(
        request,
        form,
        lambda: storing.add_paper(
            actor=request.actor,
            code=code,
            act=form.cleaned_data["act"],
            name=form.cleaned_data["name"],
            paper=form.paper,
            now=clock.now(),
        ),
        "材料已上传。",
        to=bond_page(code),
    )


@form_page
@open_to(PROJECT_OFFICER)
def draft_use(request: ActorRequest, code: str) -> HttpResponse:
    """Draw up that workers be paid from the bond."""
    head = header(request, code)
    offered = project_page.use_choices(head.project, actor=request.actor, as_of=clock.today())
    form = UseForm(request.POST or None, sources=offered.sources, payable=offered.payable)
    return perform(
        request,
        form,
        lambda: using.draft_use(
            actor=request.actor,
            code=code,
            order=form.order,
            reason=form.cleaned_data["reason"],
            lines=form.chosen,
            guarantee=form.guarantee,
            now=clock.now(),
        ),
        "已拟稿，请另一名监察员签发。",
        to=lambda use: reverse("bonds:use", args=[use.uuid]),
        page=lambda: render(
            request,
            "bonds/draft_use.html",
            {
                "project": head,
                "form": form,
                "offered": offered,
                "lines": zip(offered.lines, form["lines"], strict=True),
                "back": bond_page(code),
            },
        ),
    )


@form_page
@open_to(_KEEPER)
def refund(request: ActorRequest, code: str) -> HttpResponse:
    """Begin the publicity before the return."""
    head = header(request, code)
    form = RefundForm(request.POST or None, request.FILES or None)
    return perform(
        request,
        form,
        lambda: refunding.begin_publicity(
            actor=request.actor, code=code, now=clock.now(), **form.papers
        ),
        "公示已开始，期满后可以申请返还。",
        to=bond_page(code),
        page=lambda: project_form(
            request,
            head,
            form,
            title="返还前公示",
            button="开始公示",
            note="工程完工、工资全部付清后，在工地告示牌张贴书面承诺并同时在平台公示",
        ),
    )


@require_POST
@open_to(PROJECT_OFFICER)
def refund_by_bureau(request: ActorRequest, code: str) -> HttpResponse:
    """Begin the publicity where the contractor does not."""
    return perform(
        request,
        None,
        lambda: refunding.begin_by_bureau(actor=request.actor, code=code, now=clock.now()),
        "公示已由人社部门启动。",
        to=bond_page(code),
    )
