"""The pay sheet's part of the import flow: whole or not at all, into one sheet."""

from collections.abc import Sequence
from datetime import date, datetime

from core import uploads as staging
from core.actor import Actor
from core.imports import SheetImport
from core.months import iso
from core.tabular.schema import Row, Schema
from core.uploads import UploadState
from identity.models import Organisation
from payroll.models import PaySheetUpload
from payroll.schema import PAY_SHEET, amounts, pay_sheet_schema
from payroll.selectors.book import book_of
from payroll.services import pay_sheets
from payroll.services.pay_sheets import NewPayLine
from projects.models import Project


class PaySheetImport(SheetImport[PaySheetUpload]):
    """A month's 工资支付表 of one employer on one project."""

    kind = "paysheet"
    label = "导入工资表"
    model = PaySheetUpload
    task = "payroll.tasks.read_upload"
    layouts = (PAY_SHEET,)
    whole = True

    def schema(self, upload: PaySheetUpload, layout: Schema) -> Schema:
        book = book_of(project=upload.project, employer=upload.employer, month=upload.month)
        return pay_sheet_schema(book)

    def context(self, upload: PaySheetUpload) -> str:
        place = f"project:{upload.project.code}/employer:{upload.employer.uscc}"
        return f"{place}/month:{iso(upload.month)}"

    def within(self, upload: PaySheetUpload) -> str:
        return upload.project.subject

    def write(
        self, upload: PaySheetUpload, rows: Sequence[Row], *, actor: Actor, now: datetime
    ) -> str:
        """Enter the lines; uploads that this one replaces may then be brought in anew."""
        sheet = pay_sheets.enter_lines(
            actor=actor,
            project_code=upload.project.code,
            employer=upload.employer.uuid,
            month=upload.month,
            lines=[
                NewPayLine(row.number, row["engagement"], row["wage_card"], amounts(row))
                for row in rows
            ],
            original=upload.original,
            now=now,
        )
        for replaced in PaySheetUpload.everything.filter(
            sheet_made=sheet, state=UploadState.COMMITTED
        ):
            staging.move(replaced, to=UploadState.VOID, from_=[UploadState.COMMITTED])
        PaySheetUpload.everything.filter(pk=upload.pk).update(sheet_made=sheet)
        return sheet.subject


PAY_SHEETS = PaySheetImport()


def place_of(project: Project, employer: Organisation, month: date) -> PaySheetUpload:
    """An unsaved upload that says where a sheet goes."""
    return PaySheetUpload(project=project, employer=employer, month=month)
