"""Checks the audit chain from its beginning."""

import dataclasses
import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import audit


class Command(BaseCommand):
    help = "检查审计链；被改动时退出码为 1，并给出第一条断开的记录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify_chain()
        if options["json"]:
            document = {"holds": verdict.holds, **dataclasses.asdict(verdict)}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self.stdout.write(_verdict_text(verdict))
        if not verdict.holds:
            sys.exit(1)


def _verdict_text(verdict: audit.Verdict) -> str:
    if verdict.holds:
        return f"审计链完整，共 {verdict.checked} 条。"
    place = "".join(
        f"，{name} {number}"
        for name, number in (("链上序号", verdict.position), ("记录编号", verdict.entry))
        if number is not None
    )
    return f"审计链断开：{verdict.fault}{place}（此前 {verdict.checked} 条无误）。"
