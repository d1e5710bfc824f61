"""Thresholds of rules: defaults in code, changed by officers from a day on, by region."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from monitoring.models import RuleSetting

#: 新疆维吾尔自治区: what it sets takes the default's place everywhere.
WHOLE_REGION = "650000"


class Configurable(Protocol):
    """A rule, as far as its thresholds go; those in ``raised`` are tighter when higher."""

    @property
    def code(self) -> str: ...

    @property
    def defaults(self) -> Mapping[str, Decimal]: ...

    @property
    def raised(self) -> frozenset[str]: ...


class Thresholds:
    """The thresholds of one rule as they stand on a day.

    The autonomous region's setting takes the default's place. A prefecture's or a county's counts
    where it is tighter, also than what the region sets later.
    """

    def __init__(
        self, rule: Configurable, settings: Iterable[tuple[str, str, Decimal]] = ()
    ) -> None:
        self.rule = rule
        self.settings = {(name, region): value for name, region, value in settings}

    def __call__(self, name: str, region: str = "") -> Decimal:
        """The threshold for a project in that region (GB/T 2260 code), or for all."""
        values = [self.settings.get((name, WHOLE_REGION), self.rule.defaults[name])]
        for code in (f"{region[:4]}00", region):
            if (name, code) in self.settings:
                values.append(self.settings[name, code])
        return max(values) if name in self.rule.raised else min(values)

    def least(self, name: str) -> Decimal:
        """The lowest value that the threshold has anywhere."""
        everywhere = (value for (known, _), value in self.settings.items() if known == name)
        return min((self(name), *everywhere))


def thresholds(rule: Configurable, as_of: date) -> Thresholds:
    """What officers have set for a rule up to a day; the newest setting of each region counts."""
    rows = RuleSetting.objects.filter(rule=rule.code, since__lte=as_of).order_by("since", "pk")
    return Thresholds(rule, rows.values_list("name", "region_id", "value"))


def are_set(as_of: date) -> bool:
    """Whether anything differs from the defaults on a day."""
    return RuleSetting.objects.filter(since__lte=as_of).exists()
