"""Run the sandbox bank of the demo: ``manage.py sandbox_bank``."""

from argparse import ArgumentParser
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.sandbox.store import create
from accounts.sandbox.web import SandboxBank
from core import clock

#: Loopback only: whoever reaches the bank's page moves its money.
HOST = "127.0.0.1"


class Server(ThreadingMixIn, WSGIServer):
    """One thread for each request; the store makes writers wait for each other."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Addresses carry account numbers: no log of them."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


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
        port = urlsplit(settings.BANK_URL).port if port is None else port
        if port is None:
            raise CommandError("请用 --port 指定端口，或设置 BANK_URL。")
        if not settings.BANK_KEY:
            raise CommandError("请设置 BANK_KEY：平台与银行共享的密钥。")
        create(store)
        bank = SandboxBank(store, settings.BANK_KEY, clock.now)
        with make_server(HOST, port, bank, Server, Quiet) as server:
            self.stdout.write(f"沙箱银行: http://{HOST}:{server.server_port}/")
            server.serve_forever()
