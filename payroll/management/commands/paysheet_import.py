"""``manage.py paysheet_import``: a month's pay sheet of one employer."""

from argparse import ArgumentParser
from typing import Any

from core.imports_command import ImportCommand
from payroll.imports import PAY_SHEETS
from payroll.models import PaySheetUpload
from projects.management.places import (
    add_month_argument,
    add_organisation_argument,
    employer_of,
    month_of,
    project_of,
)


class Command(ImportCommand):
    help = "导入月工资支付表；不加 --commit 只预览。"
    kind = PAY_SHEETS

    def add_place_arguments(self, parser: ArgumentParser) -> None:
        add_month_argument(parser)
        add_organisation_argument(parser, required=True)

    def place(self, options: dict[str, Any]) -> PaySheetUpload:
        project = project_of(options)
        return PaySheetUpload(
            project=project, employer=employer_of(project, options), month=month_of(options)
        )
