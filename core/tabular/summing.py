"""Control totals: what the sender wrote under the table, against what was read of it.

A row that was mended may be what makes a total come out, and one that was mended away from the
total is the sender's own doing: both the file's rows and the mended ones may prove it.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.core.exceptions import ValidationError

from core.fields import MoneyField, as_text
from core.tabular.blocks import Block
from core.tabular.rowkinds import GRAND, Lines, rows_of
from core.tabular.tables import Issue, Row, Table

_AMOUNT = MoneyField(minimum=None, maximum=10**12, required=False)
_HEADS = re.compile(r"(?:合计|总计|共计|共|总人数|人数)[:：(（\s]*(\d{1,6})\s*人")
_HEADS_ALONE = re.compile(r"[(（]?共?(\d{1,6})\s*人[)）]?")


@dataclass(frozen=True)
class Read:
    """One block with what became of its lines: the rows that were made of it, in order."""

    block: Block
    lines: Lines
    rows: Sequence[Row]


@dataclass(frozen=True)
class Stated:
    """What a line of totals says: its row from 0, its amounts by column, how many people it names,
    and whether it is of everything above it."""

    row: int
    amounts: dict[str, Decimal]
    heads: int | None
    is_grand: bool


def stated_totals(read: Read, table: Table) -> Iterator[Stated]:
    """The lines of totals of a block; cells that hold no number say nothing."""
    sheet = read.block.sheet
    for row in rows_of(read.lines, "total"):
        cells = sheet.rows[row]
        texts = ["".join(as_text(cell).split()) for cell in cells]
        first = next((text for text in texts if text), "")
        amounts = {
            name: amount
            for name in table.totals
            if (place := read.block.places.get(name))
            if (amount := amount_of(sheet.cell(row, place[1]))) is not None
        }
        yield Stated(row, amounts, _heads(texts), GRAND.match(first) is not None)


def amount_of(cell: Any) -> Decimal | None:
    """A cell of a line of totals, however large; None where it is no number."""
    try:
        return _AMOUNT.clean(cell)
    except ValidationError:
        text = as_text(cell)
        try:
            return Decimal(text).quantize(Decimal("0.01")) if "." in text else None
        except ArithmeticError:
            return None


def _heads(texts: Sequence[str]) -> int | None:
    """How many people a line of totals names."""
    found = next((m for text in texts if (m := _HEADS_ALONE.fullmatch(text))), None)
    found = found or _HEADS.search("".join(texts))
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Control:
    """A total of the sender's that the rows must prove: where it stands, its column ("" for a
    count of people), its amount, and the spans of rows (first, to before last, in the order of the
    file) that it may be of."""

    sheet: str
    row: int
    column: str
    amount: Decimal
    spans: list[list[tuple[int, int]]]


def controls_of(reads: Sequence[Read], table: Table) -> list[Control]:
    """What the sender's lines of totals say.

    A total may be of the rows since the last one, of its block, of its worksheet or of the
    workbook, in whole or down to where it stands.
    """
    starts = [0, *accumulate(len(read.rows) for read in reads)]
    controls = []
    for place, read in enumerate(reads):
        sheet, first, _end = read.block.sheet, starts[place], starts[place + 1]
        numbers = [row.number for row in read.rows]
        here = [
            (starts[n], starts[n + 1])
            for n, other in enumerate(reads)
            if other.block.sheet is sheet
        ]
        since = first
        for stated in stated_totals(read, table):
            last = first + bisect_right(numbers, stated.row)
            spans = [
                [(since, last)],
                [(first, last)],
                [*(span for span in here if span[1] <= first), (first, last)],
                [(0, last)],
                here,
                [(0, starts[-1])],
            ]
            if stated.is_grand:
                spans = [*spans[1:], spans[0]]
            said = [
                (sheet.name, stated.row + 1, name, amount)
                for name, amount in stated.amounts.items()
            ]
            if stated.heads is not None and last > first:
                said.append((sheet.name, stated.row + 1, "", Decimal(stated.heads)))
            controls += [Control(*one, spans) for one in said]
            since = last
    return controls


def totals_agree(
    controls: Sequence[Control], rows: Sequence[Row], before: Sequence[Row], gone: Collection[int]
) -> Iterator[Issue]:
    """Every total of the sender's is proved by the rows, or is an error.

    `rows` are those of the file in its order, as mended, `before` the same as they were; either
    proves a total. `gone` are the keys of rows that were taken out. Where a cell of a column is
    faulty nothing of it can be proved, and the fault is the issue.
    """
    names = {control.column for control in controls if control.column}
    faulty = {f.column for row in rows for f in row.faults if f.severity == "error"}
    rounded = Counter(f.column for row in rows for f in row.faults if f.code == "rounded")
    for name in names - faulty:
        slack = Decimal("0.005") * rounded[name]
        mine = [control for control in controls if control.column == name]
        now = _running(row[name] if row.key not in gone else None for row in rows)
        open_ = [control for control in mine if not _is_proved(control, now, slack)]
        if open_:
            # What stood in the file, be it no amount that we would take: 32 days, minus 5 元.
            then = _running(amount_of(row.raw.get(name)) for row in before)
            for control in open_:
                if not _is_proved(control, then, slack):
                    yield _differs(control, _sum(now, control.spans[0]))
    versions = [_running(Decimal(row.key not in gone) for row in rows)]
    versions.append(_running(Decimal(1) for row in rows))
    for control in controls:
        if not control.column:
            counts = [_sum(run, span) for run in versions for span in control.spans]
            if control.amount not in counts:
                yield _heads_differ(control, counts[0])


def _is_proved(control: Control, running: Sequence[Decimal], slack: Decimal) -> bool:
    return any(abs(_sum(running, span) - control.amount) <= slack for span in control.spans)


def _running(amounts: Iterable[Decimal | None]) -> list[Decimal]:
    """The running sums, so that each total costs one subtraction."""
    return [Decimal(), *accumulate(amount or Decimal() for amount in amounts)]


def _sum(running: Sequence[Decimal], span: Sequence[tuple[int, int]]) -> Decimal:
    return sum((running[last] - running[first] for first, last in span), Decimal())


def _differs(control: Control, ours: Decimal) -> Issue:
    return Issue(
        control.sheet,
        control.row,
        control.column,
        "total_differs",
        f"第 {control.row} 行合计写的是 {control.amount:,.2f}，逐行相加是 {ours:,.2f}。"
        "可能有人没有读到，也可能改过数、合计没有更新：请核对原表，改正后重新上传。",
        f"{control.amount:,.2f}",
    )


def _heads_differ(control: Control, ours: Decimal) -> Issue:
    return Issue(
        control.sheet,
        control.row,
        "",
        "head_count",
        f"第 {control.row} 行写的是 {control.amount} 人，读到的是 {ours} 人。"
        "请核对有没有漏掉的人，改正后重新上传。",
        str(control.amount),
    )
