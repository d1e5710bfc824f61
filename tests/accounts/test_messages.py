"""The bank's messages: there and back, and what must not be believed."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sepaxml
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from accounts.bank import camt053, pain001, pain002, xml
from accounts.bank.xml import BadMessage

SAMPLE = Path(__file__).parents[1] / "data" / "samples" / "statement.camt053.xml"
AT = datetime(2026, 10, 14, 11, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 10, 14)

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=60
).filter(lambda text: text == text.strip() and text)
amounts = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)
ids = st.text("ABCDEF0123456789", min_size=1, max_size=35)


def order(*transfers: pain001.Transfer) -> pain001.TransferOrder:
    return pain001.TransferOrder(
        message_id="DFGZD00000120260900101",
        created_at=AT,
        execute_on=DAY,
        payer="新疆某某建设工程有限公司昆仑大道安置房二期农民工工资专用账户",
        account="65050161625000000123",
        bank="中国建设银行某某支行",
        transfers=transfers or (transfer(),),
    )


def transfer(number: int = 1) -> pain001.Transfer:
    return pain001.Transfer(
        f"DF{number:05d}",
        "阿不都热合曼·买买提",
        "6222025008754751772",
        Decimal("5263.50"),
        "9月工资",
    )


class TestPain001:
    @given(st.lists(st.tuples(ids, words, amounts), min_size=1, unique_by=lambda each: each[0]))
    def test_comes_back_as_it_went(self, lines):
        sent = order(*(pain001.Transfer(i, name, "6222", sum_) for i, name, sum_ in lines))
        assert pain001.parse(pain001.build(sent)) == sent

    def test_meets_the_published_schema(self):
        schema = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
        etree.XMLSchema(etree.parse(schema)).assertValid(
            etree.fromstring(pain001.build(order(transfer(1), transfer(2))))
        )

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<NbOfTxs>1<", "<NbOfTxs>2<"),
            ("<CtrlSum>5263.50<", "<CtrlSum>5263.00<"),
            (">5263.50</InstdAmt>", ">-1.00</InstdAmt>"),
            (">5263.50</InstdAmt>", ">5263.505</InstdAmt>"),
            (">5263.50</InstdAmt>", ">NaN</InstdAmt>"),
            ('Ccy="CNY"', 'Ccy="USD"'),
            ("<EndToEndId>DF00001</EndToEndId>", ""),
            ("2026-10-14T11:30:00+08:00", "gestern"),
        ],
    )
    def test_refuses_what_does_not_add_up(self, before, after):
        data = pain001.build(order()).decode()
        assert before in data
        with pytest.raises(BadMessage):
            pain001.parse(data.replace(before, after, 1 if "Sum" not in before else -1).encode())


class TestPain002:
    def test_comes_back_as_it_went(self):
        report = pain002.StatusReport(
            message_id="R1",
            created_at=AT,
            original_id="DF1",
            status="PART",
            outcomes=(
                pain002.TransferOutcome("DF1-1", "ACSC", bank_reference="20261014000001"),
                pain002.TransferOutcome("DF1-2", "RJCT", "BE01", "户名不符", "20261014000002"),
            ),
        )
        assert pain002.parse(pain002.build(report)) == report

    def test_says_a_reason_in_words_where_the_bank_gives_only_a_code(self):
        report = pain002.StatusReport("R1", AT, "DF1", "RJCT", "AM04", "")
        assert pain002.parse(pain002.build(report)).reason == "付款账户余额不足"


class TestCamt053:
    @given(
        st.lists(st.tuples(words, amounts, st.sampled_from(["CRDT", "DBIT"]), words), max_size=5)
    )
    def test_comes_back_as_it_went(self, entries):
        movements = tuple(
            camt053.Movement(f"R{n}", DAY, direction, amount, name, "6222", f"E{n}", note, ("TRF",))
            for n, (name, amount, direction, note) in enumerate(entries)
        )
        closing = Decimal("10.00") + sum(movement.signed for movement in movements)
        statement = camt053.Statement("ST1", "650", DAY, DAY, Decimal("10.00"), closing, movements)
        message = camt053.Message("C1", AT, (statement,))
        assert camt053.parse(camt053.build(message)) == message

    def test_reads_the_sample_statement(self):
        [statement] = camt053.parse(SAMPLE.read_bytes()).statements
        assert statement.account == "65050161625000000123"
        assert (statement.from_date, statement.to_date) == (date(2026, 10, 1), date(2026, 10, 31))
        assert len(statement.movements) == 33
        moved = sum(movement.signed for movement in statement.movements)
        assert statement.opening + moved == statement.closing == Decimal("49891.50")

    def test_takes_a_day_as_it_is_here(self):
        here, there = b"2026-10-31T23:59:59+08:00", b"2026-10-31T15:59:59Z"
        assert here in SAMPLE.read_bytes()
        [statement] = camt053.parse(SAMPLE.read_bytes().replace(here, there)).statements
        assert statement.to_date == date(2026, 10, 31)
        later = SAMPLE.read_bytes().replace(here, b"2026-10-31T16:00:00Z")
        assert camt053.parse(later).statements[0].to_date == date(2026, 11, 1)

    def test_leaves_out_what_is_not_booked_yet(self):
        data = SAMPLE.read_bytes().replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>", 1)
        assert len(camt053.parse(data).statements[0].movements) == 32


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&c;</Document>'
)
FILE = BOMB.replace('<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">')
HOSTILE = {
    "entity bomb": BOMB.encode(),
    "entity bomb in UTF-16": BOMB.encode("utf-16"),
    "entity bomb behind spaces": BOMB.replace("?>", "?>" + " " * 5000, 1).encode(),
    "file entity": FILE.encode(),
    "no entity, but a DTD": b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><Document/>',
    "another namespace": SAMPLE.read_bytes().replace(b"camt.053.001.08", b"camt.053.001.02"),
    "another message": pain001.build(order()),
    "cut off": SAMPLE.read_bytes()[:5000],
    "deep": b"<a>" * 100_000,
    "not XML": b"PK\x03\x04",
    "empty": b"",
    "no balance": SAMPLE.read_bytes().replace(b"OPBD", b"XXXX"),
    "no amount": SAMPLE.read_bytes().replace(b">200000.00<", b"><"),
    "odd direction": SAMPLE.read_bytes().replace(b">DBIT<", b">BOTH<"),
    "negative amount": SAMPLE.read_bytes().replace(b">200000.00<", b">-200000.00<"),
    "amount beyond its column": SAMPLE.read_bytes().replace(b">200000.00<", b">1000000000000.00<"),
    "amount in words of Python": SAMPLE.read_bytes().replace(b">200000.00<", b">200_000.00<"),
    "ends before it starts": SAMPLE.read_bytes().replace(b"2026-10-31T", b"2026-09-30T"),
    "odd date": SAMPLE.read_bytes().replace(b"2026-10-14", b"2026-10-41"),
}


class TestHostileMessage:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_is_refused_in_words(self, name):
        with pytest.raises(BadMessage):
            camt053.parse(HOSTILE[name])

    def test_is_not_read_beyond_a_size(self, monkeypatch):
        monkeypatch.setattr(xml, "MAX_BYTES", 1000)
        with pytest.raises(BadMessage, match="超过"):
            camt053.parse(SAMPLE.read_bytes())
