"""Thresholds of rules: defaults in code, changed by officers from a day on, by region."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from core.scope import once_a_request
from identity.limits import Limit
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

    def limit(self, name: str) -> Limit:
        """One threshold as it holds in each place."""
        return Limit(
            value=self.settings.get((name, WHOLE_REGION), self.rule.defaults[name]),
            areas={
                region: value
                for (known, region), value in self.settings.items()
                if known == name and region != WHOLE_REGION
            },
            raised=name in self.rule.raised,
        )

    def __call__(self, name: str, region: str = "") -> Decimal:
        """The threshold for a project in that region (GB/T 2260 code), or for all."""
        return self.limit(name)(region)


def thresholds(rule: Configurable, as_of: date) -> Thresholds:
    """What officers have set for a rule up to a day; the newest setting of each region counts.

    The one place that rules and pages read them from; a page's facts ask once.
    """
    settings = once_a_request(("rule settings", as_of), lambda: _rule_settings(as_of))
    return Thresholds(rule, (setting[1:] for setting in settings if setting[0] == rule.code))


def _rule_settings(as_of: date) -> list[tuple[str, str, str, Decimal]]:
    rows = RuleSetting.objects.filter(since__lte=as_of).order_by("since", "pk")
    return list(rows.values_list("rule", "name", "region_id", "value"))


def are_set(as_of: date) -> bool:
    """Whether anything differs from the defaults on a day."""
    return RuleSetting.objects.filter(since__lte=as_of).exists()
