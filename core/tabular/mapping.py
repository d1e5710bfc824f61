"""Which column of the sender's table is which of ours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.tabular.headings import leaf_variants, normalise, variants
from core.tabular.tables import Issue, Table

How = Literal["chosen", "remembered", "alias", "group", ""]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of the sender's table: its place from 0, its heading (`group/heading` of two
    levels), our column or None, and how that was found."""

    index: int
    heading: str
    column: str | None
    how: How = ""


def recall(mapping: Sequence[Mapped]) -> dict[str, str]:
    """What to remember of this sender: normalised heading → column."""
    return {normalise(m.heading): m.column for m in mapping if m.column and m.heading}


def alias_table(table: Table) -> dict[str, tuple[int, str]]:
    """Normalised heading → (how unlikely, column); the label is the likeliest name."""
    aliases: dict[str, tuple[int, str]] = {}
    for column in table.columns:
        for rank, alias in enumerate((column.label, column.name, *column.aliases)):
            for text in variants(alias):
                aliases.setdefault(text, (rank, column.name))
    return aliases


def map_columns(
    headings: Sequence[str],
    table: Table,
    *,
    remembered: Mapping[str, str] | None = None,
    override: Mapping[int, str | None] | None = None,
) -> list[Mapped]:
    """One `Mapped` for each heading; each of our columns is used at most once.

    What the user chose wins over what this sender used last time, that over the aliases; among
    aliases a whole heading over its lower part, the likelier over the less likely, left over right.
    """
    guesses = sorted(_guesses(headings, table, remembered or {}, override or {}))
    taken: dict[int, Mapped] = {
        i: Mapped(i, headings[i], None, "chosen") for i in override or {} if i < len(headings)
    }
    used: set[str] = set()
    for _, _, index, column, how in guesses:
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
) -> Iterator[tuple[int, int, int, str, How]]:
    """(certainty, rank, index, column, how), the smaller the better."""
    aliases = alias_table(table)
    for index, heading in enumerate(headings):
        chosen = override.get(index)
        if chosen in table.by_name and chosen and index < len(headings):
            yield 0, 0, index, chosen, "chosen"
        known = remembered.get(normalise(heading))
        if known in table.by_name and known:
            yield 1, 0, index, known, "remembered"
        whole: How = "group" if "/" in heading else "alias"
        if hit := _likeliest(variants(heading), aliases):
            yield 2, hit[0], index, hit[1], whole
        if hit := _likeliest(leaf_variants(heading), aliases):
            yield 3, hit[0], index, hit[1], "alias"


def _likeliest(
    texts: Iterable[str], aliases: Mapping[str, tuple[int, str]]
) -> tuple[int, str] | None:
    return min((aliases[text] for text in texts if text in aliases), default=None)


def mapping_issues(mapping: Sequence[Mapped], table: Table, row: int) -> Iterator[Issue]:
    """Columns that are missing, and headings of which two mean the same column."""
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
    yield from _ambiguous(mapping, table, row)


def _ambiguous(mapping: Sequence[Mapped], table: Table, row: int) -> Iterator[Issue]:
    aliases = alias_table(table)
    used = {m.column: m for m in mapping if m.column}
    for spare in mapping:
        meant = next((aliases[t][1] for t in variants(spare.heading) if t in aliases), None)
        if spare.column is None and spare.how != "chosen" and meant in used:
            winner = used[meant].heading
            yield Issue(
                "",
                row,
                meant,
                "ambiguous_column",
                f"「{winner}」和「{spare.heading}」都像是「{table.label(meant)}」，"
                f"已取「{winner}」。不对的话请在列对应里改。",
                spare.heading,
                "warning",
            )
