"""The sandbox bank: refuses what a bank refuses, and runs as a process of its own."""

import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from accounts.bank import client, pain002, signing, xml
from sandbox_bank.books import BankRefusal
from tests.accounts.bank import KEY
from tests.accounts.test_messages import order, transfer

ACCOUNT = "65050161625000000123"
OWNER = "新疆某某城市建设投资有限公司"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def line(bank):
    """A conversation with a bank that keeps the account with 10,000.00 on it."""
    with bank.books() as books:
        books.open_account(ACCOUNT, "农民工工资专用账户", OWNER, Decimal("10000.00"))
    with bank.connect() as connected:
        yield connected


class TestTakesAnOrder:
    def test_and_pays_it(self, bank, line):
        assert line.submit(order()).status == "ACTC"
        report = line.report(order().message_id)
        assert report.status == "ACSC"
        assert [outcome.status for outcome in report.outcomes] == ["ACSC"]
        with bank.books() as books:
            assert books.balance(ACCOUNT) == Decimal("4736.50")

    def test_once(self, bank, line):
        line.submit(order())
        again = line.submit(order())
        assert again.status == "ACSC"
        with bank.books() as books:
            assert books.balance(ACCOUNT) == Decimal("4736.50")
            assert len(books.orders()) == 1

    def test_refuses_more_than_there_is(self, line):
        report = line.submit(order(transfer(1), transfer(2)))
        assert (report.status, report.reason_code) == ("RJCT", "AM04")
        with pytest.raises(client.NotKnown):
            line.report(order().message_id)

    def test_refuses_an_unknown_account(self, bank):
        with bank.connect() as connected:
            assert connected.submit(order()).reason_code == "AC02"

    def test_returns_whom_one_chose_and_only_in_the_next_order(self, bank, line):
        with bank.books() as books:
            books.pick("1772", "BE01")
        line.submit(order())
        [outcome] = line.report(order().message_id).outcomes
        assert (outcome.status, outcome.reason) == (pain002.REJECTED, "户名不符")
        with bank.books() as books:
            assert books.balance(ACCOUNT) == Decimal("10000.00")
            assert not books.picks()

    def test_returns_a_wage_whose_name_is_not_the_holders(self, bank, line):
        with bank.books() as books:
            books.register_holder(transfer().card, "别人")
        line.submit(order())
        [outcome] = line.report(order().message_id).outcomes
        assert outcome.reason_code == "BE01"

    def test_returns_later_only_what_was_paid(self, bank, line):
        line.submit(order())
        line.report(order().message_id)
        with bank.books() as books:
            books.return_later("DF00001")
            assert books.balance(ACCOUNT) == Decimal("10000.00")
        with pytest.raises(BankRefusal), bank.books() as books:
            books.return_later("DF00001")


class TestInterface:
    def call(self, bank, target: str, headers: dict[str, str]) -> int:
        with bank.browser() as http:
            return http.get(target, headers=headers).status_code

    def test_refuses_a_request_twice(self, bank):
        headers = signing.sign(KEY, "wagemon", "GET", "/api/orders/X", b"")
        with bank.books() as books:
            books.open_account(ACCOUNT, "专户", OWNER, Decimal(0))
        target = f"/api/accounts/{ACCOUNT}/statements?since=2026-01-01"
        headers = signing.sign(KEY, "wagemon", "GET", target, b"")
        assert self.call(bank, target, headers) == 200
        assert self.call(bank, target, headers) == 401

    @pytest.mark.parametrize("key", ["22" * 32, ""])
    def test_refuses_another_key(self, bank, key):
        signed = {} if not key else signing.sign(key, "wagemon", "GET", "/api/orders/X", b"")
        assert self.call(bank, "/api/orders/X", signed) == 401

    def test_refuses_what_was_signed_for_another_address(self, bank):
        headers = signing.sign(KEY, "wagemon", "GET", "/api/orders/Y", b"")
        assert self.call(bank, "/api/orders/X", headers) == 401

    def test_refuses_an_old_signature(self, bank, monkeypatch):
        moment = time.time()
        monkeypatch.setattr(signing.time, "time", lambda: moment - 600)
        headers = signing.sign(KEY, "wagemon", "GET", "/api/orders/X", b"")
        monkeypatch.setattr(signing.time, "time", lambda: moment)
        assert self.call(bank, "/api/orders/X", headers) == 401

    @pytest.mark.parametrize(
        ("method", "target", "body", "status"),
        [
            ("POST", "/api/orders", b"<Document/>", 400),
            ("GET", f"/api/accounts/{ACCOUNT}/statements?since=heute", b"", 400),
            ("GET", f"/api/accounts/{ACCOUNT}/statements?since=2026-01-01", b"", 404),
            ("GET", "/api/orders/X", b"", 404),
            ("DELETE", "/api/orders/X", b"", 405),
            ("POST", "/api/orders", b"x" * (xml.MAX_BYTES + 1), 413),
        ],
    )
    def test_says_what_is_wrong(self, bank, method, target, body, status):
        headers = signing.sign(KEY, "wagemon", method, target, body)
        with bank.browser() as http:
            answer = http.request(method, target, content=body, headers=headers)
            assert answer.status_code == status

    def test_refuses_a_form_of_another_site(self, bank):
        with bank.browser() as http:
            form = {"number": ACCOUNT, "amount": "5"}
            answer = http.post("/deposit", data=form, headers={"Origin": "http://evil"})
            assert answer.status_code == 403


