"""Divisions and organisations found by typing: name, code or pinyin (core.choices)."""

from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse

from core.actor import Actor
from core.choices import ChoiceSource, Option, source_of
from identity import selectors
from identity.models import Organisation, Region

#: Where a project can lie.
_COUNTIES = frozenset({Region.Kind.COUNTY, Region.Kind.CORPS_CITY})


def region_source(*, actor: Actor, counties_only: bool = False) -> ChoiceSource:
    """The divisions within an officer's reach, all of them for everybody else."""

    def known() -> list[Option]:
        rows = selectors.regions(actor=actor)
        shown = [row for row in rows if not counties_only or row.kind in _COUNTIES]
        return [Option(row.code, selectors.full_name(row), row.code) for row in shown]

    url = reverse("identity:region_options")
    return source_of(known, url=f"{url}?counties=1" if counties_only else url)


def organisation_source(*, actor: Actor) -> ChoiceSource:
    """The organisations that the actor sees, by their 统一社会信用代码."""
    rows = Organisation.objects.visible_to(actor)
    return units_among(rows, url=reverse("identity:organisation_options"))


def bank_source(*, actor: Actor) -> ChoiceSource:
    """The cooperating banks, which everybody may know."""
    banks = selectors.banks(actor=actor)
    return units_among(banks, url=reverse("identity:bank_options"), key="uuid")


def units_among(rows: QuerySet[Organisation], *, url: str, key: str = "uscc") -> ChoiceSource:
    """These organisations by their 统一社会信用代码 or ``key``, found by name, code or pinyin."""

    def find(text: str, limit: int) -> list[Option]:
        typed = text.lower().replace(" ", "")
        fits = Q(name__icontains=text) | Q(pinyin__contains=typed) | Q(uscc__istartswith=typed)
        begins = Q(name__startswith=text) | Q(pinyin__startswith=typed)
        first = Case(When(begins, then=Value(0)), default=Value(1), output_field=IntegerField())
        return [option(row) for row in rows.filter(fits).order_by(first, "name", "pk")[:limit]]

    def option(row: Organisation) -> Option:
        return Option(str(getattr(row, key)), row.name, row.get_kind_display())

    def get(value: str) -> Option | None:
        try:
            row = rows.filter(**{key: value}).first()
        except ValidationError:
            # No uuid at all.
            return None
        return option(row) if row else None

    return ChoiceSource(url, find, get)
