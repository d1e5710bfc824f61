"""Texts in two languages: what is compiled is what the reviewable file says."""

import gettext
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

from core import languages
from core.errors import Refused

LANGUAGES = sorted(path.parent.parent.name for path in settings.LOCALE_PATHS[0].rglob("django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def folder(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES")


def entries(language: str) -> list[polib.POEntry]:
    """What has a translation, whether or not somebody has approved it."""
    file = polib.pofile(str(folder(language) / "django.po"))
    return [entry for entry in file if entry.msgstr and not entry.obsolete]


class TestTranslations:
    def test_are_there(self):
        assert LANGUAGES == ["ug", "zh_Hans"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_compiled_as_they_stand(self, language):
        """After a change of django.po: make messages."""
        with (folder(language) / "django.mo").open("rb") as file:
            compiled = gettext.GNUTranslations(file)
        assert {e.msgid: compiled.gettext(e.msgid) for e in entries(language)} == {
            e.msgid: e.msgstr for e in entries(language)
        }

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_keep_the_places_of_values(self, language):
        differing = [
            e.msgid
            for e in entries(language)
            if set(PLACEHOLDER.findall(e.msgid)) != set(PLACEHOLDER.findall(e.msgstr))
        ]
        assert differing == []


class TestUyghur:
    def test_is_shown_before_it_is_reviewed_and_known_to_be_so(self):
        assert "这项操作归别的岗位办理。" in languages.unreviewed("ug")
        with translation.override("ug"):
            assert str(Refused("role.other")).startswith("بۇ ئىشنى")

    def test_is_chinese_where_nobody_has_translated_yet(self):
        with translation.override("ug"):
            assert str(Refused("purpose.missing")) == "请选择查看目的。"
