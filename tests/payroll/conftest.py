"""A pay sheet in each state that tests begin from."""

from collections.abc import Collection
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from openpyxl.worksheet.worksheet import Worksheet

from payroll.imports import PAY_SHEETS, place_of
from payroll.models import PaySheet, PaySheetUpload
from payroll.services import pay_sheets
from tests.cast import MONTH, NOW, SAMPLES, Cast

SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Payroll:
    """Brings in sheets for the cast's month."""

    def __init__(self, cast: Cast) -> None:
        assert cast.roster
        self.cast = cast

    def receive(self, content: bytes, name: str = "9月.xlsx", actor=None) -> PaySheetUpload:
        """The upload of a file, read."""
        place = place_of(self.cast.project, self.cast.subcontractor, MONTH)
        actor = actor or self.cast.actor(self.cast.users.sub)
        return PAY_SHEETS.read_now(BytesIO(content), name=name, actor=actor, place=place, now=NOW)

    def sample(self, name: str) -> PaySheetUpload:
        """The upload of a sample file, read."""
        return self.receive((SAMPLES / name).read_bytes(), name)

    def commit(self, upload: PaySheetUpload) -> PaySheet:
        """The sheet that the upload became."""
        PAY_SHEETS.commit(upload, actor=self.cast.actor(self.cast.users.sub), now=NOW)
        return PaySheet.everything.get(uploads=upload)

    def attend(self) -> None:
        """The month's sample attendance on the register."""
        call_command(
            "attendance_import",
            *(str(SAMPLES / "attendance.xlsx"), "--project", self.cast.project.code),
            *("--month", "2026-09", "--commit", "--json"),
            stdout=StringIO(),
        )

    def draft(self) -> PaySheet:
        """The usual sample as a draft."""
        return self.commit(self.sample("usual.xlsx"))

    def signed(self) -> PaySheet:
        """A draft with its signed copy."""
        draft = self.draft()
        return pay_sheets.store_signed_copy(
            actor=self.cast.actor(self.cast.users.sub),
            sheet_uuid=draft.uuid,
            file=BytesIO(SCAN),
            name="签字.pdf",
            now=NOW,
        )

    def submitted(self) -> PaySheet:
        """A sheet that waits for review."""
        actor = self.cast.actor(self.cast.users.sub)
        return pay_sheets.submit_sheet(actor=actor, sheet_uuid=self.signed().uuid, now=NOW)

    def approved(self) -> PaySheet:
        """A sheet that can be paid."""
        actor = self.cast.actor(self.cast.users.labour)
        return pay_sheets.approve_sheet(
            actor=actor, sheet_uuid=self.submitted().uuid, seen=NOW, now=NOW
        )

    @staticmethod
    def changed(name: str = "usual.xlsx", **cells: object) -> bytes:
        """A sample with other values in some cells, B4="…", and with the sums that the office's
        formulas then come to."""
        book = openpyxl.load_workbook(SAMPLES / name)
        for place, value in cells.items():
            book.active[place] = value
        for column in {place[0] for place in cells} & {"F", "I", "L"}:
            add_up(book.active, column, given=cells)
        return saved(book)

    @staticmethod
    def first_row_alone() -> bytes:
        """The usual sample with its first worker only."""
        book = openpyxl.load_workbook(SAMPLES / "usual.xlsx")
        book.active.delete_rows(5, 40)
        return saved(book)


def add_up(sheet: Worksheet, column: str, given: Collection[str]) -> None:
    """Write the sums of the three teams and of all under a sample's column; where a cell holds no
    number, nothing."""
    every = [sheet[f"{column}{row}"].value or 0 for row in range(4, 36) if row not in (14, 25)]
    teams = {14: every[:10], 25: every[10:20], 36: every[20:]}
    for row, values in {**teams, 37: every}.items():
        if f"{column}{row}" not in given:
            try:
                sheet[f"{column}{row}"] = float(sum(Decimal(str(value)) for value in values))
            except ArithmeticError:
                sheet[f"{column}{row}"] = None


def saved(book: openpyxl.Workbook) -> bytes:
    """A workbook as a file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def payroll(cast) -> Payroll:
    """The cast with its roster, ready for pay sheets."""
    return Payroll(cast)
