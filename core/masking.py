"""How personal data is shown to those who need not see it in full.

Every function takes whatever text is at hand, a mistyped number too, and never shows more of it
than of a right one.
"""

import re

# The decimals of an amount are no number of anybody's.
_LONG = re.compile(r"(?<!\d\.)(?<!\d)\d(?:[ -]?\d){10,}[Xx]?", re.ASCII)


def _mask_middle(text: str, head: int, tail: int, stars: int) -> str:
    """`text` with all but `head` and `tail` characters hidden; short text is hidden whole."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return f"{text[:head]}{'*' * stars}{text[-tail:]}"


def mask_name(name: str) -> str:
    """张小明 → 张*明, 张明 → 张*, 阿不都热合曼·买买提 → 阿***·买**.

    Of a name in parts the first character of each part remains, so that two workers of one team
    can still be told apart.
    """
    name = name.strip()
    if "·" in name:
        return "·".join(part[:1] + "*" * min(len(part) - 1, 3) for part in name.split("·") if part)
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1)
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_id(number: str) -> str:
    """650102199001011234 → 650102********1234."""
    return _mask_middle(number, 6, 4, 8) if len(number) > 14 else "*" * len(number)


def mask_phone(number: str) -> str:
    """13812341234 → 138****1234."""
    return _mask_middle(number, 3, 4, 4)


def mask_card(number: str) -> str:
    """6221881399869876789 → 尾号 6789."""
    return f"尾号 {number[-4:]}" if len(number) > 8 else "*" * len(number)


def mask_numbers(text: str) -> str:
    """钢筋班 650102199001011234 → 钢筋班 ****1234: long numbers that stand in the wrong place."""
    return _LONG.sub(lambda number: "****" + re.sub("[ -]", "", number[0])[-4:], text)


def mask_account(number: str) -> str:
    """65050161625000000123 → 6505****0123 (a firm's account)."""
    return _mask_middle(number, 4, 4, 4)
