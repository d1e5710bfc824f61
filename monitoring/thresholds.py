"""Thresholds of rules: defaults in code, changed by officers from a day on, by region."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from monitoring.models import RuleSetting


class Thresholds:
    """The thresholds of one rule as they stand on a day.

    A county's setting goes before its prefecture's, that before the autonomous region's, that
    before the default.
    """

    def __init__(
        self,
        defaults: Mapping[str, Decimal],
        settings: Iterable[tuple[str, str, Decimal]] = (),
    ) -> None:
        self.defaults = defaults
        self.settings = {(name, region): value for name, region, value in settings}

    def __call__(self, name: str, region: str = "") -> Decimal:
        """The threshold for a project in that region (GB/T 2260 code)."""
        for code in (region, f"{region[:4]}00", f"{region[:2]}0000"):
            if (name, code) in self.settings:
                return self.settings[name, code]
        return self.defaults[name]

    def least(self, name: str) -> Decimal:
        """The lowest value that the threshold has anywhere."""
        everywhere = (value for (known, _), value in self.settings.items() if known == name)
        return min((self.defaults[name], *everywhere))


def thresholds(rule: str, defaults: Mapping[str, Decimal], as_of: date) -> Thresholds:
    """What officers have set for a rule up to a day; the newest setting of each region counts."""
    rows = RuleSetting.objects.filter(rule=rule, since__lte=as_of).order_by("since", "pk")
    return Thresholds(defaults, rows.values_list("name", "region_id", "value"))
