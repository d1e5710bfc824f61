"""The pay sheet's part of the import flow: whole or not at all, into one sheet."""

from collections.abc import Sequence
from datetime import date, datetime

from core.actor import Actor
from core.errors import Refused
from core.imports import SheetImport
from core.months import iso
from core.tabular.schema import Row, Schema
from core.uploads import UploadState
from identity.models import Organisation
from payroll.models import PaySheet, PaySheetUpload
from payroll.schema import PAY_SHEET, amounts, pay_sheet_schema
from payroll.selectors.book import book_of
from payroll.services import sheets
from payroll.services.sheets import Line
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
        try:
            sheet = sheets.enter(
                project=upload.project,
                employer=upload.employer,
                month=upload.month,
                lines=_lines(rows),
                original=upload.original,
                actor=actor,
                now=now,
            )
        except sheets.SheetRefused as refusal:
            raise Refused("upload.not_taken", reason=str(refusal)) from refusal
        _set_aside_replaced(sheet)
        PaySheetUpload.everything.filter(pk=upload.pk).update(sheet_made=sheet)
        return sheet.subject


PAY_SHEETS = PaySheetImport()


def place_of(project: Project, employer: Organisation, month: date) -> PaySheetUpload:
    """An unsaved upload that says where a sheet goes."""
    return PaySheetUpload(project=project, employer=employer, month=month)


def _lines(rows: Sequence[Row]) -> list[Line]:
    """The rows, all without errors, as lines to the workers and cards that the checks found."""
    return [Line(row.number, row["engagement"], row["wage_card"], amounts(row)) for row in rows]


def _set_aside_replaced(sheet: PaySheet) -> None:
    PaySheetUpload.everything.filter(sheet_made=sheet, state=UploadState.COMMITTED).update(
        state=UploadState.VOID
    )
