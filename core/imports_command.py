"""What every ``*_import`` command has: preview, or ``--commit``; ``--json`` for programs."""

import json
import sys
from abc import abstractmethod
from argparse import ArgumentParser
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.actor import COMMAND_LINE
from core.errors import Refused
from core.imports import ImportReport, SheetImport
from core.tabular.errors import Unreadable
from core.uploads import StagedUpload, UploadState

REFUSED, WRONG_USE = 1, 2


class WrongUse(CommandError):
    """The command was called with what does not exist: exit 2, the reason on standard error."""

    def __init__(self, message: str):
        super().__init__(message, returncode=WRONG_USE)


class ImportCommand(BaseCommand):
    """Reads one file for one place. Exit 0 done, 1 the input was refused, 2 wrong use."""

    requires_migrations_checks = False
    kind: SheetImport[Any]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="表格文件")
        parser.add_argument("--project", required=True, metavar="CODE", help="项目编号")
        parser.add_argument("--commit", action="store_true", help="写入；不加则只预览")
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出 JSON")
        self.add_place_arguments(parser)

    def add_place_arguments(self, parser: ArgumentParser) -> None:
        """What else says where the table goes."""

    @abstractmethod
    def place(self, options: dict[str, Any]) -> StagedUpload:
        """An unsaved upload for the place that the options name.

        :raises WrongUse: there is no such project, organisation or month.
        """

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise WrongUse(f"找不到文件：{path}")
        place = self.place(options)
        try:
            report = (
                self._commit_file(path, place)
                if options["commit"]
                else self._preview_file(path, place)
            )
        except Refused as refusal:
            report = ImportReport.of_unreadable(path.name, "refused", str(refusal))
        except Unreadable as refusal:
            report = ImportReport.of_unreadable(path.name, refusal.code, refusal.message)
        self._print_report(report, as_json=options["as_json"])
        if not report.accepted:
            sys.exit(REFUSED)

    def _preview_file(self, path: Path, place: StagedUpload) -> ImportReport:
        reading = self.kind.read_file(path.read_bytes(), path.name, place)
        return ImportReport.of(path.name, reading, self.kind.accepted_count(reading))

    def _commit_file(self, path: Path, place: StagedUpload) -> ImportReport:
        with path.open("rb") as file:
            upload = self.kind.read_now(
                file, name=path.name, actor=COMMAND_LINE, place=place, now=clock.now()
            )
        if upload.state == UploadState.REFUSED:
            return ImportReport.of_unreadable(path.name, "unreadable", upload.reason)
        report = ImportReport.of(path.name, self.kind.staged(upload), upload.accepted)
        if upload.state == UploadState.COMMITTED:
            return replace(report, committed=True, result=upload.result)
        if not report.accepted:
            return report
        outcome = self.kind.commit(upload, actor=COMMAND_LINE, now=clock.now())
        return replace(report, committed=True, accepted=outcome.accepted, result=outcome.reference)

    def _print_report(self, report: ImportReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        self.stdout.write(f"{report.file}：{report.rows} 行，可入库 {report.accepted} 行。")
        for issue in report.issues:
            mark = "错误" if issue["severity"] == "error" else "提示"
            place = f"第 {issue['row']} 行" if issue["row"] else "文件"
            self.stdout.write(f"  [{mark}] {place} {issue['message']} {issue['value']}".rstrip())
        for name, total in report.totals.items():
            self.stdout.write(f"  合计 {name}：{total}")
        if report.committed:
            self.stdout.write(f"已入库：{report.result}")
