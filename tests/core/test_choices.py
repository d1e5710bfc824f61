"""What a typed choice takes and refuses, without a script."""

import pytest
from django.core.exceptions import ValidationError

from core.choices import ChoiceSource, Option, TypedChoiceField

OPTIONS = [Option("1", "天山区"), Option("2", "天山西路"), Option("3", "喀什市")]


@pytest.fixture
def field() -> TypedChoiceField:
    source = ChoiceSource(
        url="/choices/",
        find=lambda text, limit: [one for one in OPTIONS if text in one.label][:limit],
        get=lambda code: next((one for one in OPTIONS if one.value == code), None),
    )
    return TypedChoiceField(source=source)


class TestTypedChoice:
    @pytest.mark.parametrize(
        ("typed", "value"),
        [(("1", "天山区"), "1"), (("1", ""), "1"), (("", "喀什"), "3"), (("1", "喀什市"), "3")],
    )
    def test_takes_what_was_chosen_or_typed_last(self, field, typed, value):
        assert field.clean(typed) == value

    @pytest.mark.parametrize(
        ("typed", "words"),
        [(("9", ""), "不在列表里"), (("", "和田"), "没有找到"), (("", "天山"), "天山区、天山西路")],
    )
    def test_refuses_what_is_none_or_several(self, field, typed, words):
        with pytest.raises(ValidationError, match=words) as refused:
            field.clean(typed)
        assert refused.value.code == "invalid"

    def test_asks_for_a_choice(self, field):
        with pytest.raises(ValidationError) as refused:
            field.clean(("", ""))
        assert refused.value.code == "required"
