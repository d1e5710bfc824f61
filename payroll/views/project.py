"""A project's wage months, and the way in for a sheet's file."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, months
from core.actor import Actor
from core.attachments import AttachmentRefused
from core.http import ActorRequest, found, redirect
from payroll.forms import UploadForm
from payroll.imports import PAY_SHEETS, place_of
from payroll.selectors import sheets, uploads
from projects import permissions
from projects import selectors as projects
from projects.selectors import ProjectHeader

HELP = (
    "直接上传平时用的工资表，不用改成固定模板；标题行、合并单元格、两行表头、小计和签字栏都认得。",
    "每人一行，要有姓名、身份证号码、应发、实发和银行卡号。",
    "表里的人要先在本项目实名制名册上，银行卡要与名册登记的一致。",
    "上传后逐行核对，有错误可以当场改，也可以下载标注后的原表改好再传。",
    "同一个文件再传一次不会重复入库。",
)


@require_safe
def project(request: ActorRequest, code: str) -> HttpResponse:
    """Month by month and employer by employer: handed in, due, paid."""
    header = project_header(request.actor, code)
    context = {
        "header": header,
        "months": sheets.months(actor=request.actor, project=header.project),
        "waiting": uploads.waiting(actor=request.actor, project=header.project.pk),
        "can_send": permissions.is_employer_on(request.actor, header.project),
        "today": clock.today(),
    }
    return render(request, "payroll/project.html", context)


def project_header(actor: Actor, code: str) -> ProjectHeader:
    """The project's head, for those whose part in it opens the wages."""
    header = found(lambda: projects.project_header(actor=actor, code=code))
    permissions.require_tab(actor, header.project, "payroll")
    return header


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: ActorRequest, code: str) -> HttpResponse:
    """Choose month, employer and file."""
    header = project_header(request.actor, code)
    permissions.require_employer(request.actor, header.project)
    form = _upload_form(request, header)
    if request.method == "POST" and form.is_valid():
        place = place_of(header.project, form.cleaned_data["employer"], form.cleaned_data["month"])
        file = form.cleaned_data["file"]
        try:
            upload = PAY_SHEETS.receive(file, name=file.name, actor=request.actor, place=place)
        except AttachmentRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(request, reverse("payroll:upload", args=[upload.uuid]))
    return render(request, "imports/start.html", _start_context(header, form))


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


def _start_context(header: ProjectHeader, form: UploadForm) -> dict[str, Any]:
    return {
        "header": header,
        "project": header.project,
        "form": form,
        "title": "导入工资表",
        "tab": "payroll",
        "help": HELP,
        "back_url": reverse("payroll:project", args=[header.code]),
        "back_label": "工资",
    }
