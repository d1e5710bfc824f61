"""``manage.py attendance_import``: a month's attendance, or clock-ins, into a register."""

from argparse import ArgumentParser
from typing import Any

from core.imports_command import ImportCommand
from projects.management.places import (
    add_month_argument,
    add_organisation_argument,
    employer_of,
    month_of,
    project_of,
)
from workers.imports import ATTENDANCE_IMPORT
from workers.models import RegisterUpload


class Command(ImportCommand):
    help = "导入月考勤表或打卡记录；不加 --commit 只预览。"
    kind = ATTENDANCE_IMPORT

    def add_place_arguments(self, parser: ArgumentParser) -> None:
        add_month_argument(parser)
        add_organisation_argument(parser)

    def place(self, options: dict[str, Any]) -> RegisterUpload:
        project = project_of(options)
        return RegisterUpload(
            kind=RegisterUpload.Kind.ATTENDANCE,
            project=project,
            employer=employer_of(project, options),
            month=month_of(options),
        )