class TestPage:
    @pytest.fixture
    def http(self, bank):
        with bank.books() as books:
            books.open_account(ACCOUNT, "<专户>", OWNER, Decimal("100.00"))
        with bank.browser() as http:
            http.follow_redirects = True
            yield http

    def test_escapes_what_others_wrote(self, http):
        assert "&lt;专户&gt;" in http.get("/").text
        assert "<script>" not in http.get("/?notice=<script>").text

    def test_takes_the_owners_deposit(self, bank, http):
        page = http.post("/deposit", data={"number": ACCOUNT, "amount": "1,000.50"})
        assert "已存入 1,000.50 元" in page.text
        with bank.books() as books:
            assert books.balance(ACCOUNT) == Decimal("1100.50")

    @pytest.mark.parametrize(
        ("path", "form", "words"),
        [
            ("/deposit", {"number": ACCOUNT, "amount": "viel"}, "应填数字"),
            ("/deposit", {"number": ACCOUNT, "amount": "0"}, "不能小于"),
            ("/spend", {"number": ACCOUNT, "amount": "100.01"}, "余额不足"),
            ("/open", {"number": ACCOUNT, "name": "x", "owner": "y"}, "已经开立"),
            ("/open", {"number": "12", "name": "x", "owner": "y"}, "9 至 22 位"),
            ("/pick", {"what": "", "reason": "BE01"}, "请填写"),
            ("/holder", {"card": "12", "name": "x"}, "完整卡号"),
            ("/return", {"end_to_end_id": "X"}, "只有已支付"),
        ],
    )
    def test_says_what_is_wrong(self, http, path, form, words):
        assert words in http.post(path, data=form).text


class TestCommand:
    @pytest.mark.parametrize("missing", ["BANK_URL", "BANK_KEY"])
    def test_says_what_it_needs(self, settings, missing, tmp_path):
        settings.BANK_URL, settings.BANK_KEY = "http://127.0.0.1:9", KEY
        setattr(settings, missing, "")
        with pytest.raises(CommandError, match=missing):
            call_command("sandbox_bank", "--store", str(tmp_path / "bank.sqlite3"))

    def test_refuses_outside_the_demo(self, settings, tmp_path):
        settings.DEMO = False
        store = tmp_path / "bank.sqlite3"
        with pytest.raises(CommandError, match="DEMO=1") as refusal:
            call_command("sandbox_bank", "--store", str(store))
        assert refusal.value.returncode == 2
        assert not store.exists()


class TestProcess:
    """The real thing: started as the demo starts it, spoken to over a socket, ended by its id."""

    @pytest.fixture
    def address(self, tmp_path):
        environment = {**os.environ, "WAGEMON_VAR": str(tmp_path), "BANK_KEY": KEY}
        with subprocess.Popen(
            [sys.executable, "-u", "manage.py", "sandbox_bank", "--port", "0"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process.stdout.readline().split()[-1]
            finally:
                process.terminate()

    def test_pays_over_a_socket(self, address, settings):
        settings.BANK_URL, settings.BANK_KEY = address, KEY
        with httpx.Client(base_url=address, trust_env=False) as page:
            form = {"number": ACCOUNT, "name": "专户", "owner": OWNER, "balance": "6000"}
            assert page.post("/open", data=form).status_code == 303
        with client.connect() as line:
            assert line.submit(order()).status == "ACTC"
            deadline = time.monotonic() + 10
            while line.report(order().message_id).status == "ACSP":
                assert time.monotonic() < deadline
                time.sleep(0.2)
            [statement] = line.statements(ACCOUNT, order().execute_on)
            assert statement.closing == Decimal("736.50")
