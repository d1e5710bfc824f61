"""ISO 20022 documents read with suspicion and written plainly."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from lxml import etree

from core.money import fen

#: A month of a very large account; a message beyond this is not read at all.
MAX_BYTES = 20 * 1024 * 1024
CURRENCY = "CNY"
#: Never negative, whose direction stands beside it; what numeric(14,2) holds.
_AMOUNT = re.compile(r"\+?\d{1,12}(\.\d{1,5})?", re.ASCII)


class BadMessage(ValueError):
    """Not the message that was expected, or not one that can be trusted; says why in Chinese."""


def read_document(data: bytes, name: str, root: str) -> etree._Element:
    """The ``root`` element of an ISO 20022 document of the kind ``name`` ("camt.053.001.08").

    Nothing is expanded, fetched or loaded while reading.

    :raises BadMessage: too large, broken, with a DTD, or of another kind.
    """
    if len(data) > MAX_BYTES:
        raise BadMessage(f"报文超过 {MAX_BYTES // 1024 // 1024} MB，没有读取。")
    # A DTD is refused before the parser sees it; in UTF-16 the word would hide.
    if b"<!DOCTYPE" in data[:4096] or b"\x00" in data[:64]:
        raise BadMessage("报文带有文档类型声明，不予读取。")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        document = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise BadMessage("报文不是完整的 XML，请检查文件是否被截断或改动。") from None
    if document.getroottree().docinfo.internalDTD is not None:
        raise BadMessage("报文带有文档类型声明，不予读取。")
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{name}"
    if document.tag != f"{{{namespace}}}Document":
        raise BadMessage(f"这不是 {name} 报文，请检查报文类型和版本。")
    body = document.find(f"{{{namespace}}}{root}")
    if body is None:
        raise BadMessage(f"{name} 报文里没有 {root}。")
    return body


def children(parent: etree._Element, path: str) -> list[etree._Element]:
    """The elements at "Stmt/Ntry" under ``parent``, in its own namespace."""
    return parent.findall("/".join(f"{{*}}{step}" for step in path.split("/")))


def text(parent: etree._Element, path: str) -> str:
    """The words at a path, "" where there are none."""
    found = children(parent, path)
    return (found[0].text or "").strip() if found else ""


def needed(parent: etree._Element, path: str, limit: int = 140) -> str:
    """The words at a path that must be there.

    :raises BadMessage: missing, or longer than its column.
    """
    value = text(parent, path)
    if not value:
        raise BadMessage(f"报文缺少 {path}。")
    if len(value) > limit:
        raise BadMessage(f"报文的 {path} 超过 {limit} 个字。")
    return value


def amount(parent: etree._Element, path: str) -> Decimal:
    """An amount in 元 that must be there.

    :raises BadMessage: missing, malformed, not CNY, or finer than a fen.
    """
    written = needed(parent, path, 18)
    if children(parent, path)[0].get("Ccy", CURRENCY) != CURRENCY:
        raise BadMessage(f"报文的 {path} 不是人民币金额。")
    if not _AMOUNT.fullmatch(written):
        raise BadMessage(f"报文的 {path} 不是金额：{written}。")
    value = Decimal(written)
    exact = fen(value)
    if exact != value:
        raise BadMessage(f"报文的 {path} 超过两位小数：{written}。")
    return exact


def day(parent: etree._Element, path: str) -> date:
    """A date that must be there, as ``Dt`` or ``DtTm`` below the path; the day here, whatever the
    bank's zone.

    :raises BadMessage: missing or malformed.
    """
    written = text(parent, f"{path}/Dt") or text(parent, f"{path}/DtTm") or needed(parent, path)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise BadMessage(f"报文的 {path} 不是日期：{written}。") from None
    return timezone.localdate(moment) if timezone.is_aware(moment) else moment.date()


def moment(parent: etree._Element, path: str) -> datetime:
    """A point in time that must be there.

    :raises BadMessage: missing or malformed.
    """
    written = needed(parent, path)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise BadMessage(f"报文的 {path} 不是时间：{written}。") from None


class Writer:
    """Builds a document top down: ``add`` an element, ``put`` its words."""

    def __init__(self, name: str, root: str):
        self._namespace = f"urn:iso:std:iso:20022:tech:xsd:{name}"
        self._document = etree.Element(
            f"{{{self._namespace}}}Document", nsmap={None: self._namespace}
        )
        self.root = self.add(self._document, root)

    def add(self, parent: etree._Element, path: str) -> etree._Element:
        """New elements down a path; the last one."""
        for step in path.split("/"):
            parent = etree.SubElement(parent, f"{{{self._namespace}}}{step}")
        return parent

    def put(self, parent: etree._Element, path: str, value: object) -> etree._Element:
        """New elements down a path, the last with ``value`` as its words."""
        element = self.add(parent, path)
        element.text = str(value)
        return element

    def put_all(self, parent: etree._Element, pairs: Iterable[tuple[str, object]]) -> None:
        """Several paths in order; those without a value are left out."""
        for path, value in pairs:
            if value not in ("", None):
                self.put(parent, path, value)

    def put_amount(self, parent: etree._Element, path: str, value: Decimal) -> None:
        self.put(parent, path, f"{value:.2f}").set("Ccy", CURRENCY)

    def bytes(self) -> bytes:
        return etree.tostring(self._document, xml_declaration=True, encoding="UTF-8")
