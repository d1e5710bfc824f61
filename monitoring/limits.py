"""Thresholds that belong to no rule that runs: officers may change them like those of any rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from monitoring.models import Level


@dataclass(frozen=True)
class Limits:
    """Named thresholds under a code; those in ``raised`` are tighter when higher."""

    code: str
    defaults: Mapping[str, Decimal]
    raised: frozenset[str] = field(default_factory=frozenset)


#: 签收 and 处置 limits by level, in 工作日; 0 is the same day. What comes back after a ``gap`` of
#: fewer 工作日 is the same episode.
HANDLING_LIMITS = Limits(
    code="LIMITS",
    defaults={
        f"sign_{Level.BLUE}": Decimal(3),
        f"settle_{Level.BLUE}": Decimal(10),
        f"sign_{Level.YELLOW}": Decimal(1),
        f"settle_{Level.YELLOW}": Decimal(5),
        f"sign_{Level.ORANGE}": Decimal(1),
        f"settle_{Level.ORANGE}": Decimal(3),
        f"sign_{Level.RED}": Decimal(0),
        f"settle_{Level.RED}": Decimal(2),
        "gap": Decimal(3),
    },
)
#: What pages show already of rules of the catalogue that do not run yet, under those rules' codes:
#: the rule takes its entry over.
PAGE_LIMITS = {
    limits.code: limits
    for limits in (
        # 天 from the construction contract to the open account 53号5.
        Limits("ACC-01", {"within": Decimal(30)}),
        # 天 from the end of a funding cycle until its missing deposit counts as overdue 53号11.
        Limits("ACC-04", {"grace": Decimal(0)}),
    )
}
