"""Texts in Chinese and Uyghur.

A Chinese sentence is its own message id. ``locale/ug/LC_MESSAGES/django.po`` holds the Uyghur, in a
file that a native reader can correct. An entry marked *fuzzy* awaits that reader: it is shown all
the same (the .mo is compiled with ``--use-fuzzy``), and who shows it says so. A sentence without
Uyghur is shown in Chinese.
"""

from functools import cache
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation import gettext, override


def in_language(text: str, language: str) -> str:
    """A Chinese text in another language, whatever the language of the request."""
    with override(language):
        return gettext(text)


@cache
def unreviewed(language: str) -> frozenset[str]:
    """The Chinese texts whose translation no native reader has approved."""
    path = Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")
    return frozenset(entry.msgid for entry in polib.pofile(str(path)) if entry.fuzzy)
