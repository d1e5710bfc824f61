"""Rules for passwords: long, and none that attackers try first; no mixture of characters.

Why no rules of composition: docs/decisions/0602.
"""

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

#: Fewer guesses than ten to this power and the password is refused. With the limits of
#: identity.guessing an attacker has 50 a day.
MIN_GUESSES_LOG10 = 8
#: zxcvbn looks no further, and takes long where it does.
_LOOKED_AT = 72


class NotGuessableValidator:
    """Neither a breached or common password nor one made of such, of dates, rows of keys, names."""

    def validate(self, password: str, user: object = None) -> None:
        """:raises ValidationError: it would be among the first that are tried."""
        own = [str(getattr(user, name, "") or "") for name in ("username", "name")]
        found = zxcvbn(password[:_LOOKED_AT], user_inputs=[word for word in own if word])
        if float(found["guesses_log10"]) < MIN_GUESSES_LOG10:
            raise ValidationError(self.get_help_text(), code="password_guessable")

    def get_help_text(self) -> str:
        return "这个密码太容易猜到：不要用泄露过的常见密码、日期、连续的键和重复的字符。"


class NotOneselfValidator:
    """Neither the user name nor the name nor the telephone in it, whatever the case."""

    attributes = ("username", "name", "phone")

    def validate(self, password: str, user: object = None) -> None:
        """:raises ValidationError: the password holds one of them."""
        names = [str(getattr(user, name, "") or "").lower() for name in self.attributes]
        if any(name and name in password.lower() for name in names):
            raise ValidationError(self.get_help_text(), code="password_holds_name")

    def get_help_text(self) -> str:
        return "密码不能包含用户名、姓名或手机号码。"
