"""The platform as the bank's client.

Three things can come of sending an order: the bank's answer, its refusal to read the message, or
no answer at all. After the last nobody knows whether the bank has the order; it is asked for by
its MsgId, never sent again on a guess.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TypeVar
from urllib.parse import quote

import httpx
from django.conf import settings

from accounts.bank import camt053, pain001, pain002, signing
from accounts.bank.xml import MAX_BYTES, BadMessage

TIMEOUT = httpx.Timeout(10, connect=3)
#: A whole answer; one that trickles in never runs into the time allowed for a part of it.
ANSWER_SECONDS = 30
#: The name that the bank knows the platform by.
CLIENT_ID = "wagemon"
_UNREADABLE = frozenset({400, 413, 415, 422})

Message = TypeVar("Message")


class BankUnreachable(Exception):
    """No answer that can be relied on: what was sent may or may not have arrived."""


class BankGarbled(BankUnreachable):
    """An answer that says nothing; other questions may still be answered."""


class BankRefused(Exception):
    """The bank could not read the message and did nothing; the reason in Chinese."""


class NotKnown(LookupError):
    """The bank knows no such order or account."""


def is_connected() -> bool:
    """Whether a bank is named in the settings at all."""
    return bool(settings.BANK_URL)


class Bank:
    """A conversation with the bank."""

    def __init__(self, http: httpx.Client):
        self._http = http

    def submit(self, order: pain001.TransferOrder) -> pain002.StatusReport:
        """Hand in an order; what the bank says of it at once.

        A MsgId that the bank has already is not a refusal: the answer is that order's report.

        :raises BankUnreachable: it may have arrived.
        :raises BankRefused: it was not taken.
        """
        try:
            report = self._ask_bank(pain002.parse, "POST", "/api/orders", pain001.build(order))
            if report.is_duplicate:
                return self.report(order.message_id)
        except NotKnown as error:
            raise BankGarbled("银行接口没有确认是否收到指令。") from error
        return _insist_about(report, order.message_id)

    def report(self, message_id: str) -> pain002.StatusReport:
        """What became of an order.

        :raises NotKnown: the bank never took it.
        :raises BankUnreachable: ask again later.
        """
        target = f"/api/orders/{quote(message_id, safe='')}"
        return _insist_about(self._ask_bank(pain002.parse, "GET", target), message_id)

    def statements(self, account: str, since: date) -> tuple[camt053.Statement, ...]:
        """The statements of an account that end on ``since`` or later, oldest first.

        :raises NotKnown: the bank keeps no such account.
        :raises BankUnreachable: ask again later.
        """
        target = f"/api/accounts/{quote(account, safe='')}/statements?since={since.isoformat()}"
        return self._ask_bank(camt053.parse, "GET", target).statements

    def _ask_bank(
        self, read: Callable[[bytes], Message], method: str, target: str, body: bytes = b""
    ) -> Message:
        try:
            return read(self._send_signed(method, target, body))
        except BadMessage as fault:
            raise BankGarbled(f"银行应答无法识别：{fault}") from fault

    def _send_signed(self, method: str, target: str, body: bytes) -> bytes:
        headers = signing.sign(settings.BANK_KEY, CLIENT_ID, method, target, body)
        headers["Content-Type"] = "application/xml"
        try:
            with self._http.stream(method, target, content=body, headers=headers) as response:
                return self._verified_answer(response)
        except (httpx.HTTPError, signing.BadSignature) as error:
            raise BankUnreachable("银行接口没有应答。") from error

    def _verified_answer(self, response: httpx.Response) -> bytes:
        data = _read_body(response)
        if response.is_success:
            return data
        words = data[:300].decode("utf-8", "replace").strip()
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotKnown(words)
        if response.request.method == "POST" and response.status_code in _UNREADABLE:
            raise BankRefused(words or "银行无法识别报文。")
        raise BankGarbled(f"银行接口应答 {response.status_code}。")


def _read_body(response: httpx.Response) -> bytes:
    """The whole answer, within a size and a time."""
    data, until = bytearray(), time.monotonic() + ANSWER_SECONDS
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > MAX_BYTES:
            raise BankGarbled("银行应答过大，没有读取。")
        if time.monotonic() > until:
            raise BankUnreachable("银行应答太慢，没有读完。")
    return bytes(data)


def _insist_about(report: pain002.StatusReport, message_id: str) -> pain002.StatusReport:
    """:raises BankGarbled: it is about another order."""
    if report.original_id != message_id:
        raise BankGarbled("银行应答的是另一笔指令。")
    return report


@contextmanager
def connect() -> Iterator[Bank]:
    """A conversation with the bank of the settings.

    :raises BankUnreachable: none is named.
    """
    if not is_connected():
        raise BankUnreachable("没有接通合作银行。")
    # Environment proxies are for browsing, not for wages.
    with httpx.Client(base_url=settings.BANK_URL, timeout=TIMEOUT, trust_env=False) as http:
        yield Bank(http)
