"""Django's command of this name makes a user who belongs nowhere: refused, with the right way."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "不适用：本平台没有超级用户。请用 first_officer 建立第一位监察员。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("given", nargs="*")

    def run_from_argv(self, argv: list[str]) -> None:
        # Whatever options Django's command takes, the answer is the same.
        super().run_from_argv(argv[:2])

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "本平台没有超级用户：每个用户都属于一个单位，按岗位行事。\n"
            "新平台的第一位用户：manage.py first_officer --region 650000 --user 姓名，"
            "其余用户由他在页面上登记。",
            returncode=2,
        )
