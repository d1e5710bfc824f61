"""Names as they are typed by whoever searches: 张小明 → "zhangxiaoming zxm"."""

from functools import lru_cache
from typing import Any

from django.db import models
from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=4096)
def pinyin_of(name: str) -> str:
    """Full pinyin and initials, lower case."""
    full = "".join(lazy_pinyin(name)).lower()
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return f"{full} {initials}"[:200]


class PinyinField(models.CharField):
    """How the column ``of`` is typed; written with every save and in bulk, never by hand."""

    def __init__(self, *args: Any, of: str = "name", **more: Any) -> None:
        self.of = of
        defaults = {"max_length": 200, "blank": True, "editable": False, "default": ""}
        super().__init__(*args, **{**defaults, **more})

    def deconstruct(self) -> Any:
        name, path, args, more = super().deconstruct()
        return name, path, args, {**more, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = pinyin_of(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value
