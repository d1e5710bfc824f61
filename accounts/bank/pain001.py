"""pain.001.001.09: an order to pay wages from a wage account to workers' own cards."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.bank import xml
from accounts.bank.xml import BadMessage, Writer

NAME, ROOT = "pain.001.001.09", "CstmrCdtTrfInitn"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One wage to one card; ``end_to_end_id`` comes back with its result and its entries."""

    end_to_end_id: str
    name: str
    card: str
    amount: Decimal
    summary: str = ""


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """All transfers of one order. The bank takes a ``message_id`` once."""

    message_id: str
    created_at: datetime
    execute_on: date
    payer: str
    account: str
    bank: str
    transfers: tuple[Transfer, ...]

    @property
    def total(self) -> Decimal:
        return sum((transfer.amount for transfer in self.transfers), Decimal(0))


def build(order: TransferOrder) -> bytes:
    """The order as a document."""
    writer = Writer(NAME, ROOT)
    header = writer.add(writer.root, "GrpHdr")
    writer.put_all(
        header,
        [
            ("MsgId", order.message_id),
            ("CreDtTm", order.created_at.isoformat(timespec="seconds")),
            ("NbOfTxs", len(order.transfers)),
            ("CtrlSum", f"{order.total:.2f}"),
            ("InitgPty/Nm", order.payer),
        ],
    )
    payment = writer.add(writer.root, "PmtInf")
    _write_payment(writer, payment, order)
    for transfer in order.transfers:
        _write_transfer(writer, writer.add(payment, "CdtTrfTxInf"), transfer)
    return writer.bytes()


def _write_payment(writer: Writer, payment: xml.etree._Element, order: TransferOrder) -> None:
    writer.put_all(
        payment,
        [
            ("PmtInfId", order.message_id),
            ("PmtMtd", "TRF"),
            ("BtchBookg", "false"),
            ("NbOfTxs", len(order.transfers)),
            ("CtrlSum", f"{order.total:.2f}"),
            ("PmtTpInf/CtgyPurp/Cd", "SALA"),
            ("ReqdExctnDt/Dt", order.execute_on.isoformat()),
            ("Dbtr/Nm", order.payer),
            ("DbtrAcct/Id/Othr/Id", order.account),
            ("DbtrAgt/FinInstnId/Nm", order.bank),
        ],
    )


def _write_transfer(writer: Writer, element: xml.etree._Element, transfer: Transfer) -> None:
    writer.put(element, "PmtId/EndToEndId", transfer.end_to_end_id)
    writer.put_amount(element, "Amt/InstdAmt", transfer.amount)
    writer.put_all(
        element,
        [
            ("Cdtr/Nm", transfer.name),
            ("CdtrAcct/Id/Othr/Id", transfer.card),
            ("RmtInf/Ustrd", transfer.summary),
        ],
    )


def parse(data: bytes) -> TransferOrder:
    """The order that a document holds.

    :raises BadMessage: malformed, or its count or sum is not that of its transfers.
    """
    root = xml.read_document(data, NAME, ROOT)
    payments = xml.children(root, "PmtInf")
    if len(payments) != 1:
        raise BadMessage("一份代发指令只能有一个付款账户。")
    [payment] = payments
    order = TransferOrder(
        message_id=xml.needed(root, "GrpHdr/MsgId", 35),
        created_at=xml.moment(root, "GrpHdr/CreDtTm"),
        execute_on=xml.day(payment, "ReqdExctnDt"),
        payer=xml.needed(payment, "Dbtr/Nm"),
        account=xml.needed(payment, "DbtrAcct/Id/Othr/Id", 34),
        bank=xml.text(payment, "DbtrAgt/FinInstnId/Nm"),
        transfers=tuple(
            _read_transfer(element) for element in xml.children(payment, "CdtTrfTxInf")
        ),
    )
    count, total = xml.needed(root, "GrpHdr/NbOfTxs"), xml.amount(root, "GrpHdr/CtrlSum")
    ids = {transfer.end_to_end_id for transfer in order.transfers}
    if (
        count != str(len(order.transfers))
        or total != order.total
        or len(ids) != len(order.transfers)
    ):
        raise BadMessage("报文的笔数、合计金额与明细不符。")
    return order


def _read_transfer(element: xml.etree._Element) -> Transfer:
    transfer = Transfer(
        end_to_end_id=xml.needed(element, "PmtId/EndToEndId", 35),
        name=xml.needed(element, "Cdtr/Nm"),
        card=xml.needed(element, "CdtrAcct/Id/Othr/Id", 34),
        amount=xml.amount(element, "Amt/InstdAmt"),
        summary=xml.text(element, "RmtInf/Ustrd"),
    )
    if transfer.amount <= 0:
        raise BadMessage("付款金额应大于 0。")
    return transfer
