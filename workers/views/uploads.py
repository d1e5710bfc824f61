"""The ways in for rosters and attendance sheets."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, months
from core.access import HasRole, open_to
from core.actor import Actor
from core.export import xlsx_response
from core.http import ActorRequest
from core.import_lists import (
    UPLOAD_LIST,
    UploadFilter,
    UploadLine,
    upload_line,
    upload_workbook,
)
from core.import_views import Around, ImportPages
from projects import permissions
from projects import selectors as projects
from projects.access import PROJECT_EMPLOYER
from projects.permissions import EMPLOYER_ROLES
from workers import selectors
from workers.forms import AttendanceForm, RosterForm
from workers.imports import ATTENDANCE_IMPORT, ROSTER_IMPORT, place_of
from workers.views.common import header_of

_start_page = require_http_methods(["GET", "HEAD", "POST"])

ROSTER_HELP = (
    "直接上传平时用的花名册，不用改成固定模板；标题行、合并单元格、两行表头都认得。",
    "每人一行，要有姓名、身份证号码和进场日期；还要劳动合同、工种、工资卡和联系方式。",
    "没有花名册的，可以在实名制页面下载模板。",
    "没有错误的行可以先入库，其余的改好再传；同一个文件再传一次不会重复登记。",
    "已在平台登记过的工人，姓名和工资卡要与登记的一致。",
)
ATTENDANCE_HELP = (
    "考勤表和考勤机、门禁导出的打卡记录都可以直接上传，要有姓名和身份证号码，是哪一种会自动识别。",
    "考勤表：每人一行，一天一列（1 至 31）。√ 或 1 为出勤，半 或 0.5 为半天，× 或 0 为缺勤，"
    "休 为休息，留空为未记录。同一个月再传一次，以后传的为准。",
    "打卡记录：每次打卡一行（打卡时间，或日期和时间两列），或每人每天一行（日期、上班打卡、下班打卡）。",
    "有打卡的日子记一天，首末两次相隔不到 4 小时记半天，早上 5 点以前的打卡算前一天；"
    "没有打卡的日子不改动已登记的考勤。",
    "几台设备的打卡记录分别上传，合起来计算；同样的记录再传一次不会重复。",
    "表里的人要先在本单位的实名制名册上。",
)


@_start_page
@open_to(PROJECT_EMPLOYER)
def roster(request: ActorRequest, code: str) -> HttpResponse:
    """Choose employer and file of a roster."""
    header = header_of(request, code)
    form = RosterForm(
        *_sent_file(request), employers=projects.employers(header.project, actor=request.actor)
    )
    context = {
        "header": header,
        "project": header.project,
        "title": "导入花名册",
        "tab": "workers",
        "help": ROSTER_HELP,
        "back_url": reverse("workers:register", args=[code]),
        "back_label": "实名制",
    }
    return ROSTER_PAGES.start(
        request,
        form,
        lambda held: place_of(ROSTER_IMPORT, header.project, held["employer"]),
        context,
    )


@_start_page
@open_to(PROJECT_EMPLOYER)
def attendance(request: ActorRequest, code: str) -> HttpResponse:
    """Choose month, employer and file of an attendance sheet."""
    header, today = header_of(request, code), clock.today()
    last_month = months.month_code(months.shift_month(today, -1))
    form = AttendanceForm(
        *_sent_file(request),
        employers=projects.employers(header.project, actor=request.actor),
        as_of=today,
        initial={"month": request.GET.get("month") or last_month},
    )
    context = {
        "header": header,
        "project": header.project,
        "title": "导入考勤表",
        "tab": "attendance",
        "help": ATTENDANCE_HELP,
        "back_url": reverse("workers:attendance", args=[code]),
        "back_label": "考勤",
    }
    return ATTENDANCE_PAGES.start(
        request,
        form,
        lambda held: place_of(ATTENDANCE_IMPORT, header.project, held["employer"], held["month"]),
        context,
    )


def _sent_file(request: ActorRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _is_allowed(actor: Actor, upload: Any) -> bool:
    return permissions.is_employer_on(actor, upload.project, upload.employer_id)


def _require_allowed(actor: Actor, upload: Any) -> None:
    permissions.require_employer(actor, upload.project, upload.employer_id)


def _upload_of(kind: str) -> Callable[[UUID, Actor], Any]:
    return lambda uuid, actor: selectors.upload(actor=actor, uuid=uuid, kind=kind)


def _around_roster(upload: Any, actor: Actor) -> Around:
    code = upload.project.code
    register = reverse("workers:register", args=[code])
    return Around(
        title="导入花名册",
        project_code=code,
        project_name=upload.project.name,
        tab="workers",
        tabs=permissions.tabs_of(actor, upload.project),
        back_url=register,
        start_url=reverse("workers:roster_import", args=[code]),
        facts=(("用人单位", upload.employer.name),),
        result_url=register,
        result_label="看实名制名册",
    )


def _around_attendance(upload: Any, actor: Actor) -> Around:
    code, month = upload.project.code, months.month_code(upload.month)
    grid = reverse("workers:attendance", args=[code]) + f"?month={month}"
    return Around(
        title="导入考勤表",
        project_code=code,
        project_name=upload.project.name,
        tab="attendance",
        tabs=permissions.tabs_of(actor, upload.project),
        back_url=grid,
        start_url=reverse("workers:attendance_import", args=[code]) + f"?month={month}",
        facts=(("月份", months.month_label(upload.month)), ("用人单位", upload.employer.name)),
        result_url=grid,
        result_label="看本月考勤",
    )


ROSTER_PAGES = ImportPages(
    kind=ROSTER_IMPORT,
    name="workers:upload",
    fetch=_upload_of(ROSTER_IMPORT.kind),
    require_allowed=_require_allowed,
    is_allowed=_is_allowed,
    around=_around_roster,
)
ATTENDANCE_PAGES = ImportPages(
    kind=ATTENDANCE_IMPORT,
    name="workers:attendance_upload",
    fetch=_upload_of(ATTENDANCE_IMPORT.kind),
    require_allowed=_require_allowed,
    is_allowed=_is_allowed,
    around=_around_attendance,
)


@require_safe
@open_to(HasRole(*EMPLOYER_ROLES))
def listed(request: ActorRequest) -> HttpResponse:
    """The organisation's imports of rosters and attendance: what became of each, and its files."""
    rows = selectors.listed_uploads(actor=request.actor)
    shown = UploadFilter(request.GET, rows, actor=request.actor)
    page = UPLOAD_LIST.page(shown.qs, params=request.GET).of(_line)
    context = {
        "title": "花名册和考勤表导入记录",
        "filter": shown,
        "page": page,
        "export_url": reverse("workers:export_uploads"),
    }
    return render(request, "imports/list.html", context)


@require_safe
@open_to(HasRole(*EMPLOYER_ROLES))
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    rows = selectors.listed_uploads(actor=request.actor)
    shown = UploadFilter(request.GET, rows, actor=request.actor)
    book = upload_workbook(shown.qs, request.GET, _line)
    return xlsx_response(book, f"花名册和考勤表导入记录-{clock.today()}.xlsx")


def _line(upload: Any) -> UploadLine:
    is_roster = upload.kind == ROSTER_IMPORT.kind
    return upload_line(upload, (ROSTER_PAGES if is_roster else ATTENDANCE_PAGES).name)
