"""The grand total that the sender wrote under the table, against what the rows come to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError

from core.fields import MoneyField, as_text
from core.tabular.locating import Cells, Header
from core.tabular.tables import Issue, Row

GRAND = re.compile(r"(?:合计|总计|共计)[:：]?")
_AMOUNT = MoneyField(minimum=None, maximum=10**12, required=False)

#: Column → row of the grand total and what stands there.
Stated = Mapping[str, tuple[int, Decimal]]


def stated_totals(
    cells: Sequence[Cells], header: Header, places: Mapping[str, int], totals: Sequence[str]
) -> dict[str, tuple[int, Decimal]]:
    """What the one line of grand totals says of these columns; {} where there is none or several,
    as on sheets that sum up every page."""
    start = header.top + header.depth
    lines = [n for n in range(start, len(cells)) if _is_grand_total(cells[n])]
    if len(lines) != 1:
        return {}
    (line,) = lines
    found = ((name, _amount(cells[line], places[name])) for name in totals if name in places)
    return {name: (line + 1, amount) for name, amount in found if amount is not None}


def _is_grand_total(cells: Cells) -> bool:
    first = next((text for cell in cells if (text := as_text(cell))), "")
    return GRAND.fullmatch(first.replace(" ", "")) is not None


def _amount(cells: Cells, place: int) -> Decimal | None:
    try:
        return _AMOUNT.clean(cells[place]) if place < len(cells) else None
    except ValidationError:
        return None


def totals_agree(stated: Stated, totals: Mapping[str, str], rows: Sequence[Row]) -> Iterator[Issue]:
    """A warning where the sender's total is not the sum of the rows, all of them being clean."""
    for name, (line, amount) in stated.items():
        faulty = any(fault.column == name for row in rows for fault in row.faults)
        if not faulty and Decimal(totals[name]) != amount:
            yield Issue(
                "",
                line,
                name,
                "total_differs",
                f"合计行写的是 {amount:,.2f}，逐行相加是 {Decimal(totals[name]):,.2f}，"
                "请核对有没有漏行或改过数。",
                f"{amount:,.2f}",
                "warning",
            )
