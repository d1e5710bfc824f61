"""Make the demo district: ``manage.py demo [--reset]``."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from demo import reset, story


class Command(BaseCommand):
    help = "生成演示数据：两个地州、四个县区、二十个项目、约 400 名工人，近三个月的工资。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="清空演示环境，重新生成")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("只能在演示环境（DEMO=1）中生成演示数据。", returncode=2)
        if options["reset"]:
            if not reset.is_own_database():
                raise CommandError(
                    "这个数据库不是 make run 建立的，没有改动。"
                    "只有 make run 建立的演示数据库可以清空。",
                    returncode=2,
                )
            reset.empty()
        elif reset.is_in_use():
            raise CommandError(
                "数据库里已有数据，没有改动。要清空后重新生成，请加 --reset。", returncode=2
            )
        personas = story.make_district(clock.now())
        self.stdout.write(f"演示数据已生成，{len(personas)} 个账号见 {settings.VAR_DIR}/demo.json")
