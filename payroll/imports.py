"""The pay sheet's part of the import flow: whole or not at all, into one sheet."""

from collections.abc import Sequence
from datetime import date, datetime

from core import uploads
from core.actor import Actor
from core.imports import SheetImport
from core.months import month_code
from core.tabular.tables import CheckedLine, Row, Table
from core.uploads import UploadState
from identity.models import Organisation
from payroll.models import PaySheetUpload
from payroll.selectors.checking import pay_sheet_context
from payroll.services import pay_sheets
from payroll.services.pay_sheets import NewPayLine
from payroll.tables import PAY_SHEET, EnrolledWorker, PaySheetContext, line_amounts
from projects.models import Project


def place_of(project: Project, employer: Organisation, month: date) -> PaySheetUpload:
    """An unsaved upload that says where a sheet goes."""
    return PaySheetUpload(project=project, employer=employer, month=month)


def _place_of(upload: PaySheetUpload) -> str:
    place = f"project:{upload.project.code}/employer:{upload.employer.uscc}"
    return f"{place}/month:{month_code(upload.month)}"


def _load_context(upload: PaySheetUpload, table: Table, rows: Sequence[Row]) -> PaySheetContext:
    return pay_sheet_context(project=upload.project, employer=upload.employer, month=upload.month)


def _write_lines(
    upload: PaySheetUpload,
    lines: Sequence[CheckedLine[EnrolledWorker]],
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Enter the lines; uploads that this one replaces may then be brought in anew."""
    sheet = pay_sheets.enter_lines(
        actor=actor,
        project_code=upload.project.code,
        employer=upload.employer.uuid,
        month=upload.month,
        lines=[_pay_line(line, row) for line, row in zip(lines, _numbers(lines), strict=True)],
        original=upload.original,
        now=now,
    )
    for replaced in PaySheetUpload.everything.filter(sheet_made=sheet, state=UploadState.COMMITTED):
        uploads.move_upload(replaced, to=UploadState.VOID, from_=[UploadState.COMMITTED])
    PaySheetUpload.everything.filter(pk=upload.pk).update(sheet_made=sheet)
    return sheet.subject


def _numbers(lines: Sequence[CheckedLine[EnrolledWorker]]) -> Sequence[int]:
    """The rows that the sender sees; where several worksheets make them ambiguous, or where some
    were added on the page, 1, 2, 3."""
    seen = [line.number for line in lines]
    is_plain = len(set(seen)) == len(seen) and all(seen)
    return seen if is_plain else range(1, len(seen) + 1)


def _pay_line(line: CheckedLine[EnrolledWorker], row: int) -> NewPayLine:
    worker = line.found
    if worker is None or worker.card is None:
        raise ValueError("A line without its worker and card is an error of the checks.")
    return NewPayLine(row, worker.engagement, worker.card, line_amounts(line))


#: A month's 工资支付表 of one employer on one project: whole or not at all.
PAY_SHEETS = SheetImport(
    kind="paysheet",
    label="导入工资表",
    model=PaySheetUpload,
    task="payroll.tasks.read_upload",
    tables=(PAY_SHEET,),
    place=_place_of,
    project=lambda upload: upload.project.subject,
    load=_load_context,
    write=_write_lines,
    whole=True,
    month=lambda upload: upload.month,
)
