"""The sandbox bank on the wire: the platform's signed interface, and a page for people.

A Starlette application for the loopback interface of a demo; nothing of it is meant for more.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from django.template import Context, Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from accounts.bank import camt053, pain001, pain002, signing
from accounts.bank.xml import MAX_BYTES, BadMessage
from sandbox_bank.books import BankRefusal, NotHere
from sandbox_bank.ledger import EVERYTHING, Ledger, open_ledger

_FOLDER = Path(__file__).parent
_pages = Engine(dirs=[str(_FOLDER)])
#: The reasons that one may choose for a return.
RETURN_REASONS = {code: pain002.REASONS[code] for code in ("BE01", "AC03", "AC04", "AC06")}
_AMOUNT = re.compile(r"\d{1,3}(,\d{3})*(\.\d{1,2})?|\d{1,10}(\.\d{1,2})?")

#: What a route does with the books: request, body and ledger in, answer out.
Act = Callable[[Request, bytes, Ledger], Response]


def sandbox_bank(store: Path, key: str, clock: Callable[[], datetime]) -> Starlette:
    """The application: one store, one key shared with the platform, one clock."""

    def route(path: str, method: str, act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await _read_body(request)
            if body is None:
                return PlainTextResponse("报文过大", 413)
            # SQLite waits for its lock: that belongs into a thread, not into the event loop.
            return await run_in_threadpool(_answer_refusal, request, body)

        def _answer_refusal(request: Request, body: bytes) -> Response:
            try:
                with open_ledger(store, clock()) as ledger:
                    return act(request, body, ledger)
            except NotHere as unknown:
                return PlainTextResponse(str(unknown), 404)
            except BadMessage as fault:
                return PlainTextResponse(str(fault), 400)
            except BankRefusal as refusal:
                return _back_to_page(str(refusal))

        return Route(path, endpoint, methods=[method])

    def signed(act: Act) -> Act:
        """Only who has the key may ask, and with one signature only once."""

        def checked(request: Request, body: bytes, ledger: Ledger) -> Response:
            try:
                nonce = signing.verify(
                    key, request.headers, request.method, _signed_target(request), body
                )
            except signing.BadSignature as fault:
                return PlainTextResponse(str(fault), 401)
            if not ledger.use_nonce(nonce):
                return PlainTextResponse("请求重复", 401)
            return act(request, body, ledger)

        return checked

    return Starlette(
        routes=[
            route("/api/orders", "POST", signed(_take_order)),
            route("/api/orders/{message_id}", "GET", signed(_show_order)),
            route("/api/accounts/{number}/statements", "GET", signed(_show_statements)),
            route("/", "GET", _show_page),
            *(route(path, "POST", _from_own_page(act)) for path, act in _FORMS.items()),
            Route("/style.css", lambda _: FileResponse(_FOLDER / "style.css", headers=_HEADERS)),
        ]
    )


_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def _read_body(request: Request) -> bytes | None:
    """The body; None where it is larger than any message may be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return body


def _signed_target(request: Request) -> str:
    """Path and query as they were sent, which is what was signed."""
    path, query = request.scope["raw_path"].decode(), request.scope["query_string"].decode()
    return f"{path}?{query}" if query else path


def _back_to_page(notice: str) -> Response:
    """To the page, which says what came of it."""
    return RedirectResponse(f"/?notice={quote(notice)}", 303)


# The platform's interface


def _take_order(request: Request, body: bytes, ledger: Ledger) -> Response:
    return _xml_response(pain002.build(ledger.take(pain001.parse(body))))


def _show_order(request: Request, body: bytes, ledger: Ledger) -> Response:
    return _xml_response(pain002.build(ledger.report(request.path_params["message_id"])))


def _show_statements(request: Request, body: bytes, ledger: Ledger) -> Response:
    try:
        since = date.fromisoformat(request.query_params.get("since", ""))
    except ValueError:
        raise BadMessage("since 应为 2026-09-30 这样的日期。") from None
    return _xml_response(camt053.build(ledger.statements(request.path_params["number"], since)))


def _xml_response(body: bytes) -> Response:
    return Response(body, media_type="application/xml", headers=_HEADERS)


# The page for people


def _from_own_page(act: Callable[[dict[str, str], Ledger], str]) -> Act:
    """A form of the page; another site's page must not pay in here, not even play money."""

    def checked(request: Request, body: bytes, ledger: Ledger) -> Response:
        own = f"http://{request.headers.get('Host', '')}"
        if request.headers.get("Origin", "") not in ("", own):
            return PlainTextResponse("请在本页上操作", 403)
        form = {name: values[0].strip() for name, values in parse_qs(body.decode()).items()}
        return _back_to_page(act(form, ledger))

    return checked


