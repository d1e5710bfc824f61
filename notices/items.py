"""A board's content item by item: what a page shows, and in what two contents differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.money import yuan
from notices.content import UNKNOWN, BoardContent, Party
from notices.wording import Term, board_wording


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A line of an item; ``phone`` can be called."""

    text: str
    phone: str = ""
    ug: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the board says, under its label in both languages."""

    key: str
    lines: tuple[ItemLine, ...]

    @property
    def label(self) -> Term:
        return board_wording()[self.key]

    @property
    def text(self) -> str:
        """In one line, for comparisons in words."""
        return "；".join(" ".join(filter(None, (line.text, line.phone))) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Block:
    """One of the board's blocks."""

    key: str
    items: tuple[Item, ...]

    @property
    def label(self) -> Term:
        return board_wording()[self.key]


@dataclass(frozen=True, slots=True)
class Difference:
    """An item that says something else than before."""

    label: Term
    before: str
    after: str


def blocks(content: BoardContent) -> list[Block]:
    """The board as its reader goes through it."""
    return [
        Block("project", tuple(_project_items(content))),
        Block("parties", tuple(_party_items(content))),
        Block("wages", tuple(_wage_items(content))),
        Block("channels", tuple(_channel_items(content))),
    ]


def differences(before: BoardContent, after: BoardContent) -> list[Difference]:
    """The items in which two boards differ."""
    pairs = zip(_all_items(before), _all_items(after), strict=True)
    return [Difference(a.label, a.text, b.text) for a, b in pairs if a.lines != b.lines]


def gaps(content: BoardContent) -> list[Term]:
    """What the board has a place for and nobody has entered."""
    return [
        item.label
        for item in _all_items(content)
        if any(line.text.startswith(UNKNOWN) for line in item.lines)
    ]


def _all_items(content: BoardContent) -> list[Item]:
    return [item for block in blocks(content) for item in block.items]


def _project_items(content: BoardContent) -> Iterator[Item]:
    yield _plain_item("project", content.project_name)
    yield _plain_item("project_code", content.project_code)
    yield _plain_item("address", content.address)
    yield _plain_item("period", content.period_text)
    yield _plain_item("amount", content.amount_text)


def _party_items(content: BoardContent) -> Iterator[Item]:
    yield _party_item("owner", (content.owner,))
    yield _party_item("contractor", (content.contractor,))
    yield _party_item("project_department", (content.project_department,))
    yield _party_item("project_manager", (content.project_manager,))
    yield _party_item("labour_officer", (content.labour_officer,))
    yield _party_item("subcontractors", content.subcontractors, nobody="无")
    yield _party_item("industry_department", (content.industry_department,))


def _wage_items(content: BoardContent) -> Iterator[Item]:
    words = board_wording()
    key = "pays_last_month" if content.pay_month_offset else "pays_this_month"
    pays, before = words[key].filled(day=content.pay_day), words["pays_before_holidays"]
    yield Item("minimum_wage", tuple(_minimum_wage(content)))
    yield Item("pay_day", (ItemLine(pays.zh, ug=pays.ug), ItemLine(before.zh, ug=before.ug)))
    yield _plain_item("account", content.account_text)
    yield _plain_item("bond", content.bond_status)


def _minimum_wage(content: BoardContent) -> Iterator[ItemLine]:
    wage = content.minimum_wage
    if wage is None:
        yield ItemLine(UNKNOWN)
        return
    yield ItemLine(f"{yuan(wage.monthly)} 元/月，{yuan(wage.hourly)} 元/小时")
    yield ItemLine(f"{wage.county}，自 {wage.effective_from.isoformat()} 起执行")
    if wage.unconfirmed:
        words = board_wording()["unconfirmed"]
        yield ItemLine(words.zh, ug=words.ug)


def _channel_items(content: BoardContent) -> Iterator[Item]:
    yield _party_item("inspectorate_complaints", (content.inspectorate,))
    yield _party_item("industry_complaints", (content.industry_department,))
    yield _plain_item("arbitration", content.arbitration)
    yield _plain_item("legal_aid", content.legal_aid)
    yield Item("legal_service_hotline", (ItemLine("", content.legal_service_hotline),))
    yield Item("labour_hotline", (ItemLine("", content.labour_hotline),))
    yield Item("government_hotline", (ItemLine("", content.government_hotline),))


def _plain_item(key: str, text: str) -> Item:
    return Item(key, (ItemLine(text or UNKNOWN),))


def _party_item(key: str, parties: Sequence[Party], nobody: str = UNKNOWN) -> Item:
    lines = tuple(
        ItemLine(" ".join(filter(None, (party.name or UNKNOWN, party.contact))), party.phone)
        for party in parties
    )
    return Item(key, lines or (ItemLine(nobody),))
