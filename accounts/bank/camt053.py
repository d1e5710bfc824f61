"""camt.053.001.08: an account's statement with its movements."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.bank import xml
from accounts.bank.xml import BadMessage, Writer

NAME, ROOT = "camt.053.001.08", "BkToCstmrStmt"
CREDIT, DEBIT = "CRDT", "DBIT"

#: Families and sub-families of the bank transaction codes that say what a movement was for.
RETURN_CODES = frozenset({"RRTN", "RPCR"})
CHARGE_CODES = frozenset({"CHRG", "COMM"})
INTEREST_CODES = frozenset({"INTR"})
CASH_CODES = frozenset({"CNTR", "CWDL", "CDPT"})


@dataclass(frozen=True, slots=True)
class Movement:
    """One booked entry; ``codes`` are its bank transaction codes, widest first."""

    reference: str
    booked_on: date
    direction: str
    amount: Decimal
    counterparty_name: str = ""
    counterparty_account: str = ""
    end_to_end_id: str = ""
    summary: str = ""
    codes: tuple[str, ...] = ()

    @property
    def signed(self) -> Decimal:
        """What it did to the balance, in 元."""
        return self.amount if self.direction == CREDIT else -self.amount


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account; ``id`` is the bank's own, never given twice."""

    id: str
    account: str
    from_date: date
    to_date: date
    opening: Decimal
    closing: Decimal
    movements: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message with the statements that it carries."""

    id: str
    created_at: datetime
    statements: tuple[Statement, ...]


def build(message: Message) -> bytes:
    """The message as a document."""
    writer = Writer(NAME, ROOT)
    created = message.created_at.isoformat(timespec="seconds")
    writer.put_all(writer.add(writer.root, "GrpHdr"), [("MsgId", message.id), ("CreDtTm", created)])
    for statement in message.statements:
        _write_statement(writer, writer.add(writer.root, "Stmt"), statement, created)
    return writer.bytes()


def _write_statement(
    writer: Writer, element: xml.etree._Element, statement: Statement, created: str
) -> None:
    writer.put_all(element, [("Id", statement.id), ("CreDtTm", created)])
    period = writer.add(element, "FrToDt")
    writer.put(period, "FrDtTm", f"{statement.from_date.isoformat()}T00:00:00+08:00")
    writer.put(period, "ToDtTm", f"{statement.to_date.isoformat()}T23:59:59+08:00")
    account = writer.add(element, "Acct")
    writer.put(account, "Id/Othr/Id", statement.account)
    writer.put(account, "Ccy", xml.CURRENCY)
    _write_balance(writer, element, "OPBD", statement.opening, statement.from_date)
    _write_balance(writer, element, "CLBD", statement.closing, statement.to_date)
    for movement in statement.movements:
        _write_movement(writer, writer.add(element, "Ntry"), movement)


def _write_balance(
    writer: Writer, parent: xml.etree._Element, code: str, value: Decimal, on: date
) -> None:
    balance = writer.add(parent, "Bal")
    writer.put(balance, "Tp/CdOrPrtry/Cd", code)
    writer.put_amount(balance, "Amt", abs(value))
    writer.put(balance, "CdtDbtInd", CREDIT if value >= 0 else DEBIT)
    writer.put(balance, "Dt/Dt", on.isoformat())


def _write_movement(writer: Writer, entry: xml.etree._Element, movement: Movement) -> None:
    writer.put(entry, "NtryRef", movement.reference)
    writer.put_amount(entry, "Amt", movement.amount)
    writer.put(entry, "CdtDbtInd", movement.direction)
    writer.put(entry, "Sts/Cd", "BOOK")
    writer.put(entry, "BookgDt/Dt", movement.booked_on.isoformat())
    writer.put(entry, "AcctSvcrRef", movement.reference)
    element = writer.add(entry, "BkTxCd")
    if len(movement.codes) == 3:
        domain = writer.add(element, "Domn")
        writer.put(domain, "Cd", movement.codes[0])
        family = writer.add(domain, "Fmly")
        writer.put_all(family, [("Cd", movement.codes[1]), ("SubFmlyCd", movement.codes[2])])
    else:
        writer.put(element, "Prtry/Cd", movement.codes[0] if movement.codes else "TRF")
    details = writer.add(entry, "NtryDtls/TxDtls")
    references = writer.add(details, "Refs")
    writer.put(references, "AcctSvcrRef", movement.reference)
    writer.put_all(references, [("EndToEndId", movement.end_to_end_id)])
    _write_party(writer, details, movement)
    writer.put_all(details, [("RmtInf/Ustrd", movement.summary)])


def _write_party(writer: Writer, details: xml.etree._Element, movement: Movement) -> None:
    if not movement.counterparty_name and not movement.counterparty_account:
        return
    side = "Dbtr" if movement.direction == CREDIT else "Cdtr"
    parties = writer.add(details, "RltdPties")
    writer.put_all(
        parties,
        [
            (f"{side}/Pty/Nm", movement.counterparty_name),
            (f"{side}Acct/Id/Othr/Id", movement.counterparty_account),
        ],
    )


def parse(data: bytes) -> Message:
    """The statements that a document holds; entries not booked yet are left out.

    :raises BadMessage: malformed or of another kind.
    """
    root = xml.read_document(data, NAME, ROOT)
    return Message(
        id=xml.needed(root, "GrpHdr/MsgId", 35),
        created_at=xml.moment(root, "GrpHdr/CreDtTm"),
        statements=tuple(_read_statement(element) for element in xml.children(root, "Stmt")),
    )


def _read_statement(element: xml.etree._Element) -> Statement:
    opened, opening = _read_balance(element, ("OPBD", "PRCD"))
    closed, closing = _read_balance(element, ("CLBD",))
    if xml.children(element, "FrToDt"):
        opened, closed = xml.day(element, "FrToDt/FrDtTm"), xml.day(element, "FrToDt/ToDtTm")
    if closed < opened:
        raise BadMessage("对账单的截止日期早于起始日期。")
    return Statement(
        id=xml.needed(element, "Id", 35),
        account=xml.text(element, "Acct/Id/Othr/Id") or xml.needed(element, "Acct/Id/IBAN", 34),
        from_date=opened,
        to_date=closed,
        opening=opening,
        closing=closing,
        movements=tuple(
            _read_movement(entry)
            for entry in xml.children(element, "Ntry")
            if (xml.text(entry, "Sts/Cd") or "BOOK") == "BOOK"
        ),
    )


def _read_balance(element: xml.etree._Element, codes: tuple[str, ...]) -> tuple[date, Decimal]:
    for balance in xml.children(element, "Bal"):
        if xml.text(balance, "Tp/CdOrPrtry/Cd") in codes:
            value = xml.amount(balance, "Amt")
            owed = xml.text(balance, "CdtDbtInd") == DEBIT
            return xml.day(balance, "Dt"), -value if owed else value
    raise BadMessage("对账单缺少期初或期末余额。")


def _read_movement(entry: xml.etree._Element) -> Movement:
    direction = xml.needed(entry, "CdtDbtInd", 4)
    if direction not in (CREDIT, DEBIT):
        raise BadMessage(f"流水的收支方向无法识别：{direction}。")
    side = "Dbtr" if direction == CREDIT else "Cdtr"
    details = xml.children(entry, "NtryDtls/TxDtls")
    found = details[0] if details else entry
    party = f"RltdPties/{side}"
    end_to_end_id = xml.text(found, "Refs/EndToEndId")
    paths = ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd", "Prtry/Cd")
    return Movement(
        reference=xml.text(entry, "AcctSvcrRef")[:70] or xml.needed(entry, "NtryRef", 70),
        booked_on=xml.day(entry, "BookgDt"),
        direction=direction,
        amount=xml.amount(entry, "Amt"),
        counterparty_name=(xml.text(found, f"{party}/Pty/Nm") or xml.text(found, f"{party}/Nm")),
        counterparty_account=xml.text(found, f"RltdPties/{side}Acct/Id/Othr/Id")
        or xml.text(found, f"RltdPties/{side}Acct/Id/IBAN"),
        # What a bank writes where the payer gave no identification.
        end_to_end_id="" if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
        summary=(xml.text(found, "RmtInf/Ustrd") or xml.text(entry, "AddtlNtryInf"))[:200],
        codes=tuple(code for path in paths if (code := xml.text(entry, f"BkTxCd/{path}"))),
    )
