"""Fourth step: which column of the sender's table is which of ours."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.tabular.headings import leaf_variants, normalise, variants
from core.tabular.sheets import column_letter
from core.tabular.tables import Issue, Table

How = Literal["chosen", "remembered", "alias", "group", ""]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of the sender's table: its place from 0, its heading (`group/heading` of two
    levels), our column or None, and how that was found. `line` is 1 where it stands in the second
    line that each worker has."""

    index: int
    heading: str
    column: str | None
    how: How = ""
    line: int = 0

    @property
    def letter(self) -> str:
        """The column as spreadsheet programs call it."""
        return column_letter(self.index)


def recall(mapping: Sequence[Mapped]) -> dict[str, str]:
    """What to remember of this sender: normalised heading → column."""
    return {normalise(m.heading): m.column for m in mapping if m.column and m.heading}


def map_columns(
    headings: Sequence[str],
    table: Table,
    *,
    remembered: Mapping[str, str] | None = None,
    override: Mapping[int, str | None] | None = None,
    hidden: Collection[int] = (),
) -> list[Mapped]:
    """One `Mapped` for each heading; each of our columns is used at most once.

    What the user chose wins over what this sender used last time, that over the aliases; among
    aliases a whole heading over its lower part, the likelier over the less likely, left over right.
    A hidden column is taken only where no visible one means the same.
    """
    guesses = sorted(_guesses(headings, table, remembered or {}, override or {}, hidden))
    taken: dict[int, Mapped] = {
        i: Mapped(i, headings[i], None, "chosen") for i in override or {} if i < len(headings)
    }
    used: set[str] = set()
    for _, _, _, index, column, how in guesses:
        if column in used or (index in taken and how != "chosen"):
            continue
        taken[index] = Mapped(index, headings[index], column, how)
        used.add(column)
    return [taken.get(i, Mapped(i, heading, None)) for i, heading in enumerate(headings)]


def _guesses(
    headings: Sequence[str],
    table: Table,
    remembered: Mapping[str, str],
    override: Mapping[int, str | None],
    hidden: Collection[int],
) -> Iterator[tuple[bool, int, int, int, str, How]]:
    """(hidden, certainty, rank, index, column, how), the smaller the better."""
    for index, heading in enumerate(headings):
        unseen = index in hidden
        chosen = override.get(index)
        if chosen in table.by_name and chosen:
            yield False, 0, 0, index, chosen, "chosen"
        if not heading:
            continue
        known = remembered.get(normalise(heading))
        if known in table.by_name and known:
            yield unseen, 1, 0, index, known, "remembered"
        whole: How = "group" if "/" in heading else "alias"
        if hit := _likeliest(variants(heading), table.aliases):
            yield unseen, 2, hit[0], index, hit[1], whole
        if hit := _likeliest(leaf_variants(heading), table.aliases):
            yield unseen, 3, hit[0], index, hit[1], "alias"


def _likeliest(
    texts: Iterable[str], aliases: Mapping[str, tuple[int, str]]
) -> tuple[int, str] | None:
    """What the most literal of the texts that are known means."""
    return next((aliases[text] for text in texts if text in aliases), None)


def missing_columns(mapping: Sequence[Mapped], table: Table, row: int) -> Iterator[Issue]:
    """The columns that a table must have and this one has not."""
    found = {m.column for m in mapping if m.column}
    for column in table.columns:
        if column.must_exist and column.name not in found:
            names = "、".join((column.label, *column.aliases)[:5])
            yield Issue(
                "",
                row,
                column.name,
                "missing_column",
                f"表头里没有「{column.label}」这一列。可用的列名：{names}。"
                "请补上这一列，或在列对应里选定是哪一列。",
            )


def ambiguous_columns(
    mapping: Sequence[Mapped], table: Table, row: int, differ: Callable[[Mapped, Mapped], bool]
) -> Iterator[Issue]:
    """Headings of which two mean the same column; an error where that would be another amount or
    another number: `differ` says whether what stands in two columns does."""
    used = {m.column: m for m in mapping if m.column}
    for spare in mapping:
        if spare.column is not None or spare.how == "chosen" or not spare.heading:
            continue
        texts = (*variants(spare.heading), *leaf_variants(spare.heading))
        hit = _likeliest(texts, table.aliases)
        winner = used.get(hit[1]) if hit else None
        if hit is None or winner is None or winner.how in ("chosen", "remembered"):
            continue
        matters = table.by_name[hit[1]].is_number and differ(winner, spare)
        yield Issue(
            "",
            row,
            hit[1],
            "ambiguous_column",
            f"{winner.letter} 列「{winner.heading}」和 {spare.letter} 列「{spare.heading}」都像是"
            f"「{table.label(hit[1])}」"
            + (
                "，里面的数不一样，请在列对应里选定用哪一列。"
                if matters
                else f"，已取「{winner.heading}」。不对的话请在列对应里改。"
            ),
            spare.heading,
            "error" if matters else "warning",
        )
