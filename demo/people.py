"""Invented workers: names of the region's peoples, numbers that only satisfy their check digits.

Phones begin with 1990000, which no carrier gives out in a row; cards with a bank code of nobody's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum import luhn
from stdnum.cn import ric

_SURNAMES = (
    "王李张刘陈杨马赵周吴徐孙胡朱高林何郭罗郑梁谢宋唐许韩冯邓曹彭曾田董袁潘"
    "于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
)
#: With characters that many fonts and offices lack (㛃 䶮 𬭎 𠅤): names like these exist.
_GIVEN = (
    *(
        "建国",
        "志强",
        "海燕",
        "秀英",
        "玉梅",
        "学军",
        "文斌",
        "晓东",
        "国庆",
        "春花",
        "永刚",
        "丽娟",
    ),
    *("俊杰", "桂兰", "立新", "小龙", "红霞", "明", "磊", "静", "勇", "淼", "堃", "喆", "犇", "燚"),
    *("㛃", "䶮", "𬭎", "𠅤", "德福", "长海", "新民", "彩云", "振华", "卫东", "金凤", "大勇"),
)
_MEN = (
    *("阿不都热合曼", "艾尼瓦尔", "买买提江", "吐尔逊", "伊力亚斯", "库尔班", "亚森", "热合曼"),
    *("艾合买提", "玉素甫", "木合塔尔", "努尔买买提", "赛买提", "吾布力", "阿迪力", "麦麦提明"),
)
_WOMEN = ("古丽娜尔", "阿依古丽", "帕提古丽", "热依汗", "米热古丽", "左热古丽", "姑丽巴哈尔")
_KAZAKH = ("叶尔江", "巴合提", "赛力克", "努尔兰", "加依娜尔", "哈那提", "木拉提", "阿依波力")
_HUI = ("马", "丁", "哈", "杨", "白")
_HOMES = ("650102", "650104", "652301", "652323", "653101", "653201", "654002", "654201", "652801")
_HOMES_INLAND = ("510922", "411528", "622421", "620522", "500236", "610524", "411722", "513029")
_BANKS = ("中国建设银行", "中国农业银行", "新疆农村信用社", "中国邮政储蓄银行")


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """A worker who does not exist."""

    name: str
    nation: str
    id_number: str
    phone: str
    card: str
    bank: str


class InventedPeople:
    """As many workers as are asked for, none twice; the same ones at every run."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311 - a story, not a secret
        self._count = 0

    def next_person(self) -> InventedPerson:
        self._count += 1
        man = self._random.random() < 0.8
        nation, name = self._invented_name(man)
        home = self._random.choice(_HOMES if nation != "汉族" else (*_HOMES, *_HOMES_INLAND))
        born = date(1968, 1, 1) + timedelta(days=self._random.randrange(36 * 365))
        id_stem = f"{home}{born:%Y%m%d}{self._random.randrange(500) * 2 + man:03d}"
        card_stem = f"62199000{self._random.randrange(10**5):05d}{self._count:05d}"
        return InventedPerson(
            name=name,
            nation=nation,
            id_number=id_stem + ric.calc_check_digit(id_stem),
            phone=f"1990000{self._count:04d}",
            card=card_stem + luhn.calc_check_digit(card_stem),
            bank=self._random.choice(_BANKS),
        )

    def _invented_name(self, man: bool) -> tuple[str, str]:
        pick = self._random.choice
        kind = self._random.random()
        if kind < 0.4:
            return "维吾尔族", f"{pick(_MEN if man else _WOMEN)}·{pick(_MEN)}"
        if kind < 0.5:
            return "哈萨克族", f"{pick(_KAZAKH)}·{pick(_KAZAKH)}"
        if kind < 0.6:
            return "回族", pick(_HUI) + pick(_GIVEN)
        return "汉族", pick(_SURNAMES) + pick(_GIVEN)
