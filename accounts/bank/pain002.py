"""pain.002.001.11: what became of an order, as a whole and transfer by transfer."""

from dataclasses import dataclass
from datetime import datetime

from accounts.bank import pain001, xml
from accounts.bank.xml import Writer

NAME, ROOT = "pain.002.001.11", "CstmrPmtStsRpt"

#: The bank has the order and has not finished.
IN_WORK = frozenset({"RCVD", "ACTC", "ACCP", "ACSP", "PDNG"})
SETTLED = frozenset({"ACSC", "ACCC"})
REJECTED = "RJCT"
#: A MsgId that the bank has already taken.
DUPLICATE = "DU01"

#: Reasons of the external code list, as people say them.
REASONS = {
    "AC02": "付款账户不存在",
    "AC03": "收款账号不存在",
    "AC04": "收款账户已销户",
    "AC06": "账户已冻结",
    "AM04": "付款账户余额不足",
    "BE01": "户名不符",
    "DU01": "报文重复",
}


@dataclass(frozen=True, slots=True)
class TransferOutcome:
    """What became of one transfer."""

    end_to_end_id: str
    status: str
    reason_code: str = ""
    reason: str = ""
    bank_reference: str = ""

    @property
    def is_paid(self) -> bool:
        return self.status in SETTLED

    @property
    def is_failed(self) -> bool:
        return self.status == REJECTED


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of the order ``original_id``."""

    message_id: str
    created_at: datetime
    original_id: str
    status: str
    reason_code: str = ""
    reason: str = ""
    outcomes: tuple[TransferOutcome, ...] = ()

    @property
    def is_refused(self) -> bool:
        """The bank took nothing of the order."""
        return self.status == REJECTED and not self.outcomes

    @property
    def is_duplicate(self) -> bool:
        return self.is_refused and self.reason_code == DUPLICATE


def build(report: StatusReport) -> bytes:
    """The report as a document."""
    writer = Writer(NAME, ROOT)
    writer.put_all(
        writer.add(writer.root, "GrpHdr"),
        [
            ("MsgId", report.message_id),
            ("CreDtTm", report.created_at.isoformat(timespec="seconds")),
        ],
    )
    group = writer.add(writer.root, "OrgnlGrpInfAndSts")
    writer.put_all(
        group,
        [
            ("OrgnlMsgId", report.original_id),
            ("OrgnlMsgNmId", pain001.NAME),
            ("GrpSts", report.status),
        ],
    )
    _write_reason(writer, group, report.reason_code, report.reason)
    if report.outcomes:
        payment = writer.add(writer.root, "OrgnlPmtInfAndSts")
        writer.put(payment, "OrgnlPmtInfId", report.original_id)
        for outcome in report.outcomes:
            element = writer.add(payment, "TxInfAndSts")
            writer.put(element, "OrgnlEndToEndId", outcome.end_to_end_id)
            writer.put(element, "TxSts", outcome.status)
            _write_reason(writer, element, outcome.reason_code, outcome.reason)
            writer.put_all(element, [("AcctSvcrRef", outcome.bank_reference)])
    return writer.bytes()


def _write_reason(writer: Writer, parent: xml.etree._Element, code: str, words: str) -> None:
    if code:
        reason = writer.add(parent, "StsRsnInf")
        writer.put_all(reason, [("Rsn/Cd", code), ("AddtlInf", words[:105])])


def parse(data: bytes) -> StatusReport:
    """The report that a document holds.

    :raises BadMessage: malformed or of another kind.
    """
    root = xml.read_document(data, NAME, ROOT)
    code, words = _read_reason(root, "OrgnlGrpInfAndSts/StsRsnInf")
    return StatusReport(
        message_id=xml.needed(root, "GrpHdr/MsgId", 35),
        created_at=xml.moment(root, "GrpHdr/CreDtTm"),
        original_id=xml.needed(root, "OrgnlGrpInfAndSts/OrgnlMsgId", 35),
        status=xml.needed(root, "OrgnlGrpInfAndSts/GrpSts", 4),
        reason_code=code,
        reason=words,
        outcomes=tuple(
            _read_outcome(element)
            for element in xml.children(root, "OrgnlPmtInfAndSts/TxInfAndSts")
        ),
    )


def _read_outcome(element: xml.etree._Element) -> TransferOutcome:
    code, words = _read_reason(element, "StsRsnInf")
    return TransferOutcome(
        end_to_end_id=xml.needed(element, "OrgnlEndToEndId", 35),
        status=xml.needed(element, "TxSts", 4),
        reason_code=code,
        reason=words,
        bank_reference=xml.text(element, "AcctSvcrRef")[:35],
    )


def _read_reason(parent: xml.etree._Element, path: str) -> tuple[str, str]:
    """A reason's code and its words; the bank's own words first, then the code list's."""
    code = xml.text(parent, f"{path}/Rsn/Cd")[:4]
    words = xml.text(parent, f"{path}/AddtlInf") or xml.text(parent, f"{path}/Rsn/Prtry")
    return code, (words or REASONS.get(code, code))[:140]
