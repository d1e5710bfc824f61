"""Begin an empty platform: ``manage.py first_officer --region 650000 --user 姓名``."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from stdnum.cn import uscc

from core import clock
from core.actor import COMMAND_LINE
from identity import services
from identity.models import Organisation, Region

#: A department's code (11) for the region with a running part that no register gives out.
_PLACEHOLDER = "11{region}00000000"


class Command(BaseCommand):
    help = (
        "在空平台上登记自治区人社厅，邀请第一位监察员；邀请链接写到标准输出，"
        "打开后自设用户名和密码。其余单位和用户由他在页面上登记。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", required=True, metavar="代码", help="自治区代码，如 650000")
        parser.add_argument("--user", required=True, metavar="姓名", help="第一位监察员的姓名")
        parser.add_argument("--organisation", metavar="名称", help="单位全称，默认为本区人社厅")
        parser.add_argument("--uscc", metavar="代码", help="单位的统一社会信用代码")

    @transaction.atomic
    def handle(self, *args: Any, region: str, user: str, **options: Any) -> None:
        where = Region.objects.filter(code=region, kind=Region.Kind.AUTONOMOUS_REGION).first()
        if where is None:
            raise CommandError(f"{region} 不是自治区代码，应为 650000。", returncode=2)
        name = " ".join(user.split())
        if not name:
            raise CommandError("请写明第一位监察员的姓名。", returncode=2)
        # Of two commands at once the second waits here, and finds the first one's officer.
        Region.objects.select_for_update().get(code=region)
        if Organisation.everything.exists():
            raise CommandError(
                "平台上已有单位，没有改动。其余用户由监察员或企业管理员在页面上登记；"
                "忘记密码的，请同单位管理员或上级监察员更换；都没有的，用 renew_access。"
            )
        stem = _PLACEHOLDER.format(region=region) + "0"
        code = options["uscc"] or stem + uscc.calc_check_digit(stem)
        bureau = Organisation(
            uscc=code,
            name=options["organisation"] or f"{where.name}人力资源和社会保障厅",
            kind=Organisation.Kind.BUREAU,
            region=where,
        )
        try:
            bureau.clean_fields()
        except ValidationError as fault:
            raise CommandError("；".join(fault.messages), returncode=2) from None
        token = services.create_organisation(
            actor=COMMAND_LINE, now=clock.now(), organisation=bureau, first_user=name
        )
        if not options["uscc"]:
            self.stderr.write(
                f"没有给出 --uscc，{bureau.name}暂用代码 {code}。"
                "登录后请在“单位”页面更正为本单位的统一社会信用代码。"
            )
        self.stdout.write(services.invitation_link(reverse("identity:invitation", args=[token])))
