"""UTF-16 that lacks its mark, as some programs export text."""


def utf16_without_mark(data: bytes) -> str:
    """The byte order of UTF-16 that lacks its mark; "" of what is something else.

    Digits, tabs and line ends have a zero on one side: every table is full of them.
    """
    head = data[:8192]
    low, high = head[1::2].count(0), head[0::2].count(0)
    most, least = max(low, high), min(low, high)
    if len(data) % 2 or most < 4 or most * 20 < len(head) or least * 20 > most:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"
