"""Names as they are typed by whoever searches: 张小明 → "zhangxiaoming zxm"."""

from pypinyin import Style, lazy_pinyin


def spell(name: str) -> str:
    """Full pinyin and initials, lower case."""
    full = "".join(lazy_pinyin(name)).lower()
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return f"{full} {initials}"[:200]
