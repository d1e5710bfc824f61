"""A line's amounts: columns of one group added up."""

from dataclasses import dataclass
from decimal import Decimal

from core.tabular.tables import CheckedLine

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Amounts:
    """A line's amounts in 元 once the columns of a group are added up."""

    days: Decimal
    rate: Decimal
    overtime: Decimal
    gross: Decimal
    advance: Decimal
    deduction: Decimal
    net: Decimal

    @property
    def balance(self) -> Decimal:
        """What 应发 less 借支 less 代扣 leaves."""
        return self.gross - self.advance - self.deduction


def line_amounts(row: CheckedLine) -> Amounts:
    """A clean line's amounts.

    借支 and 生活费 are one; so are 代扣 and its parts. Whether a column of deductions stands beside
    the others or is their sum is told by which reading makes the row add up.
    """
    gross, net = row["gross"] or ZERO, row["net"] or ZERO
    advance = total_of(row, "advance", "living")
    readings = _deductions(row, advance)
    fitting = (deduction for deduction in readings if gross - advance - deduction == net)
    return Amounts(
        days=row["days"] or Decimal("0.0"),
        rate=row["rate"] or ZERO,
        overtime=row["overtime"] or ZERO,
        gross=gross,
        advance=advance,
        deduction=next(fitting, readings[0]),
        net=net,
    )


def _deductions(row: CheckedLine, advance: Decimal) -> list[Decimal]:
    """What may be deducted besides the advance, the likeliest first."""
    stated, parts = row["deduction"] or ZERO, total_of(row, "insurance", "tax", "meals", "fines")
    total = row["deductions"]
    beside = [stated + parts, stated]
    if total is None:
        return beside
    within = [total - advance] if total >= advance else []
    return [*beside, *within, total] if stated or parts else [*within, total]


def total_of(row: CheckedLine, *columns: str) -> Decimal:
    return sum((row[column] or ZERO for column in columns), ZERO)
