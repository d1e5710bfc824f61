"""Validators for model columns whose rule is an identifier's own."""

from django.core.exceptions import ValidationError

from core.fields import UsccField


def validate_uscc(value: str) -> None:
    """A 统一社会信用代码 with its check digit right (GB 32100-2015)."""
    if UsccField().clean(value) != value:
        raise ValidationError("统一社会信用代码应为 18 位大写字母和数字。", code="format")
