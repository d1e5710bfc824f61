"""How a service refuses: by a code, with the values that its sentence needs.

The sentences stand in each app's ``refusals.py``, in Chinese, which is also their message id for
Django's translation: the same refusal can be shown on a page in Chinese or Uyghur and answered as
JSON. A code that nobody declared, a value that the sentence lacks or does not use: the first time
such a refusal is made it fails loudly.
"""

import re
from collections.abc import Mapping

from django.utils.translation import gettext

_wordings: dict[str, str] = {}
_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class UnknownRefusal(LookupError):
    """A code without its one declared sentence, or with other values: a mistake of ours."""


class Refused(Exception):
    """Something is not done, for a reason that whoever asked can understand and often mend.

    ``code`` is dotted ("paysheet.no_signed_copy"); ``field`` names the form's or message's field
    that it is about, "" where it is about the whole; ``values`` fill the sentence.

    :raises UnknownRefusal: the code was never declared, or its sentence takes other values.
    """

    def __init__(self, code: str, field: str = "", **values: object):
        super().__init__(code)
        if values.keys() != placeholders(code):
            raise UnknownRefusal(f"{code} takes {sorted(placeholders(code))}, not {sorted(values)}")
        self.code, self.field, self.values = code, field, values

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return gettext(_wordings[self.code]) % self.values

    def __str__(self) -> str:
        return self.message

    def as_json(self) -> dict[str, str]:
        """What an interface answers."""
        return {"code": self.code, "field": self.field, "message": self.message}


class Overtaken(Refused):
    """Somebody else was quicker: what the page showed is no longer so."""


def declare_refusals(wordings: Mapping[str, str]) -> None:
    """Give an app's codes their sentences, once, as its ``refusals.py`` is imported.

    Each sentence is marked with ``gettext_noop`` and takes its values as ``%(name)s``.

    :raises UnknownRefusal: a code of another shape, or taken already.
    """
    for code, sentence in wordings.items():
        if not _CODE.fullmatch(code) or _wordings.setdefault(code, sentence) != sentence:
            raise UnknownRefusal(f"{code}: not a dotted code, or declared twice")


def declared_refusals() -> Mapping[str, str]:
    """Every declared code with its sentence."""
    return dict(_wordings)


def placeholders(code: str) -> set[str]:
    """The values that a code's sentence takes.

    :raises UnknownRefusal: nobody declared it.
    """
    if code not in _wordings:
        raise UnknownRefusal(f"No refusals.py declares {code}")
    return set(_PLACEHOLDER.findall(_wordings[code]))
