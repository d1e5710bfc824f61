"""What is on record of units' good faith, as it stood on a day."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.actor import Actor
from core.listing import ListColumn, ListTable, in_order
from core.scope import ScopedQuerySet
from identity.models import CreditEntry
from identity.scope import region_prefix

Kind = CreditEntry.Kind


@dataclass(frozen=True, slots=True)
class CreditStanding:
    """A unit's record in an area: on the list, last arrears, and since when known to be clean."""

    is_listed: bool = False
    last_arrears: date | None = None
    clean_since: date | None = None


def credit_standings(
    organisations: Collection[int], *, on: date, area: str
) -> dict[int, CreditStanding]:
    """How these units stood on a day as to an area (GB/T 2260 code), in one query.

    What counts everywhere or in a wider area counts in it, and what happened within it. Whoever
    determines a bond needs all of it, whoever looks: the findings stand in its steps.
    """
    found: dict[int, list[CreditEntry]] = defaultdict(list)
    rows = CreditEntry.everything.filter(organisation__in=organisations, since__lte=on)
    for row in rows.order_by("since"):
        if _touches(row.region_id, area):
            found[row.organisation_id].append(row)
    return {organisation: _standing(found[organisation], on) for organisation in organisations}


def _touches(region: str, area: str) -> bool:
    return area.startswith(region_prefix(region)) or region.startswith(region_prefix(area))


def _standing(rows: list[CreditEntry], on: date) -> CreditStanding:
    holding = [row for row in rows if row.until is None or row.until > on]
    arrears = [row.since for row in rows if row.kind == Kind.ARREARS]
    clean = [row.since for row in holding if row.kind == Kind.CLEAN]
    return CreditStanding(
        is_listed=any(row.kind == Kind.LISTED for row in holding),
        last_arrears=max(arrears, default=None),
        clean_since=min(clean, default=None),
    )


def listed_units(*, on: date) -> set[int]:
    """The units on the 失信 list on a day, which is public."""
    rows = CreditEntry.everything.filter(kind=Kind.LISTED).standing(on)
    return set(rows.values_list("organisation", flat=True))


CREDIT_LIST = ListTable(
    columns=(
        ListColumn("name", "单位", sort="organisation__pinyin", slot="main"),
        ListColumn("kind", "种类", sort=in_order("kind", Kind.values), slot="state"),
        ListColumn("since", "起始", sort="since", kind="date", slot="aside", falling=True),
        ListColumn("until", "终止", sort="until", kind="date"),
        ListColumn("region", "适用地区", sort="region_id"),
        ListColumn(
            "amount", "金额（元）", sort="amount", kind="money", slot="figure", falling=True
        ),
        ListColumn("ground", "事由"),
        ListColumn("document", "文书或公告"),
        ListColumn("act", "办理"),
    ),
    default=("-since",),
    default_sort="-since",
)


def credit_entries(*, actor: Actor) -> ScopedQuerySet:
    """The entries that the actor sees, as rows of :data:`CREDIT_LIST`."""
    return CreditEntry.objects.visible_to(actor).select_related("organisation", "region__parent")


def credit_entry(uuid: UUID, *, actor: Actor) -> CreditEntry:
    """:raises CreditEntry.DoesNotExist: none, or out of scope."""
    return credit_entries(actor=actor).get(uuid=uuid)