def _open_account(form: dict[str, str], ledger: Ledger) -> str:
    number = form.get("number", "")
    if not re.fullmatch(r"\d{9,22}", number):
        raise BankRefusal("账号应为 9 至 22 位数字。")
    balance = _read_amount(form.get("balance") or "0")
    ledger.open_account(number, form.get("name", ""), form.get("owner", ""), balance)
    return f"账户 {number} 已开立。"


def _make_deposit(form: dict[str, str], ledger: Ledger) -> str:
    amount = _positive_amount(form)
    ledger.deposit(form.get("number", ""), amount, form.get("summary") or "拨付人工费用")
    return f"已存入 {amount:,.2f} 元。"


def _make_payment(form: dict[str, str], ledger: Ledger) -> str:
    amount = _positive_amount(form)
    payee, payee_account = form.get("payee", ""), form.get("payee_account", "")
    summary = form.get("summary") or ("转账" if payee else "现金支取")
    ledger.spend(form.get("number", ""), amount, payee, payee_account, summary)
    return f"已支出 {amount:,.2f} 元。"


def _positive_amount(form: dict[str, str]) -> Decimal:
    amount = _read_amount(form.get("amount", ""))
    if not amount:
        raise BankRefusal("金额不能小于 0.01 元。")
    return amount


def _read_amount(text: str) -> Decimal:
    """An amount in 元: 1234.5 or 1,234.50."""
    if not _AMOUNT.fullmatch(text):
        raise BankRefusal("金额应填数字，最多两位小数，例如 200000 或 1,000.50。")
    return Decimal(text.replace(",", ""))


def _pick_return(form: dict[str, str], ledger: Ledger) -> str:
    what, reason = form.get("what", ""), form.get("reason", "")
    if not what or reason not in RETURN_REASONS:
        raise BankRefusal("请填写姓名或卡号末四位，并选择退回原因。")
    ledger.pick(EVERYTHING if what == "全部" else what, reason)
    return "下一笔代发将按此退回。"


def _cancel_pick(form: dict[str, str], ledger: Ledger) -> str:
    if form.get("id", "").isdecimal():
        ledger.unpick(int(form["id"]))
    return "已取消。"


def _register_holder(form: dict[str, str], ledger: Ledger) -> str:
    card, name = form.get("card", ""), form.get("name", "")
    if not re.fullmatch(r"\d{16,19}", card) or not name:
        raise BankRefusal("请填写完整卡号和持卡人姓名。")
    ledger.register_holder(card, name)
    return f"已登记尾号 {card[-4:]} 的持卡人。"


def _return_later(form: dict[str, str], ledger: Ledger) -> str:
    ledger.return_later(form.get("end_to_end_id", ""))
    return "已退汇。"


_FORMS: dict[str, Callable[[dict[str, str], Ledger], str]] = {
    "/open": _open_account,
    "/deposit": _make_deposit,
    "/spend": _make_payment,
    "/pick": _pick_return,
    "/unpick": _cancel_pick,
    "/holder": _register_holder,
    "/return": _return_later,
}


def _show_page(request: Request, body: bytes, ledger: Ledger) -> Response:
    context: dict[str, Any] = {
        "notice": request.query_params.get("notice", ""),
        "accounts": [
            {**row, "balance": f"{ledger.balance(row['number']):,.2f}"} for row in ledger.accounts()
        ],
        "orders": [_order_with_transfers(row, ledger) for row in ledger.orders()],
        "picks": [
            {**row, "why": RETURN_REASONS[row["reason"]], "all": row["what"] == EVERYTHING}
            for row in ledger.picks()
        ],
        "holders": [{**row, "card": _mask_card(row["card"])} for row in ledger.holders()],
        "reasons": RETURN_REASONS.items(),
    }
    page = _pages.get_template("page.html").render(Context(context))
    return HTMLResponse(page, headers=_HEADERS)


def _order_with_transfers(row: Any, ledger: Ledger) -> dict[str, Any]:
    transfers = [
        {
            **transfer,
            "amount": _yuan_text(transfer["fen"]),
            "card": _mask_card(transfer["card"]),
            "why": pain002.REASONS.get(transfer["reason"], ""),
        }
        for transfer in ledger.transfers(row["message_id"])
    ]
    return {**row, "amount": _yuan_text(row["fen"]), "transfers": transfers}


def _yuan_text(fen: int) -> str:
    return f"{Decimal(fen) / 100:,.2f}"


def _mask_card(card: str) -> str:
    return f"尾号 {card[-4:]}"
