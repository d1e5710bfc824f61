"""Thresholds as they hold by place: what officers set, handed to the selectors of facts.

A fact that a rule and a page both need is one selector of the app that owns it, and takes the limit
as an argument. Rules hand in their own, pages that of ``identity.hook_kinds.limit_of``: both come
from monitoring.thresholds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q


@dataclass(frozen=True)
class Limit:
    """One threshold on one day: the region's value, and what prefectures and counties set.

    ``areas`` maps GB/T 2260 codes to their own values, which count where they are tighter: lower,
    or higher where ``raised``.
    """

    value: Decimal
    areas: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    raised: bool = False

    def __call__(self, region: str = "") -> Decimal:
        """What holds in a county; "" asks for the autonomous region."""
        codes = (f"{region[:4]}00", region)
        values = [self.value, *(self.areas[code] for code in codes if code in self.areas)]
        return max(values) if self.raised else min(values)

    def after(self, day: date, region: str = "") -> date:
        """So many days after a day."""
        return day + timedelta(days=int(self(region)))

    def is_past(self, as_of: date, *, day: str, region: str) -> Q:
        """Rows whose ``day`` lies more than so many days back, by the county in ``region``.

        Of limits that are tighter when lower: whichever area's is over first counts.
        """
        past = Q(**{f"{day}__lt": as_of - timedelta(days=int(self.value))})
        for code, value in self.areas.items():
            prefix = code[:4] if code.endswith("00") else code
            since = as_of - timedelta(days=int(value))
            past |= Q(**{f"{day}__lt": since, f"{region}__startswith": prefix})
        return past

    @property
    def least(self) -> Decimal:
        """The lowest value that it has anywhere."""
        return min((self.value, *self.areas.values()))


#: No days at all.
AT_ONCE = Limit(Decimal(0))
