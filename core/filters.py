"""Filters of lists, in the address: django-filter with an actor, and nothing asked twice.

A mistyped address filters nothing; the choices come from selectors. Guide: docs/ui.md.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet

from core.actor import Actor
from core.choices import ChoiceSource, fit_of
from core.fields import DateField

Row = TypeVar("Row")


class FindFilter(CharFilter):
    """The find box: one text looked for in several columns, ``contains`` or ``exactly``."""

    def __init__(
        self,
        *,
        contains: Iterable[str] = (),
        exactly: Iterable[str] = (),
        label: str,
        max_length: int = 100,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        self.contains, self.exactly = tuple(contains), tuple(exactly)
        kept = {"type": "search", "autocomplete": "off"} | (attrs or {})
        widget = forms.TextInput(attrs=kept)
        super().__init__(label=label, max_length=max_length, widget=widget)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        text = str(value or "").strip()
        if not text:
            return qs
        wanted = Q(pk__in=[])
        for name in self.contains:
            wanted |= Q(**{f"{name}__icontains": text})
        for name in self.exactly:
            wanted |= Q(**{f"{name}__iexact": text})
        return qs.filter(wanted)


class OneOf(ChoiceFilter):
    """One of a few choices; "全部" where none is chosen."""

    def __init__(self, *, label: str, choices: Any = (), empty: str | None = "全部", **more: Any):
        super().__init__(label=label, choices=choices, empty_label=empty, **more)


class DayFilter(Filter):
    """A day, as people type it."""

    field_class = DateField

    def __init__(self, *, label: str, **more: Any) -> None:
        super().__init__(label=label, required=False, **more)


class ListFilter(FilterSet):
    """The filters of one list; ``qs`` are the rows that they let through.

    ``start`` holds what is asked where the address asks nothing.
    """

    start: dict[str, str] = {}

    def __init__(self, params: Any, rows: QuerySet[Any], *, actor: Actor) -> None:
        self.actor = actor
        asked = {name: value for name in params if (value := params.get(name))}
        super().__init__({**self.start, **asked}, queryset=rows)

    def offer(self, name: str, choices: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """Let a filter offer what a selector finds, asked once it is drawn or checked."""
        self.filters[name].extra["choices"] = choices

    def find_among(self, name: str, source: ChoiceSource) -> None:
        """Let a :class:`core.choices.TypedFilter` find its choice among these."""
        self.filters[name].extra["source"] = source

    @property
    def answers(self) -> dict[str, Any]:
        """What is asked beyond what the list shows by itself."""
        self.form.is_valid()
        asked = self.form.cleaned_data.items()
        return {name: value for name, value in asked if value and value != self.start.get(name)}


class FindBox:
    """The find box of a list that is computed whole: by name, code, pinyin or initials."""

    def __init__(self, params: Any, *, label: str) -> None:
        widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        self.form = forms.Form({"q": params.get("q", "")[:100]})
        self.form.fields["q"] = forms.CharField(label=label, required=False, widget=widget)
        self.form.is_valid()
        self.text: str = self.form.cleaned_data.get("q", "")

    @property
    def answers(self) -> dict[str, str]:
        return {"q": self.text} if self.text else {}

    def among(self, rows: Iterable[Row], known_by: Callable[[Row], tuple[str, str]]) -> list[Row]:
        """The rows whose name or code fits, in their order."""
        return [row for row in rows if fit_of(self.text, *known_by(row)) is not None]
