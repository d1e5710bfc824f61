"""What every ``*_import`` command has: preview, or ``--commit``; ``--json`` for programs."""

import json
import os
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
from core.tabular.choices import Choices
from core.tabular.errors import Unreadable
from core.tabular.process import require_size
from core.uploads import StagedUpload, UploadState

REFUSED, WRONG_USE = 1, 2


class WrongUse(CommandError):
    """The command was called with what does not exist: exit 2, the reason on standard error."""

    def __init__(self, message: str):
        super().__init__(message, returncode=WRONG_USE)


def readable_name(name: str) -> str:
    """A file's name as people read it: bytes that are no UTF-8 are what Windows writes in China."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


class ImportCommand(BaseCommand):
    """Reads one file for one place. Exit 0 done, 1 the input was refused, 2 wrong use."""

    requires_migrations_checks = False
    kind: SheetImport[Any]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="表格文件")
        parser.add_argument("--project", required=True, metavar="CODE", help="项目编号")
        parser.add_argument("--commit", action="store_true", help="写入；不加则只预览")
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出 JSON")
        parser.add_argument(
            "--hidden",
            choices=("read", "skip"),
            default="",
            help="隐藏的行、列和工作表：读取或不读取；不说则有人员或金额时报错",
        )
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
        place, name = self.place(options), readable_name(path.name)
        choices = Choices(hidden=options["hidden"]) if options["hidden"] else None
        read = self._commit_file if options["commit"] else self._preview_file
        try:
            report = read(path, name, place, choices)
        except Refused as refusal:
            report = ImportReport.of_unreadable(name, "refused", str(refusal))
        except Unreadable as refusal:
            report = ImportReport.of_unreadable(name, refusal.code, refusal.message)
        self._print_report(report, as_json=options["as_json"])
        if not report.accepted:
            sys.exit(REFUSED)

    def _preview_file(
        self, path: Path, name: str, place: StagedUpload, choices: Choices | None
    ) -> ImportReport:
        require_size(path.stat().st_size)
        reading = self.kind.read_file(path.read_bytes(), name, place, choices)
        return ImportReport.of(name, reading, self.kind.accepted_count(reading))

    def _commit_file(
        self, path: Path, name: str, place: StagedUpload, choices: Choices | None
    ) -> ImportReport:
        require_size(path.stat().st_size)
        with path.open("rb") as file:
            upload = self.kind.read_now(
                file,
                name=name,
                actor=COMMAND_LINE,
                place=place,
                now=clock.now(),
                choices=choices,
            )
        if upload.state == UploadState.REFUSED:
            return ImportReport.of_unreadable(name, "unreadable", upload.reason)
        report = ImportReport.of(name, self.kind.staged(upload), upload.accepted)
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
        several = report.account is not None and len(report.account["sheets"]) > 1
        for issue in report.issues:
            mark = "错误" if issue["severity"] == "error" else "提示"
            place = f"第 {issue['row']} 行" if issue["row"] else "文件"
            if several and issue["sheet"]:
                place = f"「{issue['sheet']}」{place}"
            self.stdout.write(f"  [{mark}] {place} {issue['message']} {issue['value']}".rstrip())
        for name, total in report.totals.items():
            self.stdout.write(f"  合计 {name}：{total}")
        if report.committed:
            self.stdout.write(f"已入库：{report.result}")
