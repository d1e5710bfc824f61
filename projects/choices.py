"""Units found by typing: those on the actor's own projects, and any other by its code."""

import re
from typing import Any

from django.urls import reverse

from core.actor import Actor
from core.choices import ChoiceSource, TypedChoiceField, TypedChoiceInput
from core.fields import UsccField
from identity.choices import units_among
from projects import selectors


def partner_source(*, actor: Actor) -> ChoiceSource:
    """The units that take or took part in a project within the actor's scope.

    Of all others nothing is found by name, so that nobody's list of firms leaks.
    """
    units = selectors.partners(actor=actor)
    return units_among(units, url=reverse("projects:partner_options"))


class _UnitInput(TypedChoiceInput):
    """Takes what is typed also where nothing was chosen."""

    takes_text = True


#: What is meant as a code, right or not: then it is judged as one.
_LIKE_A_CODE = re.compile(r"(?=.*\d)[0-9A-Z\s-]{10,}", re.IGNORECASE | re.ASCII)


class UnitField(TypedChoiceField):
    """A unit by name, pinyin or 统一社会信用代码; cleans to its code, also one nobody knows yet."""

    widget = _UnitInput
    default_error_messages = {"required": "请输入单位名称查找，或填写 18 位统一社会信用代码。"}

    def clean(self, value: Any) -> str:
        code, text = value if isinstance(value, tuple) else (str(value or ""), "")
        option = self.source.get(code) if self.source and code else None
        if option is not None and text in ("", option.label):
            return option.value
        typed = text or code
        if _LIKE_A_CODE.fullmatch(typed):
            cleaned: str = UsccField().clean(typed)
            return cleaned
        return super().clean(("", typed))
