"""The sandbox bank on the wire: the platform's signed interface, and a page for people.

A plain WSGI application for the loopback interface of a demo; nothing of it is meant for more.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.exceptions import ValidationError
from django.template import Context, Engine

from accounts.bank import camt053, pain001, pain002, signing
from accounts.bank.xml import MAX_BYTES, BadMessage
from accounts.sandbox.books import Refused, Unknown
from accounts.sandbox.ledger import EVERYTHING, Ledger, open_ledger
from core.fields import MoneyField

_FOLDER = Path(__file__).parent
_pages = Engine(dirs=[str(_FOLDER)], builtins=["core.templatetags.ui"])
#: The reasons that one may choose for a return.
RETURN_REASONS = {code: pain002.REASONS[code] for code in ("BE01", "AC03", "AC04", "AC06")}


@dataclass(frozen=True, slots=True)
class Request:
    """What a route needs of a request."""

    method: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def form(self) -> dict[str, str]:
        return {key: values[0].strip() for key, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""


class SandboxBank:
    """The application: one store, one key, one clock."""

    def __init__(self, path: Path, key: str, clock: Callable[[], datetime]):
        self._path, self._key, self._clock = path, key, clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ)
        headers = [
            ("Content-Type", answer.kind),
            ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if answer.location:
            headers.append(("Location", answer.location))
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if int(environ.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            return _words("报文过大", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        request = _read(environ)
        try:
            with open_ledger(self._path, self._clock()) as ledger:
                if request.path.startswith("/api/"):
                    return self._interface(request, ledger)
                return _for_people(request, ledger)
        except Unknown as unknown:
            return _words(str(unknown), HTTPStatus.NOT_FOUND)
        except BadMessage as fault:
            return _words(str(fault), HTTPStatus.BAD_REQUEST)
        except (Refused, ValidationError) as refusal:
            return _back("；".join(getattr(refusal, "messages", [str(refusal)])))

    def _interface(self, request: Request, ledger: Ledger) -> Answer:
        try:
            nonce = signing.verify(
                self._key, request.headers, request.method, request.target, request.body
            )
        except signing.BadSignature as fault:
            return _words(str(fault), HTTPStatus.UNAUTHORIZED)
        if not ledger.use_nonce(nonce):
            return _words("请求重复", HTTPStatus.UNAUTHORIZED)
        for method, pattern, route in _ROUTES:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return route(request, ledger, *map(unquote, match.groups()))
        return _words("没有这个接口", HTTPStatus.METHOD_NOT_ALLOWED)


def _read(environ: WSGIEnvironment) -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {
        name: environ.get("HTTP_" + name.upper().replace("-", "_"), "")
        for name in (signing.CLIENT, signing.TIMESTAMP, signing.NONCE, signing.SIGNATURE)
    }
    headers |= {"Host": environ.get("HTTP_HOST", ""), "Origin": environ.get("HTTP_ORIGIN", "")}
    return Request(
        method=environ["REQUEST_METHOD"],
        path=quote(environ["PATH_INFO"].encode("latin-1")),
        query=environ.get("QUERY_STRING", ""),
        body=environ["wsgi.input"].read(length) if length else b"",
        headers=headers,
    )


def _take_order(request: Request, ledger: Ledger) -> Answer:
    return _xml(pain002.build(ledger.take(pain001.parse(request.body))))


def _tell_order(request: Request, ledger: Ledger, message_id: str) -> Answer:
    return _xml(pain002.build(ledger.report(message_id)))


def _tell_account(request: Request, ledger: Ledger, number: str) -> Answer:
    since = parse_qs(request.query).get("since", [""])[0]
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise BadMessage("since 应为 2026-09-30 这样的日期。") from None
    return _xml(camt053.build(ledger.statements(number, day)))


_ROUTES: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = (
    ("POST", re.compile(r"/api/orders"), _take_order),
    ("GET", re.compile(r"/api/orders/([^/]+)"), _tell_order),
    ("GET", re.compile(r"/api/accounts/([^/]+)/statements"), _tell_account),
)


def _for_people(request: Request, ledger: Ledger) -> Answer:
    if request.method == "GET" and request.path == "/style.css":
        return Answer((_FOLDER / "style.css").read_bytes(), "text/css; charset=utf-8")
    if request.method == "GET" and request.path == "/":
        told = parse_qs(request.query).get("told", [""])[0]
        return Answer(_page(ledger, told).encode(), "text/html; charset=utf-8")
    act = _ACTS.get(request.path)
    if request.method != "POST" or act is None:
        return _words("没有这一页", HTTPStatus.NOT_FOUND)
    # Another site's page must not pay in here, not even play money.
    if request.headers["Origin"] not in ("", f"http://{request.headers['Host']}"):
        return _words("请在本页上操作", HTTPStatus.FORBIDDEN)
    return _back(act(request.form(), ledger))


def _open(form: dict[str, str], ledger: Ledger) -> str:
    number = form.get("number", "")
    if not re.fullmatch(r"\d{9,22}", number):
        raise Refused("账号应为 9 至 22 位数字。")
    balance = MoneyField(required=False).clean(form.get("balance", "")) or Decimal(0)
    ledger.open_account(number, form.get("name", ""), form.get("owner", ""), balance)
    return f"账户 {number} 已开立。"


def _deposit(form: dict[str, str], ledger: Ledger) -> str:
    amount = _amount(form)
    ledger.deposit(form.get("number", ""), amount, form.get("summary") or "拨付人工费用")
    return f"已存入 {amount:,.2f} 元。"


def _spend(form: dict[str, str], ledger: Ledger) -> str:
    amount = _amount(form)
    payee, payee_account = form.get("payee", ""), form.get("payee_account", "")
    summary = form.get("summary") or ("转账" if payee else "现金支取")
    ledger.spend(form.get("number", ""), amount, payee, payee_account, summary)
    return f"已支出 {amount:,.2f} 元。"


def _amount(form: dict[str, str]) -> Decimal:
    return MoneyField(minimum=Decimal("0.01")).clean(form.get("amount", ""))


def _pick(form: dict[str, str], ledger: Ledger) -> str:
    what, reason = form.get("what", ""), form.get("reason", "")
    if not what or reason not in RETURN_REASONS:
        raise Refused("请填写姓名或卡号末四位，并选择退回原因。")
    ledger.pick(EVERYTHING if what == "全部" else what, reason)
    return "下一笔代发将按此退回。"


def _unpick(form: dict[str, str], ledger: Ledger) -> str:
    if form.get("id", "").isdecimal():
        ledger.unpick(int(form["id"]))
    return "已取消。"


def _know_holder(form: dict[str, str], ledger: Ledger) -> str:
    card, name = form.get("card", ""), form.get("name", "")
    if not re.fullmatch(r"\d{16,19}", card) or not name:
        raise Refused("请填写完整卡号和持卡人姓名。")
    ledger.know_holder(card, name)
    return f"已登记尾号 {card[-4:]} 的持卡人。"


def _return_later(form: dict[str, str], ledger: Ledger) -> str:
    ledger.return_later(form.get("end_to_end_id", ""))
    return "已退汇。"


_ACTS: dict[str, Callable[[dict[str, str], Ledger], str]] = {
    "/open": _open,
    "/deposit": _deposit,
    "/spend": _spend,
    "/pick": _pick,
    "/unpick": _unpick,
    "/holder": _know_holder,
    "/return": _return_later,
}


def _page(ledger: Ledger, told: str) -> str:
    context: dict[str, Any] = {
        "told": told,
        "accounts": [
            {**row, "balance": ledger.balance(row["number"])} for row in ledger.accounts()
        ],
        "orders": [_order(row, ledger) for row in ledger.orders()],
        "picks": [
            {**row, "why": RETURN_REASONS[row["reason"]], "all": row["what"] == EVERYTHING}
            for row in ledger.picks()
        ],
        "holders": ledger.holders(),
        "reasons": RETURN_REASONS.items(),
    }
    return _pages.get_template("page.html").render(Context(context))


def _order(row: Any, ledger: Ledger) -> dict[str, Any]:
    transfers = [
        {
            **transfer,
            "amount": Decimal(transfer["fen"]) / 100,
            "why": pain002.REASONS.get(transfer["reason"], ""),
        }
        for transfer in ledger.transfers(row["message_id"])
    ]
    return {**row, "amount": Decimal(row["fen"]) / 100, "transfers": transfers}


def _words(text: str, status: HTTPStatus) -> Answer:
    return Answer(text.encode(), status=status)


def _xml(body: bytes) -> Answer:
    return Answer(body, "application/xml")


def _back(told: str) -> Answer:
    """To the page, which says what came of it."""
    return Answer(status=HTTPStatus.SEE_OTHER, location=f"/?told={quote(told)}")
