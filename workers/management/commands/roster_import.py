"""``manage.py roster_import``: a worker roster into a project's register."""

from argparse import ArgumentParser
from typing import Any

from core.imports_command import ImportCommand
from projects.management.places import add_organisation_argument, employer_of, project_of
from workers.imports import ROSTER_IMPORT
from workers.models import RegisterUpload


class Command(ImportCommand):
    help = "导入实名制花名册；不加 --commit 只预览。"
    kind = ROSTER_IMPORT

    def add_place_arguments(self, parser: ArgumentParser) -> None:
        add_organisation_argument(parser)

    def place(self, options: dict[str, Any]) -> RegisterUpload:
        project = project_of(options)
        employer = employer_of(project, options)
        return RegisterUpload(kind=RegisterUpload.Kind.ROSTER, project=project, employer=employer)
