"""The way in for a pay sheet's file, and the pages of its upload."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.access import HasRole, open_to
from core.actor import Actor, Forbidden
from core.export import xlsx_response
from core.http import ActorRequest, found
from core.import_lists import (
    UPLOAD_LIST,
    UploadFilter,
    UploadLine,
    upload_line,
    upload_workbook,
)
from core.import_views import Around, ImportPages
from core.months import month_code, month_label, shift_month
from payroll.forms import UploadForm
from payroll.imports import PAY_SHEETS, place_of
from payroll.selectors import uploads
from projects import permissions
from projects import selectors as projects
from projects.access import PROJECT_EMPLOYER
from projects.permissions import EMPLOYER_ROLES

HELP = (
    "直接上传平时用的工资表，不用改成固定模板；标题行、合并单元格、两行表头、小计和签字栏都认得。",
    "每人一行，要有姓名、身份证号码、应发、实发和银行卡号。",
    "表里的人要先在本项目实名制名册上，银行卡要与名册登记的一致。",
    "上传后逐行核对，有错误可以当场改，也可以下载标注后的原表改好再传。",
    "同一个文件再传一次不会重复入库。",
)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(PROJECT_EMPLOYER)
def start(request: ActorRequest, code: str) -> HttpResponse:
    """Choose month, employer and file.

    Last month and the likeliest employer are chosen, unless the address says otherwise.
    """
    header = found(lambda: projects.project_header(actor=request.actor, code=code))
    today = clock.today()
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(
        *data,
        employers=projects.employers(header.project, actor=request.actor),
        as_of=today,
        initial={
            "month": request.GET.get("month") or month_code(shift_month(today, -1)),
            "employer": request.GET.get("employer", ""),
        },
    )
    context = {
        "header": header,
        "project": header.project,
        "title": "导入工资表",
        "tab": "payroll",
        "help": HELP,
        "back_url": reverse("payroll:project", args=[header.code]),
        "back_label": "工资",
    }
    return PAGES.start(
        request,
        form,
        lambda held: place_of(header.project, held["employer"], held["month"]),
        context,
    )


def _around_upload(upload: uploads.PaySheetUpload, actor: Actor) -> Around:
    back = reverse("payroll:project", args=[upload.project.code])
    made = upload.sheet_made
    return Around(
        title="导入工资表",
        project_code=upload.project.code,
        project_name=upload.project.name,
        tab="payroll",
        tabs=permissions.tabs_of(actor, upload.project),
        back_url=back,
        start_url=reverse("payroll:start", args=[upload.project.code]),
        facts=(("工资月份", month_label(upload.month)), ("用人单位", upload.employer.name)),
        result_url=reverse("payroll:sheet", args=[made.uuid]) if made else "",
        result_label="去提交工资表",
    )


def _is_allowed(actor: Actor, upload: uploads.PaySheetUpload) -> bool:
    return permissions.is_employer_on(actor, upload.project, upload.employer_id)


def _require_allowed(actor: Actor, upload: uploads.PaySheetUpload) -> None:
    if not _is_allowed(actor, upload):
        raise Forbidden("paysheet.employers_work")


PAGES = ImportPages(
    kind=PAY_SHEETS,
    name="payroll:upload",
    fetch=uploads.upload,
    require_allowed=_require_allowed,
    is_allowed=_is_allowed,
    around=_around_upload,
)


@require_safe
@open_to(HasRole(*EMPLOYER_ROLES))
def listed(request: ActorRequest) -> HttpResponse:
    """The organisation's imports of pay sheets: what became of each, and its files."""
    shown = UploadFilter(
        request.GET, uploads.listed_uploads(actor=request.actor), actor=request.actor
    )
    page = UPLOAD_LIST.page(shown.qs, params=request.GET).of(_line)
    context = {
        "title": "工资表导入记录",
        "filter": shown,
        "page": page,
        "export_url": reverse("payroll:export_uploads"),
        "other_url": reverse("workers:uploads"),
        "other_label": "花名册和考勤表的导入记录",
    }
    return render(request, "imports/list.html", context)


@require_safe
@open_to(HasRole(*EMPLOYER_ROLES))
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    rows = uploads.listed_uploads(actor=request.actor)
    shown = UploadFilter(request.GET, rows, actor=request.actor)
    book = upload_workbook(shown.qs, request.GET, _line)
    return xlsx_response(book, f"工资表导入记录-{clock.today()}.xlsx")


def _line(upload: uploads.PaySheetUpload) -> UploadLine:
    return upload_line(upload, PAGES.name)
