"""What stands behind a bond on a day: cash on its account, and guarantees in force."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    DecimalField,
    F,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from bonds.models import Bond, BondDeposit, BondEntry, BondRows, Guarantee

ZERO = Decimal(0)
_MONEY = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is stored for a bond, in 元."""

    cash: Decimal
    guaranteed: Decimal

    @property
    def total(self) -> Decimal:
        return self.cash + self.guaranteed


def signed_principal() -> Combinable:
    """What a booked entry does to the principal of its account."""
    signs = [
        When(kind=kind, then=F("amount") * Value(sign))
        for kind, sign in BondEntry.PRINCIPAL.items()
    ]
    return Case(*signs, default=Value(ZERO), output_field=_MONEY)


def cash_on(on: date) -> Subquery:
    """The principal of a bond's accounts at the end of a day, as an annotation of bonds."""
    rows = BondEntry.everything.filter(
        deposit__bond=OuterRef("pk"), state=BondEntry.State.BOOKED, booked_on__lte=on
    )
    total = rows.order_by().values("deposit__bond").annotate(total=Sum(signed_principal()))
    return Subquery(total.values("total"), output_field=_MONEY)


def guaranteed_on(on: date) -> Subquery:
    """What the guarantees of a bond still answer for on a day, as an annotation of bonds."""
    rows = Guarantee.everything.filter(bond=OuterRef("pk")).standing(on)
    total = rows.order_by().values("bond").annotate(total=Sum(F("amount") - F("claimed")))
    return Subquery(total.values("total"), output_field=_MONEY)


def with_holdings(bonds: BondRows, on: date) -> BondRows:
    """Bonds with ``cash``, ``guaranteed``, ``held`` and what is ``missing``; 元."""
    nothing = Value(ZERO, output_field=_MONEY)
    rows = bonds.annotate(
        cash=Coalesce(cash_on(on), nothing), guaranteed=Coalesce(guaranteed_on(on), nothing)
    )
    rows = rows.annotate(held=F("cash") + F("guaranteed"))
    asked = Q(status=Bond.Status.EXEMPT) | Q(status__in=Bond.ENDED) | Q(held__gte=F("required"))
    return rows.annotate(
        missing=Case(
            When(asked, then=nothing), default=F("required") - F("held"), output_field=_MONEY
        )
    )


def holdings(bond: Bond, on: date) -> Holdings:
    """What is stored for one bond."""
    return holdings_of([bond.pk], on)[bond.pk]


def holdings_of(bonds: Collection[int], on: date) -> dict[int, Holdings]:
    """What is stored for each of these bonds; one query."""
    rows = with_holdings(Bond.everything.filter(pk__in=bonds), on)
    return {
        pk: Holdings(cash, guaranteed)
        for pk, cash, guaranteed in rows.values_list("pk", "cash", "guaranteed")
    }


def open_deposit(bond: Bond) -> BondDeposit | None:
    """The account of a bond that is not closed."""
    return BondDeposit.everything.filter(bond=bond, status=BondDeposit.Status.ACTIVE).first()
