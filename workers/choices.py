"""Trades found by typing: name, code or pinyin (core.choices)."""

from django.urls import reverse

from core.choices import ChoiceSource, Option, source_of
from workers import selectors


def trade_source() -> ChoiceSource:
    """The trades of the national data standard, which everybody may know."""

    def known() -> list[Option]:
        return [Option(trade.code, trade.name) for trade in selectors.trades()]

    return source_of(known, url=reverse("workers:trade_options"))
