"""A warning's evidence: each rule declares what it records, and how its page shows it.

A rule names every key of its findings' evidence, once: as a fact, as records that are drawn as a
table, as a page to look at, or as something for programs only. What it does not name is a mistake
that the rule's test finds (:func:`undeclared_keys`), and never simply missing from the page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from core.money import yuan


@dataclass(frozen=True, slots=True)
class Fact:
    """One value, in text."""

    key: str
    label: str

    is_number = False

    def text(self, value: Any) -> str:
        """The value as it is read."""
        if isinstance(value, list):
            return "、".join(map(str, value))
        return str("" if value is None else value)


@dataclass(frozen=True, slots=True)
class Number(Fact):
    """A count of people, days, …; stands to the right in a table."""

    is_number = True


@dataclass(frozen=True, slots=True)
class Amount(Fact):
    """An amount in 元, stored as a plain decimal; the label gets the unit."""

    is_number = True

    def text(self, value: Any) -> str:
        return yuan(Decimal(value)) if value else Fact.text(self, value)


@dataclass(frozen=True, slots=True)
class Linked(Fact):
    """A record's name that leads to its page: ``page`` is a URL name, ``by`` the key of the
    record's row that the page takes; without it the name stands alone."""

    page: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """Records that the finding stands on, as a table; each row has these columns."""

    key: str
    columns: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class PageLink:
    """The object itself: a button to its page, which takes the value."""

    key: str
    label: str
    page: str


@dataclass(frozen=True, slots=True)
class ForPrograms:
    """Told to programs only: codes and keys without meaning for a reader."""

    key: str


EvidenceItem = Fact | Records | PageLink | ForPrograms


@dataclass(frozen=True, slots=True)
class EvidenceCell:
    """One value of a record; ``url`` leads to the record, numbers stand to the right."""

    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """Records that the facts stand on."""

    head: list[EvidenceCell]
    rows: list[list[EvidenceCell]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the page shows."""

    facts: list[tuple[str, str]]
    tables: list[EvidenceTable]
    links: list[tuple[str, str]]


def readable_evidence(evidence: Mapping[str, Any], declared: Iterable[EvidenceItem]) -> Evidence:
    """The stored evidence as the rule's declaration shows it, in the declaration's order.

    What is not known (None), and records of which there are none, are left out.
    """
    shown = Evidence([], [], [])
    for one in declared:
        value = evidence.get(one.key)
        if value is None or value == []:
            continue
        if isinstance(one, Fact):
            shown.facts.append((_fact_heading(one), one.text(value)))
        elif isinstance(one, Records):
            headings = [
                EvidenceCell(_fact_heading(column), is_number=column.is_number)
                for column in one.columns
            ]
            rows = [[_evidence_cell(column, row) for column in one.columns] for row in value]
            shown.tables.append(EvidenceTable(headings, rows))
        elif isinstance(one, PageLink):
            shown.links.append((reverse(one.page, args=[value]), one.label))
    return shown


def undeclared_keys(evidence: Mapping[str, Any], declared: Iterable[EvidenceItem]) -> set[str]:
    """The keys of a finding's evidence that its rule does not name; "workers.name" in records."""
    known = {one.key: one for one in declared}
    missing = set(evidence) - set(known)
    for key, one in known.items():
        if isinstance(one, Records):
            columns = {column.key for column in one.columns}
            columns |= {column.by for column in one.columns if isinstance(column, Linked)}
            for row in evidence.get(key) or []:
                missing |= {f"{key}.{name}" for name in set(row) - columns}
    return missing


def _fact_heading(fact: Fact) -> str:
    return f"{fact.label}（元）" if isinstance(fact, Amount) else fact.label


def _evidence_cell(column: Fact, row: Mapping[str, Any]) -> EvidenceCell:
    url = ""
    if isinstance(column, Linked) and (key := row.get(column.by)):
        url = reverse(column.page, args=[key])
    return EvidenceCell(column.text(row.get(column.key)), url, column.is_number)
