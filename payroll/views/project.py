"""A project's wage months, and the way in for a sheet's file."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, months
from core.access import open_to
from core.export import xlsx_response
from core.http import ActorRequest, found, perform
from payroll.exports import month_workbook
from payroll.forms import UploadForm
from payroll.imports import PAY_SHEETS, place_of
from payroll.selectors import pay_sheets, uploads
from projects import permissions
from projects import selectors as projects
from projects.access import PROJECT_EMPLOYER, project_tab
from projects.selectors import ProjectHeader

HELP = (
    "直接上传平时用的工资表，不用改成固定模板；标题行、合并单元格、两行表头、小计和签字栏都认得。",
    "每人一行，要有姓名、身份证号码、应发、实发和银行卡号。",
    "表里的人要先在本项目实名制名册上，银行卡要与名册登记的一致。",
    "上传后逐行核对，有错误可以当场改，也可以下载标注后的原表改好再传。",
    "同一个文件再传一次不会重复入库。",
)


@require_safe
@open_to(project_tab("payroll"))
def project(request: ActorRequest, code: str) -> HttpResponse:
    """Month by month and employer by employer: handed in, due, paid."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    lines = pay_sheets.month_lines(actor=request.actor, project=header.project)
    context = {
        "header": header,
        "page": pay_sheets.MONTH_LIST.page_in_memory(lines, params=request.GET),
        "waiting": uploads.waiting(actor=request.actor, project=header.project.pk),
        "can_send": permissions.is_employer_on(request.actor, header.project),
        "today": clock.today(),
    }
    return render(request, "payroll/project.html", context)


@require_safe
@open_to(project_tab("payroll"))
def export(request: ActorRequest, code: str) -> HttpResponseBase:
    """The months as the page shows them, as a workbook."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    lines = pay_sheets.month_lines(actor=request.actor, project=header.project)
    page = pay_sheets.MONTH_LIST.page_in_memory(lines, params=request.GET)
    return xlsx_response(month_workbook(page), f"工资月份-{header.name}-{clock.today()}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(PROJECT_EMPLOYER)
def start(request: ActorRequest, code: str) -> HttpResponse:
    """Choose month, employer and file."""
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    form = _upload_form(request, header)
    context = {
        "header": header,
        "project": header.project,
        "form": form,
        "title": "导入工资表",
        "tab": "payroll",
        "help": HELP,
        "back_url": reverse("payroll:project", args=[header.code]),
        "back_label": "工资",
    }
    return perform(
        request,
        form,
        lambda: PAY_SHEETS.receive(
            form.cleaned_data["file"],
            name=form.cleaned_data["file"].name,
            actor=request.actor,
            place=place_of(
                header.project, form.cleaned_data["employer"], form.cleaned_data["month"]
            ),
            now=clock.now(),
        ),
        "",
        to=lambda upload: reverse("payroll:upload", args=[upload.uuid]),
        page=lambda: render(request, "imports/start.html", context),
    )


def _upload_form(request: ActorRequest, header: ProjectHeader) -> UploadForm:
    """Last month and the likeliest employer are chosen, unless the address says otherwise."""
    today = clock.today()
    employers = projects.employers(header.project, actor=request.actor)
    initial = {
        "month": request.GET.get("month") or months.iso(months.shift(today, -1)),
        "employer": request.GET.get("employer", ""),
    }
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return UploadForm(*data, employers=employers, as_of=today, initial=initial)
