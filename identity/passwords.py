"""Rules for passwords beyond Django's own 等保2.0 二级以上."""

import string

from django.core.exceptions import ValidationError


class MixedCharactersValidator:
    """At least three of: capital letters, small letters, digits, other characters."""

    kinds = 3

    def validate(self, password: str, user: object = None) -> None:
        """:raises ValidationError: the password is made of fewer kinds."""
        found = {_kind(character) for character in password}
        if len(found) < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        return "密码须包含大写字母、小写字母、数字、符号中的至少三种。"


class NotOneselfValidator:
    """Neither the user name nor the name in it, whatever the case."""

    attributes = ("username", "name")

    def validate(self, password: str, user: object = None) -> None:
        """:raises ValidationError: the password holds one of them."""
        names = [str(getattr(user, name, "") or "").lower() for name in self.attributes]
        if any(name and name in password.lower() for name in names):
            raise ValidationError(self.get_help_text(), code="password_holds_name")

    def get_help_text(self) -> str:
        return "密码不能包含用户名或姓名。"


def _kind(character: str) -> str:
    if character in string.ascii_uppercase:
        return "upper"
    if character in string.ascii_lowercase:
        return "lower"
    return "digit" if character in string.digits else "other"
