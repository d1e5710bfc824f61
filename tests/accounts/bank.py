"""A sandbox bank inside the test's own process, reached through its real interface."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from accounts.bank import client
from core import clock
from sandbox_bank import ledger
from sandbox_bank.web import sandbox_bank

KEY = "11" * 32


class InProcess:
    """The bank's books, and what a test wants to happen on the way to them."""

    def __init__(self, path: Path):
        self.path = path
        self.app = sandbox_bank(path, KEY, clock.now)
        self.sent: list[httpx.Request] = []
        #: Raised instead of answering, before or after the bank has done its work.
        self.fails_before: Exception | None = None
        self.fails_after: Exception | None = None

    @contextmanager
    def books(self) -> Iterator[ledger.Ledger]:
        with ledger.open_ledger(self.path, clock.now()) as books:
            yield books

    def open(self, account, balance: str, owner: str = "新疆某某城市建设投资有限公司") -> None:
        with self.books() as books:
            books.open_account(account.number, account.name, owner, Decimal(balance))

    def browser(self) -> httpx.Client:
        """The bank as a visitor of its page reaches it."""
        return httpx.Client(base_url="http://bank", transport=InEventLoop(self.app))

    @contextmanager
    def connect(self) -> Iterator[client.Bank]:
        transport = _Wire(self)
        with httpx.Client(base_url="http://bank", transport=transport) as http:
            yield client.Bank(http)


class InEventLoop(httpx.BaseTransport):
    """An ASGI application for a client that knows no event loop."""

    def __init__(self, app: Starlette):
        self.inner = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._handle(request))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


class _Wire(httpx.BaseTransport):
    def __init__(self, bank: InProcess):
        self.bank = bank
        self.inner = InEventLoop(bank.app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.bank.fails_before:
            raise self.bank.fails_before
        self.bank.sent.append(request)
        response = self.inner.handle_request(request)
        if self.bank.fails_after:
            raise self.bank.fails_after
        return response


@pytest.fixture
def bank(tmp_path, settings, monkeypatch) -> InProcess:
    """A bank that settles at once and is connected."""
    settings.BANK_URL, settings.BANK_KEY = "http://bank", KEY
    monkeypatch.setattr(ledger, "SETTLES_AFTER_SECONDS", 0)
    inside = InProcess(tmp_path / "bank.sqlite3")
    monkeypatch.setattr(client, "connect", inside.connect)
    return inside
