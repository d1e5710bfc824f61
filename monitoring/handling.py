"""Limits of handling, as thresholds that officers may change like those of any rule."""

from dataclasses import dataclass, field
from decimal import Decimal

from monitoring.models import Level


@dataclass(frozen=True)
class Limits:
    """签收 and 处置 limits by level, in 工作日; 0 is the same day."""

    code: str = "LIMITS"
    defaults: dict[str, Decimal] = field(
        default_factory=lambda: {
            f"sign_{Level.BLUE}": Decimal(3),
            f"settle_{Level.BLUE}": Decimal(10),
            f"sign_{Level.YELLOW}": Decimal(1),
            f"settle_{Level.YELLOW}": Decimal(5),
            f"sign_{Level.ORANGE}": Decimal(1),
            f"settle_{Level.ORANGE}": Decimal(3),
            f"sign_{Level.RED}": Decimal(0),
            f"settle_{Level.RED}": Decimal(2),
        }
    )
    raised: frozenset[str] = frozenset()


LIMITS = Limits()
