"""``manage.py notice_board``: a project's rights-information board as a PDF."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.actor import COMMAND_LINE
from core.errors import Refused
from core.imports_command import REFUSED, WrongUse
from notices import selectors, services
from notices.documents import board_pdf
from notices.forms import DownloadForm
from projects.management.places import project_of


class Command(BaseCommand):
    """Exit 0 done, 1 no board can be made, 2 wrong use."""

    help = "生成项目的农民工维权信息告示牌（PDF）；内容没有变化时沿用上一版。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="PROJECT", help="项目编号")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf", help="PDF 文件")
        parser.add_argument("--paper", default="A3", help="A0 至 A4，或 1200x800（毫米）")
        parser.add_argument("--lang", default="zh,ug", help="zh 或 zh,ug")

    def handle(self, *args: Any, **options: Any) -> None:
        project, out = project_of(options), options["out"]
        form = DownloadForm(options)
        if not form.is_valid():
            raise WrongUse(
                "；".join(str(fault) for faults in form.errors.values() for fault in faults)
            )
        if not out.parent.is_dir():
            raise WrongUse(f"没有这个文件夹：{out.parent}")
        try:
            board = services.make_board(actor=COMMAND_LINE, code=project.code, now=clock.now())
        except Refused as refusal:
            self.stdout.write(str(refusal))
            sys.exit(REFUSED)
        content = selectors.content_of(board)
        out.write_bytes(board_pdf(content, form.cleaned_data["paper"], form.cleaned_data["lang"]))
        self.stdout.write(f"告示牌 {board.code} 第 {board.version} 版：{out}")
