"""Thirty invented people and what they earned in a month: the truth of every workbook."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MONTH = date(2026, 9, 1)
TEAMS = ("钢筋班", "木工班", "泥工班")
TRADES = {"钢筋班": "钢筋工", "木工班": "木工", "泥工班": "泥工"}
_NAMES = (
    *(
        "张小明",
        "孙㛃",
        "王建国",
        "李秀英",
        "买买提·艾力",
        "赵铁柱",
        "周丽",
        "吴海龙",
        "郑春梅",
        "冯刚",
    ),
    *(
        "陈志强",
        "褚卫东",
        "卫红霞",
        "蒋大伟",
        "沈平",
        "韩雪",
        "阿不都热合曼·买买提",
        "杨帆",
        "朱军",
        "秦岭",
    ),
    *("尤利", "许多", "何勇", "吕静", "施文", "张伟", "孔明亮", "曹阳", "严肃", "古丽娜尔·吐尔逊"),
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Paid:
    """One worker's line. Amounts in 元; `gross` is days × rate + overtime."""

    name: str
    id: str
    team: str
    trade: str
    days: Decimal
    rate: Decimal
    overtime: Decimal
    gross: Decimal
    advance: Decimal
    deduction: Decimal
    net: Decimal
    card: str
    phone: str


def id_number(region: str, born: date, order: int) -> str:
    """An ID number with the right check digit (GB 11643)."""
    body = f"{region}{born:%Y%m%d}{order:03d}"
    rest = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


def card_number(body: str) -> str:
    """A card number with the right Luhn digit."""
    digits = [int(d) for d in reversed(body)]
    total = sum(sum(divmod(d * 2, 10)) if at % 2 == 0 else d for at, d in enumerate(digits))
    return body + str(-total % 10)


def everybody(month: int = 9) -> list[Paid]:
    """The thirty with what they earned in a month; other months, other wages."""
    return [_paid(n, name, month) for n, name in enumerate(_NAMES)]


def _paid(n: int, name: str, month: int) -> Paid:
    team = TEAMS[n // 10]
    days = Decimal(17 + (n * 7 + month) % 12) + Decimal("0.5") * (n % 2)
    rate = Decimal(180 + (n * 13) % 90)
    overtime = Decimal((n * 37 + month) % 400)
    gross = (days * rate + overtime).quantize(Decimal("0.01"), ROUND_HALF_UP)
    advance = Decimal(100 * ((n + month) % 6))
    deduction = Decimal("0.50") * ((n * 11) % 90)
    return Paid(
        name,
        id_number("650102", date(1970 + n, 1 + n % 12, 1 + (n * 5) % 28), n * 7 + 11),
        team,
        TRADES[team],
        days,
        rate,
        overtime,
        gross,
        advance,
        deduction,
        gross - advance - deduction,
        card_number(f"622188139986{n * 977 + 1000:06d}"),
        f"139{n * 1777 + 10_000_000:08d}",
    )


def others(count: int) -> list[Paid]:
    """People beside the thirty, whom a workbook holds as well."""
    return [
        replace(
            _paid(n, f"郭{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", 8),
            id=id_number("652801", date(1980, 1 + n % 12, 3), 500 + n),
            card=card_number(f"621661634400{n * 31 + 2000:06d}"),
        )
        for n in range(count)
    ]


#: ID number → (name, days, gross, net), and the team where a layout says it.
Truth = dict[str, tuple[str, Decimal, Decimal, Decimal]]


def truth(people: Sequence[Paid]) -> Truth:
    """What a right reading finds."""
    return {p.id: (p.name, p.days, p.gross, p.net) for p in people}
