"""The pages of a pay sheet's upload."""

from django.urls import reverse

from core.actor import Actor, Forbidden
from core.import_views import Around, ImportPages
from core.months import label
from payroll.imports import PAY_SHEETS
from payroll.selectors import uploads
from projects import permissions


def _around(upload: uploads.PaySheetUpload, actor: Actor) -> Around:
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
        facts=(("工资月份", label(upload.month)), ("用人单位", upload.employer.name)),
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
    around=_around,
)
