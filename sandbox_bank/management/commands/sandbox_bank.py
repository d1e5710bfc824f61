"""Run the sandbox bank of the demo: ``manage.py sandbox_bank``."""

import socket
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox_bank.store import create
from sandbox_bank.web import sandbox_bank

#: Loopback only: whoever reaches the bank's page moves its money.
HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "演示用的沙箱银行：受理代发指令、支付或退回、出具对账单。只在本机提供服务。"
    #: The bank has nothing to do with the platform's pages, whose checks would load them all.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=None,
            help="端口（0 为任意空闲端口），默认取 BANK_URL 的端口",
        )
        parser.add_argument(
            "--store", type=Path, default=settings.BANK_STORE, help="银行自己的账簿文件"
        )

    def handle(self, *args: Any, port: int | None, store: Path, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("沙箱银行只能在演示环境（DEMO=1）中运行。", returncode=2)
        port = urlsplit(settings.BANK_URL).port if port is None else port
        if port is None:
            raise CommandError("请用 --port 指定端口，或设置 BANK_URL。", returncode=2)
        if not settings.BANK_KEY:
            raise CommandError("请设置 BANK_KEY：平台与银行共享的密钥。", returncode=2)
        create(store)
        bank = sandbox_bank(store, settings.BANK_KEY, _bank_clock(settings.WAGEMON_NOW))
        # Addresses carry account numbers: no log of them.
        server = uvicorn.Server(uvicorn.Config(bank, log_level="warning", access_log=False))
        with socket.create_server((HOST, port)) as listener:
            self.stdout.write(f"沙箱银行: http://{HOST}:{listener.getsockname()[1]}/")
            self.stdout.flush()
            server.run(sockets=[listener])


def _bank_clock(demo_now: str) -> Callable[[], datetime]:
    """The bank's clock; a demo's set moment runs on from the start, as in ``core.clock``."""
    zone = ZoneInfo(settings.TIME_ZONE)
    if not demo_now:
        return lambda: datetime.now(zone)
    moment, started = datetime.fromisoformat(demo_now), time.monotonic()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return lambda: moment + timedelta(seconds=time.monotonic() - started)
