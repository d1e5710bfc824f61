"""Which passwords are refused, and why."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from identity.models import User

SOMEBODY = User(username="zhaolaozi", name="赵劳资", phone="13912345678")


def codes(password: str) -> set[str]:
    """The codes that a password is refused with."""
    try:
        validate_password(password, SOMEBODY)
    except ValidationError as refused:
        return {error.code for error in refused.error_list}
    return set()


class TestPasswords:
    @pytest.mark.parametrize(
        "password", ["password1234", "qwertyuiop12", "aaaaaaaaaaaa", "abcabcabcabc"]
    )
    def test_are_not_what_is_tried_first(self, password):
        assert "password_guessable" in codes(password)

    @pytest.mark.parametrize(
        "password", ["ZhaoLaoZi tianshan xue", "tianshan赵劳资xueshui", "xue13912345678shan"]
    )
    def test_hold_neither_name_nor_telephone(self, password):
        assert codes(password) == {"password_holds_name"}

    def test_may_be_a_sentence_without_digits(self):
        assert codes("tianshan xue shui liu") == set()
