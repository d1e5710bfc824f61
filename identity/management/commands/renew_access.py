"""Renew a password or authenticator where too few are left on the platform to do it in pages."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import clock
from core.actor import COMMAND_LINE, Actor
from core.errors import Refused
from identity import services
from identity.models import Renewal, User


class Command(BaseCommand):
    help = (
        "更换登录凭据，只用于平台上已没有足够的管理人员在页面上办理时，例如最后一名自治区监察员"
        "丢失了手机。分两步，由两个人办理：第一步写明原因；"
        f"{services.COMMAND_LINE_WAIT_MINUTES} 分钟以后，第二个人凭第一步给出的编号确认，"
        "临时密码写到标准输出。两步都写入审计；等待期间本人或同辖区监察员可以在页面上撤销。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="用户名")
        parser.add_argument("--by", required=True, metavar="姓名", help="在服务器上办理的人")
        parser.add_argument("--what", choices=Renewal.What.values, default=Renewal.What.BOTH)
        step = parser.add_mutually_exclusive_group(required=True)
        step.add_argument("--reason", metavar="原因", help="第一步：原因和核实本人的方式")
        step.add_argument("--confirm", metavar="编号", type=UUID, help="第二步：第一步给出的编号")

    def handle(self, *args: Any, user: str, by: str, **options: Any) -> None:
        name = " ".join(by.split())
        found = User.objects.filter(username=user.strip().lower()).first()
        if found is None:
            raise CommandError(f"没有用户 {user}。", returncode=2)
        if not name or options["reason"] == "":
            raise CommandError("请写明办理人和原因。", returncode=2)
        # Two people at one terminal are two actors, told apart by their names.
        actor = Actor(uuid5(COMMAND_LINE.id, name), f"命令行 {name}", is_system=True)
        try:
            if options["confirm"] is None:
                self._propose_renewal(actor, found, options["what"], options["reason"])
            else:
                self._confirm_renewal(actor, found, options["confirm"], clock.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def _propose_renewal(self, actor: Actor, user: User, what: str, reason: str) -> None:
        now = clock.now()
        renewal, password = services.propose_renewal(
            actor=actor, uuid=user.uuid, what=what, reason=reason[:200], now=now
        )
        if not renewal.needs_second:
            self._print_done(renewal, password)
            return
        when = timezone.localtime(now + services.COMMAND_LINE_WAIT)
        self.stdout.write(
            f"已提出为{user.name}更换{renewal.get_what_display()}，编号 {renewal.uuid}。\n"
            f"请另一个人在 {when:%H:%M} 以后确认：\n"
            f"manage.py renew_access {user.username} --by 姓名 --confirm {renewal.uuid}"
        )

    def _confirm_renewal(self, actor: Actor, user: User, number: UUID, now: datetime) -> None:
        if not Renewal.objects.filter(uuid=number, user=user).exists():
            raise CommandError(f"{user.username} 没有编号为 {number} 的更换。", returncode=2)
        self._print_done(*services.confirm_renewal(actor=actor, uuid=number, now=now))

    def _print_done(self, renewal: Renewal, password: str) -> None:
        self.stdout.write(f"{renewal.user.name}的{renewal.get_what_display()}已更换。")
        if password:
            self.stdout.write(f"临时密码 {password}，登录后须立即修改。")
